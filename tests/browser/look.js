// Put into a page by the tests, after axe. Each function answers with a list of complaints.
(() => {
  const short = (element) => element.outerHTML.slice(0, 160);
  const reached = new Map();
  let around = false;

  // Everything about an element and its surroundings by which one sees that it has the focus.
  const appearance = (element) =>
    [element, element.parentElement, element.parentElement?.parentElement, element.closest(".editor"),
      element.nextElementSibling].filter(Boolean).map((each) => {
      const style = getComputedStyle(each);
      const outline = style.outlineStyle === "none" ? "" : style.outline;
      return `${outline} ${style.boxShadow} ${style.borderColor}`;
    }).join("|");

  const STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, "
    + "[contenteditable=true], [tabindex='0']";

  const NOTHING = "rgba(0, 0, 0, 0),none,1,normal,none,";

  // All that the contrast of a text, and of a link to the words around it, is computed from.
  const painted = (element) => {
    const own = getComputedStyle(element), told = [];
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      const layer = [style.backgroundColor, style.backgroundImage, style.opacity, style.mixBlendMode,
        style.filter, ["static", "relative"].includes(style.position) ? "" : each.className].join();
      if (layer !== NOTHING) told.push(layer);
      if (/^rgb\(/.test(style.backgroundColor) && style.backgroundImage === "none") break;
    }
    const link = element.closest("a"), block = link?.parentElement, around = link && getComputedStyle(link);
    const words = (each) => each.textContent.trim().length;
    const exempt = element.closest(":disabled, [aria-disabled=true]") || element.closest("label")?.control?.disabled;
    const size = parseFloat(own.fontSize), large = size >= 24 || (size >= 18.66 && own.fontWeight >= 700);
    return JSON.stringify([own.color, large, own.textShadow, !exempt, told,
      link ? [around.color, around.textDecorationLine, around.borderBottom, around.fontWeight, around.display,
        getComputedStyle(block).color, words(block) > words(link)] : ""]);
  };
  const speaks = (element) => element.matches("input, select, textarea")
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  window.look = {
    colours: () => [...new Set([...document.querySelectorAll("body, body *")].filter((each) => speaks(each)
      && each.checkVisibility({ checkVisibilityCSS: true })).map(painted))],
    axe: async (tags, without = []) => {
      const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
      const found = await axe.run(document, { runOnly: tags, rules, resultTypes: ["violations"] });
      return found.violations.map((each) => `${each.id}: ${each.help}` + each.nodes.slice(0, 5)
        .map((node) => `\n    ${node.target}: ${node.any.concat(node.all, node.none).map((c) => c.message)}`)
        .join(""));
    },
    sideways: () => (document.documentElement.scrollWidth <= innerWidth ? []
      : ["scrolls sideways", ...[...document.querySelectorAll("body *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map(short)]),
    outline: () => {
      const names = [...document.querySelectorAll("h1")].map((each) => each.innerText.trim());
      const wrong = names.length === 1 && names[0] ? [] : [`level-one headings: ${JSON.stringify(names)}`];
      return document.title.replace(/[ –]/g, "") ? wrong : [...wrong, "no title"];
    },
    watchFocus: () => {
      document.activeElement?.blur();
      document.addEventListener("focusin", (event) => {
        if (reached.has(event.target)) around = true;
        else reached.set(event.target, appearance(event.target));
      });
    },
    beenAround: () => around,
    keyboard: () => {
      document.activeElement?.blur();
      const radioOf = (element) => element.type === "radio"
        && [...reached.keys()].some((each) => each.name === element.name);
      const open = document.querySelector("dialog:modal") ?? document;
      const missed = [...open.querySelectorAll(STOPS)].filter((each) =>
        each.checkVisibility({ checkVisibilityCSS: true }) && !each.disabled && each.tabIndex >= 0
        && !reached.has(each) && !radioOf(each) && !each.parentElement.closest("[contenteditable=true]"));
      const unseen = [...reached].filter(([each, was]) => each.isConnected && appearance(each) === was);
      return [...missed.map((each) => `Tab does not reach ${short(each)}`),
        ...unseen.map(([each]) => `the focus is not to be seen on ${short(each)}`)];
    },
  };
})();
