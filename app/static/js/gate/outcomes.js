// What becomes of records and pictures by what the server answers: the only place that moves them on.
import { changed, database, inState, written } from "./database.js";

const KEPT_MS = 30 * 24 * 3600 * 1000;
const NEEDS_PERSON = new Set([409, 410, 422]);
const STORED = new Set([200, 201]);

/** Note the server's word on each record of a batch (`results` of the answer), all in one transaction.
 * Records without a result, or with a status that says nothing of them, go on waiting. */
export async function noteResults(results) {
  await written(["records"], async (transaction) => {
    const store = transaction.objectStore("records");
    for (const { id, status, receipt, error } of results) {
      const entry = await store.get(id);
      if (!entry || (entry.state !== "waiting" && entry.state !== "person")) continue;
      if (STORED.has(status)) await store.put({ ...entry, ...sent(entry, receipt) });
      else await store.put({ ...entry, ...refused(entry, status, error) });
    }
  });
  changed("records");
}

/** Pictures of these records that the server does not lack are with it. Returns the hashes of those that it lacks. */
export async function notePictures(entries, missing) {
  const lacking = new Set();
  await written(["attachments"], async (transaction) => {
    const store = transaction.objectStore("attachments");
    for (const sha256 of new Set(entries.flatMap((entry) => entry.attachments))) {
      const found = await store.get(sha256);
      if (!found) continue;
      if (missing.has(sha256)) {
        if (found.state !== "person") lacking.add(sha256);
        if (found.state === "sent") await store.put({ ...found, state: "waiting", sentAt: null });
      } else if (found.state !== "sent") {
        await store.put({ ...found, state: "sent", sentAt: new Date().toISOString(), problem: null });
      }
    }
  });
  changed("attachments");
  return [...lacking];
}

/** The server does not take this picture; it stays, with the reason. */
export async function refusePicture(sha256, problem) {
  await written(["attachments"], async (transaction) => {
    const store = transaction.objectStore("attachments");
    const found = await store.get(sha256);
    if (found) await store.put({ ...found, state: "person", problem });
  });
  changed("attachments");
}

/** The server lacks these numbers of this device: whichever were sent (it was restored from a backup) are sent anew. */
export async function sendAnew(numbers, deviceId) {
  if (!numbers.length) return;
  await written(["records"], async (transaction) => {
    const store = transaction.objectStore("records");
    for (const number of new Set(numbers)) {
      for (const entry of await store.index("by_state").getAll(IDBKeyRange.only(["sent", number]))) {
        if (entry.deviceId === deviceId) await store.put({ ...entry, state: "waiting" });
      }
    }
  });
  changed("records");
}

/** What to send next: records that wait, and stored ones whose pictures are not all with the server; in order of their
 * numbers, without those `tried`, at most so many and so many bytes (one in any case). */
export async function nextBatch(tried, { most, mostBytes }) {
  const transaction = (await database()).transaction(["records", "attachments"]);
  const store = transaction.objectStore("records");
  const batch = [];
  const known = new Set(tried);
  let bytes = 0;
  const isFull = (entry) => {
    // the text stands in JSON as a text once more: quotes are escaped
    bytes += new TextEncoder().encode(JSON.stringify(entry.text)).length + 1;
    return batch.length > 0 && (batch.length >= most || bytes > mostBytes);
  };
  for (let cursor = await store.index("by_state").openCursor(inState("waiting")); cursor; cursor = await cursor.continue()) {
    if (known.has(cursor.value.id)) continue;
    if (isFull(cursor.value)) return batch;
    known.add(cursor.value.id);
    batch.push(cursor.value);
  }
  for (const { records } of await transaction.objectStore("attachments").index("by_state").getAll(inState("waiting"))) {
    for (const id of records) {
      const entry = known.has(id) ? null : await store.get(id);
      known.add(id);
      if (entry?.state !== "sent") continue;
      if (isFull(entry)) return batch;
      batch.push(entry);
    }
  }
  return batch;
}

/** Remove what was sent more than 30 days ago, and pictures that no record has named for as long. Nothing else: what the
 * server has not stored leaves a tablet by a person's hand only, also what was set aside. */
export async function removeOld() {
  const before = new Date(Date.now() - KEPT_MS).toISOString();
  const old = (state) => IDBKeyRange.bound([state], [state, before]);
  await written(["records", "attachments", "pictures"], async (transaction) => {
    const records = transaction.objectStore("records");
    for (const id of await records.index("by_end").getAllKeys(old("sent"))) await records.delete(id);
    const attachments = transaction.objectStore("attachments");
    const candidates = await attachments.index("by_state").getAll(old("sent"));
    candidates.push(...(await attachments.index("by_state").getAll(old("loose"))));
    for (const { sha256, records: named } of candidates) {
      const keys = await Promise.all(named.map((id) => records.getKey(id)));
      if (keys.some((key) => key !== undefined)) continue;
      await attachments.delete(sha256);
      await transaction.objectStore("pictures").delete(sha256);
    }
  });
}

function sent(entry, receipt) {
  const day = receipt?.business_day ?? entry.day;
  return { state: "sent", receipt, day, sentAt: new Date().toISOString(), problem: null };
}

function refused(entry, status, error) {
  const problem = { status, code: error?.code ?? null, what: error?.what ?? null, details: error?.details ?? [], next_step: error?.next_step ?? null };
  return { problem, tries: entry.tries + 1, state: NEEDS_PERSON.has(status) ? "person" : entry.state };
}
