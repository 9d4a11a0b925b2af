// Makes a rich-text editor of every <textarea data-richtext>; the textarea stays the form's control.
import { Editor } from "@tiptap/core";
import { MAIN, TABLE } from "./actions.js";
import { Checks } from "./checks.js";
import { FindBar } from "./find.js";
import { editFootnote, editLink } from "./inserts.js";
import { extensions } from "./schema.js";
import { cleanPaste, losses, serialise, withoutStyles } from "./serialise.js";
import { check } from "./server.js";
import { showShortcuts } from "./shortcuts.js";
import { toolbar } from "./toolbar.js";

const WORDS_A_MINUTE = 220;
const PAUSE = 400; // milliseconds without typing: a long text is not written out at every key
const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 50));

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

const leftOut = (removed) => {
  const more = removed.length > 4 ? ` And ${removed.length - 4} more.` : "";
  return removed.length === 0 ? "" : `Of what you pasted: ${removed.slice(0, 4).join(" ")}${more}`;
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
    textarea.addEventListener("input", (event) => { if (event.isTrusted) this.warn(); });
    addEventListener("pagehide", () => this.store());
    this.showRich(false);
    if (!this.editor) this.warn();
  }

  /** Typed HTML: what would go is told before it is saved. */
  warn() {
    if (this.editor) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const answer = await check(this.textarea, this.textarea.value);
      if (this.editor || !answer) return;
      const { removed } = answer;
      this.note.textContent = removed.length > 0 ? `When this is saved: ${removed.slice(0, 6).join(" ")}` : "";
    }, 2 * PAUSE);
  }

  build(place) {
    return new Editor({
      element: place, injectCSS: false, content: withoutStyles(this.textarea.value), editable: !this.textarea.disabled,
      extensions: extensions(this.textarea.placeholder || "Write here…"),
      editorProps: {
        attributes: attributesFor(this.textarea, this.id), transformPastedHTML: cleanPaste,
        handleKeyDown: (_view, event) => this.keys(event),
        handleDOMEvents: { paste: (_view, event) => this.paste(event) },
      },
      onUpdate: () => this.changed(),
      onTransaction: () => this.soon(),
    });
  }

  keys(event) {
    const control = event.ctrlKey || event.metaKey;
    const acts = {
      k: () => editLink(this.editor), f: () => (event.altKey ? editFootnote(this.editor) : this.find.open()),
      "/": () => this.shortcuts(),
    };
    const act = control && !event.shiftKey ? acts[event.key.toLowerCase()] : null;
    const toBar = event.altKey && event.key === "F10";
    if (!act && !toBar) return false;
    event.preventDefault();
    if (act) act();
    else this.bars[0].bar.querySelector("[tabindex='0']").focus();
    return true;
  }

  shortcuts() { showShortcuts(MAIN, () => this.editor?.commands.focus()); }

  /** Foreign text is put in order by the server, which also says what it left out; else here. */
  paste(event) {
    const html = event.clipboardData?.getData("text/html") ?? "";
    if (html === "" || html.includes("data-pm-slice")) return false;
    const plain = event.clipboardData.getData("text/plain");
    event.preventDefault();
    this.note.textContent = "Putting what you pasted in order…";
    check(this.textarea, html).then((answer) => {
      if (!this.editor) return;
      try {
        this.editor.view.pasteHTML(answer?.html || cleanPaste(html));
      } catch {
        this.editor.view.pasteText(plain); // made so that it cannot be read
      }
      this.note.textContent = leftOut(answer?.removed ?? []);
    });
    return true;
  }

  changed() {
    const first = !this.dirty;
    this.dirty = true;
    if (first) this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => idle(() => { this.store(); this.measure(); }), PAUSE);
  }

  /** Once a frame, however many keys were in it. */
  soon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => { this.frame = 0; this.refresh(); });
  }

  measure() {
    if (!this.editor) return;
    this.count.textContent = lengthOf(this.editor);
    this.checks.show(this.editor.state.doc);
  }

  goTo(at) {
    this.editor.chain().focus().setTextSelection(at + 1).scrollIntoView().run();
  }

  /** The editor, and what it could not keep; text can be made so that it cannot be read at all. */
  try(place) {
    try {
      const editor = this.build(place);
      editor.storage.commonAttributes.textarea = this.textarea;
      return [editor, losses(this.textarea.value, editor.getHTML())];
    } catch {
      return [null, ["text"]];
    }
  }

  showRich(wanted) {
    const box = element("div", "editor");
    const place = element("div", "editor-place");
    const [editor, lost] = this.try(place);
    if (lost.length > 0) {
      editor?.destroy();
      this.note.textContent = explain(lost);
      return;
    }
    this.editor = editor;
    this.dirty = false;
    this.bars = [toolbar(editor, "Formatting", MAIN, this.id), toolbar(editor, "Table", TABLE, this.id)];
    this.bars[1].bar.classList.add("table-bar");
    const bars = element("div", "editor-bars");
    this.find = new FindBar(editor);
    this.checks = new Checks(this.textarea, (at) => this.goTo(at));
    bars.append(...this.bars.map(({ bar }) => bar), this.find.bar);
    bars.addEventListener("keydown", (event) => { if (event.key === "Escape") editor.commands.focus(); });
    editor.on("find", () => this.find.open());
    editor.on("shortcuts", () => this.shortcuts());
    box.append(bars, place, this.checks.box, this.foot);
    this.box = box;
    this.textarea.after(box);
    this.textarea.hidden = true;
    this.note.textContent = "";
    this.switch.textContent = "Edit as HTML";
    this.refresh();
    this.measure();
    if (wanted) editor.commands.focus();
  }

  showSource() {
    this.store();
    clearTimeout(this.timer);
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
  }
}

const start = (scope) => {
  for (const textarea of scope.querySelectorAll("textarea[data-richtext]:not([data-richtext='on'])")) {
    textarea.dataset.richtext = "on";
    new RichText(textarea);
  }
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable='true'], dialog");
  if (event.key !== "?" || typing || event.ctrlKey || event.metaKey || !document.querySelector("[data-richtext='on']")) return;
  event.preventDefault();
  showShortcuts(MAIN);
});
document.addEventListener("htmx:load", (event) => start(event.target));
start(document);
