// How far the search for layouts is; when it has ended, the page says what became of it.
const run = document.getElementById("design-run");
const EVERY_MS = 1000;

async function look() {
  try {
    const answer = await fetch(run.dataset.state, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    const { state, elapsed_s, seconds } = await answer.json();
    if (state !== "runs") return location.reload();
    run.querySelector("progress").value = Math.min(elapsed_s, seconds);
    document.getElementById("design-elapsed").textContent = elapsed_s;
  } catch (error) {
    console.warn(error); // no network: another time
  }
  setTimeout(look, EVERY_MS);
}

if (run) setTimeout(look, EVERY_MS);
