// Moves stacks and equipment of a yard's drawing by pointer, finger or arrow keys; the server judges each move.
const GRID_M = 0.5;
const picture = document.getElementById("yard-drawing");
const editor = document.getElementById("editor");
const fault = document.getElementById("editor-fault");
const buttons = Object.fromEntries(["undo", "redo", "save"].map((id) => [id, document.getElementById(id)]));
const drawing = JSON.parse(document.getElementById("drawing").textContent);
const token = editor.querySelector("[name=csrf_token]").value;
const features = new Map(drawing.features.map((feature) => [String(feature.id), feature]));
const begun = new Map([...features].map(([id, feature]) => [id, cornerOf(feature)]));
const done = [];
const undone = [];
let held = null;
let asking = null;
let savedAt = 0;

/** The lower left corner of a feature's outline, in metres of the drawing. */
function cornerOf(feature) {
  const flat = feature.geometry.coordinates.flat(Infinity);
  return [0, 1].map((axis) => Math.min(...flat.filter((_value, place) => place % 2 === axis)));
}

const rounded = (value) => Math.round(value * 1e4) / 1e4;
const snapped = (value) => Math.round(value / GRID_M) * GRID_M;

/** Put a feature's corner there, in the drawing and in the picture. */
function put(id, [x, y]) {
  const feature = features.get(id);
  const [fromX, fromY] = cornerOf(feature);
  const moved = (part) => (typeof part[0] === "number" ? [rounded(part[0] + x - fromX), rounded(part[1] + y - fromY)] : part.map(moved));
  feature.geometry.coordinates = moved(feature.geometry.coordinates);
  show(id, [x, y]);
}

function show(id, [x, y]) {
  const [beginX, beginY] = begun.get(id);
  elementOf(id).setAttribute("transform", `translate(${rounded(x - beginX)} ${rounded(beginY - y)})`);
}

const elementOf = (id) => picture.querySelector(`.thing[data-id="${CSS.escape(id)}"]`);

function moved(id, from, to) {
  if (from[0] === to[0] && from[1] === to[1]) return;
  done.push({ id, from, to });
  undone.length = 0;
  put(id, to);
  judge();
}

function step(taken, given, end) {
  const move = taken.pop();
  if (!move) return;
  given.push(move);
  put(move.id, move[end]);
  judge();
}

function showButtons() {
  buttons.undo.disabled = done.length === 0;
  buttons.redo.disabled = undone.length === 0;
  buttons.save.disabled = done.length === savedAt;
}

/** Ask the server what the drawing breaks now; the newest question counts. */
async function judge() {
  showButtons();
  asking?.abort();
  asking = new AbortController();
  picture.dataset.judged = "";
  const answer = await sent(editor.dataset.check, drawing, asking.signal);
  if (!answer) return;
  document.getElementById("marks").innerHTML = answer.marks;
  document.getElementById("finding-list").innerHTML = answer.list;
  document.getElementById("summary").innerHTML = answer.summary;
  picture.dataset.judged = String(done.length);
}

/** The answer's content; null where there is none that counts, and then the page says why. */
async function sent(address, content, signal) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      body: JSON.stringify(content),
      signal,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    });
    const found = await answer.json();
    fault.hidden = answer.ok;
    if (answer.ok) return found;
    tell(found.faults ?? [found.error?.message ?? editor.dataset.failed.replace("{status}", answer.status)]);
  } catch (error) {
    if (error.name !== "AbortError") tell([answer ? editor.dataset.failed.replace("{status}", answer.status) : editor.dataset.unreached]);
  }
  return null;
}

function tell(sentences) {
  fault.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  fault.hidden = false;
}

/** A pointer's place in metres of the picture. */
function placeOf(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
  return [point.x, point.y];
}

function target(event) {
  const [x, y] = placeOf(event);
  return [snapped(held.from[0] + x - held.at[0]), snapped(held.from[1] - (y - held.at[1]))];
}

picture.addEventListener("pointerdown", (event) => {
  const element = event.target.closest(".is-movable");
  if (!element || !event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  element.focus();
  element.setPointerCapture(event.pointerId);
  element.classList.add("is-held");
  const id = element.dataset.id;
  held = { element, id, at: placeOf(event), from: cornerOf(features.get(id)), to: null };
});
picture.addEventListener("pointermove", (event) => {
  if (!held) return;
  // a press that hardly moves is no move
  const [x, y] = placeOf(event);
  if (!held.to && Math.hypot(x - held.at[0], y - held.at[1]) < GRID_M / 2) return;
  held.to = target(event);
  show(held.id, held.to);
});
picture.addEventListener("pointerup", () => {
  const { element, id, from, to } = held ?? {};
  held = null;
  element?.classList.remove("is-held");
  if (to) moved(id, from, to);
});
picture.addEventListener("pointercancel", () => {
  if (!held) return;
  held.element.classList.remove("is-held");
  show(held.id, held.from);
  held = null;
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
picture.addEventListener("keydown", (event) => {
  const id = event.target.closest(".is-movable")?.dataset.id;
  const way = ARROWS[event.key];
  if (!id || !way || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const from = cornerOf(features.get(id));
  const next = (value, sign) => (sign === 0 ? value : sign > 0 ? (Math.floor(value / GRID_M + 1e-6) + 1) * GRID_M : (Math.ceil(value / GRID_M - 1e-6) - 1) * GRID_M);
  moved(id, from, [next(from[0], way[0]), next(from[1], way[1])]);
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) step(undone, done, "to");
  else step(done, undone, "from");
});
buttons.undo.addEventListener("click", () => step(done, undone, "from"));
buttons.redo.addEventListener("click", () => step(undone, done, "to"));
buttons.save.addEventListener("click", async () => {
  buttons.save.disabled = true;
  const answer = await sent(editor.dataset.save, { drawing, note: document.getElementById("note").value });
  if (!answer) return showButtons();
  savedAt = done.length;
  location.assign(answer.address);
});
window.addEventListener("beforeunload", (event) => {
  if (done.length !== savedAt) event.preventDefault();
});
showButtons();
picture.dataset.ready = "";
