// Pieces of every screen: markup comes from the page's templates, data goes in as text.
import { sayOr } from "../format.js";
import { make } from "../../elements.js";

/** A copy of the first element of a template. */
export function piece(name) {
  const template = document.getElementById(name);
  if (!template) throw new Error(`the page has no template ${name}`);
  return template.content.firstElementChild.cloneNode(true);
}

/** Put texts into the elements with data-slot; what is null or empty is hidden. Returns the root. */
export function put(root, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const slot of slots(root, name)) {
      const nothing = value == null || value === "" || value === false;
      slot.hidden = nothing;
      if (value instanceof Node) slot.replaceChildren(value);
      else if (Array.isArray(value)) slot.replaceChildren(...value);
      else if (!nothing && value !== true) slot.textContent = value;
    }
  }
  return root;
}

export function slot(root, name) {
  return slots(root, name)[0];
}

function slots(root, name) {
  const found = [...root.querySelectorAll(`[data-slot="${name}"]`)];
  if (root.dataset?.slot === name) found.unshift(root);
  return found;
}

/** Listen to taps on elements with data-do. A listener that works a while locks its button, so that two taps are one. */
export function act(root, listeners) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-do]");
    const listener = button && root.contains(button) && listeners[button.dataset.do];
    if (!listener || button.disabled || button.dataset.busy) return;
    button.dataset.busy = "1";
    try {
      await listener(button);
    } finally {
      delete button.dataset.busy;
    }
  });
  return root;
}

/** Take the place of what the main part shows; the heading gets the focus, so that a reader says where one is. */
export function show(main, element) {
  main.replaceChildren(element);
  const heading = element.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  return element;
}

/** A choice of big buttons: `entries` are [value, text, note?]; the chosen one is pressed. Calls back with the value. */
export function choices(entries, chosen, whenChosen, className = "choice") {
  const group = make("div", { className: "choices", aria: { role: "group" } });
  for (const [value, text, note] of entries) {
    const button = make("button", { type: "button", className, aria: { pressed: String(value === chosen) } }, text);
    if (note) button.append(make("small", {}, note));
    button.addEventListener("click", () => {
      for (const each of group.children) each.setAttribute("aria-pressed", String(each === button));
      whenChosen(value);
    });
    group.append(button);
  }
  return group;
}

/** The kinds of bales with their names, for `choices`. */
export const kindNames = (notebook) => notebook.bale_kinds.map(({ id, name }) => [id, sayOr(`bale-${id}`, name ?? id)]);

/** The keys of a number: types into `field` (an output) and says every change; a real keyboard types as well. */
export function numberKeys(root, { most = 6, point = false, typed, entered }) {
  const keys = piece("part-keys");
  let text = "";
  const shown = keys.querySelector("output");
  keys.querySelector("[data-key='.']").hidden = !point;
  const set = (value) => {
    text = value;
    shown.textContent = text;
    typed?.(text, set);
  };
  const press = (key) => {
    if (key === "clear") set("");
    else if (key === "back") set(text.slice(0, -1));
    else if (key === "enter") entered?.(text, set);
    else if (text.length < most && (key !== "." || (point && text && !text.includes(".")))) set(text + key);
  };
  keys.addEventListener("click", (event) => {
    used = keys;
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) press(key);
  });
  const byKeyboard = (event) => {
    if (keys !== keysInUse() || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("input, textarea, select")) return;
    const key = { Backspace: "back", Delete: "clear", Enter: "enter" }[event.key] ?? event.key;
    if (key === "enter" && (!text || event.target.closest?.("button"))) return;
    if (/^[0-9.]$/.test(key) || ["back", "clear", "enter"].includes(key)) {
      event.preventDefault();
      press(key);
    }
  };
  document.addEventListener("keydown", byKeyboard);
  root.append(keys);
  return { set, value: () => text, keys, end: () => document.removeEventListener("keydown", byKeyboard) };
}

// Where a screen has two sets of keys, a real keyboard types into the one that was used last, else the first.
let used = null;

function keysInUse() {
  const within = document.querySelector("dialog[open]") ?? document.querySelector(".gate:not([hidden])");
  return within.contains(used) ? used : within.querySelector(".keys");
}

/** Ask with a dialog whose keys have `data-do="choose"`; resolves to the `data-value` of the one tapped, or null. */
export function askChoice(name, values = {}) {
  const dialog = put(piece(name), values);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    act(dialog, {
      choose: (button) => {
        answer = button.dataset.value;
        dialog.close();
      },
      cancel: () => dialog.close(),
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}

/** Ask for one tap more before something that cannot be taken back; resolves to the reason chosen, or null. */
export function askReason(name, values = {}) {
  const dialog = piece(name);
  put(dialog, values);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    act(dialog, {
      reason: (button) => {
        const other = dialog.querySelector("[data-other]");
        if (button.dataset.value === "other" && other && !other.value.trim()) {
          other.hidden = false;
          other.focus();
          return;
        }
        answer = button.dataset.value === "other" && other ? other.value.trim() : button.textContent.trim();
        dialog.close();
      },
      cancel: () => dialog.close(),
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}
