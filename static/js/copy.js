// <button data-copy="text" hidden> appears where the clipboard may be written, and says when it has done so.
const ready = (scope) => {
  if (!navigator.clipboard) return;
  for (const button of scope.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
};
const told = document.createElement("p");
told.className = "visually-hidden";
told.setAttribute("role", "status");
document.body.append(told);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const use = button.querySelector("use");
  const before = use?.getAttribute("href");
  use?.setAttribute("href", before.replace(/#.*/, "#check"));
  told.textContent = "Copied";
  setTimeout(() => {
    use?.setAttribute("href", before);
    told.textContent = "";
  }, 1500);
});
document.addEventListener("htmx:load", (event) => ready(event.target));
ready(document);
