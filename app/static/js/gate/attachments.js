// Photos and signatures: kept under the hash of their bytes, sent when the server says that it lacks them.
import { changed, database, written } from "./database.js";
import { hexOf } from "./ids.js";

const MOST_BYTES = 1024 * 1024;
const TYPES = ["image/jpeg", "image/png", "image/webp"];

/** Keep a picture (Blob; JPEG, PNG or WebP, at most 1 MB, drawn by us, so without EXIF); returns the SHA-256 of its
 * bytes in hex, by which records name it. Until one does it is loose, and nothing waits for it to be sent. Throws StorageFull where the disk is full, RangeError where the server would
 * not take it. */
export async function addAttachment(blob) {
  if (!TYPES.includes(blob.type) || blob.size > MOST_BYTES) throw new RangeError(`${blob.type}, ${blob.size} bytes`);
  const bytes = await blob.arrayBuffer();
  const sha256 = hexOf(await crypto.subtle.digest("SHA-256", bytes));
  await written(["attachments", "pictures"], async (transaction) => {
    const store = transaction.objectStore("attachments");
    if (await store.getKey(sha256)) return;
    await transaction.objectStore("pictures").put({ type: blob.type, bytes }, sha256);
    await store.put({ sha256, records: [], state: "loose", madeAt: new Date().toISOString(), sentAt: null, problem: null });
  });
  changed("attachments");
  return sha256;
}

/** The picture with this hash as a Blob; null where it is not here (any more). */
export async function attachment(sha256) {
  const found = await (await database()).get("pictures", sha256);
  return found ? new Blob([found.bytes], { type: found.type }) : null;
}
