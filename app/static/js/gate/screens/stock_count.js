// Counting what lies in the stacks, alone or to close the day; a difference is explained before it is entered.
import { say } from "../format.js";
import { isOpen } from "../flow.js";
import { make } from "../../elements.js";
import { act, askReason, numberKeys, piece, put, show, slot } from "./parts.js";
import { drawYard } from "./yard_picture.js";
import { kept, showHints } from "./ticket_parts.js";
import { stackOf } from "./moisture.js";

/** `tab` is "count" or "close". The books may be older than the last loads: so they are said, and nothing is refused. */
export async function showStockCount(gate, { tab }) {
  const closing = tab === "close";
  const { notebook } = gate;
  const screen = show(gate.main, piece("screen-stock-count"));
  const key = `${tab}:${notebook.day}`;
  const counts = new Map(Object.entries((await gate.draft(key)) ?? {}));
  let chosen = notebook.stacks.find((each) => !counts.has(each.id))?.id ?? notebook.stacks[0]?.id ?? null;
  if (closing) {
    const words = piece("text-close");
    put(screen, { title: slot(words, "title").textContent, enter: slot(words, "enter").textContent });
    const open = (await gate.tickets()).filter(isOpen).length;
    if (open) showHints(screen, [["open-tickets-left", { n: open }]]);
  }
  const keys = numberKeys(slot(screen, "keys"), { most: 4, typed, entered: next });
  act(screen, { back: () => gate.go("yard"), enter });
  fresh();
  return keys.end;

  function typed(text) {
    if (!chosen || !screen.isConnected) return;
    if (text === "") counts.delete(chosen);
    else counts.set(chosen, Number(text));
    keep();
  }

  function next() {
    chosen = notebook.stacks.find((each) => !counts.has(each.id))?.id ?? chosen;
    fresh();
  }

  function choose(id) {
    chosen = id;
    fresh();
  }

  // The next digit begins a new figure; what was counted stays until then.
  function fresh() {
    const before = counts.get(chosen);
    keys.set("");
    if (before != null) counts.set(chosen, before);
    keys.keys.querySelector("output").textContent = before ?? "";
    keep();
  }

  function keep() {
    gate.saveDraft(key, Object.fromEntries(counts));
    const stack = stackOf(chosen, notebook);
    slot(screen, "picture").replaceChildren(drawYard(notebook, { chosen, choose, note: (each) => (counts.has(each.id) ? say("bales", { n: counts.get(each.id) }) : "–") }));
    put(screen, { stack: stack?.name, books: stack ? say("stock-of", { n: stack.bales }) : null, counted: say("counted-of", { n: counts.size, all: notebook.stacks.length }) });
    slot(screen, "counts").replaceChildren(...differences().map(({ stack: each, by }) => make("li", {}, make("strong", { text: each.name }), ` ${say("stock-differs", { by: by > 0 ? `+${by}` : `−${-by}` })}`)));
    screen.querySelector("[data-do=enter]").disabled = closing ? counts.size < notebook.stacks.length : !counts.size;
  }

  function differences() {
    return [...counts].map(([id, bales]) => ({ stack: stackOf(id, notebook), by: bales - (stackOf(id, notebook)?.bales ?? 0) })).filter(({ stack, by }) => stack && by);
  }

  async function enter() {
    const differ = new Set(differences().map(({ stack }) => stack.id));
    const reason = differ.size ? await askReason("dialog-explain") : null;
    if (differ.size && !reason) return;
    const rows = [...counts].map(([stack_id, bales]) => ({ stack_id, bales }));
    await kept(screen, async () => {
      if (closing) await gate.record("day_close", { day: notebook.day, counts: rows, explanation: reason });
      else await gate.record("stack_count", { counts: rows.map((row) => ({ ...row, reason: differ.has(row.stack_id) ? reason : null })) });
      await gate.dropDraft(key);
      gate.note = say("kept");
      gate.go("yard");
    });
  }
}
