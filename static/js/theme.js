// Light, dark or as the system says. Runs before the first paint; remembers the choice in this browser.
(() => {
  const root = document.documentElement;
  const remembered = () => {
    try { return localStorage.getItem("theme") || ""; } catch { return ""; }
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  show(remembered());
  document.addEventListener("DOMContentLoaded", () => {
    for (const toggle of document.querySelectorAll("[data-theme-toggle]")) {
      toggle.hidden = false;
      for (const choice of toggle.querySelectorAll("input")) {
        choice.checked = choice.value === remembered();
        choice.addEventListener("change", () => {
          show(choice.value);
          try { localStorage.setItem("theme", choice.value); } catch { /* private window: this page only */ }
        });
      }
    }
  });
})();
