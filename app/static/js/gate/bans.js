// What may not be done with a stack, or with the whole yard, for a danger; and the question before it is done all the same.
import { later } from "./later.js";

const ask = later("closed", "askAllTheSame");

/** What a ticket does with stacks, by the names of the notebook's bans. */
export const actOf = ({ purpose }) => (purpose === "linehaul_out" ? "loading" : "more_bales");

/** Why an act may not be done with a stack; empty where it may. */
export const whyNot = (stack, act) => stack?.banned?.[act] ?? [];

/** What of the notebook's closings is about the whole yard. */
export const closedYard = ({ inspections }) => (inspections?.closed ?? []).filter(({ stack_id }) => stack_id == null);

/** Whether a load of this purpose is begun: where the yard is closed for it, or the plant to which it goes is struck
 *  off, somebody says so. */
export async function mayBegin(gate, purpose, destination_id = null) {
  const closed = closedYard(gate.notebook).filter(({ bans }) => bans?.includes(actOf({ purpose })));
  const plant = purpose === "linehaul_out" && gate.notebook.struck_off?.find(({ id }) => id === destination_id);
  if (plant && !(await asked(gate, { key: "plant", stack: plant.name, why: [] }))) return false;
  if (!closed.length) return true;
  return asked(gate, { key: "yard", why: closed.map(({ reason }) => reason), tasks: closed.flatMap(({ tasks }) => tasks ?? []) });
}

async function asked(gate, what) {
  try {
    return !!(await ask(gate, what));
  } catch {
    return confirm([what.stack, ...what.why].filter(Boolean).join("\n")); // its screen has not come yet: asked all the same
  }
}

/** Whether a ticket uses a stack: where it may not, somebody says why it does. Asked once of each stack. */
export async function mayUse(gate, ticket, stack) {
  const act = actOf(ticket);
  if (!whyNot(stack, act).length || ticket.despite?.[stack.id]) return true;
  const reason = await ask(gate, ofStack(gate, stack, act, "stack"));
  if (!reason) return false;
  ticket.despite = { ...ticket.despite, [stack.id]: reason };
  await gate.save(ticket);
  return true;
}

/** Whether bales are moved off a stack ("loading") or onto it ("more_bales"); the reason is asked for all moves. */
export async function mayMove(gate, stack, act) {
  return !whyNot(stack, act).length || !!(await ask(gate, ofStack(gate, stack, act, "move")));
}

function ofStack({ notebook }, stack, act, what) {
  const { tasks, forbidden } = notebook.heat?.find(({ stack_id }) => stack_id === stack.id) ?? {};
  return { key: `${what}-${act}`, stack: stack.name, why: whyNot(stack, act), tasks, forbidden };
}
