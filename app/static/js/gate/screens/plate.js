// The plate of a truck that nobody expected: typed by big keys, known trucks offered while it is typed.
import { plateText, say } from "../format.js";
import { make } from "../../elements.js";
import { act, piece, put, show, slot } from "./parts.js";

// The signs that plates of the mainland begin with (GA 36), the county's own province first.
const PROVINCES =
  "\u6d59\u6caa\u82cf\u7696\u8d63\u95fd\u9c81\u8c6b\u9102\u6e58\u7ca4\u6842\u743c\u5ddd\u8d35\u4e91\u6e1d\u4eac\u6d25\u5180\u664b\u8499\u8fbd\u5409\u9ed1\u9655\u7518\u9752\u5b81\u65b0\u85cf";
const ROWS = ["1234567890", "QWERTYUP", "ASDFGHJKL", "ZXCVBNM"];
const LEAST = 7;
const MOST = 8;
const OFFERED = 6;

/** Address: plate/<what the truck comes for: a purpose, "count" (no scale), "tare", "field">/<plate?>/<scanned id?>. */
export function showPlate(gate, { id: wish, rest }) {
  const screen = show(gate.main, piece("screen-plate"));
  const usual = usualStart(gate.notebook);
  let plate = rest?.[1] ?? "";
  let provinces = false;
  act(screen, {
    back: () => gate.go(wish === "field" ? "field" : wish === "tare" ? "yard" : wish === "linehaul_out" ? "out" : ""),
    province: () => {
      provinces = !provinces;
      keys();
    },
    erase: () => type((before) => (before || usual).slice(0, -1)),
    "go-on": () => goOn(plate || usual),
  });
  const byKeyboard = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !screen.isConnected) return;
    if (event.key === "Backspace") type((before) => (before || usual).slice(0, -1));
    else if (/^[a-z0-9]$/i.test(event.key)) type((before) => (before || usual) + event.key.toUpperCase());
    else if (event.key === "Enter" && !event.target.closest("button") && plate.length >= LEAST) goOn(plate);
  };
  document.addEventListener("keydown", byKeyboard);
  keys();
  look();
  return () => document.removeEventListener("keydown", byKeyboard);

  function type(change) {
    plate = change(plate).slice(0, MOST);
    if (!plate) provinces = true;
    keys();
    look();
  }

  function keys() {
    const rows = provinces || !(plate || usual) ? chunks([...PROVINCES], 8) : ROWS.map((row) => [...row]);
    slot(screen, "keys").replaceChildren(
      ...rows.map((row) => make("div", { className: "plate-row" }, ...row.map((sign) => make("button", { type: "button", className: "key", text: sign, on: { click: () => press(sign) } })))),
    );
  }

  function press(sign) {
    if (PROVINCES.includes(sign)) {
      provinces = false;
      return type((before) => sign + (before || usual).slice(1));
    }
    type((before) => (before || usual) + sign);
  }

  function look() {
    const now = plate || usual;
    put(screen, { plate: plateText(now) });
    screen.querySelector("[data-do='go-on']").disabled = now.length < LEAST;
    // The end of a plate is what one remembers: it is found by any part after the place.
    const typed = now.slice(usual && now.startsWith(usual) ? usual.length : 1);
    const known = plates(gate.notebook).filter((each) => typed && each.plate.slice(1).includes(typed));
    slot(screen, "known").replaceChildren(
      ...(known.length
        ? known.slice(0, OFFERED).map((each) => make("button", { type: "button", className: "key known-truck", on: { click: () => goOn(each.plate) } }, make("span", { className: "plate", text: plateText(each.plate) }), each.truck_class ? make("small", { text: each.truck_class }) : null))
        : [make("p", { className: "empty", text: say(now.length >= LEAST ? "no-known-truck" : "empty-plates") })]),
    );
  }

  async function goOn(chosen) {
    if (wish === "tare") return gate.go(`tare/${chosen}`);
    if (wish === "field") {
      await gate.saveDraft("field", { ...(await gate.draft("field")), plate: chosen });
      return gate.go("field");
    }
    gate.go(["load", wish, chosen, rest?.[2]].filter(Boolean).join("/"));
  }
}

/** Place and letter that most of the known plates begin with. */
export function usualStart(notebook) {
  const counts = new Map();
  const painted = plates(notebook).filter(({ plate }) => PROVINCES.includes(plate[0]));
  for (const { plate } of painted) counts.set(plate.slice(0, 2), (counts.get(plate.slice(0, 2)) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? "\u6d59F";
}

function plates(notebook) {
  const known = new Map();
  for (const each of [...notebook.expected, ...notebook.trucks]) if (each.plate) known.set(each.plate, each);
  return [...known.values()];
}

const chunks = (list, size) => Array.from({ length: Math.ceil(list.length / size) }, (_gap, at) => list.slice(at * size, (at + 1) * size));
