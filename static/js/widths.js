// The preview: a page wider than the screen is made smaller as a whole; 1, 2 and 3 change the width.
const stage = document.querySelector("[data-stage]");
const device = Number(getComputedStyle(stage).getPropertyValue("--device"));

const fit = () => {
  const share = Math.min(1, stage.clientWidth / device);
  stage.classList.toggle("is-fitted", share < 1);
  stage.style.setProperty("--fit", share.toFixed(4));
};
new ResizeObserver(fit).observe(stage);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  document.querySelectorAll('nav[aria-label="Width"] a')[["1", "2", "3"].indexOf(event.key)]?.click();
});
