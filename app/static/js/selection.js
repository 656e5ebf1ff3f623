// One selection for map, list and timetable: {kind: truck|baler|yard|plant|field, id} or null.
const listeners = new Set();
let chosen = null;

export const currentSelection = () => chosen;

/** Choose a thing; choosing it again keeps it. `from` names the pane, so that it does not scroll under the mouse. */
export function choose(kind, id, from = "") {
  if (chosen && chosen.kind === kind && chosen.id === id) return;
  chosen = { kind, id };
  tell(from);
}

export function clearSelection(from = "") {
  if (!chosen) return;
  chosen = null;
  tell(from);
}

/** `listener(selection, from)` is called after every change. */
export function onSelection(listener) {
  listeners.add(listener);
}

function tell(from) {
  history.replaceState(history.state, "", chosen ? `#${chosen.kind}=${encodeURIComponent(chosen.id)}` : location.pathname);
  for (const listener of listeners) listener(chosen, from);
}

/** The selection that the address names, such as #truck=K007; null where there is none. */
export function selectionOfAddress() {
  const match = /^#(truck|baler|yard|plant|field)=(.+)$/.exec(location.hash);
  return match ? { kind: match[1], id: decodeURIComponent(match[2]) } : null;
}
