// What the toolbar's buttons do.
import { ask } from "./dialogs.js";
import { completeUrl, isSafeUrl } from "./urls.js";

const wrongAddress = "Use a web address (https://…), mailto:, tel:, or an address in this site (/about).";
const checkUrl = (value) => (value === "" || isSafeUrl(completeUrl(value)) ? "" : wrongAddress);

export const editLink = async (editor) => {
  const now = editor.getAttributes("link");
  const answer = await ask({
    title: now.href ? "Change the link" : "Add a link", go: now.href ? "Change link" : "Add link",
    remove: now.href ? "Remove link" : null,
    fields: [
      { name: "href", label: "Address", value: now.href ?? "", required: true, check: checkUrl,
        hint: "For example https://example.org/page, /about or mailto:someone@example.org" },
      { name: "title", label: "Title (optional)", value: now.title ?? "" },
    ],
  });
  const chain = editor.chain().focus().extendMarkRange("link");
  if (answer === "remove") chain.unsetLink().run();
  if (!answer || answer === "remove") return;
  const link = { href: completeUrl(answer.href), title: answer.title || null };
  if (!editor.state.selection.empty || now.href) chain.setLink(link).run();
  else editor.chain().focus().insertContent({ type: "text", text: answer.href, marks: [{ type: "link", attrs: link }] }).run();
};

export const editImage = async (editor) => {
  const now = editor.isActive("image") ? editor.getAttributes("image") : {};
  const answer = await ask({
    title: now.src ? "Change the image" : "Add an image", go: now.src ? "Change image" : "Add image",
    fields: [
      { name: "src", label: "Address of the image", value: now.src ?? "", required: true, check: checkUrl },
      { name: "alt", label: "What it shows", value: now.alt ?? "",
        hint: "Read aloud to people who cannot see it. Leave empty only if it is decoration." },
    ],
  });
  if (!answer) return;
  const image = { src: completeUrl(answer.src), alt: answer.alt };
  if (now.src) editor.chain().focus().updateAttributes("image", image).run();
  else editor.chain().focus().setImage(image).run();
};

const run = (name, ...values) => (editor) => editor.chain().focus()[name](...values).run();
const active = (name, attributes) => (editor) => editor.isActive(name, attributes);
const can = (name) => (editor) => editor.can()[name]();
const heading = (level) => ({
  icon: `heading-${level}`, label: `Heading ${level}`, keys: `Control+Alt+${level}`,
  run: run("toggleHeading", { level }), active: active("heading", { level }),
});
const toggle = (icon, label, keys, command, name) => ({ icon, label, keys, run: run(command), active: active(name) });

/** Groups of buttons, in order. */
export const MAIN = [
  [heading(2), heading(3), heading(4)],
  [
    toggle("bold", "Bold", "Control+B", "toggleBold", "bold"),
    toggle("italic", "Italic", "Control+I", "toggleItalic", "italic"),
    toggle("strikethrough", "Strike through", "Control+Shift+S", "toggleStrike", "strike"),
    toggle("code", "Code", "Control+E", "toggleCode", "code"),
    { icon: "link", label: "Link", keys: "Control+K", run: editLink, active: active("link") },
  ],
  [
    toggle("list", "Bulleted list", "Control+Shift+8", "toggleBulletList", "bulletList"),
    toggle("list-ordered", "Numbered list", "Control+Shift+7", "toggleOrderedList", "orderedList"),
    toggle("quote", "Quotation", "Control+Shift+B", "toggleBlockquote", "blockquote"),
    toggle("square-code", "Code block", "Control+Alt+C", "toggleCodeBlock", "codeBlock"),
  ],
  [
    { icon: "image", label: "Image", run: editImage, active: active("image") },
    { icon: "table", label: "Table", run: run("insertTable", { rows: 3, cols: 3, withHeaderRow: true }), active: active("table") },
    { icon: "minus", label: "Horizontal rule", run: run("setHorizontalRule") },
  ],
  [
    { icon: "undo-2", label: "Undo", keys: "Control+Z", run: run("undo"), can: can("undo") },
    { icon: "redo-2", label: "Redo", keys: "Control+Shift+Z", run: run("redo"), can: can("redo") },
  ],
];

/** Shown while the cursor is in a table. */
export const TABLE = [
  [
    { text: "Row above", run: run("addRowBefore") }, { text: "Row below", run: run("addRowAfter") },
    { text: "Column left", run: run("addColumnBefore") }, { text: "Column right", run: run("addColumnAfter") },
  ],
  [
    { text: "Header row", run: run("toggleHeaderRow") },
    { text: "Merge or split", run: run("mergeOrSplit"), can: can("mergeOrSplit") },
  ],
  [
    { text: "Delete row", run: run("deleteRow") }, { text: "Delete column", run: run("deleteColumn") },
    { text: "Delete table", run: run("deleteTable") },
  ],
];
