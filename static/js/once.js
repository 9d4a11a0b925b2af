// A second click on the button that has just sent a form does not send it again.
const WHILE = 5000;
let last = {};

addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const now = { form: event.target, by: event.submitter, at: event.timeStamp };
  if (now.form === last.form && now.by === last.by && now.at - last.at < WHILE) event.preventDefault();
  else last = now;
});
addEventListener("pageshow", () => { last = {}; });
