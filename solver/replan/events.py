"""What has happened since the plan was made: `events.json`, read with all its faults at once (docs/events.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from solver.csv_tables import parsed_date
from solver.scenario import CROPS, MINUTES_PER_DAY, EndUsePlant, FarmField, Scenario, TransferYard

EVENTS_LIMIT_BYTES = 4 * 1024 * 1024
EVENTS_LIMIT = 1000
LONGEST_DETOUR_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class EventFault:
    """`pointer`: the JSON pointer of what is wrong; `code`: one of FAULT_CODES; `values`: what its text names."""

    pointer: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


FAULT_CODES = (
    "not_json", "too_large", "no_object", "no_list", "missing", "unknown_member", "unknown_kind", "unknown_id",
    "no_moment", "no_date", "not_after", "over", "outside", "no_number", "no_text", "exclude", "known_id", "double",
)  # fmt: skip


class EventFaults(Exception):
    """The events are refused: `faults` holds everything that is wrong with them."""

    def __init__(self, faults: Sequence[EventFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{f.pointer or '/'}: {f.code}" for f in self.faults))


@dataclass(frozen=True, slots=True)
class Out:
    """A place, truck or baler that does not work from `start` to `end`; `bays`: only so many of a place's bays."""

    kind: str
    own_id: str
    start: datetime
    end: datetime
    bays: int | None = None


@dataclass(frozen=True, slots=True)
class Detour:
    """Every way to or from the place takes so many minutes more."""

    place_id: str
    start: datetime
    end: datetime
    minutes: float


@dataclass(frozen=True)
class Events:
    """`names`: what happened, in a few words, for reasons. `workable`: new fractions of later days."""

    outs: tuple[Out, ...] = ()
    detours: tuple[Detour, ...] = ()
    workable: Mapping[date, float] = field(default_factory=dict)
    fields: tuple[FarmField, ...] = ()
    names: tuple[str, ...] = ()


def read_events(text: str, scenario: Scenario, now: datetime) -> Events:
    """The events of the JSON text; raises EventFaults with every fault."""
    if len(text) > EVENTS_LIMIT_BYTES:
        raise EventFaults([EventFault("", "too_large", {"limit": f"{EVENTS_LIMIT_BYTES:,}"})])
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EventFaults([EventFault("", "not_json", {"error": str(error)[:120]})]) from error
    reader = _Reader(scenario, now)
    events = reader.read(given)
    if reader.faults:
        raise EventFaults(reader.faults)
    return events


