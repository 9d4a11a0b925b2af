// Makes a rich-text editor of every <textarea data-richtext>; the textarea stays the form's control.
import { Editor } from "@tiptap/core";
import { MAIN, TABLE, editLink } from "./actions.js";
import { extensions } from "./schema.js";
import { cleanPaste, losses, serialise, withoutStyles } from "./serialise.js";
import { toolbar } from "./toolbar.js";

const WORDS_A_MINUTE = 220;

const element = (tag, className, text = "") =>
  Object.assign(document.createElement(tag), { className, textContent: text });

const attributesFor = (textarea, id) => {
  const label = textarea.labels?.[0];
  if (label && !label.id) label.id = `${id}-label`;
  const attributes = { id, class: "editor-text", role: "textbox", "aria-multiline": "true" };
  if (label) attributes["aria-labelledby"] = label.id;
  else attributes["aria-label"] = textarea.getAttribute("aria-label") ?? "Text";
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (textarea.hasAttribute(name)) attributes[name] = textarea.getAttribute(name);
  }
  if (textarea.required) attributes["aria-required"] = "true";
  return attributes;
};

const lengthOf = (editor) => {
  const words = editor.getText({ blockSeparator: " " }).split(/\s+/).filter(Boolean).length;
  const minutes = Math.max(1, Math.round(words / WORDS_A_MINUTE));
  return `${words.toLocaleString()} ${words === 1 ? "word" : "words"} · ${minutes} min to read`;
};

const explain = (lost) => {
  const names = [...new Set(lost.map((key) => (key === "text" ? key : `<${key}>`)))].slice(0, 4).join(", ");
  return `The visual editor cannot keep everything this text holds (${names}). `
    + "It is shown as HTML, so that nothing is lost.";
};

class RichText {
  constructor(textarea) {
    this.textarea = textarea;
    this.id = `${textarea.id || "text"}-editor`;
    this.note = element("p", "hint editor-note");
    this.note.setAttribute("role", "status");
    this.switch = element("button", "btn btn-quiet btn-sm", "Edit as HTML");
    this.switch.type = "button";
    this.switch.addEventListener("click", () => (this.editor ? this.showSource() : this.showRich(true)));
    this.foot = element("div", "editor-foot");
    this.count = element("span", "editor-count");
    this.foot.append(this.count, this.switch);
    textarea.before(this.note);
    textarea.after(this.foot);
    textarea.labels?.[0]?.addEventListener("click", () => this.editor?.commands.focus());
    textarea.form?.addEventListener("submit", () => this.store(), true);
    textarea.form?.addEventListener("formdata", (event) => {
      this.store();
      if (textarea.name && this.editor) event.formData.set(textarea.name, textarea.value);
    });
    textarea.form?.addEventListener("reset", () => setTimeout(() => this.reload()));
    this.showRich(false);
  }

  build(place) {
    return new Editor({
      element: place, injectCSS: false, content: withoutStyles(this.textarea.value), editable: !this.textarea.disabled,
      extensions: extensions(this.textarea.placeholder || "Write here…"),
      editorProps: {
        attributes: attributesFor(this.textarea, this.id), transformPastedHTML: cleanPaste,
        handleKeyDown: (_view, event) => {
          if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return false;
          event.preventDefault();
          editLink(this.editor);
          return true;
        },
      },
      onUpdate: () => { this.dirty = true; this.store(); },
      onTransaction: () => this.refresh(),
    });
  }

  showRich(wanted) {
    const box = element("div", "editor");
    const place = element("div", "editor-place");
    const editor = this.build(place);
    const lost = losses(this.textarea.value, editor.getHTML());
    if (lost.length > 0) {
      editor.destroy();
      this.note.textContent = explain(lost);
      return;
    }
    this.editor = editor;
    this.dirty = false;
    this.bars = [toolbar(editor, "Formatting", MAIN, this.id), toolbar(editor, "Table", TABLE, this.id)];
    this.bars[1].bar.classList.add("table-bar");
    const bars = element("div", "editor-bars");
    bars.append(...this.bars.map(({ bar }) => bar));
    box.append(bars, place, this.foot);
    this.box = box;
    this.textarea.after(box);
    this.textarea.hidden = true;
    this.note.textContent = "";
    this.switch.textContent = "Edit as HTML";
    this.refresh();
    if (wanted) editor.commands.focus();
  }

  showSource() {
    this.store();
    this.editor.destroy();
    this.editor = null;
    this.textarea.hidden = false;
    this.textarea.after(this.foot);
    this.box.remove();
    this.switch.textContent = "Back to the visual editor";
    this.count.textContent = "";
    this.textarea.focus();
  }

  reload() {
    if (!this.editor) return;
    this.editor.commands.setContent(withoutStyles(this.textarea.value), { emitUpdate: false });
    this.dirty = false;
  }

  /** An untouched text is left exactly as it came. */
  store() {
    if (!this.editor || !this.dirty) return;
    const html = serialise(this.editor.getHTML());
    if (html === this.textarea.value) return;
    this.textarea.value = html;
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  refresh() {
    if (!this.editor || !this.bars) return;
    this.bars.forEach(({ refresh }) => refresh());
    this.bars[1].bar.hidden = !this.editor.isActive("table");
    this.count.textContent = lengthOf(this.editor);
  }
}

const start = (scope) => {
  for (const textarea of scope.querySelectorAll("textarea[data-richtext]:not([data-richtext='on'])")) {
    textarea.dataset.richtext = "on";
    new RichText(textarea);
  }
};

document.addEventListener("htmx:load", (event) => start(event.target));
start(document);
