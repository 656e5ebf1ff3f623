// Where the bales go, or where they are loaded from: the yard as a picture, the proposed stack chosen already.
import { dayOf, plateText, say } from "../format.js";
import { proposedStack, storedTare } from "../flow.js";
import { make } from "../../elements.js";
import { actOf, mayUse } from "../bans.js";
import { act, numberKeys, piece, put, show, slot } from "./parts.js";
import { drawYard, takes } from "./yard_picture.js";
import { goOn, kept, showHints, ticketHead } from "./ticket_parts.js";
import { stackOf, unloadText } from "./moisture.js";

export async function showStack(gate, { id }) {
  const ticket = await gate.ticket(id);
  if (!ticket || ticket.void || ticket.closed_at || !ticket.opened) return gate.go(ticket ? `t/${id}/ticket` : "");
  const { notebook } = gate;
  const out = ticket.purpose === "linehaul_out";
  const wet = out ? null : ticket.sampled?.acceptance;
  const screen = show(gate.main, piece("screen-stack"));
  const proposed = proposedStack(ticket, notebook);
  // The last part is the one that the keys type into; those before it are settled.
  const parts = ticket.stacks?.length ? ticket.stacks.map((each) => ({ ...each })) : [{ stack_id: proposed, bales: ticket.bales }];
  ticketHead(gate, screen, ticket, "stack");
  const keys = numberKeys(slot(screen, "keys"), { most: 3, typed: (text) => { parts.at(-1).bales = text ? Number(text) : null; keep(); }, entered: () => ready() && goOnNow() });
  act(screen, { back: () => gate.go(`t/${id}/${ticket.readings.length ? "moisture" : "weigh"}`), "go-on": () => kept(screen, goOnNow), split });
  fresh();
  return keys.end;

  // What is there is replaced by the first digit, as on a calculator.
  function fresh() {
    const { bales } = parts.at(-1);
    keys.set("");
    parts.at(-1).bales = bales;
    keys.keys.querySelector("output").textContent = bales ?? "";
    look();
  }

  async function choose(stack_id) {
    await kept(screen, async () => {
      if (!(await mayUse(gate, ticket, stackOf(stack_id, gate.notebook)))) return;
      parts.at(-1).stack_id = stack_id;
      keep();
    });
  }

  function keep() {
    if (!screen.isConnected) return;
    if (parts.every((each) => each.stack_id && each.bales)) {
      ticket.stacks = parts.map((each) => ({ ...each }));
      kept(screen, () => gate.save(ticket));
    }
    look();
  }

  function split() {
    const last = parts.at(-1);
    const rest = Math.max(0, (ticket.bales ?? 0) - parts.reduce((sum, each) => sum + each.bales, 0));
    if (!last.stack_id || !last.bales) return;
    parts.push({ stack_id: null, bales: rest || null });
    fresh();
  }

  function look() {
    const last = parts.at(-1);
    const stack = stackOf(last.stack_id, notebook);
    slot(screen, "picture").replaceChildren(drawYard(notebook, { chosen: last.stack_id, proposed, choose, act: actOf(ticket), wet }));
    put(screen, {
      stack: stack ? say(out ? "load-from" : "unload-at", { stack: stack.name }) : say("choose-stack"),
      "stack-what": stack ? describe(stack) : null,
      split: !!(last.stack_id && last.bales),
    });
    slot(screen, "parts").replaceChildren(...parts.slice(0, -1).map((each, at) => partRow(each, at)));
    const hints = [];
    if (stack && last.bales && !out && stack.bales + last.bales > stack.most_bales) hints.push(["hint-full", { stack: stack.name, n: last.bales }]);
    if (stack && !takes(stack, wet, notebook)) hints.push(["hint-wet", { stack: stack.name }]);
    showHints(screen, hints);
    screen.querySelector("[data-do='go-on']").disabled = !ready();
  }

  function partRow(part, at) {
    return make("li", {}, make("strong", { text: stackOf(part.stack_id, notebook)?.name }), ` ${say("bales", { n: part.bales })} `,
      make("button", { type: "button", className: "key key-small", text: "✕", on: { click: () => { parts.splice(at, 1); keep(); } } }));
  }

  function ready() {
    return parts.every((each) => each.stack_id && each.bales);
  }

  async function goOnNow() {
    if (!(await mayUseAll(gate, ticket, parts))) return;
    ticket.stacks = parts.map((each) => ({ ...each }));
    ticket.bales = parts.reduce((sum, each) => sum + each.bales, 0);
    await gate.save(ticket);
    const waits = !ticket.second && !ticket.by_count && !storedTare(ticket, notebook).tare;
    if (waits && out) return gate.go("out");
    if (waits) return gate.home(`${plateText(ticket.plate)} · ${unloadText(ticket, notebook)}`);
    goOn(gate, ticket);
  }
}

/** Whether a ticket uses these parts' stacks, also those that were closed since they were chosen. */
export async function mayUseAll(gate, ticket, parts) {
  for (const { stack_id } of parts) if (!(await mayUse(gate, ticket, stackOf(stack_id, gate.notebook)))) return false;
  return true;
}

/** What lies in a stack, in words. */
export function describe(stack) {
  return [
    say("stack-fill", { n: stack.bales, most: stack.most_bales }),
    stack.oldest_on ? say("stack-since", { day: stack.oldest_on }) : null,
    stack.ship_by ? say("stack-ship", { day: dayOf(stack.ship_by) }) : null,
    say(stack.covered ? "stack-covered" : "stack-open"),
  ].filter(Boolean).join(" · ");
}
