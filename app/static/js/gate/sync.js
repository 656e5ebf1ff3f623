// Sends what the tablet has taken, whenever there is a way; one sender at a time over all tabs.
//
// Nothing counts as an answer unless it repeats the nonce that was sent: neither navigator.onLine nor a status says
// that the server was reached. Between tries the sender waits 1 to 60 s, longer each time and not as long as its
// neighbours. Where nobody answered, a page that is looked at also asks every few seconds, with a hundred bytes,
// whether there is a way again: so the first try comes at most 5 s after.
import { keptKey } from "../tablet_key.js";
import { changed, keepValue, keptValue, onChange } from "./database.js";
import { removeOld } from "./outcomes.js";
import { sendAll } from "./sending.js";
import { Busy, NoAnswer, NotTaken, ping, readNotebook } from "./server.js";
import { counts, keepNotebook } from "./store.js";
import { word } from "./words.js";

const SENDER = "strawline-gate-sender";
const LONGEST_WAIT_MS = 60_000;
const PROBE_MS = 1_000; // after the one before has ended, which takes at most PROBE_WAIT_MS
const PROBE_WAIT_MS = 3_000;
const REST_MS = 45_000; // until a server that is well is asked again
const HIDDEN_REST_MS = 300_000;
const TIDY_MS = 6 * 3600_000;
const NOTEBOOK_MS = 10_000; // not more often than this

const callbacks = new Set();
let link = {
  state: "offline",
  problem: null,
  lastSentAt: null,
  nextTryAt: null,
  clockOffMs: null,
  unsent: 0,
  needPerson: 0,
  unsentPhotos: 0,
  oldestUnsentMin: null,
};
let failures = 0;
let isBehind = false; // something was stored since the notebook was read
let started = false;
let running = null;
let again = false;
let timer;
let probeTimer;

/** Begin to send by itself: now, at `online`, when the page is looked at, after each new record, and by the clock. */
export async function startSync() {
  if (started) return;
  started = true;
  onChange(heard);
  addEventListener("online", () => soon(Math.random() * 1_500));
  addEventListener("offline", () => soon(0));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon(0));
  setInterval(lookAtCounts, 30_000);
  link.lastSentAt = (await keptValue("lastSentAt")) ?? null;
  await lookAtCounts();
  // a full disk must not keep anything from being sent
  const tidy = () => removeOld().catch(() => {});
  tidy();
  setInterval(tidy, TIDY_MS);
  await tryOnce();
}

/** Try at once, whatever the waiting; resolves to the state of the link after the try. */
export async function sendNow() {
  await tryOnce();
  return linkState();
}

/** {state: "online" | "offline" | "sending" | "refused", problem {code, what, next_step} or null, lastSentAt and
 * nextTryAt (ISO texts or null), unsent, needPerson, unsentPhotos, oldestUnsentMin, clockOffMs}. `refused`: the server
 * does not take anything from this device; nothing is lost. */
export const linkState = () => ({ ...link });

/** Call back with `linkState()` whenever it changes; returns the function that ends it. */
export function onLinkState(callback) {
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** How long to wait after so many failures, in ms: 1 s, doubled each time up to 60 s, of which chance takes up to half. */
export function waitAfter(failed, chance = Math.random()) {
  const longest = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** Math.min(failed - 1, 10));
  return Math.max(1_000, Math.round(longest * (1 - chance / 2)));
}

async function tryOnce() {
  if (running) again = true;
  else {
    running = (async () => {
      do {
        again = false;
        await navigator.locks.request(SENDER, round);
      } while (again);
    })().finally(() => (running = null));
  }
  return running;
}

