// Who works on the tablet: signed in with a PIN, tried by the server, or without a network against what is kept here.
//
// Kept is, of those who have signed in here with a network, PBKDF2 of their PIN mixed with a key that no script can
// read (docs/decisions/0012). It opens nothing but this app: every record says whether the server has tried the PIN.
import { keptKey } from "../tablet_key.js";
import { changed, database, keepValue, keptValue, onChange, written } from "./database.js";
import { NotTaken, tryPin } from "./server.js";
import { notebook } from "./store.js";
import { word } from "./words.js";

const ROUNDS = 600_000;
const TRIES = 5; // wrong ones before the first wait
const LONGEST_WAIT_MIN = 60;
const TOUCHED = "strawline-gate-touched";
const NOTE_TOUCH_MS = 5_000;

/** Who may sign in here: [{id, name}]. */
export const people = async () => (await notebook())?.people ?? [];

/** The inspections that this person goes through: those of inspectors are for inspectors only. */
export const listsFor = (operator, { inspections, people: known }) =>
  (inspections?.lists ?? []).filter(({ inspectors }) => !inspectors || known.find(({ id }) => id === operator?.id)?.inspects);

/** Who is signed in: {id, name, checked: "server" | "device", since}, or null. */
export const currentOperator = async () => (await keptValue("operator")) ?? null;

/** Call back with the operator (or null) whenever it changes, in whichever tab; returns the function that ends it. */
export const onOperator = (callback) =>
  onChange(async ({ what }) => {
    if (what === "operator") callback(await currentOperator());
  });

/** Try the PIN and let this person be the operator of the tablet where it is right; drafts stay, whoever made them.
 * Returns {state: "right" | "wrong" | "wait" | "none-here" | "one time" | …, what?, checked?}; `what` is for people. */
export async function signIn(personId, pin) {
  const known = await (await database()).get("verifiers", personId);
  const salt = known?.salt ?? crypto.getRandomValues(new Uint8Array(16));
  // while the server looks at it
  const hashing = hashed(pin, salt, known?.rounds ?? ROUNDS);
  hashing.catch(() => {});
  const said = await askedServer(personId, pin);
  if (said === null) return triedHere(personId, known, await hashing);
  const digest = await hashing;
  if (said.state === "right") {
    const rounds = known?.rounds ?? ROUNDS;
    await written(["verifiers"], (t) =>
      t.objectStore("verifiers").put({ personId, salt, rounds, digest, madeAt: new Date().toISOString(), wrong: 0, waitUntil: 0 }),
    );
    await become(personId, "server");
    return { state: "right", checked: "server" };
  }
  // the PIN was another one once
  if (said.state === "wrong" && known && same(known.digest, digest)) await forget(personId);
  return { ...said, what: said.what ?? word("pin_wrong") };
}

/** Nobody is signed in any more; what was typed stays as it is. */
export async function lock() {
  if (!(await currentOperator())) return;
  await written(["kept"], (t) => t.objectStore("kept").delete("operator"));
  changed("operator");
}

/** Lock when nobody has touched any of the tablet's pages for `idleMs`, also while they were closed or asleep, and
 * `longestMs` after somebody signed in. */
export function lockWhenIdle({ idleMs, longestMs }) {
  let notedAt = 0;
  const isIdle = () => Date.now() - Number(localStorage.getItem(TOUCHED) ?? 0) >= idleMs;
  const note = () => localStorage.setItem(TOUCHED, String((notedAt = Date.now())));
  const look = async () => {
    const operator = await currentOperator();
    if (operator && (isIdle() || Date.now() - Date.parse(operator.since) >= longestMs)) await lock();
  };
  const touched = () => {
    if (isIdle()) look();
    else if (Date.now() - notedAt >= NOTE_TOUCH_MS) note();
  };
  for (const kind of ["pointerdown", "keydown", "input"]) document.addEventListener(kind, touched, { capture: true, passive: true });
  // timers rest while the tablet sleeps: the clock is looked at when it wakes
  document.addEventListener("visibilitychange", look);
  setInterval(look, Math.min(15_000, idleMs / 4));
  onOperator((operator) => operator && note());
  return look();
}

async function askedServer(personId, pin) {
  const key = await keptKey();
  if (!key) return null;
  try {
    return await tryPin(key, personId, pin);
  } catch (error) {
    // whoever the server does not know as a device works on: their records go when it knows it again
    if (!(error instanceof NotTaken) || error.status === 401 || error.status >= 500) return null;
    return { state: "refused", what: [error.error?.what, error.error?.next_step].filter(Boolean).join(" ") || word("pin_wrong") };
  }
}

// A try is counted before anybody learns what came of it: closing the page takes none back.
async function triedHere(personId, known, digest) {
  if (!known) return { state: "none-here", what: word("pin_none_here") };
  const outcome = await written(["verifiers"], async (transaction) => {
    const store = transaction.objectStore("verifiers");
    const now = (await store.get(personId)) ?? known;
    if (now.waitUntil > Date.now()) return { state: "wait", until: now.waitUntil };
    const isRight = same(now.digest, digest);
    const wrong = isRight ? 0 : now.wrong + 1;
    const waitMin = wrong < TRIES ? 0 : Math.min(LONGEST_WAIT_MIN, 2 ** (wrong - TRIES));
    const waitUntil = waitMin ? Date.now() + waitMin * 60_000 : 0;
    await store.put({ ...now, wrong, waitUntil });
    if (isRight) return { state: "right", checked: "device" };
    return waitMin ? { state: "wait", until: waitUntil } : { state: "wrong", what: word("pin_wrong") };
  });
  if (outcome.state === "right") await become(personId, "device");
  if (outcome.state === "wait") outcome.what = word("pin_wait", { minutes: Math.ceil((outcome.until - Date.now()) / 60_000) });
  return outcome;
}

async function become(personId, checked) {
  const name = (await people()).find((person) => person.id === personId)?.name ?? "";
  await keepValue("operator", { id: personId, name, checked, since: new Date().toISOString() });
  changed("operator");
}

const forget = (personId) => written(["verifiers"], (t) => t.objectStore("verifiers").delete(personId));

async function hashed(pin, salt, iterations) {
  const mixed = await crypto.subtle.sign("HMAC", await tabletKey(), new TextEncoder().encode(pin));
  const base = await crypto.subtle.importKey("raw", mixed, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, base, 256));
}

// Made once; a script can use it here, but not take it away to try a million PINs elsewhere.
async function tabletKey() {
  const known = await keptValue("pin key");
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return written(["kept"], async (transaction) => {
    const kept = transaction.objectStore("kept");
    const first = await kept.get("pin key");
    if (!first) await kept.put(made, "pin key");
    return first ?? made;
  });
}

const same = (one, other) => one.reduce((differs, byte, place) => differs | (byte ^ other[place]), 0) === 0;
