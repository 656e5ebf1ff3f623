// A plant's gate: whose load arrives. The code on the driver's paper is scanned, or its last signs are typed.
import { say, shortId } from "../format.js";
import { nextStep } from "../flow.js";
import { act, askChoice, piece, put, show, slot } from "./parts.js";
import { openCamera } from "./camera.js";
import { showFault } from "./ticket_parts.js";
import { beginHaul, truckRow } from "./gate.js";

const LOOK_EVERY_MS = 250;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** Show the camera in the video and say each QR code that it sees; resolves to how to end it, null where the browser reads
 *  no codes or there is no camera. */
export async function watchCodes(video, seen) {
  const close = "BarcodeDetector" in window ? await openCamera(video) : null;
  video.hidden = !close;
  if (!close) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  const timer = setInterval(async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (code) seen(code.rawValue);
  }, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    close();
    video.hidden = true;
  };
}

export async function showScan(gate) {
  const screen = show(gate.main, piece("screen-scan"));
  const tickets = await gate.tickets();
  let asked = null;
  const waiting = tickets.filter((each) => each.purpose === "direct_in" && !each.closed_at && !each.void && !each.first);
  const expected = gate.notebook.expected.filter((each) => each.day === gate.notebook.day && !tickets.some((ticket) => ticket.haul?.haul_id === each.haul_id));
  slot(screen, "list").append(
    ...waiting.map((ticket) => truckRow({ state: "expected", plate: ticket.plate, from: ticket.from, bales: say("bales", { n: ticket.bales }), time: shortId(ticket.id), said: say("purpose-direct_in"), begin: () => begin(ticket) })),
    ...expected.map((haul) => truckRow({ state: "expected", plate: haul.plate, from: haul.origin?.town ?? haul.origin?.yard ?? "", bales: haul.bales == null ? null : say("bales", { n: haul.bales }), time: null, said: say(`purpose-${haul.purpose}`), begin: () => beginHaul(gate, haul) })),
  );
  put(screen, { empty: !(waiting.length + expected.length) });
  act(screen, { back: () => gate.go("") });
  slot(screen, "code").addEventListener("input", (event) => {
    const code = event.target.value.replace(/[^0-9a-z]/gi, "").toUpperCase();
    if (code.length === 8) found(code);
  });
  const close = await watchCodes(slot(screen, "video"), (text) => {
    const id = text.match(UUID)?.[0].toLowerCase();
    if (id) found(id);
  });
  put(screen, { "no-scan": !close });
  return close;

  /** By the whole id or its last eight signs. A scanned id that is not known is a field's whose record has not come yet,
   *  or that of a yard's paper: only a person knows which. */
  function found(code) {
    const ticket = tickets.find((each) => each.id === code || shortId(each.id) === code);
    if (ticket) return begin(ticket);
    if (!UUID.test(code)) return showFault(screen, say("code-unknown"));
    if (code !== asked) askWhat(code);
  }

  async function askWhat(code) {
    asked = code; // the camera goes on seeing it
    const what = await askChoice("dialog-scanned", { code: shortId(code) });
    if (!screen.isConnected) return;
    if (what === "field") gate.go(`plate/direct_in//${code}`);
    if (what === "other") gate.go("plate/linehaul_in");
  }

  async function begin(ticket) {
    await gate.save(ticket);
    gate.go(`t/${ticket.id}/${ticket.closed_at ? "ticket" : nextStep(ticket, gate.notebook)}`);
  }
}
