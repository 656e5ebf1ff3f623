// What stands above every screen until it is over: alarms that nobody has seen, and what is closed for a danger.
import { make } from "../elements.js";
import { timeOf } from "./format.js";
import { draft, newRecord, notebook, onChange, saveDraft } from "./store.js";
import { word } from "./words.js";

const SEEN = "alarms-seen"; // by this tablet; the notebook goes on telling of them until the answer was sent
const SHOWN = 2;
const place = document.getElementById("frame-bars");
let shown = "";
let isOpen = false;

/** Show them from now on; `failed` is told why an answer was not kept. */
export function startBars(failed) {
  onChange(({ what }) => ["notebook", "drafts"].includes(what) && look(failed));
  return look(failed);
}

async function look(failed) {
  const { alarms = [], inspections, stacks = [] } = (await notebook()) ?? {};
  const seen = new Set(await draft(SEEN));
  const bars = [
    ...alarms.filter(({ id }) => !seen.has(id)).map((alarm) => ({ ...alarm, first: alarm.severity === "blocks" ? 0 : 2 })),
    ...(inspections?.closed ?? []).map((closed) => ({ closed, first: 1 })),
  ].sort((a, b) => a.first - b.first);
  const key = JSON.stringify([bars, isOpen]);
  if (key === shown) return; // a finger may be on it
  shown = key;
  const more = bars.length - SHOWN;
  const listed = isOpen ? bars : bars.slice(0, SHOWN);
  place.replaceChildren(...listed.map((bar) => (bar.closed ? closedBar(bar.closed, stacks) : alarmBar(bar, failed))));
  if (more > 0) place.append(make("button", { type: "button", className: "more-bars", text: word(isOpen ? "bars_fewer" : "bars_more", { n: more }), on: { click: () => ((isOpen = !isOpen), look(failed)) } }));
}

// A truck that is there is weighed all the same, and everybody sees it.
function closedBar({ stack_id, reason }, stacks) {
  const stack = stacks.find(({ id }) => id === stack_id)?.name ?? stack_id;
  return make("p", { className: "closed-bar", text: word(stack_id ? "closed_stack" : "closed_yard", { stack, reason }) });
}

function alarmBar({ id, words, kind, severity, raised_at }, failed) {
  const answer = make("button", { type: "button", text: word("alarm_seen"), on: { click: () => see(id, answer, failed) } });
  return make("div", { className: "alarm-bar", data: { alarm: String(id), severity } }, make("span", { text: `⚠ ${words ?? kind}` }), make("small", { text: timeOf(raised_at) }), answer);
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
