// The form of an inspection, filled in on a phone in the yard: what is answered is kept on the device until it was sent,
// and sending waits for the line without losing anything. Photos are kept as long as the page is open.
const form = document.querySelector("[data-draft]");
const key = form.dataset.draft;
const notice = form.querySelector("[data-notice]");
const fields = () => [...form.elements].filter(({ name, type }) => name && name !== "csrf_token" && type !== "file");

restore();
form.addEventListener("change", keep);
form.addEventListener("submit", send);

function restore() {
  const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
  for (const field of fields()) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = [kept[field.name]].flat().includes(field.value);
    else if (field.name in kept) field.value = kept[field.name];
  }
  for (const question of form.querySelectorAll("fieldset")) openMore(question);
  if (Object.keys(kept).length) say("restored");
}

function keep({ target }) {
  const answered = fields().filter(({ type, checked, value }) => (type === "radio" || type === "checkbox" ? checked : value));
  localStorage.setItem(key, JSON.stringify(Object.fromEntries(answered.map(({ name, value }) => [name, value]))));
  openMore(target.closest("fieldset"));
}

// What fails, or is not there, wants words and a photo: they stand open.
function openMore(question) {
  const outcome = question?.querySelector("[name^=outcome]:checked")?.value;
  if (outcome && outcome !== "good") question.querySelector("details").open = true;
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  say("sending");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    // The server says what is wrong on a page of its own.
    if (answer.type !== "opaqueredirect") return form.submit();
    localStorage.removeItem(key);
    location.assign(form.dataset.after);
  } catch {
    say("no-line");
    button.disabled = false;
  }
}

function say(what) {
  notice.textContent = notice.dataset[what.replace(/-./, (part) => part[1].toUpperCase())];
  notice.hidden = false;
}
