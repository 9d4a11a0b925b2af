// <button data-confirm="What will happen?"> asks in a dialog before its form is sent.
const build = (button) => {
  const dialog = document.createElement("dialog");
  const heading = document.createElement("h2");
  const actions = document.createElement("form");
  const cancel = document.createElement("button");
  const go = document.createElement("button");
  heading.textContent = button.dataset.confirm;
  heading.id = `confirm-${crypto.randomUUID()}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  actions.method = "dialog";
  actions.className = "form-actions";
  cancel.className = "btn btn-plain";
  cancel.textContent = "Cancel";
  cancel.value = "";
  go.className = button.classList.contains("btn-danger") ? "btn btn-danger" : "btn btn-primary";
  go.textContent = button.dataset.confirmLabel || button.textContent.trim();
  go.value = "yes";
  actions.append(cancel, go);
  dialog.append(heading, actions);
  return dialog;
};

const ask = (button) => {
  const dialog = build(button);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return;
    button.dataset.confirmed = "yes";
    button.form ? button.form.requestSubmit(button) : button.click();
    delete button.dataset.confirmed;
  });
  dialog.showModal();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button || button.dataset.confirmed || button.getAttribute("aria-disabled") === "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(button);
}, true);
