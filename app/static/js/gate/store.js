// What the tablet has taken and not yet sent, what it works with, and what somebody was about to type.
//
// A record is written before anybody is told that it is made; nothing here deletes one that was not sent. What the
// server has answered is written by outcomes.js.
import { attachment, addAttachment } from "./attachments.js";
import { changed, database, inState, keptValue, onChange, StorageFull, written } from "./database.js";
import { newId } from "./ids.js";
import { word } from "./words.js";

export { addAttachment, attachment, newId, onChange, StorageFull };

const COUNTY_DAY = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" });

/** Nobody is signed in, or this browser does not know which device it is; `message` says what to do. */
export class NotReady extends Error {
  constructor(code) {
    super(word(code));
    this.name = "NotReady";
    this.code = code;
  }
}

/** Make a record (docs/gate_records.md) and keep the very text that will be sent; returns {id, number, madeAt}.
 * Number, operator and text come about in one transaction, whichever tab asks. `attachments` are hashes of
 * `addAttachment`. `id`: where the body already speaks of it. Throws StorageFull or NotReady; then nothing was made. */
export async function newRecord(kind, body, { attachments = [], where = null, id = newId() } = {}) {
  const made = await written(["records", "attachments", "counters", "kept"], async (transaction) => {
    const kept = transaction.objectStore("kept");
    const device = (await kept.get("device")) ?? shellDevice();
    if (!device) throw new NotReady("no_device");
    const operator = (await kept.get("operator")) ?? null;
    if (!operator && device.placeKind !== "body") throw new NotReady("no_operator");
    const counters = transaction.objectStore("counters");
    const number = Math.max((await counters.get(device.id)) ?? 0, device.lastNumber ?? 0) + 1;
    const madeAt = new Date().toISOString();
    const text = JSON.stringify({
      id,
      kind,
      number,
      made_at: madeAt,
      operator: operator && { id: operator.id, checked: operator.checked },
      where,
      body,
    });
    await counters.put(number, device.id);
    // `add`, not `put`: what is there is never overwritten
    await transaction.objectStore("records").add({
      id,
      number,
      deviceId: device.id,
      kind,
      madeAt,
      day: COUNTY_DAY.format(new Date(madeAt)),
      text,
      attachments,
      state: "waiting",
      tries: 0,
      problem: null,
      receipt: null,
      sentAt: null,
    });
    for (const sha256 of new Set(attachments)) await nameAttachment(transaction, sha256, id);
    return { id, number, madeAt };
  });
  changed("records", { isNew: true });
  return made;
}

/** Records that the server has not acknowledged, first made first; each with `record`, its text read. */
export const outboxEntries = () => entries("by_state", inState("waiting"));

/** Records that the server refused: kept, with `problem` {status, code, what, details, next_step}. */
export const needPerson = () => entries("by_state", inState("person"));

/** Refused records that a person has set aside: kept for good, and in the file of what is unsent. */
export const asideEntries = () => entries("by_state", inState("aside"));

/** Records that the server has stored (kept for 30 days), with `receipt`; `day` ("2026-11-12"): of this business day
 * only, by the server's word. */
export const sentEntries = ({ day = null } = {}) =>
  day === null ? entries("by_state", inState("sent")) : entries("by_day", IDBKeyRange.only(["sent", day]));

/** {unsent, needPerson, unsentPhotos, oldestUnsentMin}; the last is null where nothing waits. */
export async function counts() {
  const transaction = (await database()).transaction(["records", "attachments"]);
  const records = transaction.objectStore("records").index("by_state");
  const [unsent, refused, oldest, unsentPhotos] = await Promise.all([
    records.count(inState("waiting")),
    records.count(inState("person")),
    records.get(inState("waiting")),
    transaction.objectStore("attachments").index("by_state").count(inState("waiting")),
  ]);
  const age_ms = oldest ? Math.max(0, Date.now() - Date.parse(oldest.madeAt)) : null;
  return { unsent, needPerson: refused, unsentPhotos, oldestUnsentMin: age_ms === null ? null : Math.floor(age_ms / 60_000) };
}

