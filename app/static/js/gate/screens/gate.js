// The lists: who is expected, what is open, what was done, the yard.
import { clock, dayOf, percent, plateText, say, shortId, timeOf, tonnes, whenOf, whole } from "../format.js";
import { fillHints, isForgotten, isOpen, isTyped, masses, newTicket, nextStep, shareOf, stateOf } from "../flow.js";
import { mayBegin } from "../bans.js";
import { newId } from "../store.js";
import { listsFor } from "../operators.js";
import { isPast } from "../rounds.js";
import { linkState } from "../sync.js";
import { make } from "../../elements.js";
import { act, askChoice, piece, put, show, slot } from "./parts.js";
import { estimatedText, hint, notTradeText } from "./ticket_parts.js";
import { drawYard } from "./yard_picture.js";

const MARKS = { expected: "○", begun: "◌", open: "◐", done: "●", back: "↩", void: "✕" };

export async function showGate(gate, { tab }) {
  const screen = show(gate.main, piece("screen-gate"));
  const at_yard = gate.notebook.place.kind === "yard";
  const state = { tab: tab || "in", search: "" };
  for (const each of screen.querySelectorAll("[data-yard-only]")) each.hidden = !at_yard;
  for (const each of screen.querySelectorAll("[data-plant-only]")) each.hidden = at_yard;
  act(screen, {
    tab: (button) => gate.go(button.dataset.tab === "in" ? "" : button.dataset.tab),
    unsent: () => gate.go("unsent"),
    other: () => begin(state.tab === "out" ? "linehaul_out" : at_yard ? "intake" : "linehaul_in"),
    "other-count": () => begin("intake", "count"),
    scan: () => gate.go("scan"),
    go: (button) => gate.go(button.dataset.to),
  });
  slot(screen, "search").addEventListener("input", (event) => {
    state.search = event.target.value.trim().toUpperCase();
    fill();
  });
  const note = gate.note;
  gate.note = null;
  await fill();

  async function fill() {
    const [tickets, full, round] = [await gate.tickets(), await gate.fill(), await gate.round()];
    showTabs(screen, gate, tickets, state);
    const body = state.search ? searched(gate, tickets, state.search) : BODIES[state.tab](gate, tickets, full, round);
    if (!state.search) body.prepend(...fillHints(full, gate.notebook).map(hint));
    if (note && !state.search) body.prepend(make("p", { className: "note", aria: { role: "status" }, text: note }));
    // What has not changed stays: a finger may be on it.
    const shown = slot(screen, "body");
    if (!(shown.children.length === 1 && shown.firstElementChild.isEqualNode(body))) shown.replaceChildren(body);
  }

  async function begin(purpose, wish = purpose) {
    if (await mayBegin(gate, purpose)) gate.go(`plate/${wish}`);
  }

  const linked = () => showUnsent(screen);
  linked();
  gate.main.addEventListener("gate:news", fill);
  gate.main.addEventListener("gate:link", linked);
  return () => {
    gate.main.removeEventListener("gate:news", fill);
    gate.main.removeEventListener("gate:link", linked);
  };
}

const BODIES = {
  in: (gate, tickets) => lists(gate, tickets, (purpose) => purpose !== "linehaul_out", "empty-in"),
  out: (gate, tickets) => lists(gate, tickets, (purpose) => purpose === "linehaul_out", "empty-out"),
  day: dayList,
  yard: yardBody,
};

function lists(gate, tickets, fits, empty) {
  const body = piece("part-lists");
  const { notebook } = gate;
  const all = tickets.filter((each) => fits(each.purpose) && isOpen(each)).reverse();
  const forgotten = all.filter((each) => isForgotten(each, notebook));
  const open = all.filter((each) => !forgotten.includes(each));
  const begun = tickets.filter((each) => fits(each.purpose) && stateOf(each) === "begun" && !each.haul);
  const waiting = notebook.expected.filter((each) => fits(each.purpose));
  const is_open = (haul) => all.some((ticket) => ticket === ticketOf(haul, tickets));
  const today = waiting.filter((each) => each.day === notebook.day && !is_open(each));
  const later = waiting.filter((each) => each.day > notebook.day).sort(byArrival);
  const fill = (name, rows) => {
    slot(body, name).replaceChildren(...rows);
    slot(body, `${name}-part`).hidden = !rows.length;
  };
  fill("forgotten", forgotten.map((ticket) => ticketRow(gate, ticket)));
  put(body, { "forgotten-heading": say("forgotten", { h: notebook.rules.pair_within_h }) });
  fill("open", [...open, ...begun].map((ticket) => ticketRow(gate, ticket)));
  fill("expected", today.sort(undoneFirst(tickets)).map((haul) => haulRow(gate, haul, tickets)));
  fill("tomorrow", later.map((haul) => haulRow(gate, haul, tickets, say("tomorrow"))));
  put(body, { empty: all.length + begun.length + waiting.length ? null : say(empty) });
  return body;
}

