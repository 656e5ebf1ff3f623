// What stands above every screen until it is over: that the yard is closed, first and always, alarms that nobody has seen,
// a round that became overdue while the server could not tell of it, and stacks that are closed for a danger.
import { closedYard } from "./bans.js";
import { make } from "../elements.js";
import { timeOf, whenOf } from "./format.js";
import { isPast, roundAfter, WALKED } from "./rounds.js";
import { draft, newRecord, notebook, notebookReadAt, onChange, saveDraft } from "./store.js";
import { linkState, onLinkState } from "./sync.js";
import { word } from "./words.js";

const SEEN = "alarms-seen"; // by this tablet; the notebook goes on telling of them until the answer was sent
const SHOWN = 2;
const LOOK_EVERY_MS = 30_000; // at the clock
const TOLD_WITHIN_MS = 60_000; // the server tells of what is overdue by its clock
const FIRST_TASKS = 2;
const place = document.getElementById("frame-bars");
let shown = "";
let isOpen = false;
let looks = 0;

/** Show them from now on; `failed` is told why an answer was not kept. */
export function startBars(failed) {
  const again = () => look(failed);
  onChange(({ what }) => ["notebook", "drafts"].includes(what) && again());
  onLinkState(again);
  setInterval(again, LOOK_EVERY_MS);
  return again();
}

async function look(failed) {
  const mine = ++looks;
  const known = (await notebook()) ?? {};
  const { alarms = [], inspections, stacks = [] } = known;
  const seen = new Set(await draft(SEEN));
  const yard = closedYard(known);
  const walked_at = (await draft(WALKED)) ?? "";
  // nobody goes round where everybody leaves; what was walked here since, the server does not know yet
  const is_left = yard.some((each) => each.everybody_leaves);
  const rounds = alarms.filter(({ kind, raised_at }) => kind === "round_overdue" && !is_left && raised_at > walked_at);
  const is_told = (alarm) => !seen.has(alarm.id) && (alarm.kind !== "round_overdue" || rounds.includes(alarm));
  const round = is_left || rounds.length ? null : await untoldRound(roundAfter(known.patrol, walked_at));
  const bars = [
    ...alarms.filter(is_told).map((alarm) => ({ ...alarm, first: alarm.severity === "blocks" ? 0 : 2 })),
    ...(round ? [{ round: round.due_at, first: 2 }] : []),
    ...(inspections?.closed ?? []).filter((closed) => !yard.includes(closed)).map((closed) => ({ closed, first: 1 })),
  ].sort((a, b) => a.first - b.first);
  const key = JSON.stringify([yard, bars, isOpen]);
  if (mine !== looks || key === shown) return; // a later look knows more; a finger may be on it
  shown = key;
  const most = yard.length ? SHOWN - 1 : SHOWN;
  const more = bars.length - most;
  const listed = isOpen ? bars : bars.slice(0, most);
  place.replaceChildren(...listed.map((bar) => (bar.closed ? closedBar(bar.closed, stacks) : bar.round ? roundBar(bar.round) : alarmBar(bar, failed))));
  if (yard.length) place.prepend(yardBar(yard));
  if (more > 0) place.append(make("button", { type: "button", className: "more-bars", text: word(isOpen ? "bars_fewer" : "bars_more", { n: more }), on: { click: () => ((isOpen = !isOpen), look(failed)) } }));
}

// A truck that is there is weighed all the same, and everybody sees it.
function closedBar({ stack_id, reason }, stacks) {
  const stack = stacks.find(({ id }) => id === stack_id)?.name ?? stack_id;
  return make("p", { className: "closed-bar", text: word("closed_stack", { stack, reason }) });
}

// One for all that closes the yard; what heat asks for comes first.
function yardBar(closed) {
  const tasks = [...new Set(closed.flatMap((each) => each.tasks ?? []))].slice(0, FIRST_TASKS);
  const reasons = closed.map(({ reason }) => reason);
  const more = reasons.length - SHOWN;
  const reason = reasons.slice(0, SHOWN).join(" / ") + (more > 0 ? ` / ${word("bars_more", { n: more })}` : "");
  return make("div", { className: "closed-bar yard-bar" }, make("span", {}, word("closed_yard", { reason }), ...tasks.map((task) => make("b", { text: task }))));
}

function alarmBar({ id, words, kind, subject, severity, raised_at, tasks = [] }, failed) {
  const todo = make("button", { type: "button", text: word("what_to_do"), on: { click: () => document.dispatchEvent(new CustomEvent("gate:show", { detail: `heat/${subject}` })) } });
  const answer = make("button", { type: "button", text: word("alarm_seen"), on: { click: () => see(id, answer, failed) } });
  return make("div", { className: "alarm-bar", data: { alarm: String(id), severity } }, make("span", { text: `⚠ ${words ?? kind}` }), make("small", { text: timeOf(raised_at) }), tasks.length ? todo : null, answer);
}

// It goes when somebody has gone round: an alarm that the server does not know cannot be answered.
function roundBar(due_at) {
  const go = make("button", { type: "button", text: word("round_go"), on: { click: () => document.dispatchEvent(new CustomEvent("gate:show", { detail: "patrol" })) } });
  return make("div", { className: "alarm-bar", data: { alarm: "round", severity: "mend" } }, make("span", { text: `⚠ ${word("round_overdue", { time: whenOf(due_at) })}` }), go);
}

// Of what was overdue when it was last asked the server has told. Until the page has asked once, its notebook is of the past.
async function untoldRound(round) {
  if (!isPast(round?.overdue_at) || !linkState().nextTryAt) return null;
  const told_ms = Date.parse((await notebookReadAt()) ?? 0) - TOLD_WITHIN_MS;
  return Date.parse(round.overdue_at) > told_ms ? round : null;
}

async function see(id, button, failed) {
  button.disabled = true;
  try {
    await newRecord("alarm_answer", { alarm_id: id });
    const known = new Set(((await notebook())?.alarms ?? []).map((alarm) => alarm.id));
    await saveDraft(SEEN, [...((await draft(SEEN)) ?? []).filter((each) => known.has(each)), id]);
  } catch (error) {
    button.disabled = false;
    failed([error.message, error.nextStep].filter(Boolean).join(" "));
  }
}
