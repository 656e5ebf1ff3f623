// Who comes with what: for a truck that nobody expected. What the plan knows of it is filled in.
import { plateText, say } from "../format.js";
import { mayBegin } from "../bans.js";
import { newTicket, openingBody } from "../flow.js";
import { newId } from "../store.js";
import { act, choices, kindNames, numberKeys, piece, put, show, slot } from "./parts.js";
import { goOn, kept, vehicleChecks } from "./ticket_parts.js";

const MOST_TOWNS = 24;

/** Address: load/<purpose or "count">/<plate>/<scanned id?>; that id is good for this load only, so nothing else keeps it. */
export async function showLoad(gate, { rest: [wish, plate, scanned] }) {
  const { notebook } = gate;
  const screen = show(gate.main, piece("screen-load"));
  const by_count = wish === "count";
  const at_yard = notebook.place.kind === "yard";
  const key = ["load", wish, plate, scanned].filter(Boolean).join(":");
  const truck = notebook.trucks.find((each) => each.plate === plate) ?? null;
  const haul = notebook.expected.find((each) => each.plate === plate && each.day === notebook.day && (!at_yard || each.purpose === (by_count ? "intake" : wish)));
  const known = haul?.origin ?? {};
  const state = {
    purpose: by_count ? "intake" : wish,
    town_id: known.town_id ?? null,
    body_id: onlyOne(known.bodies ?? []),
    destination_id: haul?.destination_id ?? (notebook.plants.length === 1 ? notebook.plants[0].id : null),
    material_id: notebook.materials[0]?.id ?? null,
    bale_kind: notebook.bale_kinds[0]?.id ?? null,
    bales: haul?.bales ?? null,
    driver: "",
    ...(await gate.draft(key)),
  };
  const choose = (name) => (value) => {
    state[name] = value;
    look();
  };
  put(screen, { plate: plateText(plate), "by-count": at_yard && !by_count && state.purpose === "intake" && notebook.scales.length > 0 });
  slot(screen, "purpose").append(
    choices((at_yard ? ["intake", "linehaul_out"] : ["linehaul_in", "direct_in"]).map((each) => [each, say(`purpose-${each}`)]), state.purpose, choose("purpose")),
  );
  slot(screen, "purpose-part").hidden = by_count;
  slot(screen, "town").append(choices(named(towns(notebook)), state.town_id, chooseTown));
  slot(screen, "destination").append(choices(named(notebook.plants), state.destination_id, choose("destination_id")));
  slot(screen, "material").append(choices(named(notebook.materials), state.material_id, choose("material_id")));
  slot(screen, "kind").append(choices(kindNames(notebook), state.bale_kind, choose("bale_kind")));
  const keys = numberKeys(slot(screen, "bales"), { most: 3, typed: (text) => choose("bales")(text ? Number(text) : null) });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  if (state.bales) keys.set(String(state.bales));
  slot(screen, "driver").value = state.driver;
  slot(screen, "driver").addEventListener("input", (event) => choose("driver")(event.target.value.trim()));
  act(screen, { back: () => gate.go(`plate/${wish}`), "go-on": () => kept(screen, () => begin(by_count)), "by-count": () => kept(screen, () => begin(true)) });
  if (by_count) put(screen, { "go-on": say("go-on") });
  vehicleChecks(screen, by_count ? notebook : { rules: {} }, state.vehicle_checks, (answers) => { state.vehicle_checks = answers; keep(); });
  look();
  return keys.end;

  function chooseTown(town_id) {
    Object.assign(state, { town_id, body_id: onlyOne(bodiesOf(town_id)) });
    look();
  }

  function bodiesOf(town_id) {
    return notebook.bodies.filter((each) => !town_id || !each.town_id || each.town_id === town_id);
  }

  function look() {
    const out = state.purpose === "linehaul_out";
    slot(screen, "town-part").hidden = out || state.purpose === "linehaul_in" || !notebook.towns.length;
    const bodies = bodiesOf(state.town_id);
    slot(screen, "body-part").hidden = out || state.purpose === "linehaul_in" || !bodies.length || !state.town_id;
    slot(screen, "body").replaceChildren(choices(named(bodies), state.body_id, (value) => { state.body_id = value; keep(); }));
    slot(screen, "destination-part").hidden = !out;
    slot(screen, "material-part").hidden = notebook.materials.length < 2;
    slot(screen, "kind-part").hidden = notebook.bale_kinds.length < 2;
    const go = screen.querySelector("[data-do='go-on']");
    go.disabled = out ? !state.destination_id : by_count && !state.bales;
    keep();
  }

  function keep() {
    gate.saveDraft(key, { ...state });
  }

  async function begin(counted) {
    // what it was said to come for was asked about on the list
    if (state.purpose !== (by_count ? "intake" : wish) && !(await mayBegin(gate, state.purpose))) return;
    const out = state.purpose === "linehaul_out";
    const inward = state.purpose === "linehaul_in";
    const origin = out ? { yard_id: notebook.place.id } : inward ? known : { ...(state.town_id === known.town_id ? known : {}), town_id: state.town_id, bodies: undefined, body_id: state.body_id };
    const destination = out ? notebook.plants.find((each) => each.id === state.destination_id) : null;
    const ticket = newTicket(newId(), { purpose: state.purpose, plate, haul: haul?.purpose === state.purpose ? haul : null, truck, origin, bales: state.bales, destination }, notebook);
    Object.assign(ticket, { material_id: state.material_id ?? ticket.material_id, bale_kind: state.bale_kind ?? ticket.bale_kind, bales: state.bales ?? ticket.bales, driver: state.driver || null, by_count: counted, vehicle_checks: by_count ? state.vehicle_checks : null });
    // The field's record has not come yet, but it speaks of this load.
    if (state.purpose === "direct_in" && scanned) ticket.id = scanned;
    await gate.save(ticket);
    if (counted && ticket.bales && (by_count || !notebook.rules.vehicle_checks)) {
      // Counted here already: nothing is left to ask.
      await gate.record("opening", openingBody(ticket, null), { id: ticket.id });
      ticket.opened = true;
      await gate.save(ticket);
    }
    await gate.dropDraft(key);
    goOn(gate, ticket);
  }
}

// Who is paid is never guessed: of several bodies none is chosen beforehand.
const onlyOne = (bodies) => (bodies.length === 1 ? bodies[0].id : null);
const named = (list) => list.map((each) => [each.id, each.name]);

// Towns that are expected today come first; there are never so many that a list needs a search.
function towns(notebook) {
  const expected = new Set(notebook.expected.map((each) => each.origin?.town_id));
  return [...notebook.towns].sort((a, b) => Number(expected.has(b.id)) - Number(expected.has(a.id))).slice(0, MOST_TOWNS);
}
