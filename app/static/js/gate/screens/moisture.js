// The moisture of a load: each reading one entry, the class at once in words, the stack that goes with it.
import { percent, plateText, say, timeOf, dayOf } from "../format.js";
import { judged, nextProbe, proposedStack, readingsAsked, samplingPlan, storedTare } from "../flow.js";
import { make } from "../../elements.js";
import { act, choices, numberKeys, piece, put, show, slot } from "./parts.js";
import { drawYard, takes } from "./yard_picture.js";
import { sendBack } from "./finish.js";
import { goOn, kept, showFault, showHints, ticketHead } from "./ticket_parts.js";

const METER_KEPT = "meter";

export async function showMoisture(gate, { id }) {
  const ticket = await gate.ticket(id);
  if (!ticket || ticket.void || ticket.closed_at || !ticket.opened) return gate.go(ticket ? `t/${id}/ticket` : "");
  const { notebook } = gate;
  const screen = show(gate.main, piece("screen-moisture"));
  const plan = samplingPlan(ticket.bales, notebook.rules);
  const { meter_lowest_permille, meter_highest_permille, outlier_least_permille } = notebook.rules;
  const at_yard = notebook.place.kind === "yard";
  ticket.meter_id ??= chosenMeter(notebook);
  slot(screen, "meters").append(
    choices(
      notebook.meters.map((each) => [each.id, each.name, isLapsed(each, notebook) ? say("meter-lapsed") : null]),
      ticket.meter_id,
      (meter) => {
        ticket.meter_id = meter;
        localStorage.setItem(METER_KEPT, meter);
        keep();
      },
      "choice choice-small",
    ),
  );
  const keys = numberKeys(slot(screen, "keys"), { most: 4, point: true, typed: whenTyped, entered: enter });
  act(screen, {
    back: () => gate.go(ticket.purpose === "linehaul_out" ? "out" : ""),
    "go-on": () => kept(screen, goOnNow),
    stack: () => kept(screen, async () => { await recordSample(); gate.go(`t/${id}/stack`); }),
    "send-back": () => sendBack(gate, screen, ticket, { before: recordSample }),
  });
  look();
  return keys.end;

  // Three digits are a reading with its tenth, and so are digits after a point: nobody needs to press "Enter".
  function whenTyped(text, set) {
    if (/^\d{3}$/.test(text) || /^\d{1,2}\.\d$/.test(text)) enter(text, set);
  }

  function enter(text, set) {
    const permille = permilleOf(text);
    set("");
    if (permille == null || permille < meter_lowest_permille || permille > meter_highest_permille) return showFault(screen, say("hint-range", { value: text }));
    slot(screen, "faults").replaceChildren();
    const { bale, probe } = nextProbe(ticket.readings, plan);
    ticket.readings = [...ticket.readings, [bale, permille, probe]];
    ticket.sampled = null;
    keep();
  }

  function takeAway(at) {
    ticket.readings = ticket.readings.filter((_each, index) => index !== at);
    ticket.sampled = null;
    keep();
  }

  function keep() {
    kept(screen, () => gate.save(ticket));
    look();
  }

  function look() {
    ticketHead(gate, screen, ticket, "moisture");
    const count = ticket.readings.length;
    const wanted = readingsAsked(ticket.readings, plan);
    const found = judged(ticket.readings, notebook.rules) ?? (ticket.sampled && told(ticket.sampled, notebook));
    put(screen, {
      which: say("next-bale", nextProbe(ticket.readings, plan)),
      count: count < wanted ? say("reading-n", { n: count + 1, all: wanted }) : say("reading-more", { n: count + 1 }),
      mean: found ? percent(found.mean_permille) : "– –",
      letter: found ? say(`letter-${found.acceptance}`) : null,
      class: found ? say(`class-${found.acceptance}`) : null,
      do: found ? whatToDo(found.rule, found) : null,
      spread: found && count > 1 ? say("spread", { low: percent(found.lowest), high: percent(found.highest), n: count }) : null,
      "go-on": count && count < wanted ? say("go-on-few", { n: count, all: wanted }) : say("go-on"),
    });
    slot(screen, "card").dataset.class = found?.acceptance ?? "";
    slot(screen, "letter").dataset.class = found?.acceptance ?? "";
    slot(screen, "readings").replaceChildren(...ticket.readings.map(readingKey));
    showHints(screen, hints(found));
    lookAtStack(found);
    screen.querySelector("[data-do='go-on']").disabled = !found || found.acceptance === "send_back";
    screen.querySelector("[data-do='send-back']").dataset.due = String(found?.acceptance === "send_back");
  }

  function readingKey([bale, permille], at) {
    return make(
      "button",
      { type: "button", className: "reading", data: { far: String(isFar(bale)) }, title: say("take-back", { value: percent(permille), bale }), on: { click: () => takeAway(at) } },
      make("small", { text: String(bale) }),
      percent(permille),
    );
  }

  // A bale far from the middle of the others is worth a second look; the office judges by its whole rule.
  function isFar(bale) {
    const others = ticket.readings.filter(([each]) => each !== bale).map(([, permille]) => permille);
    const own = ticket.readings.filter(([each]) => each === bale).map(([, permille]) => permille);
    if (others.length < 3) return false;
    const sorted = [...others].sort((a, b) => a - b);
    return own.some((permille) => Math.abs(permille - sorted[Math.floor(sorted.length / 2)]) > outlier_least_permille);
  }

  function hints(found) {
    const list = [];
    const far = new Set(ticket.readings.map(([bale]) => bale).filter(isFar));
    for (const bale of far) list.push(["hint-step", { bale }]);
    if (found?.set_aside) list.push(["hint-aside", { bale: found.wettest_bale }]);
    const wanted = readingsAsked(ticket.readings, plan);
    if (ticket.readings.length && ticket.readings.length < wanted) list.push(["hint-few", { n: ticket.readings.length, all: wanted }]);
    const meter = notebook.meters.find((each) => each.id === ticket.meter_id);
    if (meter && isLapsed(meter, notebook)) list.push(["hint-calibration", {}]);
    if (found && found.paid_in_full === false && found.acceptance !== "send_back") list.push(["paid-reduced", {}]);
    return list;
  }

  // The stack that goes with the class is chosen already; another one is a tap away.
  function lookAtStack(found) {
    const shown = at_yard && found && found.acceptance !== "send_back" && ticket.purpose !== "linehaul_out" && notebook.stacks.length;
    slot(screen, "stack-line").hidden = !shown;
    if (!shown) return;
    const stack = stackOf(ticket.stacks?.[0]?.stack_id ?? proposedStack({ ...ticket, sampled: found }, notebook), notebook);
    const room = stack ? stack.most_bales - stack.bales : null;
    put(screen, {
      stack: stack ? say("unload-at", { stack: stack.name }) : say("choose-stack"),
      "stack-bales": [ticket.bales ? say("bales", { n: ticket.bales }) : null, stack ? say("stack-fill", { n: stack.bales, most: stack.most_bales }) : null].filter(Boolean).join(" · "),
    });
    slot(screen, "stack-picture").replaceChildren(drawYard(notebook, { chosen: stack?.id }));
    const more = [];
    if (room != null && ticket.bales > room) more.push(["hint-full", { stack: stack.name, n: ticket.bales }]);
    if (stack && !takes(stack, found.acceptance, notebook)) more.push(["hint-wet", { stack: stack.name }]);
    if (more.length) showHints(screen, [...hints(found), ...more]);
  }

  async function recordSample() {
    if (ticket.sampled || !ticket.readings.length) return;
    await gate.record("sample", { ticket_id: ticket.id, meter_id: ticket.meter_id ?? null, readings: ticket.readings.map(([bale, permille]) => [bale, permille]) });
    const { mean_permille, acceptance, paid_in_full } = judged(ticket.readings, notebook.rules);
    ticket.sampled = { mean_permille, acceptance, paid_in_full, at: new Date().toISOString() };
    await gate.save(ticket);
  }

  async function goOnNow() {
    await recordSample();
    if (at_yard && ticket.purpose !== "linehaul_out" && !ticket.stacks) {
      const stack = stackOf(proposedStack(ticket, gate.notebook), gate.notebook);
      if (stack && ticket.bales) {
        ticket.stacks = [{ stack_id: stack.id, bales: ticket.bales }];
        await gate.save(ticket);
      }
    }
    const due = storedTare(ticket, notebook).tare;
    const unloads = !ticket.second && !due && !ticket.by_count && (ticket.stacks || !at_yard);
    // The truck drives off to unload: the next one is served meanwhile.
    if (unloads) return gate.home(`${plateText(ticket.plate)} · ${unloadText(ticket, notebook)}`);
    goOn(gate, ticket);
  }
}

