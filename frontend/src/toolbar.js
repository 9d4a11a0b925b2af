// A toolbar as ARIA describes it: one tab stop, arrow keys inside, state in aria-pressed.
const SVG = "http://www.w3.org/2000/svg";

export const icon = (name) => {
  const sprite = document.querySelector('meta[name="icons"]')?.content ?? "/static/vendor/icons.svg";
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.setAttribute("width", "18");
  svg.setAttribute("height", "18");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
};

const buttonOf = (item, editor) => {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  if (item.icon) {
    button.append(icon(item.icon));
    button.setAttribute("aria-label", item.label);
    button.title = item.keys ? `${item.label} (${item.keys.replace("Control", "Ctrl")})` : item.label;
  } else button.textContent = item.text;
  if (item.keys) button.setAttribute("aria-keyshortcuts", item.keys);
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") item.run(editor);
  });
  return button;
};

const walk = (bar, buttons) => {
  buttons[0].tabIndex = 0;
  const go = (index) => {
    for (const button of buttons) button.tabIndex = -1;
    const next = buttons[(index + buttons.length) % buttons.length];
    next.tabIndex = 0;
    next.focus();
  };
  bar.addEventListener("keydown", (event) => {
    const here = buttons.indexOf(document.activeElement);
    const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    go(steps[event.key]);
  });
};

/** Returns {bar, refresh}; refresh() brings the pressed and disabled states up to date. */
export const toolbar = (editor, label, groups, controls) => {
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", label);
  bar.setAttribute("aria-controls", controls);
  const made = [];
  groups.forEach((items, index) => {
    if (index > 0) bar.append(Object.assign(document.createElement("span"), { className: "gap" }));
    for (const item of items) {
      const button = buttonOf(item, editor);
      made.push([item, button]);
      bar.append(button);
    }
  });
  walk(bar, made.map(([, button]) => button));
  const refresh = () => {
    for (const [item, button] of made) {
      if (item.active) button.setAttribute("aria-pressed", String(item.active(editor)));
      if (item.can) button.setAttribute("aria-disabled", String(!item.can(editor)));
    }
  };
  return { bar, refresh };
};
