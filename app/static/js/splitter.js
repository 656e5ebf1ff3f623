// Draggable borders between panes; arrow keys move them too. Sizes are kept on this device.
const STEP_PX = 24;

/** Lets `splitter` set the size of `pane` (the one after it). `axis` is "width" or "height". `least` px for both sides. */
export function makeSplitter(splitter, pane, { axis, least, onResize }) {
  const key = `strawline.${pane.id}.${axis}`;
  const room = () => pane.parentElement.getBoundingClientRect()[axis];
  const size = () => pane.getBoundingClientRect()[axis];
  const set = (px) => {
    const most = Math.max(least.pane, room() - least.other);
    const fitted = Math.round(Math.min(most, Math.max(least.pane, px)));
    pane.style[axis] = `${fitted}px`;
    splitter.setAttribute("aria-valuenow", String(fitted));
    splitter.setAttribute("aria-valuemin", String(least.pane));
    splitter.setAttribute("aria-valuemax", String(Math.round(most)));
    onResize();
    return fitted;
  };
  const keep = (px) => {
    try {
      localStorage.setItem(key, String(px));
    } catch {
      // A browser that keeps nothing still has the default sizes.
    }
  };
  splitter.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    splitter.setPointerCapture(event.pointerId);
    const begin = axis === "width" ? event.clientX : event.clientY;
    const before = size();
    const move = (moved) => set(before + begin - (axis === "width" ? moved.clientX : moved.clientY));
    splitter.addEventListener("pointermove", move);
    splitter.addEventListener("pointerup", () => {
      splitter.removeEventListener("pointermove", move);
      keep(size());
    }, { once: true });
  });
  splitter.addEventListener("keydown", (event) => {
    const grow = { ArrowLeft: 1, ArrowUp: 1, ArrowRight: -1, ArrowDown: -1 }[event.key];
    if (!grow) return;
    event.preventDefault();
    event.stopPropagation();
    keep(set(size() + grow * STEP_PX));
  });
  let kept = null;
  try {
    kept = Number(localStorage.getItem(key)) || null;
  } catch {
    kept = null;
  }
  set(kept ?? size());
  window.addEventListener("resize", () => set(size()));
}
