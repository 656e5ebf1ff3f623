// One round of sending: all records that wait, in batches, and the pictures that the server lacks.
import { attachment } from "./attachments.js";
import { keptValue } from "./database.js";
import { nextBatch, notePictures, noteResults, refusePicture, sendAnew } from "./outcomes.js";
import { Busy, NoAnswer, NotKnown, NotTaken, putPicture, sendRecords } from "./server.js";

const MOST = { most: 50, mostBytes: 440 * 1024 };
const STORED = new Set([200, 201]);

/** Send all that waits, each record at most once, in smaller batches after `failures`; returns how many the server now
 * has that it told us of, and its clock. Throws NoAnswer, Busy, NotKnown or NotTaken (of everything, not of one record) and has kept what came before. */
export async function sendAll(key, failures = 0) {
  const halved = Math.min(failures, 6);
  const limits = { most: Math.max(1, MOST.most >> halved), mostBytes: MOST.mostBytes >> halved };
  const tried = new Set();
  let stored = 0;
  let serverNow = null;
  for (;;) {
    const batch = await nextBatch(tried, limits);
    if (!batch.length) return { stored, serverNow };
    batch.forEach((entry) => tried.add(entry.id));
    const answer = await sendBatch(key, batch);
    stored += answer.stored;
    serverNow = answer.serverNow ?? serverNow;
  }
}

async function sendBatch(key, batch) {
  try {
    const answer = await sendRecords(key, batch);
    const stored = await keepAnswer(batch, answer);
    await sendPictures(key, stored, answer);
    return { stored: stored.length, serverNow: answer.received_at };
  } catch (error) {
    if (!(error instanceof NotTaken) || error instanceof NotKnown) throw error;
    return sendApart(key, batch, error);
  }
}

// The server cannot take the batch: one of its records must not hold up the others.
async function sendApart(key, batch, error) {
  await sendRecords(key, []); // throws where it is not about the records
  if (batch.length === 1) {
    // alone and not to be understood: that is a word on the record; where the server itself failed it waits
    const status = error.status < 500 ? 422 : error.status;
    await noteResults([{ id: batch[0].id, status, error: error.error ?? { code: `status-${error.status}` } }]);
    return { stored: 0 };
  }
  const half = Math.ceil(batch.length / 2);
  const first = await sendBatch(key, batch.slice(0, half));
  const second = await sendBatch(key, batch.slice(half));
  return { stored: first.stored + second.stored, serverNow: second.serverNow ?? first.serverNow };
}

async function keepAnswer(batch, answer) {
  const said = Array.isArray(answer.results) ? answer.results : [];
  // a text that cannot be read has no id: then its place among the results names it
  const results = said.map((result, place) => ({ ...result, id: result.id ?? batch[place]?.id }));
  await noteResults(results);
  const device = await keptValue("device");
  if (device) await sendAnew(answer.missing_numbers ?? [], device.id);
  const stored = new Set(results.filter(({ status }) => STORED.has(status)).map(({ id }) => id));
  return batch.filter((entry) => stored.has(entry.id));
}

// That a picture has come is proven by the answer about a record that names it: the same bytes may be sent twice.
async function sendPictures(key, stored, answer) {
  const lacking = await notePictures(stored, new Set(answer.missing_attachments ?? []));
  if (!lacking.length) return;
  for (const sha256 of lacking) await sendPicture(key, sha256);
  const naming = stored.filter((entry) => entry.attachments.some((sha256) => lacking.includes(sha256)));
  const then = await sendRecords(key, naming);
  const still = await notePictures(naming, new Set(then.missing_attachments ?? []));
  if (still.length) throw new NoAnswer("a picture did not arrive");
}

async function sendPicture(key, sha256) {
  const picture = await attachment(sha256);
  if (!picture) return;
  try {
    await putPicture(key, sha256, picture);
  } catch (error) {
    if (!(error instanceof NotTaken) || error instanceof NotKnown) throw error;
    if (error.status >= 500) throw new Busy(0);
    await refusePicture(sha256, { status: error.status, ...error.error });
  }
}