/** A person says that a refused record is to be sent once more as it is (the reason is gone). */
export const sendAgain = (id) => settle(id, "waiting");

/** A person says that a refused record is settled otherwise (the office has it on its list); it stays here. */
export const setAside = (id) => settle(id, "aside");

/** What somebody is about to enter, under a key of the screen's choice. A later one replaces it. */
export async function saveDraft(key, value) {
  await written(["drafts", "kept"], async (transaction) => {
    const by = (await transaction.objectStore("kept").get("operator"))?.id ?? null;
    await transaction.objectStore("drafts").put({ key, value, by, savedAt: new Date().toISOString() });
  });
  changed("drafts");
}

/** The value of a draft; undefined where there is none. */
export const draft = async (key) => (await (await database()).get("drafts", key))?.value;

/** All drafts, whoever began them: [{key, value, by, savedAt}], `by` the id of the operator or null. */
export const drafts = async () => (await database()).getAll("drafts");

export async function dropDraft(key) {
  await written(["drafts"], (transaction) => transaction.objectStore("drafts").delete(key));
  changed("drafts");
}

/** What the server said last (`GET /data/tablet/notebook`); null where this tablet has not heard it yet. */
export const notebook = async () => (await keptValue("notebook"))?.value ?? null;

/** When the server was last asked for it with success, as ISO text; null where never. */
export const notebookReadAt = async () => (await keptValue("notebook"))?.readAt ?? null;

/** Keep a notebook; what it says of the device and of who works here goes with it. */
export async function keepNotebook(value, { etag = null, readAt = new Date().toISOString() } = {}) {
  const people = new Set(value.people.map((person) => person.id));
  const isOut = await written(["kept", "verifiers"], async (transaction) => {
    const kept = transaction.objectStore("kept");
    await kept.put({ value, etag, readAt }, "notebook");
    await kept.put({ id: value.device.id, placeKind: value.place.kind, lastNumber: value.device.last_number ?? 0 }, "device");
    const verifiers = transaction.objectStore("verifiers");
    for (const id of await verifiers.getAllKeys()) if (!people.has(id)) await verifiers.delete(id);
    // whoever does not work here any more is out at once
    const operator = await kept.get("operator");
    if (!operator || people.has(operator.id)) return false;
    await kept.delete("operator");
    return true;
  });
  changed("notebook");
  if (isOut) changed("operator");
}

/** Ask that the browser does not clear all this when it runs short; true, false, or null where it cannot say. */
export async function askToPersist() {
  if (!navigator.storage?.persist) return null;
  return (await navigator.storage.persisted()) || navigator.storage.persist();
}

async function entries(index, range) {
  const found = await (await database()).getAllFromIndex("records", index, range);
  return found.map((entry) => ({ ...entry, record: JSON.parse(entry.text) }));
}

async function nameAttachment(transaction, sha256, recordId) {
  const store = transaction.objectStore("attachments");
  const found = await store.get(sha256);
  if (!found) throw new Error(`no attachment ${sha256}`);
  const state = found.state === "loose" ? "waiting" : found.state;
  await store.put({ ...found, state, records: [...found.records, recordId] });
}

async function settle(id, state) {
  await written(["records"], async (transaction) => {
    const store = transaction.objectStore("records");
    const entry = await store.get(id);
    if (entry?.state !== "person") return;
    const sentAt = state === "aside" ? new Date().toISOString() : null;
    await store.put({ ...entry, state, sentAt });
  });
  changed("records");
}

// Until the first notebook is there, the page says which device it was made for.
function shellDevice() {
  const { deviceId, placeKind } = document.documentElement.dataset;
  return deviceId ? { id: Number(deviceId), placeKind, lastNumber: 0 } : null;
}
