// Names that a device gives by itself: UUIDs of version 7 (RFC 9562), which sort by the moment of their making.
let lastMs = 0;
let inThisMs = 0;

/** A new UUIDv7, lower case with hyphens; those of one page rise, also within one millisecond and when a clock is set back. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    inThisMs = ((bytes[6] & 0x07) << 8) | bytes[7];
  } else if (++inThisMs > 0xfff) {
    lastMs += 1;
    inThisMs = 0;
  }
  new DataView(bytes.buffer).setUint32(0, Math.floor(lastMs / 0x10000));
  new DataView(bytes.buffer).setUint16(4, lastMs % 0x10000);
  bytes[6] = 0x70 | (inThisMs >> 8);
  bytes[7] = inThisMs & 0xff;
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = hexOf(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** What an answer has to repeat to be one: 128 random bits in hex. */
export const newNonce = () => hexOf(crypto.getRandomValues(new Uint8Array(16)));

/** Bytes (ArrayBuffer or Uint8Array) as lower case hex. */
export const hexOf = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
