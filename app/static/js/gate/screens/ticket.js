// The ticket: what was weighed, its number or the short form of its id, a QR code, on paper of three sizes.
import { dayOf, plateText, say, shortId, timeOf } from "../format.js";
import { isTyped, nextStep, replacing } from "../flow.js";
import { later } from "../later.js";
import { printPaper, qrOf, verifyAddress } from "../print.js";
import { attachment, newId, sentEntries } from "../store.js";
import { act, askChoice, askReason, choices, piece, put, show, slot } from "./parts.js";
import { estimatedText, facts, goOn, kept, notTradeText, ticketHead } from "./ticket_parts.js";
import { ticketFacts } from "./finish.js";

const PAPER_KEPT = "paper";
const answerVoid = later("void", "answerVoid");

export async function showTicket(gate, { id }) {
  const ticket = await gate.ticket(id);
  if (!ticket) return gate.home();
  if (!ticket.closed_at && !ticket.void && !ticket.field) return gate.go(`t/${id}/${nextStep(ticket, gate.notebook)}`);
  ticket.number ??= await numberTold(ticket);
  const screen = show(gate.main, piece("screen-ticket"));
  ticketHead(gate, screen, ticket, "ticket");
  slot(screen, "steps").hidden = true;
  await fillPaper(gate, screen, ticket);
  const papers = [...screen.querySelector("[data-papers]").content.children].map((each) => [each.dataset.value, each.textContent]);
  let paper = localStorage.getItem(PAPER_KEPT) ?? papers[0][0];
  slot(screen, "papers").append(choices(papers, paper, (value) => { paper = value; localStorage.setItem(PAPER_KEPT, value); }, "choice choice-small"));
  const sayVoid = (known) =>
    put(screen, {
      void: !known.void && !known.void_requested && !known.field,
      asked: !!known.void_requested && !known.void,
      declined: known.void_declined && !known.void_requested ? say("void-declined", known.void_declined) : null,
      replace: !!known.void && !known.field,
    });
  sayVoid(ticket);
  act(screen, {
    back: () => gate.go(ticket.field ? "field" : "day"),
    home: () => gate.go(ticket.field ? "field" : ticket.purpose === "linehaul_out" ? "out" : ""),
    print: () => kept(screen, async () => {
      if (ticket.prints && !ticket.field) {
        const reason = await askChoice("dialog-reprint");
        if (reason === null) return;
        await gate.record("reprint", { ticket_id: ticket.id, reason: reason || null });
      }
      ticket.prints = (ticket.prints ?? 0) + 1;
      await gate.save(ticket);
      put(screen, { printed: reprintText(ticket) });
      printPaper(slot(screen, "paper"), paper);
    }),
    void: async () => {
      const reason = await askReason("dialog-void");
      if (!reason) return;
      await kept(screen, async () => {
        const { id: void_request_id } = await gate.record("void_request", { ticket_id: ticket.id, reason });
        Object.assign(ticket, { void_requested: true, void_request_id });
        await gate.save(ticket);
        sayVoid(ticket);
      });
    },
    replace: async () => {
      const again = replacing(ticket, newId());
      await gate.save(again);
      goOn(gate, again);
    },
    agree: async () => {
      if (!(await answerVoid(gate, { ticket }))) return;
      ticket.void = true;
      await gate.save(ticket);
      showTicket(gate, { id });
    },
    decline: async () => {
      const because = await askReason("dialog-decline");
      const receipt = because && (await answerVoid(gate, { ticket, declined_because: because }));
      if (!receipt) return;
      Object.assign(ticket, { void_requested: false, void_answered_at: receipt.received_at });
      await gate.save(ticket);
      showTicket(gate, { id });
    },
  });
  const news = async () => {
    const told = await gate.ticket(id);
    ticket.number ??= told?.number ?? (await numberTold(ticket));
    if (ticket.number) put(screen, { number: ticket.number });
    if (!told) return;
    put(screen, { "not-trade": notTradeText(told, gate.notebook) });
    sayVoid(told);
  };
  gate.main.addEventListener("gate:news", news);
  return () => gate.main.removeEventListener("gate:news", news);
}

async function fillPaper(gate, screen, ticket) {
  const { notebook } = gate;
  const marks = [ticket.void ? say("state-void") : null, isTyped(ticket) ? say("typed-mark") : null, estimatedText(ticket, notebook), ticket.void_requested && !ticket.void ? say("void-asked") : null];
  const material = notebook.materials.find((each) => each.id === ticket.material_id)?.name;
  put(screen, {
    what: say(ticket.field ? "ticket-field" : ticket.outcome === "sent_back" ? "ticket-back" : ticket.purpose === "linehaul_out" ? "ticket-out" : "ticket-in"),
    place: notebook.place.name,
    number: ticket.number ?? `${shortId(ticket.id)} · ${say("number-follows")}`,
    "not-trade": notTradeText(ticket, notebook),
    marks: marks.filter(Boolean).join(" · ") || null,
    id: ticket.id,
    printed: ticket.prints > 1 ? reprintText(ticket) : null,
  });
  slot(screen, "paper").dataset.void = String(!!ticket.void);
  const closed = ticket.closed_at ?? ticket.made_at;
  slot(screen, "facts").append(
    ...facts([
      ["row-time", `${dayOf(closed)} ${timeOf(ticket.first?.at ?? ticket.made_at)}–${timeOf(closed)}`],
      ["row-from", ticket.purpose === "linehaul_out" ? null : ticket.from],
      ["row-to", ticket.destination],
      ["row-material", material],
      ...ticketFacts(ticket, notebook),
      ["row-driver", ticket.driver],
      ["row-operator", ticket.operator],
    ]),
  );
  slot(screen, "paper").querySelector("dl").prepend(...facts([["row-plate", plateText(ticket.plate)]]));
  slot(screen, "qr").append(qrOf(verifyAddress(ticket.id)));
  const signature = ticket.signature && (await attachment(ticket.signature));
  slot(screen, "signature").hidden = !signature;
  if (signature) slot(screen, "signature").src = await dataOf(signature);
}

// The receipt of a record says the ticket's number before the next notebook does.
async function numberTold({ id, made_at }) {
  const sent = await sentEntries({ day: dayOf(made_at) });
  return sent.find(({ record, receipt }) => receipt?.ticket_number && (record.body.ticket_id === id || record.id === id))?.receipt.ticket_number ?? null;
}

const reprintText = (ticket) => (ticket.prints > 1 ? say("reprint", { n: ticket.prints - 1 }) : null);

function dataOf(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}
