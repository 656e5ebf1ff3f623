// A ticket as the tablet knows it: what was typed and taken here, what the server said, and which step comes next.
import { dayOf, dryKg, meanOfMeansPermille, netKg } from "./format.js";

// What nobody has done yet. Lists are replaced, never added to.
const BLANK = Object.freeze({
  opened: false,
  by_count: false,
  bale_masses_kg: [],
  first: null,
  readings: [],
  meter_id: null,
  sampled: null,
  stacks: null,
  second: null,
  outcome: null,
  closed_at: null,
  prints: 0,
});

/** A new ticket of an expected haul or of a truck that nobody expected; nothing is recorded yet. */
export function newTicket(id, { purpose, plate, haul = null, truck = null, origin = {}, bales = null, destination = null }, notebook) {
  return {
    id,
    made_at: new Date().toISOString(),
    purpose,
    plate,
    truck_id: haul?.truck_id ?? truck?.truck_id ?? null,
    driver: null,
    haul: haul ? { day: haul.day, haul_id: haul.haul_id } : null,
    origin: {
      town_id: origin.town_id ?? null,
      field_ids: origin.field_ids ?? [],
      grower: [origin.growers ?? origin.grower ?? []].flat().join(", ") || null,
      body_id: origin.body_id ?? (origin.bodies?.length === 1 ? origin.bodies[0].id : null),
      yard_id: origin.yard_id ?? null,
    },
    from: fromText(origin, notebook),
    destination_id: destination?.id ?? haul?.destination_id ?? null,
    destination: destination?.name ?? haul?.destination ?? null,
    // The notebook has the county's usual straw first.
    material_id: haul?.material_id ?? notebook.materials[0]?.id ?? null,
    bale_kind: notebook.bale_kinds[0]?.id ?? null,
    bales: bales ?? haul?.bales ?? null,
    approval_id: null,
    ...BLANK,
  };
}

/** A new ticket in the place of a void one: the same load, weighed anew. */
export function replacing(ticket, id) {
  const kept = Object.fromEntries(["purpose", "plate", "truck_id", "driver", "haul", "origin", "from", "destination_id", "destination", "material_id", "bale_kind", "bales", "approval_id", "by_count"].map((name) => [name, ticket[name]]));
  return { ...BLANK, ...kept, haul: kept.haul?.day ? kept.haul : null, id, made_at: new Date().toISOString(), replaces: ticket.id };
}

/** Where a load comes from, in the words of the plan. */
export function fromText(origin, notebook) {
  const town = origin.town ?? notebook.towns.find((each) => each.id === origin.town_id)?.name;
  const yard = origin.yard_id && (origin.yard ?? notebook.yards?.find((each) => each.id === origin.yard_id)?.name ?? origin.yard_id);
  // A town has many bodies: only one that is certain is named.
  const body = (origin.bodies?.length === 1 ? origin.bodies[0] : notebook.bodies.find((each) => each.id === origin.body_id))?.name;
  return [town ?? yard, [origin.growers ?? origin.grower ?? []].flat().join(", "), body].filter(Boolean).join(" · ");
}

/** Tickets of this place: those of the notebook, with what only this tablet knows, and those that only it has. */
export function mergedTickets(drafts, notebook) {
  const own = new Map(drafts.map((each) => [each.id, each]));
  const known = (notebook?.tickets ?? []).map((told) => merged(own.get(told.id), told, notebook));
  const told = new Set(known.map((each) => each.id));
  return [...known, ...drafts.filter((each) => !told.has(each.id))].sort((a, b) => (a.made_at < b.made_at ? 1 : -1));
}

