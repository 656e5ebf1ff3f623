// Copies the browser files of the npm packages into app/static/vendor (git-ignored), one folder a package.
// Only what a page loads is copied; the folder is made anew each time, so a removed package leaves nothing behind.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VENDOR = join(ROOT, "app", "static", "vendor");

const FILES = {
  "@tabler/core": ["dist/css/tabler.min.css"],
  echarts: ["dist/echarts.common.min.js", "LICENSE"],
  "htmx.org": ["dist/htmx.min.js", "LICENSE"],
  idb: ["build/index.js", "LICENSE"],
  leaflet: ["dist/leaflet-src.esm.js", "dist/leaflet.css", "dist/images", "LICENSE"],
  "lean-qr": ["index.mjs", "LICENSE"],
  "vis-timeline": ["standalone/esm/vis-timeline-graph2d.min.mjs", "styles/vis-timeline-graph2d.css", "LICENSE.md"],
};

await rm(VENDOR, { recursive: true, force: true });
for (const [name, files] of Object.entries(FILES)) {
  const folder = join(VENDOR, name.replace("@", "").replace("/", "-"));
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const target = join(folder, basename(file));
    await cp(join(ROOT, "node_modules", name, file), target, { recursive: true });
    if (/\.(m?js|css)$/.test(target)) await dropSourceMapLine(target);
  }
}
await keepStylesInFiles(join(VENDOR, "vis-timeline", "vis-timeline-graph2d.min.mjs"));
console.log(`copied ${Object.keys(FILES).length} packages to ${VENDOR}`);

// The maps are not copied; without this line a browser with its tools open would ask for them in vain.
async function dropSourceMapLine(path) {
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace(/\n?(\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=\S+ ?\*\/)\s*$/, "\n"));
}

// The build puts its styles into <style> elements, which our content security policy forbids; the page links the
// same styles as a file. The one function that does it is made to return at once.
async function keepStylesInFiles(path) {
  const text = await readFile(path, "utf8");
  const injector = /(function \w+\((\w+),(\w+)\)\{)(void 0===\3&&\(\3=\{\}\);var \w+=\3\.insertAt;)/g;
  const found = text.match(injector)?.length ?? 0;
  if (found !== 1) throw new Error(`${path}: expected one style injector, found ${found}; look at the new version`);
  await writeFile(path, text.replace(injector, "$1return;$4"));
}
