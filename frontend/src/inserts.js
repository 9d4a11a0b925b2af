// The dialogs behind links, images, embeds and footnotes.
import { getMarkRange } from "@tiptap/core";
import { chooser } from "./choose.js";
import { ask } from "./dialogs.js";
import { images, pages, pagesById, services } from "./server.js";
import { completeUrl, isSafeUrl, ownPage } from "./urls.js";

const wrongAddress = "Use a web address (https://…), mailto:, tel:, or an address in this site (/about).";
const checkUrl = (value) => (value === "" || isSafeUrl(completeUrl(value)) ? "" : wrongAddress);
const textareaOf = (editor) => editor.storage.commonAttributes.textarea;
const span = (className, textContent) => Object.assign(document.createElement("span"), { className, textContent });

const nameOwnPage = async (form, textarea, href) => {
  const id = ownPage(href);
  if (!id) return;
  const items = await pagesById(textarea, [id]);
  if (!items) return;
  const told = form.querySelector(".hint");
  const [item] = items;
  if (!item) told.textContent = "This page is not there any more. Choose another.";
  else told.textContent = `Leads to “${item.title || "(untitled)"}”, wherever it moves${item.live ? "" : " (not live now)"}.`;
};

export const editLink = async (editor) => {
  const now = editor.getAttributes("link");
  const textarea = textareaOf(editor);
  let form;
  const own = chooser({
    label: "Or a page of this site", ask: (q) => pages(textarea, q),
    show: (item) => [span("", item.title || "(untitled)"), span("muted small", ` ${item.live ? item.address : "not live"}`)],
    pick: (item) => { form.elements.href.value = item.href; form.elements.href.setCustomValidity(""); nameOwnPage(form, textarea, item.href); },
  });
  const answer = await ask({
    title: now.href ? "Change the link" : "Add a link", go: now.href ? "Change link" : "Add link",
    remove: now.href ? "Remove link" : null,
    ready: (made) => { form = made; nameOwnPage(form, textarea, now.href); },
    fields: [
      { name: "href", label: "Address", value: now.href ?? "", required: true, check: checkUrl,
        hint: "For example https://example.org/page, /about or mailto:someone@example.org" },
      { element: own },
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

const captioned = (attrs, caption) => ({ type: "figure", content: [
  { type: "paragraph", content: [{ type: "image", attrs }] },
  { type: "figcaption", content: [{ type: "text", text: caption }] },
] });

const thumbnail = (item) => {
  const picture = Object.assign(document.createElement("img"), { src: item.src, alt: "", loading: "lazy" });
  return [picture, span("", item.name || item.alt || item.src)];
};

const readyImage = (form) => {
  const { alt, decoration } = form.elements;
  const judge = () => alt.setCustomValidity(alt.value.trim() || decoration.checked ? "" : "Say what it shows, or that it is decoration.");
  alt.addEventListener("input", judge);
  decoration.addEventListener("change", judge);
  judge();
};

export const editImage = async (editor) => {
  const now = editor.isActive("image") ? editor.getAttributes("image") : {};
  const inFigure = editor.isActive("figure");
  let form;
  const fromMedia = chooser({
    label: "Find an image", ask: (q) => images(textareaOf(editor), q), show: thumbnail,
    pick: (item) => {
      const { src, alt, width, height } = form.elements;
      Object.assign(src, { value: item.src });
      width.value = item.width ?? "";
      height.value = item.height ?? "";
      if (!alt.value) alt.value = item.alt ?? "";
      src.dispatchEvent(new Event("input"));
      alt.dispatchEvent(new Event("input"));
    },
  });
  const answer = await ask({
    title: now.src ? "Change the image" : "Add an image", go: now.src ? "Change image" : "Add image",
    ready: (made) => { form = made; readyImage(form); },
    fields: [
      { element: fromMedia },
      { name: "src", label: "Address of the image", value: now.src ?? "", required: true, check: checkUrl },
      { name: "width", type: "hidden", value: now.width ?? "" }, { name: "height", type: "hidden", value: now.height ?? "" },
      { name: "alt", label: "What it shows", value: now.alt ?? "", hint: "Read aloud to people who cannot see it." },
      { name: "decoration", type: "checkbox", label: "Decoration only: there is nothing to tell", checked: Boolean(now.src) && !now.alt },
      ...(inFigure ? [] : [{ name: "caption", label: "Caption (optional)", hint: "Shown below the image." }]),
    ],
  });
  if (!answer) return;
  const alt = answer.decoration ? "" : answer.alt.trim();
  const attrs = { src: completeUrl(answer.src), alt, width: Number(answer.width) || null, height: Number(answer.height) || null };
  if (answer.caption?.trim()) editor.chain().focus().insertContent(captioned(attrs, answer.caption.trim())).run();
  else if (now.src) editor.chain().focus().updateAttributes("image", attrs).run();
  else editor.chain().focus().insertContent({ type: "image", attrs }).run();
};

export const isListed = (href, list) => {
  try {
    const { protocol, hostname, username } = new URL(href);
    return /^https?:$/.test(protocol) && !username && list.includes(hostname.replace(/^www\./, "").replace(/^m\./, ""));
  } catch {
    return false;
  }
};

export const addEmbed = async (editor) => {
  const list = services(textareaOf(editor));
  const answer = await ask({
    title: "Add a video, a sound or a map", go: "Add link",
    fields: [
      { name: "href", label: "Its address", required: true,
        check: (value) => (value === "" || isListed(completeUrl(value), list) ? "" : `Only from: ${list.join(", ")}.`),
        hint: "Readers get a link that names the service; nothing of it loads on your page." },
      { name: "text", label: "What it is called", required: true },
    ],
  });
  if (!answer) return;
  const link = { type: "link", attrs: { href: completeUrl(answer.href) } };
  const text = { type: "text", text: answer.text.trim() || answer.href, marks: [link] };
  editor.chain().focus().insertContent({ type: "paragraph", attrs: { class: "embed" }, content: [text] }).run();
};

export const editFootnote = async (editor) => {
  const type = editor.schema.marks.footnote;
  const range = editor.isActive("footnote") ? getMarkRange(editor.state.selection.$from, type) : null;
  const before = range ? editor.state.doc.textBetween(range.from, range.to) : "";
  const answer = await ask({
    title: range ? "Change the footnote" : "Add a footnote", go: range ? "Change footnote" : "Add footnote",
    remove: range ? "Remove footnote" : null,
    fields: [{ name: "text", label: "The note", type: "textarea", value: before, required: true,
      hint: "Stands here while you write. Readers find a number here and the note at the end." }],
  });
  if (!answer) return;
  if (answer === "remove") { editor.chain().focus().deleteRange(range).run(); return; }
  const text = answer.text.trim().replace(/\s+/g, " ");
  if (!text || text === before) return;
  const note = { type: "text", text, marks: [{ type: "footnote" }] };
  const chain = editor.chain().focus();
  if (range) chain.insertContentAt(range, note).run();
  else chain.insertContentAt(editor.state.selection.to, note).unsetMark("footnote").run();
};