const byArrival = (a, b) => (a.day === b.day ? a.arrive_min - b.arrive_min : a.day < b.day ? -1 : 1);
// Those that are through sink to the end; what comes next stays on top.
const undoneFirst = (tickets) => (a, b) => Number(isThrough(a, tickets)) - Number(isThrough(b, tickets)) || byArrival(a, b);
const isThrough = (haul, tickets) => ["done", "back", "void"].includes(ticketOf(haul, tickets) ? stateOf(ticketOf(haul, tickets)) : "expected");
const ticketOf = (haul, tickets) => tickets.find((each) => each.haul?.haul_id === haul.haul_id && (!each.haul.day || each.haul.day === haul.day) && !each.void);

function haulRow(gate, haul, tickets, prefix = "") {
  const ticket = ticketOf(haul, tickets);
  if (ticket) return ticketRow(gate, ticket, haul);
  return truckRow({
    state: "expected",
    plate: haul.plate,
    from: haul.purpose === "linehaul_out" ? say("to-plant", { place: haul.destination ?? "" }) : originOf(haul),
    time: [prefix, clock(haul.arrive_min)].filter(Boolean).join(" "),
    bales: haul.bales != null ? say("bales", { n: haul.bales }) : null,
    said: say("state-expected"),
    begin: () => beginHaul(gate, haul),
  });
}

const originOf = ({ origin = {} }) =>
  [origin.town ?? origin.yard, [origin.growers ?? []].flat().join(", "), (origin.bodies ?? []).map((each) => each.name).join(", ")].filter(Boolean).join(" · ");

/** Begin the ticket of an expected load. Where its town has several collecting bodies it asks whose it is: that one is
 *  paid, so none is guessed; without an answer the office names it later. False where the yard is closed and it is left. */
export async function beginHaul(gate, haul) {
  if (!(await mayBegin(gate, haul.purpose, haul.destination_id))) return false;
  const origin = { ...haul.origin };
  if (origin.bodies?.length > 1) origin.body_id = await askChoice("dialog-body", { plate: plateText(haul.plate), bodies: origin.bodies.map(bodyKey) });
  const ticket = newTicket(newId(), { purpose: haul.purpose, plate: haul.plate, haul, origin }, gate.notebook);
  ticket.by_count = !gate.notebook.scales.length && haul.purpose === "intake";
  await gate.save(ticket);
  gate.go(`t/${ticket.id}/${nextStep(ticket, gate.notebook)}`);
  return true;
}

const bodyKey = ({ id, name }) => make("button", { type: "button", className: "key", data: { do: "choose", value: id }, text: name });

/** A row of a ticket; it opens the step that is due. */
export function ticketRow(gate, ticket, haul = null) {
  const state = stateOf(ticket);
  const step = nextStep(ticket, gate.notebook);
  const { net_kg, dry_kg } = masses(ticket, gate.notebook);
  const through = state === "done" || state === "back" || state === "void";
  return truckRow({
    state,
    plate: ticket.plate,
    from: through
      ? [ticket.number ?? `${shortId(ticket.id)} ${say("number-follows")}`, isTyped(ticket) ? say("typed-mark") : null, estimatedText(ticket, gate.notebook), notTradeText(ticket, gate.notebook)].filter(Boolean).join(" · ")
      : [ticket.purpose === "linehaul_out" ? say("to-plant", { place: ticket.destination ?? "" }) : ticket.from, ticket.first ? say("kg-first", { kg: `${whole(ticket.first.kg)} kg` }) : null].filter(Boolean).join(" · "),
    time: through ? timeOf(ticket.closed_at ?? ticket.made_at) : haul ? clock(haul.arrive_min) : whenOf(ticket.made_at),
    bales: through && net_kg != null ? `${tonnes(net_kg)} t${dry_kg == null ? "" : ` · ${percent(ticket.sampled?.mean_permille ?? ticket.moisture_permille)}`}` : ticket.bales != null ? say("bales", { n: ticket.bales }) : null,
    said: through ? say(`state-${state}`) : say(`next-${step}`),
    begin: () => gate.go(`t/${ticket.id}/${through ? "ticket" : step}`),
  });
}

