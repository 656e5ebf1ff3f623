// The yard from above: every stack where it stands, filled as far as it is full, in the colour and letter of its class.
import { say } from "../format.js";
import { whyNot } from "../bans.js";
import { draw, make } from "../../elements.js";

const MARGIN_M = 2;
const LEAST_M = 6;

/** A picture and, under it, a button for each stack. `chosen`, `proposed`: ids; without `choose` nothing can be pressed.
 *  Stacks with which the `act` may not be done are struck out; those that do not take a load of class `wet` come last. */
export function drawYard(notebook, { chosen = null, proposed = null, choose = null, note = null, act = "more_bales", wet = null } = {}) {
  const { stacks } = notebook;
  const figure = make("div", { className: "yard" });
  if (!stacks.length) return figure;
  const left = Math.min(...stacks.map((each) => each.x_m)) - MARGIN_M;
  const top = Math.min(...stacks.map((each) => each.y_m)) - MARGIN_M;
  const width = Math.max(...stacks.map((each) => each.x_m + each.width_m)) + MARGIN_M - left;
  const height = Math.max(...stacks.map((each) => each.y_m + each.length_m)) + MARGIN_M - top;
  const picture = draw("svg", { viewBox: `${left} ${top} ${width} ${height}`, class: "yard-plan", "aria-hidden": "true" });
  picture.append(draw("rect", { x: left, y: top, width, height, class: "yard-ground" }));
  for (const each of stacks) picture.append(stackShape(each, notebook, { chosen, proposed, choose, act }));
  figure.append(picture);
  if (choose || note) figure.append(stackButtons([...stacks].sort((a, b) => takes(b, wet, notebook) - takes(a, wet, notebook)), notebook, { chosen, proposed, choose, note, act }));
  return figure;
}

/** The class of what lies in a stack, by its moisture; null where it is empty or not known. */
export function classOf(stack, notebook) {
  if (stack.moisture_permille == null || !stack.bales) return null;
  return notebook.rules.acceptance.find((each) => stack.moisture_permille <= (each.up_to_permille ?? 1000))?.kind ?? null;
}

/** Whether a stack takes a load of this class: none wetter than it is for; one for any, than what lies in it. */
export function takes(stack, kind, notebook) {
  const own = stack.kind === "any" ? classOf(stack, notebook) : stack.kind;
  const wetness = (name) => notebook.rules.acceptance.findIndex((each) => each.kind === name);
  return !own || wetness(kind) <= wetness(own);
}

function stackShape(stack, notebook, { chosen, proposed, choose, act }) {
  const { x_m: x, y_m: y, width_m: width, length_m: length } = stack;
  const full = stack.most_bales ? Math.min(1, stack.bales / stack.most_bales) : 0;
  const kind = classOf(stack, notebook);
  const size = Math.max(1.6, Math.min(width * 0.42, length * 0.34, LEAST_M, (width * 0.9) / emsOf(stack.name)));
  const shape = draw(
    "g",
    { class: "stack", "data-stack": stack.id, "data-class": kind ?? "", "data-chosen": String(stack.id === chosen), "data-proposed": String(stack.id === proposed) },
    draw("rect", { x, y, width, height: length, rx: 0.4, class: "stack-place" }),
    draw("rect", { x, y: y + length * (1 - full), width, height: length * full, rx: 0.4, class: "stack-full" }),
    draw("rect", { x, y, width, height: length, rx: 0.4, class: "stack-line-shape" }),
    whyNot(stack, act).length ? draw("path", { d: `M${x} ${y}l${width} ${length}m0 ${-length}l${-width} ${length}`, class: "stack-shut" }) : null,
    text(stack.name, x + width / 2, y + length / 2, size, "stack-name"),
    kind ? text(say(`letter-${kind}`), x + width / 2, y + length / 2 + size * 1.05, size * 0.7, "stack-letter") : null,
  );
  if (choose) shape.addEventListener("click", () => choose(stack.id));
  return shape;
}

// How wide words are: a Chinese sign is as wide as it is high.
const emsOf = (words) => [...words].reduce((sum, sign) => sum + (sign > "\u2e80" ? 1 : 0.62), 0);

function text(words, x, y, size, name) {
  const element = draw("text", { x, y, class: name, "font-size": size, "text-anchor": "middle", "dominant-baseline": "central" });
  element.textContent = words;
  return element;
}

function stackButtons(stacks, notebook, { chosen, proposed, choose, note, act }) {
  return make(
    "div",
    { className: "stack-buttons" },
    ...stacks.map((stack) => {
      const kind = classOf(stack, notebook);
      const button = make(
        "button",
        { type: "button", className: "stack-button", data: { class: kind ?? "", stack: stack.id }, aria: { pressed: String(stack.id === chosen) } },
        make("strong", { text: stack.name }),
        kind ? make("span", { className: "class-letter", data: { class: kind }, text: say(`letter-${kind}`) }) : null,
        stack.id === proposed ? make("em", { text: say("stack-proposed") }) : null,
        whyNot(stack, act).length ? make("small", { className: "shut", text: `✕ ${whyNot(stack, act).join(" / ")}` }) : null,
        make("small", { text: note?.(stack) ?? say("stack-fill", { n: stack.bales, most: stack.most_bales }) }),
      );
      if (choose) button.addEventListener("click", () => choose(stack.id));
      return button;
    }),
  );
}
