// <form data-autosave="address">: what is typed is kept by the server, and on this device until the server has it.
const form = document.querySelector("form[data-autosave]");
const state = form.querySelector("[data-autosave-state]");
const address = form.dataset.autosave;
const prefix = `kept:${form.dataset.writer}:${address}:`;
const SOON = 1500;
const AT_LAST = 10000;
const AGAIN = 15000;
const NOT_KEPT = new Set(["csrf_token", "act", "copy"]);
const CARRIED = /^(once|based_on|type_version)$|^(find|found|shown)-/;

let changed = 0;
let sent = 0;
let busy = false;
let timer = 0;
let firstChange = 0;
let submitted = false;

const mark = () => form.elements.copy.value;
// One tab writes under one mark: where another has it open, this one goes on under its own.
const holdMark = () => navigator.locks?.request(`kept:${mark()}`, { ifAvailable: true }, (held) => (
  held ? new Promise(() => {}) : newMark()));
const newMark = () => {
  form.elements.copy.value = crypto.randomUUID();
  holdMark();
};
const say = (text, tone = "", link = null) => {
  state.hidden = false;
  state.dataset.tone = tone;
  state.replaceChildren(text, ...(link ? [" ", link] : []));
};
const values = () => [...new FormData(form)].filter(([name, value]) => !NOT_KEPT.has(name) && typeof value === "string");

// On this device
const remember = () => {
  try {
    localStorage.setItem(prefix + mark(), JSON.stringify({ at: Date.now(), submitted, values: values() }));
    return true;
  } catch { return false; }
};
const forget = (which) => { try { localStorage.removeItem(prefix + which); } catch { /* none there */ } };
const entryOf = (key) => {
  try { return [{ mark: key.slice(prefix.length), ...JSON.parse(localStorage.getItem(key)) }]; } catch { return []; }
};
const remembered = () => {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).flatMap(entryOf); } catch { return []; }
};

// To the server
const token = () => form.elements.csrf_token.value;
const renewToken = async () => {
  const answer = await fetch(form.dataset.renew ?? location.pathname, { redirect: "manual" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const theirs = page.querySelector("form[data-autosave]");
  const fresh = theirs?.elements.csrf_token?.value;
  if (!fresh || theirs.dataset.writer !== form.dataset.writer) return false; // somebody else signed in since
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = fresh;
  return true;
};
const post = (pairs, which) => {
  const body = new FormData();
  for (const [name, value] of pairs) body.append(name, value);
  body.set("copy", which);
  body.set("writer", form.dataset.writer);
  body.set("csrf_token", token());
  return fetch(address, { method: "POST", body, redirect: "manual" });
};
const send = async (pairs, which) => {
  const answer = await post(pairs, which);
  return answer.status === 400 && await renewToken() ? post(pairs, which) : answer;
};

const kept = ", kept on this device";
const WHY = {
  400: "signed out", 401: "signed out", 403: "you may not edit this page any more",
  404: "this page is out of your reach now", 409: "somebody else is signed in here now", 413: "it is too large",
};
const signIn = () => Object.assign(document.createElement("a"), {
  href: "/sign-in", target: "_blank", rel: "noopener", textContent: "Sign in (new tab)" });

const failed = (why, status = 0) => {
  const there = remember() ? kept : ", and this device keeps nothing: copy your text before you leave";
  say(`Not saved: ${why}${there}.`, "bad", status === 400 || status === 401 ? signIn() : null);
  later(AGAIN);
};

const save = async () => {
  if (busy || sent === changed) return;
  busy = true;
  const upTo = changed;
  const which = mark();
  say("Saving…");
  try {
    const answer = await send(values(), which);
    if (answer.ok) {
      done(await answer.json(), upTo, which);
    } else if (answer.status === 422) {
      failed((await answer.json()).says.replace(/\.$/, ""));
    } else {
      failed(WHY[answer.status] ?? "the portal does not answer as it should", answer.status);
    }
  } catch {
    failed(navigator.onLine ? "the portal is out of reach" : "offline");
  } finally {
    busy = false;
    if (changed !== upTo) later(SOON);
  }
};

const done = ({ state: what, says }, upTo, which) => {
  if (what === "settled") {
    newMark(); // saved meanwhile; what came after is a new copy
    forget(which);
    later(0);
    return;
  }
  sent = upTo;
  if (changed === sent) {
    forget(which);
    firstChange = 0;
    form.dispatchEvent(new Event("saved", { bubbles: true }));
  }
  say(`${says}.`);
};

const later = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
};

let remembering = 0;
form.addEventListener("input", () => {
  changed += 1;
  submitted = false;
  firstChange ||= Date.now();
  later(Math.max(0, Math.min(SOON, firstChange + AT_LAST - Date.now())));
  clearTimeout(remembering);
  remembering = setTimeout(() => { if (sent !== changed) remember(); }, 300);
});
form.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  clearTimeout(timer);
  clearTimeout(remembering);
  submitted = true;
  if (changed) remember();
});
addEventListener("online", () => later(0));
addEventListener("pagehide", () => { if (sent !== changed) remember(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && sent !== changed) later(0); });

