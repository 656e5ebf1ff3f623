// A name drawn with a finger: strokes on a canvas, kept as a small PNG.
const LINE_PX = 5;
const LEAST_POINTS = 6;
const EDGE_PX = 16;

/** Let people draw on the canvas; `drawn(is_signed)` after every stroke. Returns {wipe, png, isSigned}. */
export function signatureOn(canvas, drawn) {
  const pen = canvas.getContext("2d");
  let points = 0;
  let last = null;
  let drawnBox = null;
  wipe();
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    last = placeOf(event);
    dot(last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) line(placeOf(each));
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, () => {
      last = null;
      drawn(isSigned());
    });
  }
  return { wipe, png, isSigned };

  function isSigned() {
    return points >= LEAST_POINTS;
  }

  function wipe() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = pen.fillStyle = "#10202e";
    pen.lineWidth = LINE_PX;
    pen.lineCap = pen.lineJoin = "round";
    points = 0;
    drawnBox = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
    drawn(false);
  }

  function dot({ x, y }) {
    pen.beginPath();
    pen.arc(x, y, LINE_PX / 2, 0, 2 * Math.PI);
    pen.fill();
    include({ x, y });
  }

  function line(to) {
    pen.beginPath();
    pen.moveTo(last.x, last.y);
    pen.lineTo(to.x, to.y);
    pen.stroke();
    last = to;
    include(to);
  }

  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * canvas.width) / box.width, y: ((event.clientY - box.top) * canvas.height) / box.height };
  }

  // Only what was drawn, so that it is readable on a narrow roll.
  function png() {
    const left = Math.max(0, drawnBox.left - EDGE_PX);
    const top = Math.max(0, drawnBox.top - EDGE_PX);
    const width = Math.min(canvas.width, drawnBox.right + EDGE_PX) - left;
    const height = Math.min(canvas.height, drawnBox.bottom + EDGE_PX) - top;
    const small = document.createElement("canvas");
    small.width = Math.ceil(width / 2);
    small.height = Math.ceil(height / 2);
    small.getContext("2d").drawImage(canvas, left, top, width, height, 0, 0, small.width, small.height);
    return new Promise((resolve) => small.toBlob(resolve, "image/png"));
  }

  function include({ x, y }) {
    drawnBox = { left: Math.min(drawnBox.left, x), right: Math.max(drawnBox.right, x), top: Math.min(drawnBox.top, y), bottom: Math.max(drawnBox.bottom, y) };
    points += 1;
  }
}