function merged(own, told, notebook) {
  const base = own ?? newTicket(told.id, { purpose: told.purpose, plate: told.plate, origin: told.origin ?? {}, bales: told.bales ?? told.bales_declared }, notebook);
  if (!own) base.material_id = told.material_id ?? base.material_id;
  base.destination ??= notebook.plants.find((each) => each.id === told.destination_id)?.name ?? null;
  const ticket = { ...base, number: told.number, remarks: told.remarks ?? [], void_requested: isAsked(base, told, notebook), void_declined: told.void_declined };
  // The field's count makes a direct haul's ticket; it is open here once the plant has weighed it.
  ticket.opened = base.opened || told.first_kg != null || told.purpose !== "direct_in";
  ticket.made_at = own?.made_at ?? told.opened_at;
  ticket.from ||= typeof told.origin === "string" ? told.origin : fromText(told.origin ?? {}, notebook);
  if (!own && told.haul_id) ticket.haul = { day: null, haul_id: told.haul_id };
  if (!ticket.first && told.first_kg != null) ticket.first = { kg: told.first_kg, source: told.first_source, scale_id: told.first_scale_id, certificate: told.first_certificate, at: told.opened_at };
  if (!ticket.sampled && told.sample) ticket.sampled = { ...told.sample };
  if (told.estimated || (!ticket.first && ticket.opened)) ticket.by_count = true;
  if (told.state === "closed") {
    ticket.closed_at ??= told.opened_at;
    ticket.outcome ??= told.outcome;
    for (const name of ["net_kg", "dry_kg", "moisture_permille", "estimated", "uncertainty_kg", "typed", "bales"]) ticket[name] = told[name] ?? ticket[name];
  }
  ticket.is_trade = told.is_trade ?? null;
  if (told.reprints) ticket.prints = Math.max(base.prints ?? 0, told.reprints + 1);
  if (told.state === "void") ticket.void = true;
  return ticket;
}

// A wish that was answered here may still stand in the notebook that was read before; one of this tablet's own may not
// have been sent yet.
function isAsked(base, told, notebook) {
  if (told.void_requested) return !(base.void_answered_at >= notebook.made_at);
  const declined = told.void_declined?.request_id;
  return !!base.void_requested && (!declined || (base.void_request_id ?? declined) !== declined);
}

export const isOpen = (ticket) => ticket.opened && !ticket.closed_at && !ticket.void && !ticket.field;
/** The state of a truck in the list: expected, begun (typed, not weighed), open, done, sent back, void. What a phone has
 *  counted at the field (`field`) is done as far as the phone goes. */
export const stateOf = (ticket) =>
  ticket.void ? "void" : ticket.field ? "done" : ticket.closed_at ? (ticket.outcome === "sent_back" ? "back" : "done") : ticket.opened ? "open" : "begun";

export const isTyped = (ticket) => ticket.typed || ticket.first?.source === "typed" || ticket.second?.source === "typed";
const needsSample = (ticket) => ticket.purpose !== "linehaul_out";
const needsStack = (ticket, notebook) => notebook.place.kind === "yard" && notebook.stacks.length > 0;

/** The steps of a ticket, in order, with what is done. */
export function steps(ticket, notebook) {
  const list = [{ name: ticket.by_count ? "count" : "weigh", done: ticket.by_count ? ticket.opened : !!ticket.first }];
  if (needsSample(ticket) || ticket.readings.length) list.push({ name: "moisture", done: !!ticket.sampled });
  if (needsStack(ticket, notebook)) list.push({ name: "stack", done: !!ticket.stacks && !!(ticket.sampled || !needsSample(ticket)) });
  if (!ticket.by_count) list.push({ name: "out", done: !!ticket.second });
  list.push({ name: "finish", done: !!ticket.closed_at });
  return list;
}

/** The name of the step that is due: after the last, "ticket". */
export const nextStep = (ticket, notebook) => steps(ticket, notebook).find((step) => !step.done)?.name ?? "ticket";

/** Which bales to probe and how often, by the rulebook's table: {bales, probes, numbers, first}; `numbers` begins with
 *  those of the first stage, which are spread over the load too. */
export function samplingPlan(bales, rules) {
  const row = (rules.sampling ?? []).find(([up_to]) => up_to == null || (bales ?? Infinity) <= up_to) ?? rules.sampling?.at(-1);
  if (!row) return { bales: 1, probes: 1, numbers: [1], first: null };
  const [, wanted, probes] = row;
  const all = Math.max(bales ?? wanted, wanted);
  const numbers = Array.from({ length: wanted }, (_, index) => Math.floor(((2 * index + 1) * all) / (2 * wanted)) + 1);
  const [first_bales, at_most_permille] = rules.sampled_first ?? [0];
  const number = Math.min(first_bales, wanted);
  const chosen = Array.from({ length: number }, (_, index) => numbers[Math.floor(((2 * index + 1) * wanted) / (2 * number))]);
  return {
    bales: wanted,
    probes,
    numbers: [...chosen, ...numbers.filter((each) => !chosen.includes(each))],
    first: number ? { bales: number, at_most_permille } : null,
  };
}

