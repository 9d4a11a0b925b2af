// What is marked data-focus (the summary of errors) gets the focus, at load and after a partial update.
const take = (scope) => scope.querySelector?.("[data-focus]")?.focus();

document.addEventListener("htmx:load", (event) => take(event.target));
take(document);

// A link in the summary goes to the control even where a rich-text editor stands in for it.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  const stand = control.hidden ? control.parentElement.querySelector("[contenteditable]") : control;
  (stand ?? control).focus();
  (stand ?? control).scrollIntoView({ block: "center" });
});
