// A second person agrees that a ticket becomes void, or declines it: their PIN, tried by the server, so only with a
// network.
import { say } from "../format.js";
import { people } from "../operators.js";
import { keptKey } from "../../tablet_key.js";
import { sendNow } from "../sync.js";
import { act, choices, numberKeys, piece, put, slot } from "./parts.js";

const AGREE = "/data/tablet/voids";
const DECLINE = "/data/tablet/voids/decline";
const DIGITS = 6;
const WAIT_MS = 15_000;

/** Ask for the second person, who agrees, or declines for this reason; resolves to the receipt, null where they left. */
export async function answerVoid(gate, { ticket, declined_because = null }) {
  const dialog = piece("dialog-agree");
  const others = (await people()).filter((person) => person.id !== gate.operator?.id);
  let person = null;
  let pin = "";
  let receipt = null;
  if (declined_because) put(dialog, { heading: say("decline-heading"), who: say("decline-who") });
  put(dialog, { fault: others.length ? null : say("nobody-else") });
  slot(dialog, "people").append(choices(others.map((each) => [each.id, each.name]), null, (id) => { person = id; agree(); }));
  const keys = numberKeys(slot(dialog, "keys"), { most: DIGITS, typed: (text) => { pin = text; dots(); agree(); } });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  keys.keys.querySelector("output").hidden = true;
  act(dialog, { cancel: () => dialog.close() });
  document.body.append(dialog);
  dots();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      keys.end();
      dialog.remove();
      resolve(receipt);
    });
  });

  function dots() {
    put(dialog, { dots: "●".repeat(pin.length) + "○".repeat(DIGITS - pin.length) });
  }

  async function agree() {
    if (!person || pin.length < DIGITS || dialog.ariaBusy) return;
    dialog.ariaBusy = "true";
    const said = await asked(ticket.id, { account_id: person, pin }, declined_because);
    dialog.ariaBusy = null;
    keys.set("");
    if (said.receipt) {
      receipt = said.receipt;
      sendNow();
      dialog.close();
    } else put(dialog, { fault: said.what });
  }
}

async function asked(ticket_id, who, declined_because) {
  try {
    // The asking must be there before the answer.
    await sendNow();
    const answer = await fetch(declined_because ? DECLINE : AGREE, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", Authorization: `Device ${await keptKey()}` },
      body: JSON.stringify({ ticket_id, ...who, ...(declined_because ? { declined_because } : {}) }),
      credentials: "omit",
      signal: AbortSignal.timeout(WAIT_MS),
    });
    const said = await answer.json();
    if (answer.ok && said.receipt) return said;
    return { what: said.what ?? [said.error?.what, said.error?.next_step].filter(Boolean).join(" ") };
  } catch {
    return { what: say("needs-network") };
  }
}
