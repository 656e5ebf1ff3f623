// The question before something is done that is forbidden for a danger. It comes rarely, so after the first load.
import { wordsOf } from "../later.js";
import { make } from "../../elements.js";
import { askChoice, askReason } from "./parts.js";

const tell = wordsOf("closed-texts");

/** Resolves to what was answered, null where it is left: of a stack that a load uses, the reason. `key`: "yard",
 *  "plant", or "stack" or "move" with the act. */
export function askAllTheSame(_gate, { key, stack, why, tasks, forbidden }) {
  const items = (texts) => texts?.map((text) => make("li", { text }));
  const shown = { what: tell(key, { stack }), why: why.join(" / "), tasks: items(tasks), forbidden: items(forbidden) };
  return key.startsWith("stack") ? askReason("dialog-closed-stack", shown) : askChoice("dialog-closed", shown);
}
