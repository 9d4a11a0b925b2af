// Narrows the list of accounts while one types; arrow keys walk through it.
for (const box of document.querySelectorAll("[data-switcher]")) {
  const search = box.querySelector("input");
  const rows = [...box.querySelectorAll("li")];
  const none = box.querySelector(".switcher-none");
  const links = () => rows.filter((row) => !row.hidden).map((row) => row.querySelector("a"));
  search.hidden = false;

  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every((word) => row.dataset.name.includes(word));
    none.hidden = links().length > 0;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); links()[0]?.click(); }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const stops = [search, ...links()];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  });
  box.addEventListener("toggle", (event) => {
    if (event.newState === "open") search.focus();
  });
}
