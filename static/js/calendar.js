// Taking what is open to another day, by pointer or by keyboard, leads to the form that moves it, filled in for
// that day. Nothing moves before somebody confirms it there; without this file the clock leads to the same form.
const calendar = document.querySelector("[data-view]");
const days = [...document.querySelectorAll("[data-day]")];
const said = document.querySelector("[data-said]");
const across = calendar?.tagName === "TABLE" ? 7 : 1;
let taken = null;
let over = null;
let focused = null;

const say = (text) => { if (said) said.textContent = text; };
const may = (day) => Boolean(day) && !day.contains(taken) && !("past" in day.dataset);
const title = (item) => item.querySelector(".cal-what span:last-of-type").textContent.trim();

function take(item) {
  taken = item;
  item.classList.add("is-dragged");
}
function point(day) {
  over?.classList.remove("is-over", "is-barred");
  over = day;
  day?.classList.add(may(day) || day.contains(taken) ? "is-over" : "is-barred");
}
function leave(words = "") {
  taken?.classList.remove("is-dragged");
  point(null);
  taken = focused = null;
  if (words) say(words);
}
function put(day) {
  const { view, zone } = calendar.dataset;
  location.assign(`${taken.dataset.move}?${new URLSearchParams({ on: day.dataset.day, by: zone, view })}`);
}
function named(day) {
  const words = [(day.querySelector(".cal-long") ?? day.querySelector("h2")).textContent.trim()];
  if ("past" in day.dataset) words.push("has passed, choose another");
  else if (day.contains(taken)) words.push("where it is");
  for (const freeze of day.querySelectorAll(".cal-freeze span")) words.push(`freeze: ${freeze.textContent.trim()}`);
  return words.join(", ");
}

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-move]");
  if (!item) return;
  leave();
  take(item);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", title(item));
});
document.addEventListener("dragend", () => leave());
for (const day of days) {
  day.addEventListener("dragover", (event) => {
    if (!taken || day.contains(taken)) return;
    point(day);
    if (!may(day)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  });
  day.addEventListener("dragleave", (event) => { if (!day.contains(event.relatedTarget)) point(null); });
  day.addEventListener("drop", (event) => {
    if (!taken || !may(day)) return;
    event.preventDefault();
    put(day);
  });
}

// By keyboard: Space on the clock takes it up, arrow keys choose the day, Enter leads to the form, Escape lets go.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
for (const hint of document.querySelectorAll("[data-with-keys]")) hint.hidden = false;
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const clock = event.target.closest?.(".cal-move");
  if (focused && event.target === focused) carry(event);
  else if (clock && event.key === " ") {
    event.preventDefault();
    take(clock.closest("[data-move]"));
    focused = clock;
    point(days.find((day) => day.contains(taken)));
    say(`${title(taken)} is taken up. Arrow keys choose the day, Enter moves it there, Escape leaves it.`);
  }
});
document.addEventListener("focusout", (event) => { if (event.target === focused) leave("It stays where it is."); });

function carry(event) {
  if (event.key === "Tab") return;
  event.preventDefault();
  const there = days[days.indexOf(over) + STEPS[event.key]];
  if (event.key in STEPS && there) {
    point(there);
    there.scrollIntoView({ block: "nearest" });
    say(named(there));
  } else if (event.key in STEPS) say("The calendar ends here. Let go, and choose the clock for any other day.");
  else if (event.key === "Escape" || event.key === " ") leave("It stays where it is.");
  else if (event.key === "Enter" && may(over)) put(over);
  else if (event.key === "Enter" && over.contains(taken)) leave("It stays where it is.");
  else if (event.key === "Enter") say(named(over));
}
