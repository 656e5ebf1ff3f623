// Reading the server's JSON. A failure is an error with a sentence; nothing older is shown in its place.
import { t } from "./texts.js";

export class ReadingFailed extends Error {
  constructor(what, why, { status = 0, code = "" } = {}) {
    super(t("The {what} could not be read: {why}", { what: t(what), why }));
    this.status = status;
    this.code = code;
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
  if (!answer.ok) throw new ReadingFailed(what, t("answer {status}", { status: answer.status }), await refusal(answer));
  try {
    return await answer.json();
  } catch {
    throw new ReadingFailed(what, t("answer {status}", { status: answer.status }), { status: answer.status });
  }
}

async function refusal(answer) {
  try {
    return { status: answer.status, ...(await answer.json()) };
  } catch {
    return { status: answer.status };
  }
}
