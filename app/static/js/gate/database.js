// The tablet's own database, and how its tabs learn that something in it has changed.
import { openDB } from "../../vendor/idb/index.js";
import { word } from "./words.js";

const NAME = "strawline-gate";
const VERSION = 1;
const CHANNEL = "strawline-gate";
let opened;
const channel = new BroadcastChannel(CHANNEL);
const callbacks = new Set();
channel.onmessage = ({ data }) => callbacks.forEach((callback) => callback(data));

/** The disk is full: nothing was written. `message` says so, `nextStep` what to do. */
export class StorageFull extends Error {
  constructor() {
    super(word("storage_full"));
    this.name = "StorageFull";
    this.code = "storage-full";
    this.nextStep = word("storage_full_next");
  }
}

/** The open database. Stores:
 * records (id, number, deviceId, kind, madeAt, day, text, attachments, state, tries, problem, receipt, sentAt),
 * attachments (sha256, records, state, madeAt, sentAt, problem) and apart from them pictures (sha256 -> {type, bytes}),
 * which are many megabytes after days without a network; drafts (key, value, savedAt, by), counters (device -> last
 * number), verifiers (personId, …), kept (notebook, device, operator, …). Records are waiting, sent, person or aside;
 * attachments loose (no record names them yet), waiting, sent or person. */
export function database() {
  opened ??= openDB(NAME, VERSION, {
    upgrade(db) {
      const records = db.createObjectStore("records", { keyPath: "id" });
      records.createIndex("by_state", ["state", "number"]);
      records.createIndex("by_day", ["state", "day"]);
      records.createIndex("by_end", ["state", "sentAt"]);
      const attachments = db.createObjectStore("attachments", { keyPath: "sha256" });
      attachments.createIndex("by_state", ["state", "madeAt"]);
      db.createObjectStore("pictures");
      db.createObjectStore("drafts", { keyPath: "key" });
      db.createObjectStore("verifiers", { keyPath: "personId" });
      db.createObjectStore("counters");
      db.createObjectStore("kept");
    },
    // A newer version of the app, in another tab, has to change the stores: this page is of the past.
    blocking: () => opened?.then((db) => db.close()).then(() => location.reload()),
    terminated: () => (opened = undefined),
  }).catch((error) => {
    opened = undefined;
    throw isFull(error) ? new StorageFull() : error;
  });
  return opened;
}

/** Do `action` in one transaction over these stores, all of it or nothing; on the disk when this returns, and safe
 * from a power cut unless `durability` is "relaxed".
 * `action` may await nothing but the transaction's own requests. Throws StorageFull where the disk is full. */
export async function written(stores, action, durability = "strict") {
  const transaction = (await database()).transaction(stores, "readwrite", { durability });
  const done = transaction.done;
  done.catch(() => {}); // told below
  try {
    const result = await action(transaction);
    await done;
    return result;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // it has ended by itself
    }
    throw isFull(error) || isFull(transaction.error) ? new StorageFull() : error;
  }
}

/** One value of the store `kept`. */
export const keptValue = async (name) => (await database()).get("kept", name);
export const keepValue = (name, value) => written(["kept"], (t) => t.objectStore("kept").put(value, name));

/** Tell every tab, this one too: {what: "records" | "attachments" | "drafts" | "notebook" | "operator" | "link", …}. */
export function changed(what, more = {}) {
  const news = { what, ...more };
  channel.postMessage(news);
  callbacks.forEach((callback) => callback(news));
}

/** Call back whenever something has changed, in whichever tab; returns the function that ends it. */
export function onChange(callback) {
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** The keys of an index that begin with this state. */
export const inState = (state) => IDBKeyRange.bound([state], [state, []]);

const isFull = (error) => error?.name === "QuotaExceededError";
