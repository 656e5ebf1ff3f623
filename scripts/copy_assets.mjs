// Copies the browser files of the npm packages into app/static/vendor (git-ignored), one folder a package.
// Only what a page loads is copied; the folder is made anew each time, so a removed package leaves nothing behind.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VENDOR = join(ROOT, "app", "static", "vendor");

const FILES = {
  "@tabler/core": ["dist/css/tabler.min.css"],
  "htmx.org": ["dist/htmx.min.js", "LICENSE"],
  leaflet: ["dist/leaflet-src.esm.js", "dist/leaflet.css", "dist/images", "LICENSE"],
  // "dist" carries its own dependencies and, unlike "standalone", adds no <style> element, which our policy forbids.
  "vis-timeline": ["dist/vis-timeline-graph2d.min.js", "dist/vis-timeline-graph2d.min.css", "LICENSE.md"],
};

await rm(VENDOR, { recursive: true, force: true });
for (const [name, files] of Object.entries(FILES)) {
  const folder = join(VENDOR, name.replace("@", "").replace("/", "-"));
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const target = join(folder, basename(file));
    await cp(join(ROOT, "node_modules", name, file), target, { recursive: true });
    if (/\.(js|css)$/.test(target)) await dropSourceMapLine(target);
  }
}
console.log(`copied ${Object.keys(FILES).length} packages to ${VENDOR}`);

// The maps are not copied; without this line a browser with its tools open would ask for them in vain.
async function dropSourceMapLine(path) {
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace(/\n?(\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=\S+ ?\*\/)\s*$/, "\n"));
}
