// The frame around every screen of the gate: yard, operator, unsent records, the link, and what goes on behind them.
// A press on the unsent count asks the screens for the list: event "gate:show" on `document`, detail "unsent".
import { currentOperator, lock, lockWhenIdle, onOperator } from "./operators.js";
import { generate } from "../../vendor/lean-qr/index.mjs";
import { saveUnsent, unsentCodes } from "./export.js";
import { askToPersist, notebook, onChange } from "./store.js";
import { linkState, onLinkState, sendNow, startSync } from "./sync.js";
import { startBars } from "./bars.js";
import { startUpdates, versions } from "./updates.js";
import { word } from "./words.js";

const page = document.documentElement.dataset;
const operatorName = document.getElementById("frame-operator");
const unsentButton = document.getElementById("frame-unsent");
const linkButton = document.getElementById("frame-link");
const notice = document.getElementById("frame-notice");
const mend = document.getElementById("frame-mend");
const codes = document.getElementById("frame-codes");
const updateButton = document.getElementById("frame-update");
const menu = document.getElementById("frame-menu");
// What the page /tablet/enrolled puts right, or leads to what does.
const MENDED_BY_ENROLLING = new Set(["no-key", "device-needed"]);
let redAfterMin = Number(page.unsentRedMin);
let mostClockOffS = Number(page.clockSkewS);
const said = { link: "", clock: "", told: "" };

unsentButton.addEventListener("click", () => document.dispatchEvent(new CustomEvent("gate:show", { detail: "unsent" })));
linkButton.addEventListener("click", () => sendNow());
document.getElementById("frame-lock").addEventListener("click", () => (lock(), (menu.open = false)));
document.getElementById("frame-export").addEventListener("click", async () => {
  const name = await saveUnsent();
  tell(name ? word("exported", { name }) : word("nothing_to_export"));
});
document.getElementById("frame-show-codes").addEventListener("click", showCodes);
document.addEventListener("click", ({ target }) => menu.contains(target) || (menu.open = false));

onOperator(showOperator);
onLinkState(showLink);
onChange(({ what }) => what === "notebook" && readRules());

showLink(linkState());
startBars(tell);
await readRules();
showOperator(await currentOperator());
await lockWhenIdle({ idleMs: 1_000 * Number(page.idleS), longestMs: 1_000 * Number(page.longestS) });
startSync();
showPersistence(await askToPersist());
startUpdates({
  onReady: (takeOver) => {
    updateButton.hidden = false;
    updateButton.onclick = takeOver;
  },
}).then(
  async (isReady) => {
    page.offlineReady = isReady ? "yes" : "no";
    await versions({ ask: "keep screens" });
    page.screensAsked = "yes";
  },
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
  if (state !== "sending") said.link = problem ? [problem.what, problem.next_step].filter(Boolean).join(" ") || problem.code : "";
  const clockOffS = Math.abs(link.clockOffMs ?? 0) / 1_000;
  said.clock = clockOffS > mostClockOffS ? word("clock_is_off", { minutes: Math.round(clockOffS / 60) }) : "";
  say();
  mend.hidden = !MENDED_BY_ENROLLING.has(problem?.code);
}

async function showCodes() {
  const texts = await unsentCodes();
  menu.open = false;
  if (!texts) return tell(word((await saveUnsent()) ? "too_many_for_codes" : "nothing_to_export"));
  const canvases = texts.map((text) => {
    const canvas = document.createElement("canvas");
    generate(text).toCanvas(canvas);
    return canvas;
  });
  codes.querySelector("div").replaceChildren(...canvases);
  codes.showModal();
}

async function readRules() {
  const rules = (await notebook())?.rules;
  redAfterMin = rules?.unsent_red_min ?? redAfterMin;
  mostClockOffS = rules?.clock_skew_s ?? mostClockOffS;
}

function showPersistence(answer) {
  const place = document.getElementById("frame-persistence");
  place.textContent = word(answer ? "persists" : answer === false ? "persists_not" : "persists_unknown");
  place.dataset.answer = String(answer);
}

// Until the next press.
function tell(text) {
  said.told = text;
  say();
  document.addEventListener("pointerdown", () => ((said.told = ""), say()), { once: true });
}

function say() {
  notice.querySelector("span").textContent = Object.values(said).filter(Boolean).join(" ");
  notice.hidden = !Object.values(said).some(Boolean);
}
