// Beside a chooser of more than it offers: what it holds is narrowed while one types, without leaving the page.
// Long texts and files are not sent along; without scripts its button sends the whole form.
const LONG = 2000;
const asking = new WeakMap();

const part = (box, form) => {
  const sent = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.length < LONG) sent.append(name, value);
  }
  sent.set("find-in", box.dataset.finder);
  return sent;
};

const answer = async (form, sent) => {
  const url = new URL(form.action);
  const get = form.method === "get";
  if (get) url.search = new URLSearchParams(sent);
  const got = await fetch(url, { method: form.method, body: get ? null : sent, credentials: "same-origin" }).catch(() => null);
  return got?.headers.get("content-type")?.startsWith("text/html")
    ? new DOMParser().parseFromString(await got.text(), "text/html") : null;
};

const look = async (box) => {
  const input = box.querySelector("input");
  const form = input.form;
  const turn = {};
  asking.set(box, turn);
  const page = await answer(form, part(box, form));
  if (!page || asking.get(box) !== turn || !box.isConnected) return;
  const id = input.id.slice("find-".length);
  for (const each of [`found-${id}`, `shown-${id}`, `${id}-choices`, id]) {
    const old = document.getElementById(each);
    const fresh = page.getElementById(each);
    if (!old || !fresh) continue;
    if (old.localName === "select") old.replaceChildren(...fresh.children);
    else if (old.localName === "input") old.value = fresh.value;
    else old.replaceChildren(...fresh.childNodes);
  }
};

const soon = (box) => {
  clearTimeout(box.waiting);
  box.waiting = setTimeout(look, 250, box);
};

const boxOf = (target) => target.closest?.("[data-finder]");
document.addEventListener("input", (event) => { if (boxOf(event.target)) soon(boxOf(event.target)); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.type !== "search" || !boxOf(event.target)) return;
  event.preventDefault();
  look(boxOf(event.target));
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-finder] button")) return;
  event.preventDefault();
  look(boxOf(event.target));
});
