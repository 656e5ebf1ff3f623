// A round of the yard: each point's code is scanned, or typed where there is no scanner. Kept at every step.
import { timeOf, whenOf } from "../format.js";
import { wordsOf } from "../later.js";
import { isPast, roundAfter, WALKED } from "../rounds.js";
import { make } from "../../elements.js";
import { act, piece, put, show, slot } from "./parts.js";
import { watchCodes } from "./scan.js";
import { kept, showFault } from "./ticket_parts.js";

const DRAFT = "patrol";
const LEAST_SIGNS = 4;
const JOINT = " / ";
const tell = wordsOf("patrol-texts");

export async function showPatrol(gate) {
  const screen = show(gate.main, piece("screen-patrol"));
  const patrol = () => gate.notebook.patrol ?? { points: [], why: [] };
  let round = (await gate.draft(DRAFT)) ?? null; // {scans: [{code, at}]}
  let walked_at = await gate.draft(WALKED);
  let close = null;
  const note = gate.note;
  gate.note = null;
  put(screen, { kept: note });
  act(screen, { back: () => gate.go("yard"), begin, finish, drop, point: ({ dataset }) => ask(patrol().points.find(({ code }) => code === dataset.code)) });
  look();
  if (round) await scan();
  gate.main.addEventListener("gate:news", look);
  return () => {
    gate.main.removeEventListener("gate:news", look);
    close?.();
  };

  function look() {
    const { points, due_at, overdue_at, last_at, every_min, why, holds } = roundAfter(patrol(), walked_at);
    const late = isPast(overdue_at);
    const passed = new Map((round?.scans ?? []).map(({ code, at }) => [code, at]));
    const done = points.filter(({ code }) => passed.has(code)).length;
    put(screen, {
      due: !points.length ? tell("no-points") : due_at ? tell(late ? "late" : isPast(due_at) ? "now" : "due", { time: whenOf(due_at) }) : tell("not-needed"),
      more: [last_at && tell("last", { time: whenOf(last_at) }), every_min && tell(why?.length ? "every-for" : "every", { n: every_min, why: why?.join(JOINT) })].filter(Boolean).join(" · "),
      holds: holds?.length ? tell("holds", { what: holds.join(" · ") }) : null,
      begin: !round && points.length > 0,
      drop: !!round,
      finish: !!round,
      "note-line": !!round,
      passed: round && (done < points.length ? `${tell("passed", { n: done, all: points.length })} ` : "✓ ") + (done && done < points.length ? tell("lacks", { n: points.length - done }) : ""),
    });
    slot(screen, "due").dataset.late = String(late);
    screen.querySelector("[data-do=finish]").disabled = !done;
    slot(screen, "points").replaceChildren(...(round ? points.map((point) => row(point, passed.get(point.code))) : []));
  }

  function row({ code, name }, at) {
    return make("li", {}, make("button", { type: "button", className: "key key-wide", disabled: !!at, data: { do: "point", code, done: String(!!at) } }, `${at ? "✓" : "○"} ${name}`, at ? make("small", { text: ` ${timeOf(at)}` }) : null));
  }

  async function begin() {
    put(screen, { kept: null });
    await keep({ scans: [] });
    await scan();
  }

  async function keep(changed) {
    round = changed;
    await gate.saveDraft(DRAFT, round);
    look();
  }

  async function scan() {
    close?.();
    close = await watchCodes(slot(screen, "video"), (text) => {
      const point = patrol().points.find(({ code }) => text.toUpperCase().includes(code.toUpperCase()));
      if (point) pass(point);
      else showFault(screen, tell("unknown"));
    });
    if (!screen.isConnected) close?.();
  }

  function pass({ code }) {
    if (!round || round.scans.some((each) => each.code === code)) return;
    navigator.vibrate?.(80);
    slot(screen, "faults").replaceChildren();
    return keep({ ...round, scans: [...round.scans, { code, at: new Date().toISOString() }] });
  }

  function ask(point) {
    const dialog = put(piece("dialog-point"), { name: point.name, fault: null });
    const field = slot(dialog, "code");
    const enter = async () => {
      const typed = field.value.replace(/[^0-9a-z]/gi, "").toUpperCase();
      const code = point.code.replace(/[^0-9a-z]/gi, "").toUpperCase();
      if (typed.length < LEAST_SIGNS || !code.endsWith(typed)) return put(dialog, { fault: tell("wrong", { name: point.name }) });
      dialog.close();
      await pass(point);
    };
    field.addEventListener("keydown", ({ key }) => key === "Enter" && enter());
    act(dialog, { enter, cancel: () => dialog.close() });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  async function drop() {
    close?.();
    round = null;
    await gate.dropDraft(DRAFT);
    look();
  }

  async function finish() {
    await kept(screen, async () => {
      const { scans } = round;
      await gate.record("patrol_round", { scans, note: slot(screen, "note").value.trim() || null });
      const passed = new Set(scans.map(({ code }) => code));
      if (patrol().points.every(({ code }) => passed.has(code))) await gate.saveDraft(WALKED, (walked_at = scans.at(-1).at));
      await drop();
      slot(screen, "note").value = "";
      put(screen, { kept: tell("kept") });
    });
  }
}