/** How many readings the rule asks for, by those there are: a load that is dry beyond doubt needs the first stage only
 *  (yard_rules/moisture_sampling.py). */
export const readingsAsked = (readings, { bales, probes, first }) =>
  first && readings.every(([, permille]) => permille <= first.at_most_permille) ? first.bales : bales * probes;

/** Where the next reading is taken, {bale, probe}: one probe in each bale of the plan first, then the second round, so
 *  that few readings already speak of several bales. A reading that was taken away leaves its place to the next. */
export function nextProbe(readings, plan) {
  for (let probe = 1; ; probe += 1) {
    const bale = plan.numbers.find((number) => !readings.some(([taken, , round]) => taken === number && round === probe));
    if (bale !== undefined) return { bale, probe };
  }
}

/** What readings [bale, per mille] say: the mean of the bales' means and the spread in per mille, and the way to stack.
 *  Pay goes by the mean, the stack by the mean of the wettest bale, for a stack heats from there; only the mean of the
 *  load sends it back. Reckoned and rounded as the server does (yard_rules/moisture_sampling.py): paper and books agree. */
export function judged(readings, rules) {
  if (!readings.length) return null;
  const bales = new Map();
  for (const [bale, permille] of readings) bales.set(bale, [...(bales.get(bale) ?? []), permille]);
  const mean = meanOfMeansPermille([...bales.values()]);
  const [[wettest_bale, wettest]] = [...bales].map(([bale, values]) => [bale, meanOfMeansPermille([values])]).sort((a, b) => b[1] - a[1]);
  const row = (permille) => rules.acceptance.find((each) => permille <= (each.up_to_permille ?? 1000)) ?? rules.acceptance.at(-1);
  const byMean = row(mean);
  let stacking = byMean.kind === "send_back" ? byMean : row(wettest);
  const set_aside = byMean.kind !== "send_back" && stacking.kind === "send_back";
  if (set_aside) stacking = rules.acceptance.findLast((each) => each.kind !== "send_back");
  return {
    mean_permille: mean,
    lowest: Math.min(...readings.map(([, permille]) => permille)),
    highest: Math.max(...readings.map(([, permille]) => permille)),
    wettest,
    wettest_bale,
    acceptance: stacking.kind,
    set_aside,
    paid_in_full: byMean.paid_in_full,
    rule: stacking,
  };
}

/** The stack that is proposed for this way to stack; for what goes out, where to load from. */
export function proposedStack(ticket, notebook) {
  if (ticket.purpose === "linehaul_out") return notebook.proposals?.loading_out ?? null;
  return notebook.proposals?.[ticket.sampled?.acceptance] ?? null;
}

/** The tare that is stored of a plate, of the register or not. */
export const tareOf = (plate, notebook) => notebook.trucks.find((each) => each.plate === plate)?.tare ?? notebook.tares?.[plate] ?? null;

/** The truck's stored tare where it is good still, else null with the reason. Only for what comes in: there the first
 *  pass was the loaded one, and the tare stands for the empty one that is due. */
export function storedTare(ticket, notebook, at = new Date()) {
  if (ticket.purpose === "linehaul_out") return { tare: null, why: null };
  const tare = tareOf(ticket.plate, notebook);
  if (!tare) return { tare: null, why: null };
  if (tare.valid_until && tare.valid_until.slice(0, 10) < dayOf(at)) return { tare: null, why: "tare-over" };
  if (tare.drifted) return { tare: null, why: "tare-drifted" };
  if (tare.trade === false) return { tare: null, why: "tare-lapsed" };
  if (ticket.first && ticket.first.kg <= tare.kg) return { tare: null, why: "tare-heavier" };
  return { tare, why: null };
}

/** Net and dry mass of a ticket as far as they are known; of a counted load the estimate by the table of its bales. */
export function masses(ticket, notebook) {
  if (ticket.net_kg != null) return { net_kg: ticket.net_kg, dry_kg: ticket.dry_kg, estimated: ticket.estimated ?? ticket.by_count };
  const moisture = ticket.sampled?.mean_permille ?? ticket.moisture_permille;
  const net = ticket.by_count ? estimated(ticket, notebook)?.kg ?? null : netKg(ticket.first?.kg, ticket.second?.kg);
  return { net_kg: net, dry_kg: dryKg(net, moisture, notebook.rules.dry_straw), estimated: ticket.by_count };
}

