// A second person agrees that a ticket becomes void: their PIN, tried by the server, so only with a network.
import { say } from "../format.js";
import { people } from "../operators.js";
import { keptKey } from "../../tablet_key.js";
import { sendNow } from "../sync.js";
import { act, choices, numberKeys, piece, put, slot } from "./parts.js";

const ADDRESS = "/data/tablet/voids";
const DIGITS = 6;
const WAIT_MS = 15_000;

/** Ask for the second person; resolves to whether the ticket is void now. */
export async function agreeToVoid(gate, ticket) {
  const dialog = piece("dialog-agree");
  const others = (await people()).filter((person) => person.id !== gate.operator?.id);
  let person = null;
  let pin = "";
  let done = false;
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
      resolve(done);
    });
  });

  function dots() {
    put(dialog, { dots: "●".repeat(pin.length) + "○".repeat(DIGITS - pin.length) });
  }

  async function agree() {
    if (!person || pin.length < DIGITS || dialog.ariaBusy) return;
    dialog.ariaBusy = "true";
    const said = await asked({ ticket_id: ticket.id, account_id: person, pin, reason: ticket.void_reason ?? null });
    dialog.ariaBusy = null;
    keys.set("");
    if (said.done) {
      done = true;
      sendNow();
      dialog.close();
    } else put(dialog, { fault: said.what });
  }
}

async function asked(body) {
  try {
    // The asking must be there before the agreeing.
    await sendNow();
    const answer = await fetch(ADDRESS, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", Authorization: `Device ${await keptKey()}` },
      body: JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(WAIT_MS),
    });
    const said = await answer.json();
    if (answer.ok && said.receipt) return { done: true };
    return { what: said.what ?? [said.error?.what, said.error?.next_step].filter(Boolean).join(" ") };
  } catch {
    return { what: say("needs-network") };
  }
}
