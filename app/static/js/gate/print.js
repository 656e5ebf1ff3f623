// The ticket on paper: a QR code, and a page as long as what stands on it, for rolls of 58 and 80 mm and for A5.
import { correction, generate } from "../../vendor/lean-qr/index.mjs";
import { draw } from "../elements.js";

const ROLL_MM = { roll58: 58, roll80: 80 };
const PX_PER_MM = 96 / 25.4;
const QUIET_MODULES = 3;
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** Where anybody verifies a ticket. */
export const verifyAddress = (id) => new URL(`/v/${id}`, location.origin).href;

/** A QR code of the text as SVG: sharp on every paper. */
export function qrOf(text) {
  const code = generate(text, { minCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  const size = code.size + 2 * QUIET_MODULES;
  return draw(
    "svg",
    { viewBox: `${-QUIET_MODULES} ${-QUIET_MODULES} ${size} ${size}`, class: "qr", role: "img", "aria-label": text, "shape-rendering": "crispEdges" },
    draw("path", { d: path, fill: "#000" }),
  );
}

/** Print this part of the page on "roll58", "roll80" or "a5". */
export function printPaper(paper, size) {
  document.documentElement.dataset.paper = size;
  sheet.replaceSync(pageRule(paper, size));
  window.print();
}

// A roll is cut where the ticket ends: as long as it is in the width of the paper.
function pageRule(paper, size) {
  if (!ROLL_MM[size]) return "@page { size: A5; margin: 9mm; }";
  const copy = paper.cloneNode(true);
  copy.classList.add("paper-measured", size);
  document.body.append(copy);
  const length_mm = Math.ceil(copy.scrollHeight / PX_PER_MM) + 8;
  copy.remove();
  return `@page { size: ${ROLL_MM[size]}mm ${Math.max(length_mm, ROLL_MM[size] + 1)}mm; margin: 2mm; }`;
}