/** What so many bales weigh, by those put on a small scale ({kg, each_kg, weighed}), else by the table of a thousand of
 *  this kind and moisture ({kg, each_kg, uncertainty_kg} of one bale); the server works the load out itself. */
export function estimated(ticket, notebook) {
  const table = notebook.bale_kinds.find((each) => each.id === ticket.bale_kind)?.kg_table;
  const moisture = ticket.sampled?.mean_permille;
  if (!table?.length || moisture == null || !ticket.bales) return null;
  if (ticket.bale_masses_kg.length) {
    const sum = ticket.bale_masses_kg.reduce((total, kg) => total + kg, 0);
    const count = ticket.bale_masses_kg.length;
    return { kg: Math.round((ticket.bales * sum) / count), each_kg: Math.round(sum / count), weighed: count };
  }
  const [, thousand_kg, uncertainty_kg] = table.find(([permille]) => moisture <= permille) ?? table.at(-1);
  return { kg: Math.round((ticket.bales * thousand_kg) / 1000), each_kg: Math.round(thousand_kg / 1000), uncertainty_kg: Math.round(uncertainty_kg / 1000), load_uncertainty_kg: Math.round((ticket.bales * uncertainty_kg) / 1000) };
}

/** Why this load cannot be settled, as kinds of remarks; empty where nothing is known against it, "other" where the
 *  server only says that it cannot. Until the server has said so of the closed ticket, the tablet says what it knows
 *  itself: a scale whose verification has lapsed, a typed weight of no scale, passes the wrong way round, no sample. */
export function notForTrade(ticket, notebook, blocks) {
  if (ticket.void || ticket.field || ticket.outcome === "sent_back") return [];
  const kinds = new Set((ticket.remarks ?? []).filter(blocks));
  if (ticket.is_trade == null) {
    const lapsed = (pass) => notebook.scales.some((scale) => scale.id === pass?.scale_id && isLapsedScale(scale, notebook));
    if (lapsed(ticket.first) || lapsed(ticket.second)) kinds.add("scale_lapsed");
    // `scale_id` is null where this tablet took the pass without a scale; of another tablet's pass it is not known.
    if ([ticket.first, ticket.second].some((pass) => pass?.source === "typed" && pass.scale_id === null)) kinds.add("typed_without_scale");
    if (isTurned(ticket)) kinds.add("passes_turned");
    if (ticket.closed_at && needsSample(ticket) && !ticket.sampled && ticket.moisture_permille == null) kinds.add("no_sample");
  }
  if (ticket.is_trade === false && !kinds.size) kinds.add("other");
  return [...kinds];
}

/** Whether what comes in weighed less loaded than empty, or what goes out more empty than loaded. */
export const isTurned = ({ purpose, first, second }) =>
  !!first && !!second && first.kg !== second.kg && (purpose === "linehaul_out") === first.kg > second.kg;

const isLapsedScale = (scale, notebook) => ["lapsed", "none"].includes(scale.state) || (scale.certified_until && scale.certified_until < notebook.day);

/** How full the yard is, {held_kg, capacity_kg, permille}, with these tickets of which the notebook does not know yet
 *  that they are closed; the larger of weight and count, as the server reckons it. Null where there is no limit. */
export function yardFill(closed, { stock, ...notebook }) {
  if (!stock?.capacity_kg) return null;
  let { kg, bales } = stock;
  for (const each of closed) {
    if (each.void || each.outcome === "sent_back") continue;
    const sign = each.purpose === "linehaul_out" ? -1 : 1;
    kg += sign * (masses(each, notebook).net_kg ?? 0);
    bales += sign * (each.bales ?? 0);
  }
  const held_kg = Math.max(0, kg, bales * stock.bale_kg);
  return { held_kg, capacity_kg: stock.capacity_kg, permille: Math.floor((1000 * held_kg) / stock.capacity_kg) };
}

/** Rounded down: a yard is full when it is full. */
export const shareOf = ({ permille }) => `${Math.floor(permille / 10)} %`;

