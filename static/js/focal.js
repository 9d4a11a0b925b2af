// <figure data-focal>: a click on the picture fills in the focal point; the number fields say the same.
const stage = document.querySelector("[data-focal]");
const form = document.querySelector("#describe");
const across = form?.querySelector("[name=focal_x]");
const down = form?.querySelector("[name=focal_y]");

if (stage && across && down) {
  const picture = stage.querySelector("img");
  const mark = stage.querySelector(".focal-mark");
  const show = () => {
    mark.style.left = `${Math.min(100, Math.max(0, Number(across.value)))}%`;
    mark.style.top = `${Math.min(100, Math.max(0, Number(down.value)))}%`;
    mark.hidden = false;
  };
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    across.value = Math.round((100 * (event.clientX - box.left)) / box.width);
    down.value = Math.round((100 * (event.clientY - box.top)) / box.height);
    for (const field of [across, down]) field.dispatchEvent(new Event("input", { bubbles: true }));
    show();
  });
  across.addEventListener("input", show);
  down.addEventListener("input", show);
  for (const hint of document.querySelectorAll("[data-focal-hint]")) hint.hidden = false;
  show();
}
