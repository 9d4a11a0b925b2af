// A small form in a native dialog; resolves to the typed values, to "remove", or to null when cancelled.
let count = 0;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const tick = ({ name, label, checked = false }) => {
  const id = `editor-dialog-${name}-${count}`;
  const input = element("input", { id, name, type: "checkbox", value: "1", checked, className: "form-check-input" });
  return element("div", { className: "field form-check" }, input, element("label", { htmlFor: id, className: "form-check-label", textContent: label }));
};

const row = (field) => {
  if (field.element) return field.element;
  if (field.type === "checkbox") return tick(field);
  const { name, label, value = "", hint, type = "text", required = false, check } = field;
  const id = `editor-dialog-${name}-${count}`;
  if (type === "hidden") return element("input", { id, name, type, value });
  const input = type === "textarea"
    ? element("textarea", { id, name, value, required, rows: 3, className: "form-control" })
    : element("input", { id, name, type, value, required, className: "form-control", autocomplete: "off" });
  const parts = [element("label", { htmlFor: id, className: "form-label", textContent: label })];
  if (hint) {
    parts.push(element("p", { id: `${id}-hint`, className: "hint", textContent: hint }));
    input.setAttribute("aria-describedby", `${id}-hint`);
  }
  input.addEventListener("input", () => input.setCustomValidity(check?.(input.value) ?? ""));
  return element("div", { className: "field" }, ...parts, input);
};

export const ask = ({ title, fields, go, remove, ready }) => new Promise((resolve) => {
  count += 1;
  const heading = element("h2", { id: `editor-dialog-${count}`, textContent: title });
  const cancel = element("button", { type: "button", className: "btn btn-plain", textContent: "Cancel" });
  const accept = element("button", { type: "submit", value: "go", className: "btn btn-primary", textContent: go });
  const actions = element("div", { className: "form-actions" }, cancel, accept);
  const form = element("form", { method: "dialog" }, heading, ...fields.map(row), actions);
  const dialog = element("dialog", { className: "editor-dialog" }, form);
  dialog.setAttribute("aria-labelledby", heading.id);
  cancel.addEventListener("click", () => dialog.close(""));
  if (remove) {
    const drop = element("button", { type: "button", className: "btn btn-danger", textContent: remove });
    drop.addEventListener("click", () => dialog.close("remove"));
    actions.prepend(drop);
  }
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "go") resolve(Object.fromEntries(new FormData(form)));
    else resolve(dialog.returnValue === "remove" ? "remove" : null);
  });
  document.body.append(dialog);
  dialog.showModal();
  ready?.(form);
  form.querySelector("input:not([type=search]), textarea")?.select();
});
