// What becomes of records and pictures by what the server answers: the only place that moves them on.
import { changed, database, written } from "./database.js";

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
      if (STORED.has(status)) await store.put({ ...entry, state: "sent", receipt, sentAt: new Date().toISOString(), problem: null });
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
  const wanted = new Set(numbers);
  await written(["records"], async (transaction) => {
    const store = transaction.objectStore("records");
    for (const entry of await store.index("by_state").getAll(IDBKeyRange.bound(["sent"], ["sent", []]))) {
      if (entry.deviceId === deviceId && wanted.has(entry.number)) await store.put({ ...entry, state: "waiting" });
    }
  });
  changed("records");
}

/** What to send next: records that wait, and stored ones whose pictures are not all with the server; in order of their
 * numbers, without those `tried`, at most so many and so many bytes (one in any case). */
export async function nextBatch(tried, { most, mostBytes }) {
  const transaction = (await database()).transaction(["records", "attachments"]);
  const store = transaction.objectStore("records");
  const waiting = await store.index("by_state").getAll(IDBKeyRange.bound(["waiting"], ["waiting", []]));
  const chosen = waiting.filter((entry) => !tried.has(entry.id));
  const known = new Set([...tried, ...waiting.map((entry) => entry.id)]);
  for (const picture of await transaction.objectStore("attachments").index("by_state").getAll("waiting")) {
    for (const id of picture.records) {
      if (known.has(id)) continue;
      known.add(id);
      const entry = await store.get(id);
      if (entry?.state === "sent") chosen.push(entry);
    }
  }
  return firstThatFit(chosen, most, mostBytes);
}

/** Remove what was sent more than 30 days ago, and pictures that no record has named for as long. Nothing else. */
export async function removeOld() {
  const before = new Date(Date.now() - KEPT_MS).toISOString();
  await written(["records", "attachments"], async (transaction) => {
    const records = transaction.objectStore("records");
    const kept = new Set();
    for (const entry of await records.getAll()) {
      const isOver = (entry.state === "sent" || entry.state === "aside") && entry.sentAt && entry.sentAt < before;
      if (isOver) await records.delete(entry.id);
      else kept.add(entry.id);
    }
    const pictures = transaction.objectStore("attachments");
    for (const picture of await pictures.getAll()) {
      const isNamed = picture.records.some((id) => kept.has(id));
      const isUnsent = picture.records.length > 0 && picture.state !== "sent";
      if (!isNamed && !isUnsent && picture.madeAt < before) await pictures.delete(picture.sha256);
    }
  });
}

function refused(entry, status, error) {
  const problem = { status, code: error?.code ?? null, what: error?.what ?? null, details: error?.details ?? [], next_step: error?.next_step ?? null };
  return { problem, tries: entry.tries + 1, state: NEEDS_PERSON.has(status) ? "person" : entry.state };
}

function firstThatFit(entries, most, mostBytes) {
  const encoder = new TextEncoder();
  const batch = [];
  let bytes = 0;
  for (const entry of entries) {
    // the text stands in JSON as a text once more: quotes are escaped
    bytes += encoder.encode(JSON.stringify(entry.text)).length + 1;
    if (batch.length && (batch.length >= most || bytes > mostBytes)) break;
    batch.push(entry);
  }
  return batch;
}
