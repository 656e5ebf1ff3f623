// Seller and point sign on the screen: what they draw goes with the form, and is kept on the device as the answers are.
import { signatureOn } from "./gate/screens/signature.js";

for (const pad of document.querySelectorAll("[data-signature]")) {
  const kept = pad.querySelector("input");
  const shown = pad.querySelector("img");
  let wipes = true; // the field begins empty, whatever was drawn before this page was opened again
  const sign = signatureOn(pad.querySelector("canvas"), async (isSigned) => {
    if (!wipes) keep(isSigned ? await textOf(await sign.png()) : "");
  });
  wipes = false;
  show();
  pad.querySelector("button").addEventListener("click", () => sign.wipe());

  function keep(text) {
    kept.value = text;
    kept.dispatchEvent(new Event("change", { bubbles: true }));
    show();
  }

  function show() {
    shown.hidden = !kept.value;
    if (kept.value) shown.src = `data:image/png;base64,${kept.value}`;
  }
}

async function textOf(png) {
  const bytes = new Uint8Array(await png.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
