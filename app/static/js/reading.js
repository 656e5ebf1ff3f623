// Reading the server's JSON. A failure is an error with a sentence; nothing older is shown in its place.
import { t } from "./texts.js";

export class ReadingFailed extends Error {
  constructor(what, why) {
    super(t("The {what} could not be read: {why}", { what: t(what), why }));
  }
}

/** The JSON at `path`. `what` is the msgid of the thing for the message. Throws ReadingFailed. */
export async function read(path, what, signal) {
  let answer;
  try {
    answer = await fetch(path, { signal, credentials: "same-origin", headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ReadingFailed(what, t("server not reached"));
  }
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/login")) {
    location.assign(answer.url);
    return new Promise(() => {});
  }
  if (answer.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    return new Promise(() => {});
  }
  const content = await answer.json().catch(() => null);
  if (answer.ok && content !== null) return content;
  // The server's own words say what was wrong and what to do; without them the status must do.
  const { what: reason, next_step: nextStep } = content?.error ?? {};
  throw new ReadingFailed(what, [reason ?? t("answer {status}", { status: answer.status }), nextStep].filter(Boolean).join(" "));
}
