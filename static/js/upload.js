// <div data-drop> with a form of files: each chosen or dropped file is sent on its own, with its progress.
const zone = document.querySelector("[data-drop]");
const list = document.querySelector("[data-uploads]");
const form = zone?.querySelector("form");
const input = form?.querySelector("input[type=file]");
const icons = document.querySelector("meta[name=icons]").content;
const AT_ONCE = 2;
const waiting = [];
let running = 0;

const mark = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
};

const line = (file) => {
  const item = document.createElement("li");
  const text = document.createElement("span");
  const name = document.createElement("strong");
  const bar = document.createElement("progress");
  name.textContent = file.name;
  name.dir = "auto";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sending ${file.name}`);
  text.append(name);
  item.append(bar, text);
  list.append(item);
  return { item, text, bar };
};

const tell = ({ item, text, bar }, done, sentence, url) => {
  item.className = done ? "upload-done" : "upload-refused";
  bar.replaceWith(mark(done ? "circle-check" : "circle-alert"));
  text.append(`: ${sentence} `);
  if (!url) return;
  const link = document.createElement("a");
  link.href = url;
  link.textContent = "Open it";
  text.append(link);
};

const answer = (request) => {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return { error: "The answer could not be read. Reload this page, then try again." };
  }
};

const send = ({ file, row }) => {
  const body = new FormData(form);
  const request = new XMLHttpRequest();
  body.delete("files");
  body.append("files", file, file.name);
  request.open("POST", form.action || location.href);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) row.bar.value = Math.round((100 * event.loaded) / event.total);
  });
  request.addEventListener("loadend", () => {
    const said = request.status ? answer(request) : { error: "The connection was lost. Try again." };
    const one = said.files?.[0];
    tell(row, Boolean(one?.done), one?.sentence ?? said.error ?? "It was not taken.", one?.url);
    running -= 1;
    next();
  });
  request.send(body);
};

const next = () => {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    send(waiting.shift());
  }
};

const take = (files) => {
  for (const file of files) waiting.push({ file, row: line(file) });
  next();
};

if (form && input && list) {
  zone.classList.add("drop-ready");
  zone.querySelector(".drop-hint").hidden = false;
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    take([...input.files]);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("drop-over");
    });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("drop-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (running) event.preventDefault();
  });
}
