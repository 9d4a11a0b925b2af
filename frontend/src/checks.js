// What is worth a second look, while writing. The server says the same of the whole text (portal/content/checks.py).
import { isListed } from "./inserts.js";
import { pagesById, services } from "./server.js";
import { ownPage } from "./urls.js";

const VAGUE = new Set(["here", "click here", "more", "read more", "this", "link", "this link", "learn more"]);
const FILE = /^(\S+\.(jpe?g|png|gif|webp|svg|avif)|(img|dsc|image)[-_ ]?\d+)$/i;
const short = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

const headings = (node, at, say, seen) => {
  const { level } = node.attrs;
  if (node.textContent.trim() === "") say(at, `A heading of level ${level} is empty.`);
  else if (level > seen.level + 1) {
    say(at, `“${short(node.textContent)}” is a heading of level ${level} right below level ${seen.level}. Level ${seen.level + 1} comes next.`);
  }
  seen.level = level;
};

const picture = (node, at, say) => {
  const { alt, src } = node.attrs;
  const name = short((src ?? "").split("/").pop());
  if (alt === null) say(at, `The image “${name}” has no text for those who cannot see it.`);
  else if (FILE.test(alt.trim())) say(at, `The text of an image is the name of a file: “${short(alt)}”.`);
  else if (alt === "" && node.marks.some((mark) => mark.type.name === "link")) say(at, `The image “${name}” is a link and does not say where it leads.`);
};

const hasHeader = (table) => {
  let found = false;
  table.descendants((cell) => { found ||= cell.type.name === "tableHeader"; return !found; });
  return found;
};

/** {findings: [{at, sentence}], ids: own pages linked to, links: where they stand} */
export const look = (doc, list) => {
  const findings = [];
  const links = [];
  const seen = { level: 1 };
  const say = (at, sentence) => findings.push({ at, sentence });
  doc.descendants((node, at) => {
    const kind = node.type.name;
    if (kind === "heading") headings(node, at, say, seen);
    else if (kind === "image") picture(node, at, say);
    else if (kind === "table" && !hasHeader(node)) say(at, "A table has no header row.");
    else if (kind === "text") {
      const href = node.marks.find((mark) => mark.type.name === "link")?.attrs.href;
      if (!href) return true;
      if (VAGUE.has(node.text.trim().toLowerCase().replace(/[.…»→]+$/, ""))) say(at, `“${node.text.trim()}” does not say where the link leads.`);
      if (ownPage(href)) links.push({ at, id: ownPage(href) });
    } else if (kind === "paragraph" && node.attrs.class === "embed") {
      const href = node.firstChild?.marks.find((mark) => mark.type.name === "link")?.attrs.href;
      if (href && !isListed(href, list)) say(at, "An embed is of a service that is not on the list: it is a plain link.");
    }
    return true;
  });
  return { findings, links };
};

export class Checks {
  constructor(textarea, go) {
    this.textarea = textarea;
    this.go = go;
    this.known = new Map();
    this.box = Object.assign(document.createElement("details"), { className: "editor-checks", hidden: true });
    this.summary = document.createElement("summary");
    this.list = document.createElement("ul");
    this.box.append(this.summary, this.list);
  }

  async show(doc) {
    const list = services(this.textarea);
    const { findings, links } = look(doc, list);
    this.tell(findings);
    const asked = [...new Set(links.map(({ id }) => id))].filter((id) => !this.known.has(id)).slice(0, 100);
    if (asked.length > 0) {
      const items = await pagesById(this.textarea, asked);
      if (!items) return;
      for (const id of asked) this.known.set(id, items.find((item) => item.id === id) ?? null);
    }
    for (const { at, id } of links) {
      const page = this.known.get(id);
      if (page === null) findings.push({ at, sentence: "A link leads to a page that is not there. Readers see its words only." });
      else if (page && !page.live) findings.push({ at, sentence: `A link leads to “${short(page.title || "(untitled)")}”, which is not live. Readers see its words only.` });
    }
    this.tell(findings);
  }

  tell(findings) {
    const count = findings.length;
    this.box.hidden = count === 0;
    const words = `${count} ${count === 1 ? "thing" : "things"} worth a second look`;
    if (this.summary.textContent !== words) this.summary.textContent = words;
    this.list.replaceChildren(...findings.slice(0, 50).map(({ at, sentence }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: sentence });
      button.addEventListener("click", () => this.go(at));
      const line = document.createElement("li");
      line.append(button);
      return line;
    }));
  }
}