class _Reader:
    def __init__(self, scenario: Scenario, now: datetime) -> None:
        self.scenario, self.now = scenario, now
        self.faults: list[EventFault] = []
        self.outs: list[Out] = []
        self.detours: list[Detour] = []
        self.workable: dict[date, float] = {}
        self.fields: list[FarmField] = []
        self.names: list[str] = []
        self.kinds: dict[str, tuple[Callable[[dict[str, Any], str], None], tuple[str, ...]]] = {
            "breakdown": (self._breakdown, ("truck", "baler", "from", "until")),
            "late_truck": (self._late_truck, ("truck", "from", "until")),
            "rain": (self._rain, ("from", "until", "date", "workable_fraction")),
            "closed_bay": (self._closed_bay, ("place", "bays", "from", "until")),
            "closed_place": (self._closed_place, ("place", "from", "until")),
            "closed_road": (self._closed_road, ("places", "detour_minutes", "from", "until")),
            "plant_stop": (self._plant_stop, ("plant", "from", "until")),
            "extra_field": (self._extra_field, ("field",)),
        }

    def read(self, given: object) -> Events:
        if not isinstance(given, dict):
            self._fault("", "no_object")
            return Events()
        for name in given:
            if name != "events":
                self._fault(f"/{_escaped(name)}", "unknown_member", name=name)
        events = given.get("events")
        if not isinstance(events, list):
            self._fault("/events", "missing" if "events" not in given else "no_list", name="events")
            return Events()
        if len(events) > EVENTS_LIMIT:
            self._fault("/events", "too_large", limit=str(EVENTS_LIMIT))
            return Events()
        for number, event in enumerate(events):
            self._event(event, f"/events/{number}")
        return Events(
            tuple(self.outs), tuple(self.detours), self.workable, tuple(self.fields), tuple(dict.fromkeys(self.names))
        )

    def _event(self, event: object, at: str) -> None:
        if not isinstance(event, dict):
            self._fault(at, "no_object")
            return
        kind = event.get("kind")
        if not isinstance(kind, str) or kind not in self.kinds:
            code = "missing" if "kind" not in event else "unknown_kind"
            self._fault(f"{at}/kind", code, name="kind", kinds=", ".join(self.kinds))
            return
        read, members = self.kinds[kind]
        for name in event:
            if name not in ("kind", "note", *members):
                self._fault(f"{at}/{_escaped(name)}", "unknown_member", name=name)
        read(event, at)

    # --- kinds -------------------------------------------------------------------------------------------------------

    def _breakdown(self, event: dict[str, Any], at: str) -> None:
        machines = [name for name in ("truck", "baler") if name in event]
        if len(machines) != 1:
            self._fault(at, "exclude" if machines else "missing", name="truck, baler")
            return
        (machine,) = machines
        known = self.scenario.truck_by_id if machine == "truck" else self.scenario.baler_by_id
        own_id, span = self._id(event, at, machine, known), self._span(event, at)
        if own_id is not None and span is not None:
            self._out(machine, own_id, span, f"{machine} {own_id} broken down")

    def _late_truck(self, event: dict[str, Any], at: str) -> None:
        own_id, span = self._id(event, at, "truck", self.scenario.truck_by_id), self._span(event, at, needed=True)
        if own_id is not None and span is not None:
            self._out("truck", own_id, span, f"truck {own_id} late")

    def _rain(self, event: dict[str, Any], at: str) -> None:
        by_day = [name for name in ("date", "workable_fraction") if name in event]
        if by_day and ("from" in event or "until" in event):
            self._fault(at, "exclude", name="date, from")
            return
        if by_day:
            day, fraction = self._date(event, at, "date"), self._number(event, at, "workable_fraction", most=1.0)
            if day is not None and day <= self.now.date():
                self._fault(f"{at}/date", "not_after", limit=self.now.date().isoformat())
            elif day is not None and fraction is not None:
                if day in self.workable:
                    self._fault(f"{at}/date", "double", name=day.isoformat())
                self.workable[day] = fraction
                self.names.append(f"rain on {day}")
            return
        span = self._span(event, at)
        if span is not None:
            for baler in self.scenario.balers:
                self._out("baler", baler.baler_id, span, "rain")

    def _closed_bay(self, event: dict[str, Any], at: str) -> None:
        hubs: dict[str, TransferYard | EndUsePlant] = {**self.scenario.yard_by_id, **self.scenario.plant_by_id}
        own_id, span = self._id(event, at, "place", hubs), self._span(event, at)
        bays = self._number(event, at, "bays", least=1.0, default=1.0)
        if bays is not None and not bays.is_integer():
            self._fault(f"{at}/bays", "no_number", least="1", most="…")
        elif own_id is not None and span is not None and bays is not None:
            all_out = bays >= hubs[own_id].bays
            self._out("place", own_id, span, f"bays of {own_id} closed", None if all_out else int(bays))

    def _closed_place(self, event: dict[str, Any], at: str) -> None:
        own_id, span = self._id(event, at, "place", self._places()), self._span(event, at)
        if own_id is not None and span is not None:
            self._out("place", own_id, span, f"{own_id} closed")

    def _closed_road(self, event: dict[str, Any], at: str) -> None:
        span, minutes = self._span(event, at), None
        if "detour_minutes" in event:
            minutes = self._number(event, at, "detour_minutes", most=float(LONGEST_DETOUR_MIN))
        places = event.get("places")
        if not isinstance(places, list) or not places:
            self._fault(f"{at}/places", "no_list" if "places" in event else "missing", name="places")
            return
        for number in range(len(places)):
            own_id = self._id(dict(enumerate(places)), f"{at}/places", number, self._places())
            if own_id is None or span is None:
                continue
            if "detour_minutes" not in event:
                self._out("place", own_id, span, f"road to {own_id} closed")
            elif minutes is not None:
                self.detours.append(Detour(own_id, *span, minutes))
                self.names.append(f"detour to {own_id}")

    def _plant_stop(self, event: dict[str, Any], at: str) -> None:
        own_id, span = self._id(event, at, "plant", self.scenario.plant_by_id), self._span(event, at)
        if own_id is not None and span is not None:
            self._out("place", own_id, span, f"plant {own_id} stopped")

    def _extra_field(self, event: dict[str, Any], at: str) -> None:
        given, at = event.get("field"), f"{at}/field"
        if not isinstance(given, dict):
            self._fault(at, "no_object" if "field" in event else "missing", name="field")
            return
        names = ("field_id", "town_id", "grower", "lon", "lat", "area_mu", "crop", "dry_straw_t", "ready_date",
                 "clear_by", "max_truck_class", "already_baled_t")  # fmt: skip
        before = len(self.faults)
        for name in given:
            if name not in names:
                self._fault(f"{at}/{_escaped(name)}", "unknown_member", name=name)
        own_id = self._text(given, at, "field_id")
        if own_id is not None and (own_id in self._places() or own_id in {f.field_id for f in self.fields}):
            self._fault(f"{at}/field_id", "known_id", name=own_id)
        elif own_id is not None and (not own_id or "+" in own_id):
            self._fault(f"{at}/field_id", "no_text", name="field_id")
        town_id = self._id(given, at, "town_id", {t.town_id: t for t in self.scenario.towns})
        crop = self._id(given, at, "crop", dict.fromkeys(CROPS))
        limit = self._id(given, at, "max_truck_class", self.scenario.class_by_name, optional=True)
        lon = self._number(given, at, "lon", least=-180.0, most=180.0)
        lat = self._number(given, at, "lat", least=-90.0, most=90.0)
        area_mu, dry_t = self._number(given, at, "area_mu"), self._number(given, at, "dry_straw_t")
        baled_t = self._number(given, at, "already_baled_t", default=0.0)
        ready, clear_by = self._date(given, at, "ready_date"), self._date(given, at, "clear_by")
        if ready and clear_by and clear_by < ready:
            self._fault(f"{at}/clear_by", "not_after", limit=ready.isoformat())
        if dry_t is not None and baled_t is not None and baled_t > dry_t:
            self._fault(f"{at}/already_baled_t", "no_number", least="0", most=f"{dry_t:g}")
        elif area_mu == 0 and dry_t is not None and baled_t is not None and dry_t > baled_t:
            self._fault(f"{at}/area_mu", "no_number", least="> 0", most="…")
        if len(self.faults) > before:
            return
        grower = given.get("grower", "")
        self.fields.append(
            FarmField(own_id, town_id, str(grower), lon, lat, area_mu, crop, dry_t, ready, clear_by, limit, baled_t)  # type: ignore[arg-type]
        )
        self.names.append(f"extra field {own_id}")

    # --- members -----------------------------------------------------------------------------------------------------

    def _places(self) -> dict[str, object]:
        return {**self.scenario.field_by_id, **self.scenario.yard_by_id, **self.scenario.plant_by_id}

    def _out(self, kind: str, own_id: str, span: tuple[datetime, datetime], name: str, bays: int | None = None) -> None:
        self.outs.append(Out(kind, own_id, *span, bays))
        self.names.append(name)

    def _span(self, event: dict[str, Any], at: str, *, needed: bool = False) -> tuple[datetime, datetime] | None:
        """From `from` (else now) to `until` (else the end of that day)."""
        start = self._moment(event, at, "from") if "from" in event else self.now
        if needed and "until" not in event:
            self._fault(f"{at}/until", "missing", name="until")
            return None
        end = self._moment(event, at, "until") if "until" in event else None
        if start is None or ("until" in event and end is None):
            return None
        if end is None:
            end = datetime.combine(start.date() + timedelta(days=1), time())
        if end <= start:
            self._fault(f"{at}/until", "not_after", limit=f"{start:%Y-%m-%d %H:%M}")
            return None
        if end <= self.now:
            self._fault(f"{at}/{'until' if 'until' in event else 'from'}", "over", limit=f"{self.now:%Y-%m-%d %H:%M}")
            return None
        return start, end

    def _moment(self, event: dict[str, Any], at: str, name: str) -> datetime | None:
        try:
            moment = datetime.strptime(event[name], "%Y-%m-%d %H:%M")
        except (TypeError, ValueError):
            self._fault(f"{at}/{name}", "no_moment", name=name)
            return None
        return moment if self._in_season(moment.date(), f"{at}/{name}") else None

    def _date(self, event: dict[str, Any], at: str, name: str) -> date | None:
        if name not in event:
            self._fault(f"{at}/{name}", "missing", name=name)
            return None
        try:
            return parsed_date(event[name])
        except (TypeError, ValueError):
            self._fault(f"{at}/{name}", "no_date", name=name)
            return None

    def _in_season(self, day: date, pointer: str) -> bool:
        first, last = self.scenario.season_start, self.scenario.season_end + timedelta(days=1)
        if first <= day <= last:
            return True
        self._fault(pointer, "outside", first=first.isoformat(), last=last.isoformat())
        return False

    def _number(
        self,
        event: dict[str, Any],
        at: str,
        name: str,
        *,
        least: float = 0.0,
        most: float = 1e9,
        default: float | None = None,
    ) -> float | None:
        if name not in event:
            if default is None:
                self._fault(f"{at}/{name}", "missing", name=name)
            return default
        value = event[name]
        # not a truth value; NaN is in no range
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self._fault(f"{at}/{name}", "no_number", least=f"{least:g}", most=f"{most:g}" if most < 1e9 else "…")
            return None
        return float(value)

    def _text(self, event: dict[str, Any], at: str, name: str) -> str | None:
        if isinstance(event.get(name), str):
            return str(event[name]).strip()
        self._fault(f"{at}/{name}", "no_text" if name in event else "missing", name=name)
        return None

    def _id(
        self, event: Mapping[Any, Any], at: str, name: Any, known: Mapping[str, object], *, optional: bool = False
    ) -> str | None:
        value = event.get(name)
        if optional and (value is None or value == ""):
            return None
        if name not in event:
            self._fault(f"{at}/{name}", "missing", name=str(name))
        elif not isinstance(value, str) or value.strip() not in known:
            self._fault(f"{at}/{name}", "unknown_id", value=str(value)[:60])
        else:
            return value.strip()
        return None

    def _fault(self, pointer: str, code: str, **values: str) -> None:
        self.faults.append(EventFault(pointer, code, values))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")[:80]


def minutes_within(start: datetime, end: datetime, day: date) -> tuple[int, int] | None:
    """The part of the span that lies within two days from the midnight of `day` on, in minutes; None where none."""
    midnight = datetime.combine(day, time())
    first = max(int((start - midnight).total_seconds() // 60), 0)
    last = min(int(-(-(end - midnight).total_seconds() // 60)), 2 * MINUTES_PER_DAY)
    return (first, last) if first < last else None
