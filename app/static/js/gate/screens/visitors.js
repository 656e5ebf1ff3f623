// The visitors' line of the watch ledger: whoever does not work here signs in, and out again.
import { timeOf } from "../format.js";
import { wordsOf } from "../later.js";
import { outboxEntries, sentEntries } from "../store.js";
import { make } from "../../elements.js";
import { act, choices, piece, put, show, slot } from "./parts.js";
import { kept } from "./ticket_parts.js";

const DRAFT = "visitor";
const PEOPLE = [1, 2, 3, 4, 5, 10, 20];
const EMPTY = Object.freeze({ name: "", plate: "", people: 1, reason: null, other: "" });
const tell = wordsOf("visitor-texts");

export async function showVisitors(gate) {
  const screen = show(gate.main, piece("screen-visitors"));
  const state = { ...EMPTY, ...(await gate.draft(DRAFT)) };
  const reasons = [...screen.querySelectorAll("template[data-reasons]")].flatMap((each) => [...each.content.querySelectorAll("[data-value]")]).map((each) => [each.dataset.value, each.textContent.trim()]);
  put(screen, { kept: null });
  act(screen, { back: () => gate.go("yard"), enter, left: (button) => leave(button.dataset.visit, button.dataset.name) });
  for (const name of ["name", "plate", "other"]) slot(screen, name).addEventListener("input", ({ target }) => keep({ [name]: target.value }));
  form();
  await fill();
  gate.main.addEventListener("gate:news", fill);
  return () => gate.main.removeEventListener("gate:news", fill);

  function form() {
    for (const name of ["name", "plate", "other"]) slot(screen, name).value = state[name];
    slot(screen, "people").replaceChildren(choices(PEOPLE.map((each) => [each, String(each)]), state.people, (people) => keep({ people })));
    slot(screen, "reasons").replaceChildren(choices(reasons, state.reason, (reason) => keep({ reason })));
    look();
  }

  function look() {
    slot(screen, "other").hidden = state.reason !== "other";
    screen.querySelector("[data-do=enter]").disabled = !state.name.trim() || !why();
  }

  function why() {
    return state.reason === "other" ? state.other.trim() : (reasons.find(([value]) => value === state.reason)?.[1] ?? "");
  }

  function keep(what) {
    Object.assign(state, what);
    gate.saveDraft(DRAFT, { ...state });
    look();
  }

  /** Those of the notebook and those of this tablet's own that the notebook does not know of yet. */
  async function fill() {
    const own = [...(await outboxEntries()), ...(await sentEntries()).slice(-100)].map(({ record }) => record);
    const gone = new Set(own.filter(({ kind }) => kind === "visitor_left").map(({ body }) => body.visit_id));
    const told = gate.notebook.visitors ?? [];
    const recent = own.filter(({ kind, id, made_at }) => kind === "visitor" && made_at > (gate.notebook.made_at ?? "") && !told.some((each) => each.id === id)).map(({ id, body, made_at }) => ({ ...body, id, came_at: made_at }));
    const inside = [...told, ...recent].filter(({ id }) => !gone.has(id));
    put(screen, { nobody: inside.length ? null : tell("nobody") });
    slot(screen, "inside").replaceChildren(...inside.map(row));
  }

  function row({ id, name, plate, people, why: reason, came_at }) {
    const text = [plate, people > 1 ? tell("people", { n: people }) : null, reason, tell("since", { time: timeOf(came_at) })].filter(Boolean).join(" · ");
    return make("li", {}, make("span", {}, make("strong", { text: name }), ` ${text}`), make("button", { type: "button", className: "key", data: { do: "left", visit: id, name }, text: tell("left") }));
  }

  async function enter() {
    const name = state.name.trim();
    await kept(screen, async () => {
      await gate.record("visitor", { name, plate: state.plate.trim() || null, people: state.people, why: why() });
      Object.assign(state, EMPTY);
      await gate.dropDraft(DRAFT);
      form();
      put(screen, { kept: tell("kept", { name }) });
      screen.querySelector(".screen-body").scrollTop = 0;
    });
  }

  async function leave(visit_id, name) {
    await kept(screen, async () => {
      await gate.record("visitor_left", { visit_id });
      put(screen, { kept: tell("gone", { name }) });
    });
  }
}
