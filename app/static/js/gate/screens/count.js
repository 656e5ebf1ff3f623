// A load without a scale: how many bales of what kind; the weight is estimated from moisture.
import { openingBody } from "../flow.js";
import { make } from "../../elements.js";
import { act, choices, kindNames, numberKeys, piece, show, slot } from "./parts.js";
import { goOn, kept, ticketHead, vehicleChecks } from "./ticket_parts.js";

export async function showCount(gate, { id }) {
  const ticket = await gate.ticket(id);
  if (!ticket || ticket.closed_at || ticket.void) return gate.go(ticket ? `t/${id}/ticket` : "");
  const screen = show(gate.main, piece("screen-count"));
  ticketHead(gate, screen, ticket, "count");
  vehicleChecks(screen, ticket.opened ? { rules: {} } : gate.notebook, ticket.vehicle_checks, (answers) => { ticket.vehicle_checks = answers; });
  const { bale_kinds } = gate.notebook;
  slot(screen, "kind-part").hidden = bale_kinds.length < 2;
  slot(screen, "kind").append(choices(kindNames(gate.notebook), ticket.bale_kind, (kind) => { ticket.bale_kind = kind; gate.save(ticket); }));
  const go = screen.querySelector("[data-do='go-on']");
  const keys = numberKeys(slot(screen, "bales"), {
    most: 3,
    typed: (text) => {
      ticket.bales = text ? Number(text) : null;
      go.disabled = !ticket.bales;
      if (screen.isConnected) gate.save(ticket);
    },
    entered: () => !go.disabled && goOnNow(),
  });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  if (ticket.bales) keys.set(String(ticket.bales));
  // Bales on a small scale tell more of this load than the table of their kind.
  const masses = numberKeys(slot(screen, "masses"), { most: 3, entered: (text, set) => { set(""); if (Number(text)) weighed([...ticket.bale_masses_kg, Number(text)]); } });
  weighed(ticket.bale_masses_kg);
  act(screen, { back: () => gate.go(""), "go-on": goOnNow });
  return () => {
    keys.end();
    masses.end();
  };

  function weighed(masses_kg) {
    if (masses_kg !== ticket.bale_masses_kg) {
      ticket.bale_masses_kg = masses_kg;
      gate.save(ticket);
    }
    slot(screen, "weighed").replaceChildren(...masses_kg.map((kg, at) =>
      make("button", { type: "button", className: "reading", text: `${kg} kg ✕`, on: { click: () => weighed(ticket.bale_masses_kg.filter((_each, place) => place !== at)) } })));
  }

  function goOnNow() {
    return kept(screen, async () => {
      if (!ticket.opened) await gate.record("opening", openingBody(ticket, null), { id: ticket.id });
      ticket.opened = true;
      await gate.save(ticket);
      goOn(gate, ticket);
    });
  }
}
