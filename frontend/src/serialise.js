// From the editor's HTML to the stored one, and the question whether anything was lost on the way in.
const FORBIDDEN = /^(style|on[a-z]+)$/i;
const ATTRIBUTE = /([^\s"'<>/=]+)(\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?/g;

/** Styles and handlers are not kept, and the content policy would complain about each one that is parsed. */
export const withoutStyles = (html) => html
  .replace(/<style[\s>][\s\S]*?(<\/style>|$)/gi, "")
  .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(ATTRIBUTE, (whole, name) => (FORBIDDEN.test(name) ? "" : whole)));

const parse = (html) => new DOMParser().parseFromString(withoutStyles(html), "text/html").body;

const regroup = (table) => {
  const rows = [...table.querySelectorAll(":scope > tbody > tr")];
  const groups = [];
  for (const row of rows) {
    const name = row.dataset.group ?? "tbody";
    row.removeAttribute("data-group");
    if (groups.at(-1)?.localName !== name) groups.push(document.createElement(name));
    groups.at(-1).append(row);
  }
  table.querySelectorAll(":scope > tbody").forEach((part) => part.remove());
  table.append(...groups);
  if (table.dataset.columns) table.insertAdjacentHTML("afterbegin", table.dataset.columns);
  table.removeAttribute("data-columns");
  if (!table.dataset.caption) return;
  const caption = document.createElement("caption");
  caption.textContent = table.dataset.caption;
  table.removeAttribute("data-caption");
  table.prepend(caption);
};

const clean = (html) => {
  const body = parse(html);
  body.querySelectorAll("table").forEach(regroup);
  for (const element of body.querySelectorAll("[data-box]")) element.removeAttribute("data-box");
  for (const element of body.querySelectorAll("[colspan='1'], [rowspan='1']")) {
    for (const name of ["colspan", "rowspan"]) if (element.getAttribute(name) === "1") element.removeAttribute(name);
  }
  return body;
};

/** `<li><p>x</p></li>` was `<li>x</li>`: a lone plain paragraph in a cell or item says nothing. */
const unwrapLoneParagraphs = (body) => {
  for (const p of body.querySelectorAll("li > p:first-child, td > p, th > p, dd > p, figure > p")) {
    const parent = p.parentElement;
    const rest = [...parent.children].filter((child) => child !== p);
    const lone = parent.localName === "figure"
      ? p.textContent.trim() === "" && p.querySelector("img")
      : rest.every((child) => child.matches("ul, ol") && parent.localName === "li");
    if (lone && p.attributes.length === 0) p.replaceWith(...p.childNodes);
  }
};

const dropTrailingBlank = (body) => {
  const last = body.lastElementChild;
  if (last?.localName === "p" && !last.hasChildNodes() && body.children.length > 0) last.remove();
};

/** The HTML to store: one top-level block a line. */
export const serialise = (html) => {
  const body = clean(html);
  unwrapLoneParagraphs(body);
  dropTrailingBlank(body);
  const written = [...body.children].map((block) => block.outerHTML).join("\n");
  return written.replaceAll("&nbsp;", "\u00a0"); // as the server writes it: what did not change is not cleaned again
};

const SAME = { b: "strong", i: "em", strike: "s" };
const VOID = "img, br, hr, wbr, input, col, embed, source, track, iframe, video, audio, svg, object";
const INLINE = "strong, b, em, i, u, s, small, code, sub, sup, mark, cite, kbd, samp, var, ins, del";
const letters = (element) => element.textContent.replace(/\s+/g, "");

/** `<strong>` inside `<strong>`: the inner one may go. */
const saysNothing = (element) => element.attributes.length === 0 && element.matches(INLINE)
  && element.parentElement.closest(element.localName) !== null;

const weigh = (body) => {
  const weights = new Map();
  const add = (key, weight) => weights.set(key, (weights.get(key) ?? 0) + weight);
  for (const element of body.querySelectorAll("*:not(tbody)")) {
    if (saysNothing(element)) continue;
    const tag = SAME[element.localName] ?? element.localName;
    const weight = element.matches(VOID) ? 1
      : letters(element).length + element.querySelectorAll(VOID).length + (element.id || element.hasAttribute("name") ? 1 : 0);
    add(tag, weight);
    for (const { name, value } of element.attributes) {
      add(`${tag} ${name}="${value.trim().replace(/\s+/g, " ")}"`, weight);
    }
  }
  return weights;
};

/** Names what `after` no longer has of `before`: an empty list when nothing was lost. */
export const losses = (before, after) => {
  const old = parse(before);
  const now = clean(after);
  const lost = letters(old) === letters(now) ? [] : ["text"];
  const weights = weigh(now);
  for (const [key, weight] of weigh(old)) if ((weights.get(key) ?? 0) < weight) lost.push(key);
  return lost;
};

/** Foreign pages bring boxes, classes and ids along; only what carries meaning is pasted. */
export const cleanPaste = (html) => {
  if (html.includes("data-pm-slice")) return withoutStyles(html);
  const body = parse(html);
  for (const box of [...body.querySelectorAll("div, section, article, header, footer, main, nav, aside, center, span")].reverse()) {
    box.replaceWith(...box.childNodes);
  }
  for (const element of body.querySelectorAll("*")) {
    const own = element.matches("small.footnote, p.embed") ? element.className : "";
    for (const name of ["class", "id", "lang", "dir", "align", "valign"]) element.removeAttribute(name);
    if (own) element.className = own;
  }
  return body.innerHTML;
};
