// The phone of a collecting body at the field: one page for a direct haul, then the code that the driver shows at the plant.
import { say, plateText } from "../format.js";
import { newTicket, fromText, vehicleOf } from "../flow.js";
import { addAttachment, attachment, newId } from "../store.js";
import { linkState } from "../sync.js";
import { make } from "../../elements.js";
import { act, choices, kindNames, numberKeys, piece, put, show, slot } from "./parts.js";
import { canvasOf, jpegOf } from "./camera.js";
import { kept } from "./ticket_parts.js";
import { ticketRow } from "./gate.js";

const KEY = "field";

export async function showField(gate) {
  const { notebook } = gate;
  const screen = show(gate.main, piece("screen-field"));
  const state = { approval_id: null, plant_id: null, town_id: null, plate: null, field_ids: [], bale_kind: notebook.bale_kinds[0]?.id ?? null, bales: null, photo: null, ...(await gate.draft(KEY)) };
  const approvals = notebook.approvals.filter((each) => (!each.body_id || each.body_id === notebook.place.id) && (!each.valid_until || each.valid_until >= notebook.day) && (!each.valid_from || each.valid_from <= notebook.day));
  if (!state.approval_id && approvals.length === 1) chooseApproval(approvals[0].id);
  slot(screen, "approval").append(choices(approvals.map((each) => [each.id, each.plant, townName(each.town_id), say("approval-until", { day: each.valid_until ?? "" })].slice(0, 3)), state.approval_id, (id) => { chooseApproval(id); keep(); }));
  put(screen, { "no-approval": !approvals.length });
  slot(screen, "plant").append(choices(notebook.plants.map((each) => [each.id, each.name]), state.plant_id, (id) => { state.plant_id = id; keep(); }));
  slot(screen, "town").append(choices(notebook.towns.map((each) => [each.id, each.name]), state.town_id, (id) => { state.town_id = id; state.field_ids = []; keep(); }));
  slot(screen, "kind-part").hidden = notebook.bale_kinds.length < 2;
  slot(screen, "kind").append(choices(kindNames(notebook), state.bale_kind, (id) => { state.bale_kind = id; keep(); }));
  const trucks = [...new Set([...notebook.expected.filter((each) => each.purpose === "direct_in").map((each) => each.plate), ...notebook.trucks.map((each) => each.plate)])].slice(0, 6);
  const keys = numberKeys(slot(screen, "bales"), { most: 3, typed: (text) => { state.bales = text ? Number(text) : null; keep(); } });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  if (state.bales) keys.set(String(state.bales));
  slot(screen, "file").addEventListener("change", (event) => kept(screen, () => photograph(event.target.files[0])));
  act(screen, { plate: () => gate.go("plate/field"), finish: () => kept(screen, finish), unsent: () => gate.go("unsent") });
  const before = (await gate.tickets()).filter((each) => each.field);
  slot(screen, "before-part").hidden = !before.length;
  slot(screen, "before").append(...before.slice(0, 10).map((ticket) => ticketRow(gate, ticket)));
  const photo = state.photo && (await attachment(state.photo));
  if (photo) showPhoto(photo);
  const sayUnsent = () => put(screen, { unsent: linkState().unsent ? say("unsent-n", { n: linkState().unsent }) : say("all-sent") });
  sayUnsent();
  keep();
  gate.main.addEventListener("gate:link", sayUnsent);
  return () => {
    keys.end();
    gate.main.removeEventListener("gate:link", sayUnsent);
  };

  function chooseApproval(id) {
    const approval = approvals.find((each) => each.id === id);
    Object.assign(state, { approval_id: id, plant_id: approval.plant_id, town_id: approval.town_id });
  }

  function townName(id) {
    return notebook.towns.find((each) => each.id === id)?.name ?? null;
  }

  function keep() {
    gate.saveDraft(KEY, state);
    look();
  }

  function look() {
    slot(screen, "plant-part").hidden = !!state.approval_id;
    slot(screen, "town-part").hidden = !!state.approval_id;
    const plates = state.plate && !trucks.includes(state.plate) ? [state.plate, ...trucks] : trucks;
    slot(screen, "truck").replaceChildren(choices(plates.map((each) => [each, plateText(each)]), state.plate, (plate) => { state.plate = plate; keep(); }));
    const fields = fieldsOf();
    slot(screen, "fields-part").hidden = !fields.length;
    slot(screen, "fields").replaceChildren(...fields.map(fieldKey));
    screen.querySelector("[data-do=finish]").disabled = !(state.plate && state.bales && state.plant_id && state.town_id);
  }

  function fieldKey(field) {
    const chosen = state.field_ids.includes(field);
    const toggle = () => {
      state.field_ids = chosen ? state.field_ids.filter((each) => each !== field) : [...state.field_ids, field];
      keep();
    };
    return make("button", { type: "button", className: "choice choice-small", aria: { pressed: String(chosen) }, text: field, on: { click: toggle } });
  }

  function fieldsOf() {
    return [...new Set(notebook.expected.filter((each) => !state.plate || each.plate === state.plate || each.origin?.town_id === state.town_id).flatMap((each) => each.origin?.field_ids ?? []))];
  }

  async function photograph(file) {
    if (!file) return;
    const blob = await jpegOf(await canvasOf(file));
    state.photo = await addAttachment(blob);
    showPhoto(blob);
    keep();
  }

  function showPhoto(blob) {
    const shot = slot(screen, "shot");
    shot.src = URL.createObjectURL(blob);
    shot.hidden = false;
  }

  async function finish() {
    const id = state.id ?? newId();
    await gate.saveDraft(KEY, { ...state, id });
    const truck = notebook.trucks.find((each) => each.plate === state.plate) ?? null;
    const photos = [state.photo].filter(Boolean);
    const body_id = notebook.place.id;
    const origin = { town_id: state.town_id, field_ids: state.field_ids, body_id };
    const ticket = newTicket(id, { purpose: "direct_in", plate: state.plate, truck, origin, bales: state.bales, destination: notebook.plants.find((each) => each.id === state.plant_id) ?? { id: state.plant_id, name: approvals.find((each) => each.plant_id === state.plant_id)?.plant } }, notebook);
    Object.assign(ticket, { opened: true, field: true, bale_kind: state.bale_kind, approval_id: state.approval_id, from: fromText(origin, notebook) });
    await gate.record(
      "field_count",
      { approval_id: state.approval_id, plant_id: state.plant_id, vehicle: vehicleOf(ticket), town_id: state.town_id, field_ids: state.field_ids, body_id, material_id: ticket.material_id, bale_kind: state.bale_kind, bales: state.bales, photos },
      { id, attachments: photos },
    );
    await gate.save(ticket);
    await gate.dropDraft(KEY);
    gate.go(`t/${id}/ticket`);
  }
}
