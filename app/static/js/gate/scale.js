// The live weight from the agent beside the scale: a stream of events, else asked again and again.
// An agent on this machine or in the yard's network is asked for as such, so that the browser can let the page reach it.
const SILENT_MS = 4000;
const ASK_EVERY_MS = 300;
const AGAIN_AFTER_MS = [300, 1000, 2000, 5000];
const TAKE_WAIT_MS = 4000;

export const NO_AGENT = { state: "no-agent", kg: null, may_take: false, why_not: "no-agent" };

/** Watch the scale at one of these addresses (its computer's own, or the yard's network); calls back with each state and
 *  the address that answered, NO_AGENT when none does. Returns how to end. */
export function watchScale(addresses, seen) {
  const ending = new AbortController();
  follow(addresses, seen, ending.signal);
  return () => ending.abort();
}

/** Take the weight that stands. The same nonce gives the same answer again, so a lost reply is asked for again.
 *  Returns {payload, signature} or {why_not}. */
export async function takeWeight(address, nonce) {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const answer = await fetch(`${address}/take`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ nonce }),
        signal: AbortSignal.timeout(TAKE_WAIT_MS),
        ...near(address),
      });
      const said = await answer.json();
      if (answer.ok && said.payload && said.signature) return said;
      return { why_not: said.why_not ?? "no-agent" };
    } catch {
      await pause(200);
    }
  }
  return { why_not: "no-agent" };
}

/** A nonce of 32 signs. */
export function newNonce() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function follow(addresses, seen, ended) {
  let failures = 0;
  let at = 0;
  while (!ended.aborted) {
    const address = addresses[at % addresses.length];
    const heard = (state) => {
      failures = 0;
      if (!ended.aborted) seen(state, address);
    };
    try {
      await byStream(address, heard, ended);
    } catch {
      // Some proxies and web views hold a stream back: then asking still works.
      await byAsking(address, heard, ended).catch(() => {});
    }
    if (ended.aborted) return;
    failures += 1;
    if (failures > 1) at += 1;
    if (failures >= addresses.length) seen(NO_AGENT, address);
    await pause(AGAIN_AFTER_MS[Math.min(failures - 1, AGAIN_AFTER_MS.length - 1)]);
  }
}

async function byStream(address, seen, ended) {
  const own = new AbortController();
  const stop = () => own.abort();
  ended.addEventListener("abort", stop);
  let alarm = setTimeout(stop, SILENT_MS);
  try {
    const answer = await fetch(`${address}/live`, { signal: own.signal, cache: "no-store", ...near(address) });
    if (!answer.ok || !answer.body) throw new Error(`live: ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream has ended");
      clearTimeout(alarm);
      alarm = setTimeout(stop, SILENT_MS);
      kept += value.replaceAll("\r\n", "\n");
      const events = kept.split("\n\n");
      kept = events.pop();
      const last = events.map(dataOf).filter(Boolean).pop();
      if (last) seen(last);
    }
  } finally {
    clearTimeout(alarm);
    ended.removeEventListener("abort", stop);
  }
}

async function byAsking(address, seen, ended) {
  // After a while the stream is tried again.
  for (let asked = 0; asked < 60 && !ended.aborted; asked += 1) {
    const answer = await fetch(`${address}/state`, { signal: AbortSignal.timeout(SILENT_MS), cache: "no-store", ...near(address) });
    if (!answer.ok) throw new Error(`state: ${answer.status}`);
    seen(await answer.json());
    await pause(ASK_EVERY_MS);
  }
}

function dataOf(event) {
  const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
  try {
    return data ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}

function near(address) {
  const { hostname } = new URL(address);
  return { targetAddressSpace: ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? "loopback" : "local" };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
