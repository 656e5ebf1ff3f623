// What the tablet asks of the server (docs/gate_records.md), and what counts as an answer.
import { newNonce } from "./ids.js";

const CLIENT = 1;
const RECORDS = "/data/tablet/records";
const PING = "/data/tablet/ping";
const PICTURES = "/data/tablet/attachments/";
const NOTEBOOK = "/data/tablet/notebook";
const PIN = "/data/tablet/pin";
const SLOWEST_B_PER_MS = 4; // a line of the countryside at its worst
const BUSY = new Set([429, 502, 503, 504]);

/** Nobody answered, or somebody who does not know what was asked: a router, a portal, a cache. */
export class NoAnswer extends Error {}

/** The server is there and cannot just now; `afterMs`: not before, where it said so. */
export class Busy extends Error {
  constructor(afterMs) {
    super("busy");
    this.afterMs = afterMs;
  }
}

/** The server does not take this request as a whole: `status`, `error` {code, what, next_step}. */
export class NotTaken extends Error {
  constructor(status, error) {
    super(error?.code ?? `status ${status}`);
    this.status = status;
    this.error = error;
  }
}

/** The server does not know this device (any more). */
export class NotKnown extends NotTaken {}

/** Send the texts of these entries; returns the answer, of which `results` are the server's word on each. */
export async function sendRecords(key, entries) {
  const nonce = newNonce();
  const records = entries.map((entry) => entry.text);
  const body = JSON.stringify({ nonce, sent_at: new Date().toISOString(), client: CLIENT, records });
  const answer = await asked(RECORDS, key, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
    waitMs: 30_000 + body.length / SLOWEST_B_PER_MS,
  });
  return proven(await asJson(answer), nonce);
}

/** The proof of being online: {now}, the server's clock as ISO text. */
export async function ping(key, { waitMs = 10_000 } = {}) {
  const nonce = newNonce();
  return proven(await asJson(await asked(`${PING}?nonce=${nonce}`, key, { waitMs })), nonce);
}

/** Send a picture. What came of it says the next answer about a record that names it. */
export async function putPicture(key, sha256, picture) {
  const waitMs = 30_000 + picture.size / SLOWEST_B_PER_MS;
  await asked(PICTURES + sha256, key, { method: "PUT", headers: { "Content-Type": picture.type }, body: picture, waitMs });
}

/** The notebook as {value, etag}; null where it is still the one with this `etag`. */
export async function readNotebook(key, etag) {
  const answer = await asked(NOTEBOOK, key, { headers: etag ? { "If-None-Match": etag } : {}, waitMs: 30_000 });
  if (answer.status === 304) return null;
  const value = await asJson(answer);
  if (!value.device || !value.place || !Array.isArray(value.people)) throw new NoAnswer("no notebook");
  return { value, etag: answer.headers.get("ETag") };
}

/** What the PIN of a person is worth on the server: {state, what?}. */
export async function tryPin(key, personId, pin) {
  let answer;
  try {
    answer = await asJson(
      await asked(PIN, key, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ account_id: personId, pin }),
        waitMs: 10_000,
      }),
    );
  } catch (error) {
    if (error instanceof NotKnown || !(error instanceof NotTaken) || !error.answer?.state) throw error;
    answer = error.answer;
  }
  if (!answer.state) throw new NoAnswer("no state");
  return answer;
}

async function asked(address, key, { waitMs, headers = {}, ...more }) {
  let answer;
  try {
    answer = await fetch(address, {
      ...more,
      headers: { Accept: "application/json", ...headers, Authorization: `Device ${key}` },
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(waitMs),
    });
  } catch (error) {
    throw new NoAnswer(error.message);
  }
  if (answer.ok || answer.status === 304) return answer;
  throw await refusal(answer);
}

async function refusal(answer) {
  const { status } = answer;
  if (BUSY.has(status)) return new Busy(1_000 * (Number(answer.headers.get("Retry-After")) || 0));
  const said = await answer.json().catch(() => null);
  const error = said?.error ?? null;
  if (status === 401) return error ? new NotKnown(status, error) : new NoAnswer("status 401");
  // what is not JSON was not said by the server, but a body that is too large is turned away in front of it
  if (!said && status < 500 && status !== 413) return new NoAnswer(`status ${status}`);
  return Object.assign(new NotTaken(status, error), { answer: said });
}

async function asJson(answer) {
  try {
    return await answer.json();
  } catch (error) {
    throw new NoAnswer(error.message);
  }
}

function proven(answer, nonce) {
  if (answer?.nonce !== nonce) throw new NoAnswer("another nonce");
  return answer;
}
