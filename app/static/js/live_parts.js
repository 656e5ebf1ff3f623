// Parts of a page that htmx fetches. What fails is said in the part's own place, in words; nothing that is not the
// answer asked for is ever put into the page: no login page, no page of a proxy, no half answer.
const texts = document.getElementById("live-part-texts").dataset;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const isPart = xhr.status === 200 && !isElsewhere(event.detail) && isMarkup(xhr);
  if (isPart) return;
  event.detail.shouldSwap = false;
  if (xhr.status === 204 || xhr.status === 304) return;
  say(event.detail.elt, event.detail.target, wordsOf(xhr, isElsewhere(event.detail)));
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => say(event.detail.elt, event.detail.target, { text: texts.unreached }));
}

// A request that was sent on to another address (as to the login) did not bring what was asked for.
function isElsewhere({ xhr, pathInfo }) {
  const asked = pathInfo?.requestPath?.split(/[?#]/)[0];
  return Boolean(asked && xhr.responseURL) && new URL(xhr.responseURL).pathname !== new URL(asked, location).pathname;
}

const isMarkup = (xhr) => (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");

/** What to say of an answer: the server's own words where it gave any. */
function wordsOf(xhr, wasSentOn) {
  if (xhr.status === 401 || wasSentOn) return { text: texts.login, isLogin: true };
  try {
    const { what, next_step: nextStep } = JSON.parse(xhr.responseText).error;
    if (what) return { text: [what, nextStep].filter(Boolean).join(" ") };
  } catch {
    // not the server's JSON: its status must do
  }
  return { text: texts.failed.replace("{status}", xhr.status) };
}

function say(asker, target, { text, isLogin }) {
  const place = document.getElementById(asker.dataset.errorPlace) ?? target;
  const notice = document.createElement("p");
  notice.className = "notice notice-error";
  notice.setAttribute("role", "alert");
  notice.append(text);
  if (isLogin) {
    const link = document.createElement("a");
    link.href = `${texts.loginAddress}?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = texts.loginLink;
    notice.append(" ", link);
  }
  place.replaceChildren(notice);
  place.hidden = false;
  place.dispatchEvent(new CustomEvent("part-failed", { bubbles: true }));
}
