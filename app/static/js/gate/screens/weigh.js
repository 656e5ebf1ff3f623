// Weigh in and weigh out: the live weight, hints, the stored tare, a typed weight behind a tap more.
import { say, timeOf, dayOf, whole } from "../format.js";
import { fillHints, openingBody, storedTare, weighingHints } from "../flow.js";
import { newId } from "../store.js";
import { make } from "../../elements.js";
import { act, piece, put, show, slot } from "./parts.js";
import { watchDeck } from "./deck.js";
import { goOn, kept, passMark, showHints, ticketHead, vehicleChecks } from "./ticket_parts.js";

export async function showWeigh(gate, { id, step }) {
  const ticket = await gate.ticket(id);
  if (!ticket || ticket.void || ticket.closed_at) return gate.go(ticket ? `t/${id}/ticket` : "");
  const pass = step === "out" ? "second" : "first";
  // Taken, but the tablet stopped before the record was made.
  if (pass === "first" && ticket.first?.weighing && !ticket.opened) return finishOpening();
  if (pass === "second" && !ticket.opened) return gate.go(`t/${id}/weigh`);
  const screen = show(gate.main, piece("screen-weigh"));
  ticketHead(gate, screen, ticket, step);
  if (pass === "first" && ticket.first && ticket.opened) return showTaken();
  const isAsked = pass === "first" && !ticket.opened;
  const confirm = vehicleChecks(screen, isAsked ? gate.notebook : { rules: {} }, ticket.vehicle_checks, (answers, isUntouched) => {
    ticket.vehicle_checks = answers;
    put(screen, { unchecked: isUntouched });
  });
  const tickets = await gate.tickets();
  const { tare, why } = pass === "second" ? storedTare(ticket, gate.notebook) : { tare: null, why: null };
  put(screen, { "tare-key": tare ? say("use-tare", { kg: whole(tare.kg) }) : null, before: beforeText(ticket, pass) });
  const full = pass === "first" && ticket.purpose === "intake" ? fillHints(await gate.fill(), gate.notebook) : [];
  let said = null;
  const deck = await watchDeck(gate, screen, {
    hints: sayHints,
    pending: {
      key: `ticket:${ticket.id}`,
      get: () => (ticket.pending?.pass === pass ? ticket.pending : null),
      set: (asked) => {
        ticket.pending = asked && { ...asked, pass };
        return gate.save(ticket);
      },
    },
    taken: (weighing, photos) => kept(screen, () => keep(weighing, photos)),
  });
  act(screen, {
    back: () => gate.go(ticket.purpose === "linehaul_out" ? "out" : ""),
    take: () => (confirm?.(), deck.take()),
    "take-unchecked": deck.take,
    type: deck.type,
    tare: () => kept(screen, useTare),
  });
  return deck.end;

  // What is recorded is looked at, not weighed again.
  function showTaken() {
    slot(screen, "live").dataset.state = "steady";
    slot(screen, "kg").textContent = whole(ticket.first.kg);
    put(screen, { state: say("row-first"), why: [timeOf(ticket.first.at), passMark(ticket.first)].filter(Boolean).join(" · "), scale: null, before: null, "camera-state": null });
    screen.querySelector(".camera").hidden = true;
    screen.querySelector(".screen-foot").replaceChildren(make("button", { type: "button", className: "key key-primary", text: say("go-on"), on: { click: () => goOn(gate, ticket) } }));
    act(screen, { back: () => gate.go("") });
  }

  function sayHints(kg, scale, zero_off_kg) {
    const hints = [...full, ...weighingHints(ticket, kg, gate.notebook, tickets, scale)];
    if (zero_off_kg) hints.push(["hint-zero", { kg: zero_off_kg }]);
    if (why) hints.push([why, {}]);
    const key = JSON.stringify(hints);
    if (key !== said) showHints(screen, hints);
    said = key;
  }

  async function keep(weighing, photos) {
    ticket.pending = null;
    ticket[pass] = { kg: weighing.kg, source: weighing.source, scale_id: weighing.scale_id, certificate: gate.notebook.scales.find((each) => each.id === weighing.scale_id)?.certificate_number, at: new Date().toISOString(), weighing: { ...weighing, photos } };
    if (pass === "second") {
      await gate.save(ticket);
      return goOn(gate, ticket);
    }
    await gate.save(ticket);
    await finishOpening();
  }

  async function finishOpening() {
    // A direct haul's ticket has the id that the phone at the field gave it; every other has that of this record.
    if (ticket.purpose === "direct_in" && !ticket.opening_id) {
      ticket.opening_id = newId();
      await gate.save(ticket);
    }
    await gate.record("opening", openingBody(ticket, ticket.first.weighing), { attachments: ticket.first.weighing.photos, id: ticket.opening_id ?? ticket.id });
    ticket.opened = true;
    delete ticket.first.weighing;
    await gate.save(ticket);
    return goOn(gate, ticket);
  }

  async function useTare() {
    ticket.second = { kg: tare.kg, source: tare.typed ? "typed" : "scale", at: tare.weighed_at, tare_id: tare.id, is_tare: true };
    await gate.save(ticket);
    goOn(gate, ticket);
  }
}

function beforeText(ticket, pass) {
  const other = pass === "second" ? ticket.first : ticket.second;
  if (!other) return null;
  return `${say(pass === "second" ? "row-first" : "row-second")}: ${whole(other.kg)} kg · ${dayOf(other.at) === dayOf(new Date()) ? "" : `${dayOf(other.at)} `}${timeOf(other.at)} ${passMark(other) ?? ""}`;
}
