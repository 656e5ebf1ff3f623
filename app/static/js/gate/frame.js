// The frame around every screen of the gate: yard, operator, unsent records, the link, and what goes on behind them.
// A press on the unsent count asks the screens for the list: event "gate:show" on `document`, detail "unsent".
import { currentOperator, lock, lockWhenIdle, onOperator } from "./operators.js";
import { saveUnsent } from "./export.js";
import { askToPersist, notebook, onChange } from "./store.js";
import { linkState, onLinkState, sendNow, startSync } from "./sync.js";
import { startUpdates } from "./updates.js";
import { word } from "./words.js";

const page = document.documentElement.dataset;
const operatorName = document.getElementById("frame-operator");
const unsentButton = document.getElementById("frame-unsent");
const linkButton = document.getElementById("frame-link");
const notice = document.getElementById("frame-notice");
const updateButton = document.getElementById("frame-update");
const menu = document.getElementById("frame-menu");
let redAfterMin = Number(page.unsentRedMin);

unsentButton.addEventListener("click", () => document.dispatchEvent(new CustomEvent("gate:show", { detail: "unsent" })));
linkButton.addEventListener("click", () => sendNow());
document.getElementById("frame-lock").addEventListener("click", () => (lock(), (menu.open = false)));
document.getElementById("frame-export").addEventListener("click", async () => {
  const name = await saveUnsent();
  say(name ? word("exported", { name }) : word("nothing_to_export"));
});
document.addEventListener("click", ({ target }) => menu.contains(target) || (menu.open = false));

onOperator(showOperator);
onLinkState(showLink);
onChange(({ what }) => what === "notebook" && readRules());

showLink(linkState());
await readRules();
showOperator(await currentOperator());
await lockWhenIdle(1_000 * Number(page.idleS));
startSync();
showPersistence(await askToPersist());
startUpdates({
  onReady: (takeOver) => {
    updateButton.hidden = false;
    updateButton.onclick = takeOver;
  },
}).then(
  (isReady) => (page.offlineReady = isReady ? "yes" : "no"),
  () => (page.offlineReady = "no"),
);

function showOperator(operator) {
  operatorName.textContent = operator?.name ?? word("nobody");
  operatorName.dataset.checked = operator?.checked ?? "";
}

function showLink(link) {
  const { state, unsent, needPerson, oldestUnsentMin, problem, lastSentAt } = link;
  linkButton.dataset.state = state;
  linkButton.querySelector(".frame-link-word").textContent = word(`link_${state}`);
  linkButton.title = lastSentAt ? word("last_sent", { time: new Date(lastSentAt).toLocaleString(document.documentElement.lang) }) : word("never_sent");
  unsentButton.querySelector("b").textContent = String(unsent + needPerson);
  unsentButton.dataset.old = String(oldestUnsentMin !== null && oldestUnsentMin >= redAfterMin);
  unsentButton.title = word("unsent_of_them", { unsent, person: needPerson });
  unsentButton.dataset.person = String(needPerson > 0);
  say(problem ? [problem.what, problem.next_step].filter(Boolean).join(" ") || problem.code : "");
}

async function readRules() {
  redAfterMin = (await notebook())?.rules?.unsent_red_min ?? Number(page.unsentRedMin);
}

function showPersistence(answer) {
  const place = document.getElementById("frame-persistence");
  place.textContent = word(answer ? "persists" : answer === false ? "persists_not" : "persists_unknown");
  place.dataset.answer = String(answer);
}

function say(text) {
  notice.textContent = text;
  notice.hidden = !text;
}