// What this device kept from before: handed to the server, and offered with a comparison.
const offer = (title, children) => {
  const box = document.createElement("div");
  box.className = "callout callout-info";
  const text = document.createElement("div");
  const head = Object.assign(document.createElement("p"), { className: "callout-title", textContent: title });
  text.append(head, ...children);
  box.append(text);
  document.querySelector("[data-kept-here]").append(box);
};
const offerFromServer = (which) => {
  if (document.querySelector(`a[href$="?copy=${encodeURIComponent(which)}"]`)) return; // the page lists it already
  const link = Object.assign(document.createElement("a"), {
    href: `${form.dataset.unsavedTexts}?copy=${encodeURIComponent(which)}`,
    textContent: "Compare it with what stands now" });
  const line = document.createElement("p");
  line.append("This device kept what you typed. ", link, ".");
  offer("You typed something here that was not saved", [line]);
};
const offerFromHere = (entry) => {
  const fields = entry.values.filter(([name, value]) => ["title", "body", "excerpt"].includes(name) && value);
  offer("This device kept what you typed; it could not be handed over", fields.map(([name, value]) => {
    const area = Object.assign(document.createElement("textarea"), {
      className: "form-control kept-text", readOnly: true, value, rows: name === "body" ? 8 : 2 });
    area.setAttribute("aria-label", { title: "Title", body: "Text", excerpt: "Summary" }[name]);
    return area;
  }));
};
const handOver = async (entry) => {
  let which = entry.mark;
  let answer = await send(entry.values, which);
  let outcome = answer.ok ? (await answer.json()).state : "refused";
  if (outcome === "settled" && !entry.submitted) {
    which = crypto.randomUUID();
    answer = await send(entry.values, which);
    outcome = answer.ok ? "kept" : "refused";
  }
  if (outcome === "refused") return offerFromHere(entry);
  forget(entry.mark);
  if (outcome === "kept") offerFromServer(which);
};
const parsed = (text) => new DOMParser().parseFromString(text.replace(/\r\n?/g, "\n"), "text/html").body.innerHTML.trim();
const said = (pairs) => JSON.stringify(
  pairs.filter(([name, value]) => value && !CARRIED.test(name)).map(([name, value]) => [name, parsed(value)]).sort());
const isShown = (entry) => "returned" in form.dataset || said(entry.values) === said(values());
const comeBack = async () => {
  const found = remembered();
  const own = found.find((entry) => entry.mark === mark());
  if (own && isShown(own)) {
    found.splice(found.indexOf(own), 1);
  } else if (own) {
    newMark(); // typed on after the server had what is shown: its own text
  }
  for (const entry of found) {
    try { await handOver(entry); } catch { offerFromHere(entry); }
  }
};
holdMark();
comeBack();
addEventListener("pageshow", (event) => {
  submitted = false;
  if (event.persisted) newMark();
});
