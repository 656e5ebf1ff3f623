// What the screens of one load share: its head with the steps, hints and faults, keeping what was done.
import { kilograms, plateText, say, sayOr, whole } from "../format.js";
import { nextStep, notForTrade, steps, uncertaintyKg } from "../flow.js";
import { make } from "../../elements.js";
import { piece, put, slot } from "./parts.js";

/** The load's plate, where it comes from, and its steps; each step can be gone to, in any order. */
export function ticketHead(gate, screen, ticket, here) {
  const to = ticket.destination && say("to-plant", { place: ticket.destination });
  put(screen, { plate: plateText(ticket.plate), from: ticket.purpose === "linehaul_out" ? to : ticket.from });
  slot(screen, "steps").replaceChildren(
    ...steps(ticket, gate.notebook).map(({ name, done }, at) =>
      make(
        "button",
        {
          type: "button",
          className: "step",
          data: { step: name, done: String(done) },
          aria: name === here ? { current: "step" } : {},
          disabled: !ticket.opened && name !== here,
          on: { click: () => gate.go(`t/${ticket.id}/${name}`) },
        },
        make("span", { className: "step-mark", aria: { hidden: "true" }, text: done ? "✓" : String(at + 1) }),
        say(`step-${name}`),
        done ? make("span", { className: "visually-hidden", text: `, ${say("step-done")}` }) : null,
      ),
    ),
  );
}

/** Go where this load goes on; a closed one to its ticket. */
export const goOn = (gate, ticket) => gate.go(`t/${ticket.id}/${nextStep(ticket, gate.notebook)}`);

export const showHints = (root, hints) => slot(root, "hints").replaceChildren(...hints.map(hint));

/** What is said that stops nothing. */
export const hint = ([key, values]) => put(piece("part-hint"), { text: say(key, figures(values)) });

/** Say what went wrong, above everything else, until it is understood. */
export function showFault(root, text) {
  const fault = put(piece("part-fault"), { text });
  fault.querySelector("[data-do=dismiss]").addEventListener("click", () => fault.remove());
  slot(root, "faults").replaceChildren(fault);
  fault.scrollIntoView({ block: "nearest" });
}

/** What is asked of a vehicle at a yard's gate. Nothing is ticked beforehand: a tap says that all was checked, a tap on one
 *  that it is missing. `change` gets the answers so far by id, which the record of the opening takes, and whether nothing
 *  was answered yet. Returns what confirms all that nobody denied; null where nothing is asked. */
export function vehicleChecks(root, { rules }, answers, change) {
  const asked = rules.vehicle_checks ?? [];
  const place = slot(root, "vehicle");
  place.hidden = !asked.length;
  if (!asked.length) return null;
  const state = Object.fromEntries(asked.filter(({ id }) => id in (answers ?? {})).map(({ id }) => [id, answers[id]]));
  const key = (text, data, click) => make("button", { type: "button", className: "choice", text, data, on: { click } });
  const all = key(say("vehicle-all", { n: asked.length }), { check: "all" }, () => set(Object.fromEntries(asked.map(({ id }) => [id, true]))));
  const keys = asked.map(({ id, words }) => key(words, { check: id }, () => set({ [id]: state[id] === false })));
  slot(place, "vehicle-checks").replaceChildren(all, ...keys);
  set({});
  return () => set(Object.fromEntries(asked.map(({ id }) => [id, state[id] ?? true])));

  function set(more) {
    Object.assign(state, more);
    const values = asked.map(({ id }) => state[id]);
    const missing = values.filter((each) => each === false).length;
    const isUntouched = values.every((each) => each === undefined);
    const said = missing ? say("vehicle-missing", { n: missing }) : values.every(Boolean) ? say("vehicle-good") : say("vehicle-unchecked");
    put(root, { "vehicle-said": said, "vehicle-take": missing ? said : say("vehicle-confirm") });
    [values.every(Boolean) || undefined, ...values].forEach((value, at) => (value === undefined ? [all, ...keys][at].removeAttribute("aria-pressed") : [all, ...keys][at].setAttribute("aria-pressed", String(value))));
    change({ ...state }, isUntouched);
  }
}

/** Do something that keeps; a failure is said and nothing goes on. Returns whether it was done. */
export async function kept(root, action) {
  try {
    await action();
    return true;
  } catch (error) {
    if (error.code === "storage-full") showFault(root, [error.message, error.nextStep].filter(Boolean).join(" ") || say("storage-full"));
    else {
      console.warn(error);
      showFault(root, error.code ? error.message : say("not-kept", { why: error.message }));
    }
    return false;
  }
}

/** Pairs of a name and a figure. */
export function facts(rows) {
  return rows
    .filter(([, value]) => value != null && value !== "")
    .map(([key, value, mark]) =>
      make("div", {}, make("dt", { text: say(key) }), make("dd", {}, String(value), mark ? make("small", { className: "mark", text: ` ${mark}` }) : null)),
    );
}

/** "Not for settlement" with the reasons, null where nothing speaks against it. The page has a text for each remark that
 *  blocks, and for no other. */
export function notTradeText(ticket, notebook) {
  const reasons = notForTrade(ticket, notebook, (kind) => sayOr(`not-trade-${kind}`, null));
  return reasons.length ? `${say("not-trade")}: ${reasons.map((kind) => say(`not-trade-${kind}`)).join(", ")}` : null;
}

/** "estimated" with how far it may be off; null of a load that was weighed. */
export function estimatedText(ticket, notebook) {
  if (!ticket.by_count || ticket.outcome === "sent_back") return null;
  const plus = uncertaintyKg(ticket, notebook);
  return plus == null ? say("estimated-mark") : say("estimated-plus", { plus: whole(plus) });
}

/** The weight of a pass with its mark. */
export const passText = (pass) => (pass ? kilograms(pass.kg) : null);
export const passMark = (pass) => (pass?.source === "typed" ? say("typed-mark") : null);

function figures(values = {}) {
  const thousands = new Intl.NumberFormat("en-GB");
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? thousands.format(value) : value]));
}
