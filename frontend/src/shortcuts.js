// What the keys do; opened by "?" outside of text, and by Control+/ inside of it.
const MORE = [
  ["Find and replace", "Control+F"], ["To the toolbar, and back", "Alt+F10"], ["Next cell, previous cell of a table", "Tab"],
  ["Out of a code block or a quotation", "Control+Enter"], ["New line in the same paragraph", "Shift+Enter"],
  ["Paste without formatting", "Control+Shift+V"], ["This list", "Control+/"],
];
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

export const showShortcuts = (groups, back) => {
  const rows = [...groups.flat().filter((item) => item.keys).map((item) => [item.label, item.keys]), ...MORE];
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  const body = element("tbody", {}, ...rows.map(([label, keys]) => element("tr", {},
    element("th", { scope: "row", textContent: label }),
    element("td", {}, element("kbd", { textContent: keys.replaceAll("Control", mac ? "⌘" : "Ctrl").replaceAll("+", " + ") })))));
  const close = element("button", { type: "button", className: "btn btn-primary", textContent: "Close" });
  const heading = element("h2", { id: "shortcuts-title", textContent: "Keyboard shortcuts" });
  const dialog = element("dialog", { className: "editor-dialog shortcuts" }, heading, element("table", {}, body), element("div", { className: "form-actions" }, close));
  dialog.setAttribute("aria-labelledby", heading.id);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); back?.(); });
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
};
