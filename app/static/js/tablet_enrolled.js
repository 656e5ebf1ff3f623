// The tablet asks once for the secret of its programs, keeps it, and tries it.
import { keepKey, keptKey } from "./tablet_key.js";

const page = document.getElementById("enrolled");
const state = document.getElementById("key-state");

async function fetchKey() {
  const asked = await fetch(page.dataset.keyAddress, {
    method: "POST",
    headers: { "X-CSRFToken": page.querySelector("[name=csrf_token]").value },
  });
  if (!asked.ok) throw new Error(`status ${asked.status}`);
  await keepKey((await asked.json()).token);
  const tried = await fetch(page.dataset.checkAddress, {
    headers: { Authorization: `Device ${await keptKey()}` },
    credentials: "omit",
  });
  if (!tried.ok) throw new Error(`status ${tried.status}`);
}

state.textContent = state.dataset.waiting;
try {
  await fetchKey();
  state.textContent = state.dataset.done;
  state.dataset.state = "done";
} catch {
  state.textContent = state.dataset.failed;
  state.dataset.state = "failed";
}
