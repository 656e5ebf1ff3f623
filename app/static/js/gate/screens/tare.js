// A truck's empty weight, kept for days: one pass on the scale instead of two.
import { plateText, say } from "../format.js";
import { tareOf, vehicleOf, weighingHints } from "../flow.js";
import { act, piece, put, show, slot } from "./parts.js";
import { watchDeck } from "./deck.js";
import { kept, showHints } from "./ticket_parts.js";

/** Address: tare/<plate>; without one the plate is asked for. */
export async function showTare(gate, { id: plate }) {
  if (!plate) return gate.go("plate/tare");
  const screen = show(gate.main, piece("screen-weigh"));
  const truck = gate.notebook.trucks.find((each) => each.plate === plate);
  const last = tareOf(plate, gate.notebook);
  const key = `tare:${plate}`;
  let pending = (await gate.draft(key)) ?? null;
  slot(screen, "steps").remove();
  put(screen, { plate: plateText(plate), from: say("row-tare"), "tare-key": null, before: last ? say("tare-of", { kg: last.kg, day: String(last.weighed_at ?? "").slice(0, 10) }) : null });
  const deck = await watchDeck(gate, screen, {
    hints: (kg, scale) => showHints(screen, weighingHints({ id: null, plate }, null, gate.notebook, [], scale)),
    pending: {
      key,
      get: () => pending,
      set: (asked) => {
        pending = asked;
        return asked ? gate.saveDraft(key, asked) : gate.dropDraft(key);
      },
    },
    taken: (weighing, photos) => kept(screen, async () => {
      await gate.record("tare", { vehicle: vehicleOf({ plate, truck_id: truck?.truck_id }), weighing: { ...weighing, photos } }, { attachments: photos });
      await gate.dropDraft(key);
      gate.note = `${plateText(plate)} · ${say("tare-of", { kg: weighing.kg, day: "" }).replace(/, $/, "")} · ${say("kept")}`;
      gate.go("yard");
    }),
  });
  act(screen, { back: () => gate.go("yard"), take: deck.take, type: deck.type });
  return deck.end;
}
