// Which round of the yard comes next, without asking the server: as the notebook has it, counted on from what was walked
// here since. The rules are those of yard_rules/patrols/rounds.py; what changes them later is not known here.

export const WALKED = "patrol-walked"; // the draft of when a round of this tablet that saw every point ended

/** The notebook's `patrol` after a round that ended at `walked_at`; as it is where it knows of that or a later one. */
export function roundAfter(patrol, walked_at) {
  if (!patrol || !walked_at || walked_at <= (patrol.last_at ?? "")) return patrol;
  const due_ms = nextDue(patrol.intervals ?? [], Date.parse(walked_at));
  const grace_ms = Date.parse(patrol.overdue_at) - Date.parse(patrol.due_at);
  return { ...patrol, last_at: walked_at, due_at: text(due_ms), overdue_at: text(due_ms + grace_ms) };
}

export const isPast = (moment) => !!moment && moment < new Date().toISOString();

// An interval ends where the next one begins; due is what was not due within its own.
function nextDue(intervals, walked_ms) {
  const begins = intervals.map(({ from }) => (from ? Date.parse(from) : -Infinity));
  for (const [number, { every_min }] of intervals.entries()) {
    const due_ms = Math.max(walked_ms + every_min * 60_000, begins[number]);
    if (due_ms < (begins[number + 1] ?? Infinity)) return due_ms;
  }
  return NaN;
}

const text = (ms) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
