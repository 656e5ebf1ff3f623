// Tests in this very browser what work without a network needs, each line for itself: one that throws is missing.
import { keptKey } from "../tablet_key.js";
import { openDB, deleteDB } from "../../vendor/idb/index.js";
import { hexOf } from "./ids.js";
import { word } from "./words.js";

const LEAST_FREE_MB = 200;
const MOST_CLOCK_OFF_S = 120;
const MB = 1024 * 1024;

// Each resolves to a text to show, "" for good; throws (a text) where it is missing. `null`: could not be tested.
const TESTS = {
  secure: async () => need(window.isSecureContext),
  worker: testWorker,
  database: testDatabase,
  persist: async () => need((await navigator.storage.persisted()) || (await navigator.storage.persist()), word("persist_not")),
  quota: testRoom,
  crypto: testCrypto,
  locks: testTabs,
  camera: async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    need(devices.some((device) => device.kind === "videoinput"));
    return word("camera_not_tried");
  },
  clock: testClock,
  enrolled: async () => need(await keptKey()),
  codes: async () => need((await BarcodeDetector.getSupportedFormats()).includes("qr_code")),
};

document.getElementById("check-browser").textContent = navigator.userAgent;
document.getElementById("check-again").addEventListener("click", testAll);
document.getElementById("check-camera").addEventListener("click", () => test("camera", testCamera).then(sumUp));
testAll();

async function testAll() {
  await Promise.all(Object.entries(TESTS).map(([name, run]) => test(name, run)));
  sumUp();
}

async function test(name, run) {
  const line = document.querySelector(`[data-test="${name}"]`);
  let result;
  try {
    result = await run();
    line.dataset.state = result === null ? "unknown" : "good";
  } catch (error) {
    line.dataset.state = "bad";
    result = typeof error === "string" ? error : "";
    line.title = String(error?.message ?? error);
  }
  const isBad = line.dataset.state === "bad";
  const plain = isBad ? word("wish" in line.dataset ? "wish_bad" : "bad") : word("good");
  line.querySelector(".check-result").textContent = result === null ? word("clock_unknown") : result || plain;
  line.querySelector(".check-next").hidden = !isBad;
}

function sumUp() {
  const bad = document.querySelectorAll('[data-test][data-state="bad"]:not([data-wish])').length;
  const sum = document.getElementById("check-sum");
  sum.dataset.state = bad ? "bad" : "good";
  sum.textContent = bad ? word("some_bad", { count: bad }) : word("all_good");
}

async function testWorker() {
  need(navigator.serviceWorker && window.caches);
  const registration = await navigator.serviceWorker.getRegistration("/tablet");
  need(registration?.active, word("worker_not_yet"));
}

async function testDatabase() {
  const name = "strawline-check";
  const db = await openDB(name, 1, { upgrade: (made) => made.createObjectStore("tests") });
  const written = crypto.getRandomValues(new Uint8Array(64 * 1024));
  await db.put("tests", { written, at: new Date() }, "one");
  db.close();
  const again = await openDB(name, 1);
  const read = await again.get("tests", "one");
  again.close();
  await deleteDB(name);
  need(hexOf(read.written) === hexOf(written));
}

async function testRoom() {
  const { quota, usage } = await navigator.storage.estimate();
  const text = word("room", { free: Math.floor((quota - usage) / MB), used: Math.ceil(usage / MB) });
  return need((quota - usage) / MB >= LEAST_FREE_MB, text) ?? text;
}

async function testCrypto() {
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mixed = await crypto.subtle.sign("HMAC", key, new Uint8Array([1]));
  const base = await crypto.subtle.importKey("raw", mixed, "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: mixed, iterations: 10 }, base, 256);
  need(bits.byteLength === 32);
}

async function testTabs() {
  need(typeof BroadcastChannel === "function");
  need((await navigator.locks.request("strawline-check", () => "held")) === "held");
}

async function testCamera() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const [track] = stream.getVideoTracks();
  const { width, height } = track.getSettings();
  stream.getTracks().forEach((each) => each.stop());
  return `${width} × ${height}`;
}

// The date of an answer has whole seconds: half a one is added.
async function testClock() {
  let answer;
  try {
    answer = await fetch(`/healthz?${Date.now()}`, { cache: "no-store" });
  } catch {
    return null;
  }
  const date = Date.parse(answer.headers.get("Date") ?? "");
  if (Number.isNaN(date)) return null;
  const off_s = Math.round((Date.now() - date - 500) / 1_000);
  const text = word("clock_off", { seconds: off_s });
  return need(Math.abs(off_s) <= MOST_CLOCK_OFF_S, text) ?? text;
}

function need(isThere, text = "") {
  if (!isThere) throw text;
}
