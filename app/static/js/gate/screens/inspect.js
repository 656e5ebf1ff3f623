// Inspections by checklist, and what they found: mended by one, checked by another. All of it without a network.
import { outboxEntries } from "../store.js";
import { listsFor } from "../operators.js";
import { wordsOf } from "../later.js";
import { make } from "../../elements.js";
import { act, choices, piece, put, show, slot } from "./parts.js";
import { takePhotos } from "./photo_keys.js";
import { kept } from "./ticket_parts.js";

const OUTCOMES = ["good", "failed", "not_here"];
const keyOf = ({ item_id, subject_id }) => `${item_id}:${subject_id ?? ""}`;
const tell = wordsOf("inspect-texts");

/** #/inspect: what is due; #/inspect/KIND: one list; #/inspect/action/ID: one thing to be mended. */
export async function showInspect(gate, { rest }) {
  const { actions = [] } = gate.notebook.inspections ?? {};
  const lists = listsFor(gate.operator, gate.notebook);
  const [kind, id] = rest;
  if (kind === "action") {
    const action = actions.find((each) => each.id === id);
    if (action) return showAction(gate, action);
  }
  const held = lists.find((each) => each.kind === kind);
  return held ? showList(gate, held) : showDue(gate, lists, actions);
}

function showDue(gate, lists, actions) {
  const screen = show(gate.main, piece("screen-inspect"));
  act(screen, { back: () => gate.go("yard") });
  const tile = (text, note, to) => make("button", { type: "button", className: "tile", text, on: { click: () => gate.go(to) } }, make("small", { text: note }));
  slot(screen, "lists").append(...lists.map((each) => tile(each.title, dueText(each), `inspect/${each.kind}`)));
  slot(screen, "actions").append(...actions.map((each) => tile(subjectOf(gate, each) + each.words, tell(each.state), `inspect/action/${each.id}`)));
  put(screen, { kept: gate.note, nothing: actions.length ? null : tell("nothing") });
  gate.note = null;
}

function dueText({ due, lacking }) {
  return [tell(due ? "due" : "not-due"), lacking ? tell("lacks", { n: lacking }) : null].filter(Boolean).join(" · ");
}

async function showList(gate, held) {
  const screen = show(gate.main, piece("screen-inspect-list"));
  put(screen, { title: held.title });
  const draft = `inspect:${held.kind}:${held.day}`;
  const given = new Map(Object.entries((await gate.draft(draft)) ?? {}));
  slot(screen, "questions").append(...held.questions.map(question));
  act(screen, { back: () => gate.go("inspect"), enter });
  look();

  function question(asked) {
    const part = piece("part-question");
    const mark = { needed: tell("needed"), wanted: tell("wanted") }[asked.photo];
    part.id = `question-${keyOf(asked)}`;
    const answer = () => given.get(keyOf(asked)) ?? { outcome: null, note: "", photos: [], camera_failed: false };
    put(part, { words: subjectOf(gate, asked) + asked.words, look: asked.look_at, source: [mark, asked.source].filter(Boolean).join(" · ") });
    const chosen = choices(OUTCOMES.map((each) => [each, tell(each)]), answer().outcome, (outcome) => change({ outcome }));
    slot(part, "answers").append(chosen);
    slot(part, "note").value = answer().note;
    slot(part, "note").addEventListener("change", (event) => change({ note: event.target.value.trim() }));
    takePhotos(screen, part, (sha) => change({ photos: [...answer().photos, sha], camera_failed: false }));
    const noCamera = part.querySelector("[data-do=no-camera]");
    noCamera.addEventListener("click", () => change({ camera_failed: !answer().camera_failed }));
    said();
    return part;

    function change(what) {
      given.set(keyOf(asked), { ...answer(), ...what, sent: false });
      gate.saveDraft(draft, Object.fromEntries(given));
      said();
      look();
    }

    function said() {
      const { outcome, photos, camera_failed } = answer();
      slot(part, "more").hidden = !outcome || (outcome === "good" && !mark);
      noCamera.hidden = outcome !== "failed" || photos.length > 0;
      noCamera.setAttribute("aria-pressed", String(!!camera_failed));
      put(part, { photos: photos.length ? tell("photos", { n: photos.length }) : null, why: null });
    }
  }

  function look() {
    const answers = held.questions.map((asked) => [asked, given.get(keyOf(asked))]);
    const lacks = answers.filter(([asked, answer]) => !isWhole(asked, answer)).length;
    put(screen, { lacks: lacks ? tell("lacks", { n: lacks }) : null });
    screen.querySelector("[data-do=enter]").disabled = !unsent().length;
    return lacks;
  }

  function unsent() {
    return held.questions.filter((asked) => given.get(keyOf(asked))?.outcome && !given.get(keyOf(asked)).sent);
  }

  async function enter() {
    if (!allSaid()) return;
    const asked = unsent();
    const answers = asked.map((each) => {
      const { outcome, note, photos, camera_failed } = given.get(keyOf(each));
      return { item_id: each.item_id, subject_id: each.subject_id, outcome, note: note || null, photos, camera_failed: !!camera_failed };
    });
    await kept(screen, async () => {
      const attachments = [...new Set(answers.flatMap((each) => each.photos))];
      await gate.record("inspection", { list_kind: held.kind, list_day: held.day, digest: held.digest, answers }, { attachments });
      // What is still lacking is asked for again, with what was said so far.
      for (const each of asked) given.get(keyOf(each)).sent = true;
      if (look()) await gate.saveDraft(draft, Object.fromEntries(given));
      else await gate.dropDraft(draft);
      gate.note = tell("unsent");
      gate.go("inspect");
    });
  }

  // A danger without a word or a picture cannot be mended by others: it is asked for before anything is kept.
  function allSaid() {
    const silent = unsent().filter((asked) => given.get(keyOf(asked)).outcome !== "good" && !isWhole(asked, given.get(keyOf(asked))));
    for (const asked of silent) put(partOf(asked), { why: tell(given.get(keyOf(asked)).outcome === "failed" ? "say-failed" : "say-not-here") });
    if (silent.length) partOf(silent[0]).scrollIntoView({ block: "center" });
    return !silent.length;
  }

  function partOf(asked) {
    return document.getElementById(`question-${keyOf(asked)}`);
  }
}

