// What the editor can hold: everything the server lets through, so that opening a text never costs a part of it.
import { Extension, Mark, Node, mergeAttributes } from "@tiptap/core";
import Code from "@tiptap/extension-code";
import CodeBlock from "@tiptap/extension-code-block";
import Image from "@tiptap/extension-image";
import ListItem from "@tiptap/extension-list-item";
import Strike from "@tiptap/extension-strike";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";
import { Placeholder } from "@tiptap/extensions";
import { Find } from "./find.js";
import { isSafeUrl } from "./urls.js";

const MARKS = ["sub", "sup", "mark", "kbd", "abbr", "acronym", "cite", "ins", "del", "small", "big", "tt", "q", "dfn",
  "var", "samp", "time", "span", "bdi", "bdo"];
const BOXES = ["div", "section", "article", "aside", "header", "footer", "main", "nav", "address", "center", "hgroup"];
const BLOCKS = ["paragraph", "heading", "blockquote", "bulletList", "orderedList", "listItem", "codeBlock",
  "horizontalRule", "table", "tableRow", "tableCell", "tableHeader", "figure", "figcaption", "box", "dl", "dt", "dd",
  "details", "summary", "preformatted", "image"];
const INLINE = ["bold", "italic", "underline", "code", "strike", "link", ...MARKS];

const kept = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] === null ? {} : { [name]: attributes[name] }),
});
const keptAll = (...names) => Object.fromEntries(names.map((name) => [name, kept(name)]));

const CommonAttributes = Extension.create({
  name: "commonAttributes",
  addStorage: () => ({ textarea: null }),
  addGlobalAttributes: () => [
    { types: [...BLOCKS, ...INLINE], attributes: keptAll("class", "id", "lang", "dir") },
    { types: [...BLOCKS.filter((name) => name !== "image"), ...INLINE], attributes: keptAll("title", "align") },
    { types: ["image"], attributes: keptAll("align", "srcset", "sizes", "loading", "decoding") },
    { types: ["blockquote", "q", "ins", "del"], attributes: keptAll("cite") },
    { types: ["time", "ins", "del"], attributes: keptAll("datetime") },
    { types: ["tableCell", "tableHeader"], attributes: keptAll("scope", "headers", "abbr", "valign") },
    { types: ["orderedList"], attributes: keptAll("reversed") },
    { types: ["listItem"], attributes: keptAll("value") },
    { types: ["link"], attributes: keptAll("hreflang", "download", "name") },
    { types: ["table"], attributes: keptAll("summary") },
  ],
});

const mark = (tag) => Mark.create({
  name: tag,
  parseHTML: () => [{ tag }],
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
});

const node = (name, content, more = {}) => Node.create({
  name, content, defining: true,
  parseHTML: () => [{ tag: name }],
  renderHTML: ({ HTMLAttributes }) => [name, HTMLAttributes, 0],
  ...more,
});

const Box = node("box", "block+", {
  group: "block",
  addAttributes: () => ({ tag: { default: "div", parseHTML: (element) => element.localName, rendered: false } }),
  parseHTML: () => BOXES.map((tag) => ({ tag })),
  renderHTML: ({ node: box, HTMLAttributes }) => [box.attrs.tag, mergeAttributes(HTMLAttributes, { "data-box": "" }), 0],
});

/** A note is written where it belongs; readers find it at the end, by number. It goes around every other mark. */
const Footnote = Mark.create({
  name: "footnote", priority: 1100, inclusive: false,
  parseHTML: () => [{ tag: "small.footnote", priority: 60 }],
  renderHTML: () => ["small", { class: "footnote" }, 0],
});

const Details = node("details", "summary? block*", {
  group: "block",
  addAttributes: () => keptAll("open"),
  addNodeView: () => () => {
    const dom = document.createElement("div");
    dom.dataset.box = "";
    return { dom, contentDOM: dom };
  },
});

const isCode = (pre) => pre.childNodes.length === 1 && pre.firstChild.localName === "code"
  && pre.firstChild.children.length === 0;

/** `<pre>` is program text only around a lone `<code>`; else it is verse, with marks and line breaks. */
const ProgramText = CodeBlock.extend({
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full", getAttrs: (pre) => (isCode(pre) ? null : false) }],
});
const Preformatted = node("preformatted", "inline*", {
  group: "block", whitespace: "pre",
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full", priority: 40 }],
  renderHTML: ({ HTMLAttributes }) => ["pre", HTMLAttributes, 0],
});

/** Head, body and foot of a table, its caption and columns travel as attributes; serialise.js builds them again. */
const GroupedRow = TableRow.extend({
  addAttributes() {
    return { ...this.parent?.(), group: {
      default: null,
      parseHTML: (row) => ({ thead: "thead", tfoot: "tfoot" })[row.parentElement?.localName] ?? null,
      renderHTML: ({ group }) => (group ? { "data-group": group } : {}),
    } };
  },
});
const CaptionedTable = Table.extend({
  addAttributes() {
    return { ...this.parent?.(), caption: {
      default: null,
      parseHTML: (table) => table.querySelector(":scope > caption")?.textContent.trim() || null,
      renderHTML: ({ caption }) => (caption ? { "data-caption": caption } : {}),
    }, columns: {
      default: null,
      parseHTML: (table) => [...table.querySelectorAll(":scope > colgroup")].map((group) => group.outerHTML).join("") || null,
      renderHTML: ({ columns }) => (columns ? { "data-columns": columns } : {}),
    } };
  },
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }, { tag: "colgroup", ignore: true }],
  renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, ["tbody", 0]],
});

export const extensions = (placeholder) => [
  StarterKit.configure({
    code: false, codeBlock: false, listItem: false, strike: false,
    heading: { levels: [1, 2, 3, 4, 5, 6] },
    link: {
      openOnClick: false, autolink: false, linkOnPaste: true, defaultProtocol: "https",
      HTMLAttributes: { target: null, rel: null }, isAllowedUri: (uri) => isSafeUrl(uri ?? ""),
    },
  }),
  Code.extend({ excludes: "code" }),
  Strike.extend({ parseHTML: () => [{ tag: "s" }, { tag: "strike" }] }),
  ProgramText, Preformatted, ListItem.extend({ content: "block+" }),
  Image.configure({ inline: true, allowBase64: false }),
  CaptionedTable.configure({ resizable: false }), GroupedRow, TableHeader, TableCell,
  Footnote, ...MARKS.map(mark),
  node("figure", "(block | figcaption)+", { group: "block" }),
  node("figcaption", "inline*"),
  Box, Details,
  node("summary", "inline*"),
  node("dl", "(dt | dd)+", { group: "block" }), node("dt", "inline*"), node("dd", "block+"),
  CommonAttributes, Find,
  Placeholder.configure({ placeholder }),
];
