// Dragging what is open to another day leads to the form that moves it, filled in for that day.
// Nothing moves before somebody confirms it there; without this file the clock beside it leads to the same form.
const days = document.querySelectorAll("[data-day]");
let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.textContent.trim());
  dragged.classList.add("is-dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  for (const day of days) day.classList.remove("is-over");
  dragged = null;
});
for (const day of days) {
  day.addEventListener("dragover", (event) => {
    if (!dragged || day.contains(dragged)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    day.classList.add("is-over");
  });
  day.addEventListener("dragleave", (event) => {
    if (!day.contains(event.relatedTarget)) day.classList.remove("is-over");
  });
  day.addEventListener("drop", (event) => {
    if (!dragged || day.contains(dragged)) return;
    event.preventDefault();
    const asked = new URLSearchParams({ on: day.dataset.day, by: dragged.dataset.zone });
    location.assign(`${dragged.dataset.move}?${asked}`);
  });
}
