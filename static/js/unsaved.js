// <form data-unsaved>: leaving with something typed asks first; with the value "changed" something is already.
const dirty = new Set(document.querySelectorAll('form[data-unsaved="changed"]'));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-unsaved]") ?? event.target.form;
  if (form?.hasAttribute("data-unsaved")) dirty.add(form);
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) dirty.delete(event.target);
});
document.addEventListener("saved", (event) => dirty.delete(event.target));
addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});
