// Signing out leaves nothing typed on this device: what was not sent yet is asked about, then deleted.
const kept = () => {
  try { return Object.keys(localStorage).filter((key) => key.startsWith("kept:")); } catch { return []; }
};
const form = document.querySelector("form[action='/sign-out']");
const button = document.querySelector("button[form='sign-out']");

button?.addEventListener("pointerdown", () => ask());
button?.addEventListener("keydown", () => ask());
const waiting = (key) => {
  try { return !JSON.parse(localStorage.getItem(key)).submitted; } catch { return true; }
};
const ask = () => {
  if (!kept().some(waiting)) return;
  button.dataset.confirm = "Text that was not saved yet is only on this device. Sign out and delete it?";
  button.dataset.confirmLabel = "Sign out and delete it";
};
form?.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) for (const key of kept()) localStorage.removeItem(key);
});
