// The cards of search engines and social media follow what is typed.
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);
const box = document.querySelector("[data-seo]");
const value = (name) => document.querySelector(`[name="${name}"]`)?.value.trim().replace(/\s+/g, " ") ?? "";

const show = () => {
  const title = value("seo_title") || `${value("title") || "(untitled)"} – ${box.dataset.site}`;
  const text = value("seo_description") || value("excerpt") || box.dataset.ownDescription;
  for (const place of box.querySelectorAll("[data-seo-title]")) place.textContent = cut(title, 60);
  const [search, social] = box.querySelectorAll("[data-seo-description]");
  search.textContent = cut(text, 155) || "No description: search engines choose some words of the text.";
  social.textContent = cut(text, 110);
  for (const name of ["seo_title", "seo_description"]) count(name, name === "seo_title" ? 60 : 155);
};

// A picture of this host is shown as soon as its address stands there; of the library, the part that cards cut.
const picture = () => {
  const where = (value("seo_library") || value("seo_picture")).split("?")[0];
  const old = box.querySelector("[data-seo-picture], [data-seo-no-picture]");
  const fits = /^\/(?!\/)\S+$/.test(where);
  const shown = fits ? Object.assign(document.createElement("img"), { alt: "" }) : document.createElement("p");
  if (fits) {
    shown.src = /^\/a\/[a-z0-9-]+\/media\/[0-9a-f-]{36}\/file$/.test(where) ? `${where}?size=social` : where;
    shown.dataset.seoPicture = "";
  } else {
    shown.className = "seo-no-picture";
    shown.dataset.seoNoPicture = "";
    shown.textContent = where ? "A picture from elsewhere is shown once this is saved" : "No picture";
  }
  old.replaceWith(shown);
};

const count = (name, most) => {
  const field = document.querySelector(`[name="${name}"]`);
  const told = field.parentElement.querySelector("[data-count]")
    ?? field.parentElement.appendChild(Object.assign(document.createElement("p"), { className: "hint seo-count" }));
  told.dataset.count = "";
  const used = value(name).length;
  told.textContent = used > 0 ? `${used} of about ${most} characters` : "";
  told.classList.toggle("is-over", used > most);
};

if (box) {
  box.closest("form").addEventListener("input", (event) => {
    if (/^seo_(picture|library)$/.test(event.target.name)) picture();
    if (/^(title|excerpt|seo_.*)$/.test(event.target.name)) show();
  });
  show();
}