/** "18.5" and "185" are 185 per mille, "18" is 180; null for anything else. */
export function permilleOf(text) {
  if (/^\d{1,2}\.\d?$/.test(text)) {
    const [whole, tenth] = text.split(".");
    return Number(whole) * 10 + Number(tenth || 0);
  }
  if (/^\d{1,2}$/.test(text)) return Number(text) * 10;
  return /^\d{3}$/.test(text) ? Number(text) : null;
}

/** What a class asks for, with its day. */
export function whatToDo(rule, { at = new Date(), nothing = say("do-nothing") } = {}) {
  const list = [];
  if (rule.probe_every_h) {
    const key = `do-probe${rule.probe_every_h === 24 ? "-daily" : ""}${rule.probe_for_days ? "-for" : ""}`;
    list.push(say(key, { hours: rule.probe_every_h, days: rule.probe_for_days }));
  }
  if (rule.ship_within_h) {
    const by = new Date(new Date(at).getTime() + rule.ship_within_h * 3_600_000);
    list.push(say("do-ship", { when: `${dayOf(by)} ${timeOf(by)}` }));
  }
  return list.length ? list.join(" · ") : rule.kind === "send_back" ? null : nothing;
}

export const unloadText = (ticket, notebook) => {
  const stack = stackOf(ticket.stacks?.[0]?.stack_id, notebook);
  return stack ? say("unload-at", { stack: stack.name }) : say("unload-at-plant");
};

export const stackOf = (id, notebook) => notebook.stacks.find((each) => each.id === id) ?? null;

const told = (sampled, notebook) => ({ ...sampled, rule: notebook.rules.acceptance.find((each) => each.kind === sampled.acceptance) ?? {} });
const isLapsed = (meter, notebook) => meter.state === "lapsed" || (meter.calibrated_until && meter.calibrated_until < notebook.day);

function chosenMeter(notebook) {
  const last = localStorage.getItem(METER_KEPT);
  return notebook.meters.find((each) => each.id === last)?.id ?? notebook.meters[0]?.id ?? null;
}
