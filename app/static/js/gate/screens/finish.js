// The summary that the driver signs; a load that is sent back ends here too.
import { percent, say, whole } from "../format.js";
import { closingBody, despiteText, estimated, isTurned, judged, masses, outcomeOf, steps } from "../flow.js";
import { addAttachment, newId } from "../store.js";
import { act, askReason, piece, put, show, slot } from "./parts.js";
import { signatureOn } from "./signature.js";
import { facts, kept, notTradeText, passMark, passText, showHints, ticketHead } from "./ticket_parts.js";
import { stackOf, whatToDo } from "./moisture.js";
import { mayUseAll } from "./stack.js";

export async function showFinish(gate, { id }) {
  const ticket = await gate.ticket(id);
  if (!ticket || ticket.void || ticket.closed_at || !ticket.opened) return gate.go(ticket ? `t/${id}/ticket` : "");
  const screen = show(gate.main, piece("screen-finish"));
  ticketHead(gate, screen, ticket, "finish");
  const { net_kg, estimated: by_count } = masses(ticket, gate.notebook);
  const about = by_count && estimated(ticket, gate.notebook);
  put(screen, {
    net: net_kg == null ? "– – –" : whole(net_kg),
    "not-trade": notTradeText(ticket, gate.notebook),
    mark: about ? `${say("estimated-mark")} · ${aboutText(about)}` : null,
    change: gate.notebook.place.kind === "yard" && gate.notebook.stacks.length > 0,
  });
  slot(screen, "facts").append(...facts(ticketFacts(ticket, gate.notebook).filter(([name]) => name !== "row-net")));
  const missing = steps(ticket, gate.notebook).filter((step) => !step.done && step.name !== "finish");
  showHints(screen, hintsOf(ticket, net_kg, missing));
  const button = screen.querySelector("[data-do=finish]");
  const can = () => !missing.length && net_kg !== 0;
  const sign = signatureOn(slot(screen, "sign"), (signed) => { button.disabled = !signed || !can(); });
  act(screen, {
    back: () => gate.go(ticket.purpose === "linehaul_out" ? "out" : ""),
    bales: () => gate.go(`t/${id}/stack`),
    wipe: sign.wipe,
    "send-back": () => sendBack(gate, screen, ticket),
    finish: () => kept(screen, async () => {
      if (!(await mayUseAll(gate, ticket, ticket.stacks ?? []))) return;
      const signature = await addAttachment(await sign.png());
      await close(gate, ticket, outcomeOf(ticket, gate.notebook), { signature });
      gate.go(`t/${id}/ticket`);
    }),
  });
}

/** Ask why, then close the ticket as sent back; `before` is kept first (readings that were taken). */
export async function sendBack(gate, screen, ticket, { before = async () => {} } = {}) {
  const reason = await askReason("dialog-back");
  if (!reason) return;
  await kept(screen, async () => {
    await before();
    await close(gate, ticket, "sent_back", { reason });
    gate.go(`t/${ticket.id}/ticket`);
  });
}

// The id of the record is kept first: should the tablet stop in between, the same record is made, not another.
async function close(gate, ticket, outcome, { signature = null, reason = null } = {}) {
  ticket.closing_id ??= newId();
  await gate.save(ticket);
  const photos = ticket.second?.weighing?.photos ?? [];
  const attachments = [...photos, signature].filter(Boolean);
  const body = closingBody(outcome === "sent_back" ? { ...ticket, second: null } : ticket, outcome, { signature, reason });
  await gate.record("closing", body, { id: ticket.closing_id, attachments });
  Object.assign(ticket, { outcome, reason, signature, closed_at: new Date().toISOString(), operator: gate.operator?.name ?? null });
  if (outcome === "sent_back") ticket.second = null;
  delete ticket.second?.weighing;
  await gate.save(ticket);
}

const aboutText = ({ weighed, each_kg, uncertainty_kg }) =>
  weighed ? say("each-weighed", { n: weighed, kg: each_kg }) : say("each-about", { kg: each_kg, plus: uncertainty_kg });

function hintsOf(ticket, net_kg, missing) {
  const hints = [];
  if (missing.length) hints.push(["finish-short", { what: missing.map((step) => say(`step-${step.name}`)).join(", ") }]);
  if (net_kg === 0) hints.push(["hint-light", {}]);
  if (isTurned(ticket)) hints.push(["hint-direction", {}]);
  return hints;
}

/** What a ticket says, as rows of a name, a figure and a mark. */
export function ticketFacts(ticket, notebook) {
  const { net_kg, dry_kg } = masses(ticket, notebook);
  const { first, second } = ticket;
  const heavier = first && second && second.kg > first.kg ? second : first;
  const lighter = heavier === first ? second : first;
  const back = ticket.outcome === "sent_back";
  const moisture = ticket.sampled?.mean_permille ?? ticket.moisture_permille;
  const found = judged(ticket.readings, notebook.rules);
  const rows = [];
  if (first && second) {
    rows.push(["row-gross", passText(heavier), passMark(heavier)], [lighter.is_tare ? "row-tare" : "row-tare-weighed", passText(lighter), passMark(lighter)]);
  } else if (first) rows.push(["row-first", passText(first), passMark(first)]);
  if (!back) rows.push(["row-net", net_kg == null ? null : `${whole(net_kg)} kg`, ticket.by_count ? say("estimated-mark") : null]);
  rows.push(["row-moisture", moisture == null ? null : percent(moisture)]);
  const meter_id = ticket.meter_id ?? ticket.sampled?.meter_id;
  rows.push(["row-meter", notebook.meters.find((each) => each.id === meter_id)?.name ?? meter_id]);
  if (!back) rows.push(["row-dry", dry_kg == null ? null : `${whole(dry_kg)} kg`, ticket.by_count ? say("estimated-mark") : null]);
  const kind = ticket.sampled?.acceptance;
  if (kind && notebook.place.kind === "yard") rows.push(["row-class", [say(`class-${kind}`), found && !back ? whatToDo(found.rule, { at: ticket.closed_at ?? new Date(), nothing: null }) : null].filter(Boolean).join(" · ")]);
  rows.push(["row-bales", ticket.bales == null ? null : whole(ticket.bales)]);
  rows.push(["row-stack", back ? null : (ticket.stacks ?? []).map((each) => `${stackOf(each.stack_id, notebook)?.name ?? each.stack_id} ${each.bales}`).join(", ")]);
  rows.push(["row-reason", ticket.reason ?? despiteText(ticket)]);
  rows.push(["row-scale", scaleNames([first, second], notebook)]);
  return rows;
}

function scaleNames(passes, notebook) {
  const shown = passes.filter((pass) => pass?.scale_id).map(({ scale_id, certificate }) => {
    const name = notebook.scales.find((each) => each.id === scale_id)?.name ?? scale_id;
    return certificate ? `${name} (${say("certificate", { number: certificate })})` : name;
  });
  return [...new Set(shown)].join(", ");
}
