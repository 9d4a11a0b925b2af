// Find and replace: what is found is marked while the bar is open, and counted.
import { Extension } from "@tiptap/core";
import { Plugin, PluginKey, TextSelection } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

const key = new PluginKey("find");
const NOTHING = { pattern: null, found: [], here: -1, marks: DecorationSet.empty };
const MOST = 5000;

const patternOf = (words, exact) => (words ? new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), exact ? "gu" : "giu") : null);

const search = (doc, pattern) => {
  const found = [];
  if (!pattern) return found;
  doc.descendants((node, position) => {
    if (!node.isTextblock) return true;
    const text = node.textBetween(0, node.content.size, undefined, "\ufffc");
    for (const match of text.matchAll(pattern)) {
      if (found.length < MOST) found.push({ from: position + 1 + match.index, to: position + 1 + match.index + match[0].length });
    }
    return false;
  });
  return found;
};

const stateOf = (doc, pattern, near) => {
  const found = search(doc, pattern);
  const next = found.findIndex(({ from }) => from >= near);
  const here = found.length === 0 ? -1 : Math.max(next, 0);
  const marks = found.map(({ from, to }, index) => Decoration.inline(from, to, { class: index === here ? "found is-here" : "found" }));
  return { pattern, found, here, marks: DecorationSet.create(doc, marks) };
};

export const Find = Extension.create({
  name: "find",
  addProseMirrorPlugins: () => [new Plugin({
    key,
    state: {
      init: () => NOTHING,
      apply: (transaction, before) => {
        const asked = transaction.getMeta(key);
        if (asked) return asked.pattern ? stateOf(transaction.doc, asked.pattern, asked.near) : NOTHING;
        if (!before.pattern || !transaction.docChanged) return before;
        return stateOf(transaction.doc, before.pattern, transaction.mapping.map(before.found[before.here]?.from ?? 0));
      },
    },
    props: { decorations: (state) => key.getState(state).marks },
  })],
});

const input = (label, className) => {
  const made = Object.assign(document.createElement("input"), { type: "text", className: `form-control ${className}`, autocomplete: "off", placeholder: label });
  made.setAttribute("aria-label", label);
  return made;
};
const button = (text, run) => {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", run);
  return made;
};

export class FindBar {
  constructor(editor) {
    this.editor = editor;
    this.bar = Object.assign(document.createElement("div"), { className: "editor-bar find-bar", hidden: true });
    this.bar.setAttribute("role", "search");
    this.words = input("Find", "find-words");
    this.other = input("Replace with", "find-other");
    this.told = document.createElement("span");
    this.told.setAttribute("role", "status");
    this.exact = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input" });
    const label = Object.assign(document.createElement("label"), { className: "find-exact" });
    label.append(this.exact, " Match case");
    this.bar.append(this.words, button("Previous", () => this.step(-1)), button("Next", () => this.step(1)), label, this.told, this.other,
      button("Replace", () => this.replace()), button("Replace all", () => this.replaceAll()), button("Close", () => this.close()));
    for (const field of [this.words, this.other, this.exact]) field.addEventListener("input", (event) => event.stopPropagation());
    this.words.addEventListener("input", () => this.look());
    this.exact.addEventListener("change", () => this.look());
    this.bar.addEventListener("keydown", (event) => this.keys(event));
  }

  get state() { return key.getState(this.editor.state); }

  open() {
    const { from, to } = this.editor.state.selection;
    const chosen = this.editor.state.doc.textBetween(from, to, " ");
    if (chosen && chosen.length < 100) this.words.value = chosen;
    this.bar.hidden = false;
    this.words.select();
    this.look();
  }

  close() {
    const match = this.state.found[this.state.here];
    this.bar.hidden = true;
    this.send({ pattern: null });
    if (match) this.editor.commands.setTextSelection(match);
    this.editor.commands.focus();
  }

  keys(event) {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.words) this.step(event.shiftKey ? -1 : 1);
    else if (event.key === "Enter" && event.target === this.other) this.replace();
    else return;
    event.preventDefault();
  }

  send(asked) { this.editor.view.dispatch(this.editor.state.tr.setMeta(key, asked)); this.tell(); }

  look() { this.send({ pattern: patternOf(this.words.value, this.exact.checked), near: this.editor.state.selection.from }); this.show(); }

  step(by) {
    const { found, here, pattern } = this.state;
    if (found.length === 0) return;
    this.send({ pattern, near: found[(here + by + found.length) % found.length].from });
    this.show();
  }

  show() {
    const match = this.state.found[this.state.here];
    if (!match) return;
    const { tr } = this.editor.state;
    this.editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, match.from, match.to)));
    this.editor.view.dom.querySelector(".found.is-here")?.scrollIntoView({ block: "center" });
  }

  tell() {
    const { found, here } = this.state;
    if (!this.words.value) this.told.textContent = "";
    else this.told.textContent = found.length ? `${here + 1} of ${found.length}${found.length === MOST ? "+" : ""}` : "Not found";
  }

  replace() {
    const match = this.state.found[this.state.here];
    if (!match) return;
    this.editor.view.dispatch(this.editor.state.tr.insertText(this.other.value, match.from, match.to));
    this.tell();
    this.show();
  }

  replaceAll() {
    const { found } = this.state;
    const { tr } = this.editor.state;
    for (const { from, to } of [...found].reverse()) tr.insertText(this.other.value, from, to);
    this.editor.view.dispatch(tr);
    this.told.textContent = `${found.length} replaced`;
  }
}