async function round() {
  clearTimeout(timer);
  clearTimeout(probeTimer);
  try {
    const key = await keptKey();
    if (!key) throw new NotTaken(0, { code: "no-key", what: word("no_key"), next_step: word("no_key_next") });
    const { unsent, unsentPhotos } = await counts();
    if (unsent + unsentPhotos) tell({ state: "sending", problem: null });
    const { stored, serverNow } = await sendAll(key, failures);
    const now = serverNow ?? (await ping(key)).now;
    if (stored) await keepValue("lastSentAt", (link.lastSentAt = new Date().toISOString()));
    await refreshNotebook(key, stored);
    await lookAtCounts();
    // what still waits was answered "not yet", or is a riddle to the server: later again
    failures = link.unsent + link.unsentPhotos ? failures + 1 : 0;
    tell({ state: "online", problem: null, clockOffMs: now ? Date.now() - Date.parse(now) : null });
    plan(failures ? waitAfter(failures) : isBehind ? NOTEBOOK_MS : document.hidden ? HIDDEN_REST_MS : REST_MS);
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  failures += 1;
  if (error instanceof NotTaken) {
    tell({ state: "refused", problem: error.error ?? { code: `status-${error.status}` } });
    // where the server itself failed, that is over sooner than a refusal
    plan(error.status >= 500 ? waitAfter(failures) : LONGEST_WAIT_MS);
  } else {
    const isKnown = error instanceof NoAnswer || error instanceof Busy;
    tell({ state: "offline", problem: isKnown ? null : { code: error.code ?? error.name, what: error.message, next_step: error.nextStep } });
    plan(Math.max(error.afterMs ?? 0, waitAfter(failures)));
    if (error instanceof NoAnswer) probeLater();
  }
  lookAtCounts();
}

// The wait is written down for all tabs; whoever comes first tries, the others read of it.
function plan(waitMs) {
  tell({ nextTryAt: new Date(Date.now() + waitMs).toISOString() });
  changed("link", { link, failures });
  soon(waitMs);
}

function soon(waitMs) {
  clearTimeout(timer);
  timer = setTimeout(tryOnce, waitMs);
}

function probeLater() {
  clearTimeout(probeTimer);
  probeTimer = setTimeout(async () => {
    if (link.state !== "offline" || running) return;
    if (document.hidden) return probeLater();
    try {
      await ping(await keptKey(), { waitMs: PROBE_WAIT_MS });
      soon(0);
    } catch {
      probeLater();
    }
  }, PROBE_MS);
}

async function refreshNotebook(key, stored) {
  isBehind ||= stored > 0;
  const kept = await keptValue("notebook");
  const age_ms = kept ? Date.now() - Date.parse(kept.readAt) : Infinity;
  if (age_ms >= 0 && age_ms < (isBehind ? NOTEBOOK_MS : REST_MS - 5_000)) return;
  try {
    const read = await readNotebook(key, kept?.etag);
    if (read) await keepNotebook(read.value, { etag: read.etag });
    else await keepValue("notebook", { ...kept, readAt: new Date().toISOString() });
    isBehind = false;
  } catch (error) {
    // the records are sent; an older notebook is good enough until the next time
    if (!(error instanceof NoAnswer || error instanceof Busy || error instanceof NotTaken)) throw error;
  }
}

function heard({ what, isNew, link: theirs, failures: theirFailures }) {
  if (what === "records" || what === "attachments") lookAtCounts();
  if (isNew && link.state === "online") soon(0);
  if (what === "link" && theirs && theirs !== link && !running) {
    failures = theirFailures;
    const { state, problem, lastSentAt, nextTryAt, clockOffMs } = theirs;
    tell({ state, problem, lastSentAt, nextTryAt, clockOffMs });
    soon(Math.max(0, Date.parse(nextTryAt) - Date.now()) + 500 + Math.random() * 1_500);
    if (state === "offline") probeLater();
  }
}

async function lookAtCounts() {
  tell(await counts().catch(() => ({}))); // the database is being opened anew
}

function tell(news) {
  const before = JSON.stringify(link);
  Object.assign(link, news);
  if (JSON.stringify(link) !== before) callbacks.forEach((callback) => callback(linkState()));
}
