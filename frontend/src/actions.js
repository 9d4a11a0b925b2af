// What the toolbar's buttons do.
import { addEmbed, editFootnote, editImage, editLink } from "./inserts.js";

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
    { icon: "superscript", label: "Footnote", keys: "Control+Alt+F", run: editFootnote, active: active("footnote") },
    { icon: "tv", label: "Video, sound or map", run: addEmbed },
    { icon: "table", label: "Table", run: run("insertTable", { rows: 3, cols: 3, withHeaderRow: true }), active: active("table") },
    { icon: "minus", label: "Horizontal rule", run: run("setHorizontalRule") },
  ],
  [
    { icon: "undo-2", label: "Undo", keys: "Control+Z", run: run("undo"), can: can("undo") },
    { icon: "redo-2", label: "Redo", keys: "Control+Shift+Z", run: run("redo"), can: can("redo") },
    { icon: "search", label: "Find and replace", keys: "Control+F", run: (editor) => editor.emit("find") },
    { icon: "keyboard", label: "Keyboard shortcuts", keys: "Control+/", run: (editor) => editor.emit("shortcuts") },
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
