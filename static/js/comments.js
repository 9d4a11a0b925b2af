// Comments without leaving the page: threads open below the editor, answers are sent from there.
// In a field, @ and letters offer the people who may read the page.

const discussionOf = (html) =>
  new DOMParser().parseFromString(html, "text/html").querySelector("[data-discussion]");

const ask = (address, body) =>
  fetch(address, { method: body ? "POST" : "GET", body, headers: { Accept: "text/html" } });

// The token of a page that was open for long is refused: a fresh one is as good, for the same text.
async function renewed(body) {
  const link = document.querySelector("[data-inline-discussion] a");
  const fresh = discussionOf(await (await ask(link?.href ?? location.href)).text());
  const token = fresh?.querySelector("[name=csrf_token]")?.value;
  if (token) body.set("csrf_token", token);
  return Boolean(token);
}

async function swap(place, address, body) {
  place.setAttribute("aria-busy", "true");
  try {
    let answer = await ask(address, body);
    if (body && answer.status === 400 && await renewed(body)) answer = await ask(address, body);
    const found = discussionOf(await answer.text());
    if (!found) throw new Error(String(answer.status));
    const fresh = document.importNode(found, true);
    place.replaceWith(fresh);
    (fresh.querySelector("[data-focus]") ?? fresh.querySelector(`${new URL(answer.url).hash || "#say"} textarea`) ?? fresh).focus();
  } catch (error) {
    place.removeAttribute("aria-busy");
    const out = ["400", "401"].includes(error.message);
    tell(place, out ? "You are signed out. What you typed is still here: sign in in another tab, then try again."
      : "This did not work. What you typed is still here; try again.");
  }
}

function tell(place, sentence) {
  const note = place.querySelector(".swap-note") ?? document.createElement("p");
  note.className = "swap-note field-error";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  place.prepend(note);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-inline-discussion] a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  let place = document.querySelector("[data-discussion]");
  if (!place) {
    place = document.createElement("div");
    document.querySelector("main").append(place);
  }
  swap(place, link.href);
});

document.addEventListener("submit", (event) => {
  const place = event.target.closest("[data-discussion]");
  if (!place || event.defaultPrevented) return;
  event.preventDefault();
  swap(place, event.target.action, new URLSearchParams(new FormData(event.target, event.submitter)));
});

// ---- @ ----
let list = null;

function namesFor(area) {
  const select = document.querySelector("[data-discussion] select[name=mention]");
  const found = /@([^\s@]*(?: [^\s@]*)?)$/.exec(area.value.slice(0, area.selectionStart));
  if (!select || !found) return { start: 0, names: [] };
  const typed = found[1].toLowerCase();
  const names = [...select.options].map((option) => option.textContent.replace(/ \([^)]*\)$/, ""))
    .filter((name) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed);
  return { start: found.index, names: [...new Set(names)].slice(0, 8) };
}

function close() {
  list?.area.removeAttribute("aria-activedescendant");
  list?.box.remove();
  list = null;
}

function choose(name) {
  const { area, start } = list;
  const after = area.value.slice(area.selectionStart);
  area.setRangeText(`@${name} `, start, area.value.length - after.length, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  close();
  area.focus();
}

function mark(index) {
  const options = [...list.box.children];
  list.at = (index + options.length) % options.length;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === list.at)));
  list.area.setAttribute("aria-activedescendant", options[list.at].id);
}

function offer(area) {
  close();
  const { start, names } = namesFor(area);
  if (!names.length) return;
  const box = document.createElement("ul");
  box.className = "mention-list";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "People");
  names.forEach((name, i) => {
    const option = document.createElement("li");
    option.id = `mention-${i}`;
    option.setAttribute("role", "option");
    option.textContent = name;
    option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(name); });
    box.append(option);
  });
  area.after(box);
  list = { area, start, names, box, at: 0 };
  mark(0);
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-mentions] textarea")) offer(event.target);
});
document.addEventListener("focusout", () => setTimeout(() => { if (list && document.activeElement !== list.area) close(); }, 0));
document.addEventListener("keydown", (event) => {
  if (!list || event.target !== list.area) return;
  if (event.key === "ArrowDown") mark(list.at + 1);
  else if (event.key === "ArrowUp") mark(list.at - 1);
  else if (event.key === "Enter" || event.key === "Tab") choose(list.names[list.at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
