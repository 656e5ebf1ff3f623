// Who is working: a name, then the PIN. It covers the screen that stands, which stays as it is.
import { say, sayOr } from "../format.js";
import { people, signIn } from "../operators.js";
import { make } from "../../elements.js";
import { act, numberKeys, piece, put, show, slot } from "./parts.js";

const DIGITS = 6;

export async function showPeople(gate, cover, whenIn) {
  const screen = show(cover, piece("screen-people"));
  const known = await people();
  put(screen, { nobody: !known.length });
  slot(screen, "people").append(
    ...known.map((person) =>
      make("button", { type: "button", className: "key person", text: person.name, on: { click: () => showPin(gate, cover, person, whenIn) } }),
    ),
  );
}

function showPin(gate, cover, person, whenIn) {
  const screen = show(cover, piece("screen-pin"));
  put(screen, { title: person.name, fault: null, choose: false });
  slot(screen, "choose-link").href = `/tablet/people/${person.id}`;
  act(screen, { back: leave });
  let busy = false;
  const keys = numberKeys(slot(screen, "keys"), { most: DIGITS, typed: (text) => typed(text) });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  keys.keys.querySelector("output").hidden = true;
  typed("");

  async function typed(text) {
    put(screen, { dots: "●".repeat(text.length) + "○".repeat(DIGITS - text.length) });
    if (text.length) put(screen, { fault: null });
    if (text.length < DIGITS || busy) return;
    busy = true;
    screen.setAttribute("aria-busy", "true");
    const tried = await signIn(person.id, text).catch((error) => ({ state: "error", what: error.message }));
    screen.removeAttribute("aria-busy");
    busy = false;
    if (tried.state === "right") {
      keys.end();
      whenIn();
      return;
    }
    keys.set("");
    put(screen, { choose: tried.state === "one time", fault: tried.what ?? sayOr(`pin-${tried.state}`, say("pin-unknown")) });
  }

  function leave() {
    keys.end();
    showPeople(gate, cover, whenIn);
  }
}
