// A search with its answers as buttons, inside a dialog. It is not there while nothing can be asked.
export const chooser = ({ label, ask, show, pick }) => {
  const box = document.createElement("div");
  box.className = "field editor-choose";
  box.hidden = true;
  const id = `choose-${Math.random().toString(36).slice(2)}`;
  const name = Object.assign(document.createElement("label"), { className: "form-label", htmlFor: id, textContent: label });
  const input = Object.assign(document.createElement("input"), { id, type: "search", className: "form-control", autocomplete: "off" });
  const told = Object.assign(document.createElement("p"), { className: "hint" });
  told.setAttribute("role", "status");
  const list = document.createElement("ul");
  box.append(name, input, told, list);
  let asked = 0;
  let timer = 0;

  const look = async () => {
    clearTimeout(timer);
    const mine = ++asked;
    const items = await ask(input.value.trim());
    if (mine !== asked) return;
    box.hidden = items === null;
    told.textContent = items?.length === 0 ? "Nothing fits." : "";
    list.replaceChildren(...(items ?? []).slice(0, 8).map((item) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "editor-choice" });
      button.append(...show(item));
      button.addEventListener("click", () => { pick(item); told.textContent = `Chosen: ${button.textContent}`; });
      const line = document.createElement("li");
      line.append(button);
      return line;
    }));
  };
  input.addEventListener("input", (event) => { event.stopPropagation(); clearTimeout(timer); timer = setTimeout(look, 200); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); look().then(() => list.querySelector("button")?.click()); }
    if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.querySelectorAll("button")];
    (all[all.indexOf(document.activeElement) + step] ?? input).focus();
  });
  look();
  return box;
};
