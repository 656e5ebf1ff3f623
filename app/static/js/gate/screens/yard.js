// What is done to stacks and people outside of loads: moving, covering, the watch.
import { say } from "../format.js";
import { mayMove } from "../bans.js";
import { act, askReason, numberKeys, piece, put, show, slot } from "./parts.js";
import { drawYard } from "./yard_picture.js";
import { kept } from "./ticket_parts.js";
import { stackOf } from "./moisture.js";
import { describe } from "./stack.js";

const MOVE = "move";

/** Bales from one stack to another, with the reason. */
export async function showMove(gate) {
  const { notebook } = gate;
  const screen = show(gate.main, piece("screen-move"));
  let state = { from: null, to: null, bales: null, ...(await gate.draft(MOVE)) };
  const keys = numberKeys(slot(screen, "keys"), { most: 4, typed: (text) => { state.bales = text ? Number(text) : null; keep(); } });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  act(screen, { back: () => gate.go("yard"), anew, enter });
  if (state.bales) keys.set(String(state.bales));
  look();
  return keys.end;

  function anew() {
    state = { from: null, to: null, bales: null };
    keys.set("");
    keep();
  }

  async function choose(id) {
    const is_from = !state.from || state.to;
    if (!is_from && id === state.from) return;
    await kept(screen, async () => {
      if (!(await mayMove(gate, stackOf(id, gate.notebook), is_from ? "loading" : "more_bales"))) return;
      Object.assign(state, is_from ? { from: id, to: null } : { to: id });
      keep();
    });
  }

  function keep() {
    gate.saveDraft(MOVE, state);
    look();
  }

  function look() {
    const from = stackOf(state.from, notebook);
    const to = stackOf(state.to, notebook);
    slot(screen, "picture").replaceChildren(drawYard(notebook, { chosen: state.to ?? state.from, choose }));
    put(screen, {
      question: to ? null : say(from ? "move-to" : "move-from"),
      from: from ? `${say("row-from")}: ${from.name} · ${describe(from)}` : null,
      to: to ? `${say("row-to")}: ${to.name} · ${describe(to)}` : null,
    });
    screen.querySelector("[data-do=enter]").disabled = !(from && to && state.bales && state.bales <= from.bales);
  }

  async function enter() {
    const reason = await askReason("dialog-move");
    if (!reason) return;
    await kept(screen, async () => {
      await gate.record("stack_move", { from_stack_id: state.from, to_stack_id: state.to, bales: state.bales, reason });
      await gate.dropDraft(MOVE);
      gate.note = say("kept");
      gate.go("yard");
    });
  }
}

/** A stack gets its cover, or loses it. */
export function showCare(gate) {
  const screen = show(gate.main, piece("screen-care"));
  let chosen = null;
  const care = (covered) => () => kept(screen, async () => {
    await gate.record("stack_care", { stack_id: chosen, covered });
    put(screen, { kept: say("kept") });
  });
  act(screen, { back: () => gate.go("yard"), cover: care(true), uncover: care(false) });
  put(screen, { kept: null });
  look();

  function look() {
    const stack = stackOf(chosen, gate.notebook);
    slot(screen, "picture").replaceChildren(drawYard(gate.notebook, {
      chosen,
      choose: (id) => { chosen = id; put(screen, { kept: null }); look(); },
      note: (each) => say(each.covered ? "stack-covered" : "stack-open"),
    }));
    if (stack) put(screen, { stack: stack.name, "stack-what": describe(stack) });
    for (const button of screen.querySelectorAll(".key-wide")) button.disabled = !stack;
  }
}

/** Who is on watch while straw lies here. */
export function showWatch(gate) {
  const screen = show(gate.main, piece("screen-watch"));
  // Where a round has points, one that passed none of them counts for nothing.
  const has_points = !!gate.notebook.patrol?.points.length;
  put(screen, { kept: null, walked: !has_points, "to-round": has_points });
  act(screen, {
    back: () => gate.go("yard"),
    round: () => gate.go("patrol"),
    watch: (button) => kept(screen, async () => {
      const note = slot(screen, "note").value.trim() || null;
      await gate.record("watch", { event: button.dataset.event, note });
      slot(screen, "note").value = "";
      put(screen, { kept: `${button.textContent.trim()} · ${say("kept")}` });
    }),
  });
}
