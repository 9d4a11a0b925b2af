// Ctrl/Cmd+K, or the search link: a palette over pages, files, people, accounts and the menu. Without scripts
// the link leads to the search page.
const link = document.querySelector("[data-palette]");
const box = document.createElement("dialog");
const input = document.createElement("input");
const list = document.createElement("ul");
const said = document.createElement("p");
let asking = 0;

const entry = ({ label, detail, url }) => {
  const row = document.createElement("li");
  const anchor = document.createElement("a");
  const small = document.createElement("small");
  anchor.href = url;
  anchor.dir = "auto";
  anchor.textContent = label;
  small.className = "muted";
  small.textContent = detail;
  anchor.append(" ", small);
  row.append(anchor);
  return row;
};

const places = (words) => [...document.querySelectorAll("#main-nav a")]
  .map((place) => ({ label: place.querySelector("span").textContent, detail: "Go to", url: place.href }))
  .filter((place) => words.every((word) => place.label.toLowerCase().includes(word)));

const show = (hits) => {
  list.replaceChildren(...hits.map(entry));
  said.textContent = hits.length ? `${hits.length} found` : "Nothing found";
};

const look = async () => {
  const turn = ++asking;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const near = places(words);
  show(near);
  if (!words.length) return;
  await new Promise((done) => { setTimeout(done, 150); });
  if (turn !== asking) return;
  const answer = await fetch(`${link.dataset.palette}?q=${encodeURIComponent(input.value)}`, {
    headers: { Accept: "application/json" }, credentials: "same-origin",
  }).catch(() => null);
  if (turn !== asking || !answer?.ok) return;
  show([...near, ...(await answer.json()).hits]);
};

const build = () => {
  box.className = "palette";
  box.setAttribute("aria-label", "Search");
  input.type = "search";
  input.className = "form-control";
  input.setAttribute("aria-label", "Search, or go to");
  input.placeholder = "Search, or go to…";
  list.className = "hits";
  said.className = "small muted";
  said.setAttribute("role", "status");
  box.append(input, said, list);
  document.body.append(box);
  input.addEventListener("input", look);
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && document.activeElement === input) list.querySelector("a")?.click();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const stops = [input, ...list.querySelectorAll("a")];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  });
};

const open = (event) => {
  event.preventDefault();
  if (!box.isConnected) build();
  if (!box.open) box.showModal();
  input.select();
  look();
};

link?.addEventListener("click", (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) open(event); });
if (link) {
  document.addEventListener("keydown", (event) => {
    // In the editor's text it makes a link.
    if (event.defaultPrevented || event.target.closest?.("[contenteditable], dialog")) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") open(event);
  });
}
