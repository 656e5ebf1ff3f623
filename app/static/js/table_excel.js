// A table of a page as a workbook: what is shown goes to the server and comes back as Excel, texts as texts.
const NUMBER = "number";

/** Make the frame's button, if it has one, fetch the rows that are shown, in the order in which they are. */
export function offerWorkbook(frame, table) {
  const button = frame.querySelector("[data-table-excel]");
  if (!button) return;
  button.hidden = false;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await fetchWorkbook(button.dataset.tableExcel, contentOf(table));
    } catch (failure) {
      say(frame, failure.message);
    } finally {
      button.disabled = false;
    }
  });
}

function contentOf(table) {
  const columns = [...table.tHead.rows[0].cells].map((cell, index) => ({ cell, index })).filter(({ cell }) => !cell.classList.contains("actions"));
  const kinds = columns.map(({ cell }) => cell.dataset.kind ?? "text");
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
  return {
    title: table.caption?.textContent.trim() || document.title,
    headings: columns.map(({ cell }) => cell.textContent.trim().replace(/\s+/g, " ")),
    kinds,
    rows: rows.map((row) => columns.map(({ index }, place) => valueOf(row.cells[index], kinds[place]))),
  };
}

function valueOf(cell, kind) {
  const text = cell?.textContent.trim().replace(/\s+/g, " ") ?? "";
  const value = cell?.dataset.value;
  if (value === "" || (value === undefined && text === "\u2013")) return null;
  if (kind === NUMBER && value !== undefined && Number.isFinite(Number(value))) return Number(value);
  // a day as such; a moment, which a workbook cannot place in a time zone, as it is shown
  return kind === "date" && /^\d{4}-\d{2}-\d{2}$/.test(value ?? "") ? value : text;
}

async function fetchWorkbook(address, content) {
  const texts = document.getElementById("live-part-texts").dataset;
  const token = document.querySelector("input[name=csrf_token]").value;
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(content),
    });
  } catch {
    throw new Error(texts.unreached);
  }
  if (answer.status === 401) throw new Error(texts.login);
  if (!answer.ok) throw new Error(texts.failed.replace("{status}", answer.status));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${content.title}.xlsx`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function say(frame, text) {
  frame.querySelector(".table-failure")?.remove();
  const notice = document.createElement("p");
  notice.className = "notice notice-error table-failure";
  notice.setAttribute("role", "alert");
  notice.textContent = text;
  frame.prepend(notice);
}