export function truckRow({ state, plate, from, time, bales, said, begin }) {
  const row = put(piece("part-truck"), { plate: plateText(plate), from, time, bales, state: said });
  const button = row.querySelector("button");
  button.dataset.state = state;
  row.querySelector(".truck-mark").textContent = MARKS[state];
  const once = async () => (await begin()) === false && button.addEventListener("click", once, { once: true });
  button.addEventListener("click", once, { once: true });
  return row;
}

function dayList(gate, tickets) {
  const body = piece("part-day");
  const today = tickets.filter((each) => each.closed_at && dayOf(each.closed_at) === dayOf(new Date()));
  const counted = today.filter((each) => !each.void && each.outcome !== "sent_back").map((each) => ({ ...masses(each, gate.notebook), bales: each.bales }));
  const sum = (name) => counted.reduce((total, each) => total + (each[name] ?? 0), 0);
  put(body, {
    loads: whole(counted.length) ,
    bales: whole(sum("bales")),
    net: tonnes(sum("net_kg")),
    dry: tonnes(sum("dry_kg")),
    empty: today.length ? null : say("empty-day"),
  });
  slot(body, "list").replaceChildren(...today.map((ticket) => ticketRow(gate, ticket)));
  return body;
}

function yardBody(gate, _tickets, full, round) {
  const body = piece("part-yard");
  put(body, { fill: full && say("fill-now", { held: tonnes(full.held_kg), most: tonnes(full.capacity_kg), share: shareOf(full) }) });
  const { actions = [] } = gate.notebook.inspections ?? {};
  const waiting = listsFor(gate.operator, gate.notebook).filter((each) => each.due).length + actions.length;
  const hot = (gate.notebook.heat ?? []).filter((each) => each.level > 0 || isPast(each.due_at)).length;
  put(body, {
    "inspect-due": waiting ? say("inspect-due", { n: waiting }) : null,
    "heat-due": hot ? say("inspect-due", { n: hot }) : null,
    "patrol-due": round?.due_at ? timeOf(round.due_at) : null,
  });
  slot(body, "patrol-tile").dataset.late = String(isPast(round?.overdue_at));
  slot(body, "picture").append(drawYard(gate.notebook));
  const ship = gate.notebook.stacks.filter((each) => each.ship_by && each.bales).sort((a, b) => (a.ship_by < b.ship_by ? -1 : 1));
  slot(body, "ship-heading").hidden = !ship.length;
  slot(body, "ship").append(
    ...ship.map((each) => make("li", {}, make("strong", { text: each.name }), ` ${say("bales", { n: each.bales })} · ${say("stack-ship", { day: each.ship_by.slice(0, 10) })}`)),
  );
  return body;
}

function searched(gate, tickets, what) {
  const body = piece("part-lists");
  const bare = what.replace(/[\s·-]/g, "");
  const has = (...texts) => texts.some((text) => text && text.toUpperCase().replace(/[\s·-]/g, "").includes(bare));
  const found = tickets.filter((each) => has(each.plate, each.number, each.from, each.destination, shortId(each.id)));
  const expected = gate.notebook.expected.filter((each) => !ticketOf(each, tickets) && has(each.plate, originOf(each), each.destination));
  slot(body, "open").append(...found.map((ticket) => ticketRow(gate, ticket)));
  slot(body, "open-part").querySelector("h2").hidden = true;
  slot(body, "open-part").hidden = !found.length;
  slot(body, "expected").append(...expected.map((haul) => haulRow(gate, haul, tickets, haul.day > gate.notebook.day ? say("tomorrow") : "")));
  slot(body, "expected-part").hidden = !expected.length;
  slot(body, "tomorrow-part").hidden = true;
  slot(body, "forgotten-part").hidden = true;
  put(body, { empty: found.length + expected.length ? null : say("empty-search", { what }) });
  return body;
}

function showTabs(screen, gate, tickets, { tab }) {
  for (const each of screen.querySelectorAll(".tab")) {
    if (each.dataset.tab === tab) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  const waiting = (fits) =>
    gate.notebook.expected.filter((each) => each.day === gate.notebook.day && fits(each.purpose) && !isThrough(each, tickets)).length +
    tickets.filter((each) => fits(each.purpose) && isOpen(each) && !each.haul).length;
  put(screen, {
    "in-count": String(waiting((purpose) => purpose !== "linehaul_out")),
    "out-count": String(waiting((purpose) => purpose === "linehaul_out")),
    "day-count": String(tickets.filter((each) => each.closed_at && dayOf(each.closed_at) === dayOf(new Date())).length),
  });
}

function showUnsent(screen) {
  const { unsent, needPerson } = linkState();
  put(screen, { "unsent-count": String(unsent + needPerson) });
  slot(screen, "unsent-tab").dataset.state = needPerson ? "person" : unsent ? "waiting" : "none";
}
