// The look of a site: the frame follows the form as one chooses, and a wide page is made to fit.
const form = document.querySelector("[data-look]");
const stage = form.querySelector("[data-look-stage]");

if (stage) {
  const frame = stage.querySelector("iframe");
  const whole = form.querySelector("[data-look-whole]");
  const wanted = ["theme", "accent", "accent_dark", "tint", "font", "size", "width", "corners", "shown", "scheme"];
  let waiting = 0;

  const fit = () => {
    const share = Math.min(1, stage.clientWidth / (stage.classList.contains("look-phone") ? 375 : 1280));
    stage.style.setProperty("--fit", share.toFixed(4));
  };
  const show = () => {
    const data = new FormData(form);
    const asked = new URLSearchParams();
    for (const name of wanted) if (data.get(name)) asked.set(name, data.get(name));
    const address = `${frame.dataset.frame}?${asked}`;
    stage.className = `look-stage look-${data.get("device") === "phone" ? "phone" : "desktop"} is-fitted`;
    fit();
    if (frame.getAttribute("src") === address) return;
    frame.contentWindow.location.replace(address);
    frame.setAttribute("data-shows", address);
    whole.href = address;
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 250);
  });
  stage.classList.add("is-fitted");
  new ResizeObserver(fit).observe(stage);
}
