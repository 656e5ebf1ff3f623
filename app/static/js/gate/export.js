// Unsent records leave a tablet that has to be given up: as a file, or as QR codes where they are few.
//
// The file is JSON: {"format": "strawline-gate-records", "version": 1, "made_at", "device": {"id"}, "records": [the
// texts as they would be sent], "attachments": [{"sha256", "type", "base64"}]}. A QR code holds
// "SLG1 <which>/<of how many> <8 hex digits of the whole> <part>"; the parts joined are base64url of the deflated JSON
// without attachments.
import { database, inState, keptValue } from "./database.js";
import { hexOf } from "./ids.js";
import { asideEntries, needPerson, outboxEntries } from "./store.js";

const PART = 900; // signs of a code that an old camera still reads
const MOST_CODES = 12;

/** Everything that the server has not stored, also what was refused or set aside, as the text of the file; null where there is nothing. */
export async function unsentText({ withPictures = true } = {}) {
  const entries = [...(await outboxEntries()), ...(await needPerson()), ...(await asideEntries())];
  const pictures = withPictures ? await unsentPictures() : [];
  if (!entries.length && !pictures.length) return null;
  const device = await keptValue("device");
  return JSON.stringify({
    format: "strawline-gate-records",
    version: 1,
    made_at: new Date().toISOString(),
    device: { id: device?.id ?? null },
    records: entries.map((entry) => entry.text),
    attachments: pictures.map(({ sha256, type, bytes }) => ({ sha256, type, base64: base64(new Uint8Array(bytes)) })),
  });
}

/** Let the browser save the file; returns its name, or null where there is nothing to save. */
export async function saveUnsent() {
  const text = await unsentText();
  if (text === null) return null;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `strawline-unsent-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return link.download;
}

/** The records as texts for QR codes, without pictures; null where there is nothing or too much (then the file). */
export async function unsentCodes() {
  const text = await unsentText({ withPictures: false });
  if (text === null || typeof CompressionStream === "undefined") return null;
  const plain = new TextEncoder().encode(text);
  const deflated = new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream("deflate-raw")));
  const packed = base64(new Uint8Array(await deflated.arrayBuffer())).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const count = Math.ceil(packed.length / PART);
  if (count > MOST_CODES) return null;
  const mark = hexOf(await crypto.subtle.digest("SHA-256", plain)).slice(0, 8);
  return Array.from({ length: count }, (_gap, at) => `SLG1 ${at + 1}/${count} ${mark} ${packed.slice(at * PART, (at + 1) * PART)}`);
}

async function unsentPictures() {
  const transaction = (await database()).transaction(["attachments", "pictures"]);
  const index = transaction.objectStore("attachments").index("by_state");
  const found = [...(await index.getAll(inState("waiting"))), ...(await index.getAll(inState("person")))];
  return Promise.all(
    found.map(async ({ sha256 }) => ({ sha256, ...(await transaction.objectStore("pictures").get(sha256)) })),
  );
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
