// Makes static/vendor/ from the locked packages: node vendor.mjs (after npm ci --ignore-scripts).
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "..", "static", "vendor");
const target = ["chrome109", "firefox115", "safari16"];

const packageOf = async (name) => {
  const about = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
  return { name, version: about.version, licence: about.license };
};

/** Only what is used, in a layer, so that the portal's own rules always win. */
async function bootstrap() {
  const sheet = compile(join(here, "src", "bootstrap.scss"), {
    loadPaths: [modules], quietDeps: true, silenceDeprecations: ["import", "global-builtin"],
  });
  const banner = "/*! Bootstrap 5.3.8, MIT, The Bootstrap Authors; parts, see frontend/src/bootstrap.scss */\n";
  const small = await transform(`@layer bootstrap{${sheet.css}}`, { loader: "css", minify: true, target });
  return { file: "bootstrap.css", text: banner + small.code, from: ["bootstrap"] };
}

async function htmx() {
  const text = await readFile(join(modules, "htmx.org", "dist", "htmx.min.js"), "utf8");
  return { file: "htmx.js", text, from: ["htmx.org"] };
}

async function editor() {
  const result = await build({
    entryPoints: [join(here, "src", "editor.js")], bundle: true, minify: true, format: "esm", target,
    write: false, legalComments: "none", metafile: true,
  });
  const used = Object.keys(result.metafile.inputs).map((path) => path.match(/node_modules\/((@[^/]+\/)?[^/]+)/)?.[1]);
  return { file: "editor.js", text: result.outputFiles[0].text, from: [...new Set(used.filter(Boolean))].sort() };
}

async function icons() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(join(modules, "lucide-static", "icons", `${name}.svg`), "utf8");
    const inside = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s+/g, " ").replaceAll(" />", "/>").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" `
      + `stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`;
  }));
  const text = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  return { file: "icons.svg", text, from: ["lucide-static"] };
}

async function main() {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const manifest = [];
  for (const made of [await bootstrap(), await htmx(), await editor(), await icons()]) {
    await writeFile(join(out, made.file), made.text);
    const sha384 = createHash("sha384").update(made.text).digest("base64");
    const packages = await Promise.all(made.from.map(packageOf));
    manifest.push({ file: made.file, sha384: `sha384-${sha384}`, packages });
  }
  await writeFile(join(out, "MANIFEST.json"), JSON.stringify(manifest, null, 2) + "\n");
}

await main();
