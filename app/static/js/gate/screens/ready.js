// What the yard holds ready: the emergency card, and checks of equipment. All of it without a network.
import { addAttachment } from "../store.js";
import { wordsOf } from "../later.js";
import { make } from "../../elements.js";
import { act, choices, piece, put, show, slot } from "./parts.js";
import { canvasOf, jpegOf } from "./camera.js";
import { kept, showFault } from "./ticket_parts.js";

const tell = wordsOf("ready-texts");

/** #/card: the emergency card, and the straw inside as this tablet knows it. */
export async function showCard(gate) {
  const screen = show(gate.main, piece("screen-card"));
  act(screen, { back: () => gate.go("yard") });
  const { emergency, stacks = [], heat = [] } = gate.notebook;
  // Markup of our own server, made by a template that writes all texts as texts.
  const card = emergency && new DOMParser().parseFromString(emergency.card, "text/html").body.childNodes;
  put(screen, { card: card ? [...card] : null, missing: card ? null : tell("no-card") });
  // The hottest first, as the notebook has them.
  const order = heat.map(({ stack_id }) => stack_id);
  const held = stacks.filter(({ bales }) => bales > 0).sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  const rows = held.map(({ id, name, bales, kg }) => {
    const { words, hottest_dc } = heat.find(({ stack_id }) => stack_id === id) ?? {};
    const level = [words, hottest_dc == null ? null : `${(hottest_dc / 10).toFixed(1)} °C`].filter(Boolean).join(" ");
    return make("li", { text: tell(level ? "level" : "stack", { stack: name, bales, tonnes: (Math.max(kg, 0) / 1000).toFixed(1), level }) });
  });
  slot(screen, "stacks").append(...(rows.length ? rows : [make("li", { text: tell("no-straw") })]));
}

/** #/equipment: the kinds; #/equipment/KIND: a check of pieces of one kind. */
export async function showEquipment(gate, { rest: [kind] }) {
  const kinds = gate.notebook.equipment ?? [];
  const held = kinds.find((each) => each.kind === kind);
  return held ? showKind(gate, held) : showKinds(gate, kinds);
}

function showKinds(gate, kinds) {
  const screen = show(gate.main, piece("screen-equipment"));
  act(screen, { back: () => gate.go("yard") });
  put(screen, { kept: gate.note, nothing: kinds.length ? null : tell("nothing") });
  gate.note = null;
  slot(screen, "kinds").append(...kinds.map(({ kind, title, pieces }) => {
    const count = (state) => pieces.filter((each) => each.state === state).length;
    const said = ["overdue", "soon"].filter(count).map((state) => tell(state, { n: count(state) })).join(" · ");
    return make("button", { type: "button", className: "tile", text: `${title} ${pieces.length}`, on: { click: () => gate.go(`equipment/${kind}`) } }, make("small", { className: count("overdue") ? "late" : "", text: said || tell("done") }));
  }));
}

function showKind(gate, { kind, title, duties, pieces }) {
  const screen = show(gate.main, piece("screen-equipment-kind"));
  const state = { duty: duties[0].id, chosen: new Set(), passed: null, photos: [] };
  const note = slot(screen, "note");
  put(screen, { title, photos: null });
  slot(screen, "duties").append(choices(duties.map(({ id, words }) => [id, words]), state.duty, (duty) => change({ duty })));
  slot(screen, "outcomes").append(choices([[true, tell("passed")], [false, tell("failed")]], null, (passed) => change({ passed })));
  note.addEventListener("input", look);
  slot(screen, "file").addEventListener("change", takePhotos);
  act(screen, { back: () => gate.go("equipment"), all: chooseAll, enter });
  look();

  function change(what) {
    Object.assign(state, what);
    look();
  }

  function chooseAll() {
    state.chosen = new Set(state.chosen.size === pieces.length ? [] : pieces.map(({ id }) => id));
    look();
  }

  function look() {
    slot(screen, "pieces").replaceChildren(...pieces.map(({ id, name, due }) => {
      const [due_on, is] = due[state.duty] ?? [];
      const pressed = state.chosen.has(id);
      const toggle = () => { state.chosen[pressed ? "delete" : "add"](id); look(); };
      const said = is === "done" ? due_on : [tell(`state-${is}`), due_on].join(" ");
      return make("button", { type: "button", className: "choice", aria: { pressed: String(pressed) }, on: { click: toggle } }, name, make("small", { className: is === "overdue" ? "late" : "", text: said }));
    }));
    put(screen, { chosen: tell("chosen", { n: state.chosen.size, all: pieces.length }) });
    screen.querySelector("[data-do=enter]").disabled = !state.chosen.size || state.passed === null || (!state.passed && !note.value.trim());
  }

  async function takePhotos({ target }) {
    try {
      for (const file of target.files) state.photos.push(await addAttachment(await jpegOf(await canvasOf(file))));
      put(screen, { photos: tell("photos", { n: state.photos.length }) });
    } catch (error) {
      showFault(screen, [error.message, error.nextStep].filter(Boolean).join(" "));
    }
    target.value = "";
  }

  async function enter() {
    const { duty, chosen, passed, photos } = state;
    await kept(screen, async () => {
      await gate.record("equipment_check", { kind, duty, pieces: [...chosen], passed, note: note.value.trim() || null, photos }, { attachments: photos });
      gate.note = tell("unsent");
      gate.go("equipment");
    });
  }
}
