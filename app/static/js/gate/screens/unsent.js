// What has not reached the server: how much, since when, what needs a person and why.
import { plateText, say, sayOr, timeOf, dayOf } from "../format.js";
import { saveUnsent } from "../export.js";
import { asideEntries, needPerson, outboxEntries, sendAgain, setAside } from "../store.js";
import { linkState, sendNow } from "../sync.js";
import { make } from "../../elements.js";
import { act, askChoice, piece, put, show, slot } from "./parts.js";

export async function showUnsent(gate) {
  const screen = show(gate.main, piece("screen-unsent"));
  act(screen, {
    back: () => gate.go(""),
    send: () => sendNow().then(fill),
    export: () => saveUnsent(),
  });
  await fill();
  gate.main.addEventListener("gate:news", fill);
  gate.main.addEventListener("gate:link", sayLink);
  return () => {
    gate.main.removeEventListener("gate:news", fill);
    gate.main.removeEventListener("gate:link", sayLink);
  };

  async function fill() {
    const tickets = new Map((await gate.tickets()).map((each) => [each.id, each]));
    const [waiting, person, aside] = [await outboxEntries(), await needPerson(), await asideEntries()];
    slot(screen, "waiting-part").hidden = !waiting.length;
    slot(screen, "waiting").replaceChildren(...waiting.map((entry) => make("li", {}, title(entry, tickets))));
    slot(screen, "person-part").hidden = !person.length;
    slot(screen, "person").replaceChildren(...person.map((entry) => personRow(entry, tickets)));
    slot(screen, "aside-part").hidden = !aside.length;
    slot(screen, "aside").replaceChildren(...aside.map((entry) => make("li", {}, title(entry, tickets))));
    put(screen, { export: waiting.length + person.length + aside.length > 0 });
    sayLink();
  }

  function sayLink() {
    const { state, problem, unsent, oldestUnsentMin, lastSentAt, nextTryAt } = linkState();
    const red = unsent && oldestUnsentMin >= (gate.notebook.rules.unsent_red_min ?? Infinity);
    slot(screen, "link-card").dataset.state = red || state === "refused" ? "red" : state;
    put(screen, {
      link: [sayOr(`link-${state}`, state), problem?.what].filter(Boolean).join(" "),
      numbers: [
        unsent ? say("unsent-n", { n: unsent }) : say("all-sent"),
        unsent ? say("oldest", { min: oldestUnsentMin }) : null,
        lastSentAt ? say("last-sent", { time: timeOf(lastSentAt) }) : say("never-sent"),
        unsent && nextTryAt ? say("next-try", { time: timeOf(nextTryAt) }) : null,
      ].filter(Boolean).join(" · "),
    });
  }
}

function title(entry, tickets) {
  const { body } = entry.record;
  const plate = body.vehicle?.plate ?? tickets.get(body.ticket_id)?.plate;
  return make("span", {}, make("strong", { text: sayOr(`kind-${entry.kind}`, entry.kind) }), ` ${[plate && plateText(plate), `${dayOf(entry.madeAt)} ${timeOf(entry.madeAt)}`, `#${entry.number}`].filter(Boolean).join(" · ")}`);
}

function personRow(entry, tickets) {
  const { problem } = entry;
  const row = piece("part-person");
  slot(row, "title").append(title(entry, tickets));
  put(row, { why: [problem?.what, ...(problem?.details ?? []), problem?.next_step].filter(Boolean).join(" ") || say("number-follows") });
  return act(row, { again: () => sendAgain(entry.id), aside: () => askAside(entry, tickets) });
}

async function askAside(entry, tickets) {
  if ((await askChoice("dialog-aside", { title: title(entry, tickets) })) === "aside") await setAside(entry.id);
}