// What fails, or is not there, wants a note; what fails a photo in any case.
function isWhole(asked, answer) {
  if (!answer?.outcome) return false;
  if (answer.outcome !== "good" && !answer.note) return false;
  if (answer.camera_failed && answer.note) return true;
  return answer.photos.length > 0 || !(answer.outcome === "failed" || (asked.photo === "needed" && answer.outcome === "good"));
}

async function showAction(gate, action) {
  const screen = show(gate.main, piece("screen-inspect-action"));
  const photos = [];
  // What this tablet has entered and not sent yet counts here already.
  const own = (await outboxEntries()).filter(({ record }) => record.body.action_id === action.id).map(({ record }) => record);
  const mending = own.findLast((each) => each.kind === "action_mended");
  const checked = own.some((each) => each.kind === "action_checked");
  const mended = !checked && (action.state === "mended" || !!mending);
  const by = mending?.operator?.id ?? action.mended_by;
  const same = mended && by === gate.operator?.id;
  put(screen, {
    title: subjectOf(gate, action) + action.words,
    what: action.note,
    state: checked ? tell("unsent") : tell(mended ? "mended" : "open"),
    same: same ? tell("same") : null,
    work: !checked && !same,
    good: mended && !same,
    "back-to": mended && !same,
    mended: !mended && !checked,
    photos: null,
  });
  act(screen, { back: () => gate.go("inspect"), good: check(true), "back-to": check(false), mended: enter });
  const note = slot(screen, "note");
  note.addEventListener("input", () => { screen.querySelector("[data-do=back-to]").disabled = !note.value.trim(); });
  takePhotos(screen, screen, (sha) => {
    photos.push(sha);
    put(screen, { photos: tell("photos", { n: photos.length }) });
    screen.querySelector("[data-do=mended]").disabled = false;
  });

  function enter() {
    return done("action_mended", { action_id: action.id, note: note.value.trim() || null, photos });
  }

  function check(is_good) {
    return () => done("action_checked", { action_id: action.id, is_good, note: note.value.trim() || null, photos });
  }

  async function done(kind, body) {
    await kept(screen, async () => {
      await gate.record(kind, body, { attachments: photos });
      gate.note = tell("unsent");
      gate.go("inspect");
    });
  }
}

function subjectOf({ notebook }, { subject_id }) {
  return subject_id ? `${notebook.stacks.find((each) => each.id === subject_id)?.name ?? notebook.inspections.things?.[subject_id] ?? subject_id} · ` : "";
}