/** What is said of a yard that is nearly full, or full: it stops nothing, dispatchers decide. */
export function fillHints(fill, { rules }) {
  if (!fill || fill.permille < (rules.yard_warn_permille ?? 1000)) return [];
  const share = shareOf(fill);
  if (fill.permille >= 1000) return [["fill-over", { share }]];
  return [["fill-near", { share, left: ((fill.capacity_kg - fill.held_kg) / 1000).toFixed(1) }]];
}

/** Whether a truck was weighed in and never out: open longer than two passes may lie apart. */
export const isForgotten = (ticket, { rules }, at = Date.now()) =>
  isOpen(ticket) && at - new Date(ticket.first?.at ?? ticket.made_at) > 3600_000 * (rules.pair_within_h ?? Infinity);

/** How far the estimate of a counted load may be off, in kg; null where the tablet does not know it. */
export function uncertaintyKg(ticket, notebook) {
  if (ticket.uncertainty_kg) return ticket.uncertainty_kg;
  return estimated(ticket, notebook)?.load_uncertainty_kg ?? null;
}

/** Hints about a weighing of this truck: keys of texts with their values. A hint stops nothing. */
export function weighingHints(ticket, kg, notebook, tickets, scale, at = new Date()) {
  const hints = [];
  const truck = notebook.trucks.find((each) => each.plate === ticket.plate);
  const limit = truck ? truck.legal_gross_kg : notebook.rules.unknown_gross_kg;
  if (kg != null && limit && kg > limit) hints.push([truck ? "hint-overload" : "hint-overload-perhaps", { over: kg - limit, limit }]);
  const within_ms = 60_000 * (notebook.rules.double_weighing_min ?? 0);
  const last = tickets.find((each) => each.id !== ticket.id && each.plate === ticket.plate && !each.void && each.first
    && at - new Date(each.closed_at ?? each.first.at ?? each.made_at) < within_ms);
  if (last) hints.push(["hint-double", { min: Math.floor((at - new Date(last.closed_at ?? last.first.at ?? last.made_at)) / 60_000) }]);
  const open = tickets.find((each) => each.id !== ticket.id && each.plate === ticket.plate && isOpen(each));
  if (open) hints.push(["hint-open", {}]);
  if (scale && isLapsedScale(scale, notebook))
    hints.push(["hint-certificate", { day: scale.certified_until ?? "" }]);
  return hints;
}

/** The body of the record that opens the ticket. */
export function openingBody(ticket, weighing) {
  return {
    ticket_id: ticket.id,
    purpose: ticket.purpose,
    vehicle: vehicleOf(ticket),
    haul: ticket.haul?.day ? ticket.haul : null,
    origin: ticket.origin,
    destination_id: ticket.destination_id,
    material_id: ticket.material_id,
    bale_kind: ticket.bale_kind,
    bales: ticket.bales,
    approval_id: ticket.approval_id,
    weighing,
    replaces: ticket.replaces ?? null,
    vehicle_checks: ticket.vehicle_checks ?? null,
  };
}

export const vehicleOf = ({ plate, truck_id, driver }) => ({ plate, truck_id: truck_id ?? null, driver: driver || null });

/** The body of the record that closes it. */
export function closingBody(ticket, outcome, { signature = null, reason = null, photos = [] } = {}) {
  const back = outcome === "sent_back";
  return {
    ticket_id: ticket.id,
    outcome,
    weighing: ticket.second?.weighing ?? null,
    stored_tare_id: ticket.second?.tare_id ?? null,
    estimate: ticket.by_count && !back ? { bale_masses_kg: ticket.bale_masses_kg } : null,
    bales: ticket.bales ?? 0,
    stacks: back ? [] : (ticket.stacks ?? []),
    reason: reason ?? (back ? null : despiteText(ticket)),
    signature,
    photos,
  };
}

/** Why stacks were used that are closed for a danger; null where none is. */
export const despiteText = ({ stacks, despite }) => [...new Set((stacks ?? []).map(({ stack_id }) => despite?.[stack_id]).filter(Boolean))].join(", ") || null;

/** How a load ends that is not sent back. */
export const outcomeOf = (ticket, notebook) =>
  ticket.purpose === "linehaul_out" ? "shipped" : notebook.place.kind === "plant" ? "delivered" : "stored";
