// [data-presence]: tells the server that one is here, and shows who else is, without reloading.
const box = document.querySelector("[data-presence]");
const EVERY = 15000;
let shown = "";

const facts = () => {
  const form = box.closest("form");
  const body = new FormData();
  for (const name of ["csrf_token", "based_on"]) body.set(name, form.elements[name]?.value ?? "");
  return body;
};
const beat = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.presence, { method: "POST", body: facts(), redirect: "manual" });
    if (!answer.ok) return;
    const html = await answer.text();
    if (html === shown || box.contains(document.activeElement)) return;
    shown = html;
    const page = new DOMParser().parseFromString(html, "text/html");
    box.replaceChildren(...page.body.childNodes);
  } catch { /* offline: the next beat tells */ }
};

if (box) {
  box.setAttribute("aria-live", "polite");
  beat();
  setInterval(beat, EVERY);
  document.addEventListener("visibilitychange", beat);
  // Whoever sends the form does not leave: what he asked for must not be undone behind him.
  let sending = false;
  box.closest("form").addEventListener("submit", (event) => { sending = !event.defaultPrevented; });
  addEventListener("pagehide", () => { if (!sending) navigator.sendBeacon(box.dataset.leave, facts()); });
  addEventListener("pageshow", () => { sending = false; });
}
