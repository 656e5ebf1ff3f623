// A load without a scale: how many bales of what kind; the weight is estimated from moisture.
import { openingBody } from "../flow.js";
import { act, choices, kindNames, numberKeys, piece, show, slot } from "./parts.js";
import { goOn, kept, ticketHead } from "./ticket_parts.js";

export async function showCount(gate, { id }) {
  const ticket = await gate.ticket(id);
  if (!ticket || ticket.closed_at || ticket.void) return gate.go(ticket ? `t/${id}/ticket` : "");
  const screen = show(gate.main, piece("screen-count"));
  ticketHead(gate, screen, ticket, "count");
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
  if (ticket.bales) keys.set(String(ticket.bales));
  act(screen, { back: () => gate.go(""), "go-on": goOnNow });
  return keys.end;

  function goOnNow() {
    return kept(screen, async () => {
      if (!ticket.opened) await gate.record("opening", openingBody(ticket, null), { id: ticket.id });
      ticket.opened = true;
      await gate.save(ticket);
      goOn(gate, ticket);
    });
  }
}
