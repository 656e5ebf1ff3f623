"""The program's answer as rows: whole fields on a day, straw handed out by deadline, linehaul in full loads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.linear_program import Solution
from solver.plan import SeasonRow
from solver.season.model import SeasonModel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A part of a field is worth a baler's way from about an hour's work on; smaller parts join the field's largest.
SMALLEST_PART_H = 1.2
SMALLEST_ROW_T = 0.05
LYING = -1  # bale day of what lay baled on the first morning


@dataclass(slots=True)
class _Lot:
    field: int
    bale_day: int
    dry_t: float


Amounts = dict[tuple[int, int, int, int], float]  # (field, bale day, haul day, hub) -> tonnes


def season_rows(model: SeasonModel, solution: Solution) -> tuple[SeasonRow, ...]:
    """What is hauled from which field when and where to, ordered by haul day; few fields are split."""
    lots = _lots(model, solution)
    amounts: Amounts = {}
    wanted = solution.values[model.haul]
    by_place: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for i in np.flatnonzero(wanted > SMALLEST_ROW_T):
        place = (int(model.haul_from[i]), int(model.haul_period[i]))
        by_place.setdefault(place, []).append((int(model.haul_hub[i]), float(wanted[i])))
    for neighbourhood, waiting in lots.items():
        _HandOut(model, solution, neighbourhood, waiting, amounts).run(by_place)
    _join_crumbs(amounts)
    return tuple(
        SeasonRow(
            model.geometry.field_ids[f], None if b == LYING else model.days[b], model.days[h],
            model.geometry.hub_ids[k], dry_t,
        )
        for (f, b, h, k), dry_t in sorted(amounts.items(), key=lambda item: (item[0][2], item[0]))
    )  # fmt: skip


def linehaul_rows(
    model: SeasonModel, solution: Solution, rows: Sequence[SeasonRow]
) -> list[tuple[date, str, str, float]]:
    """(day, yard, plant, tonnes) in full loads of the largest truck with a way: what is not yet a load waits, and so
    does a load whose straw `rows`, in whole fields, bring to the yard later than the program's tonnes."""
    geometry, yards = model.geometry, model.geometry.yards
    moved = np.zeros((len(model.days), yards, len(model.scenario.plants)))
    first, length = model.periods.first[model.line_period], model.periods.length[model.line_period]
    a_day = solution.values[model.line] / length
    for offset in range(int(length.max(initial=0))):
        within = offset < length
        at = (first[within] + offset, model.line_yard[within], model.line_plant[within])
        np.add.at(moved, at, a_day[within])
    load_t = np.zeros(moved.shape[1:])
    np.maximum.at(load_t, (model.line_yard, model.line_plant), geometry.load_t[model.line_class])
    loads = np.floor(np.cumsum(moved, axis=0) / np.maximum(load_t, 1e-9) + 1e-6)
    dry_t = _held_back(model, np.diff(loads, axis=0, prepend=0.0), load_t, _brought_t(model, rows)) * load_t
    return [
        (model.days[d], geometry.hub_ids[y], geometry.hub_ids[yards + p], float(dry_t[d, y, p]))
        for d, y, p in zip(*np.nonzero(dry_t > SMALLEST_ROW_T), strict=True)
    ]


def _brought_t(model: SeasonModel, rows: Sequence[SeasonRow]) -> Floats:
    """Tonnes that `rows` bring, by day and hub."""
    day_of = {day: d for d, day in enumerate(model.days)}
    hub_of = {hub_id: k for k, hub_id in enumerate(model.geometry.hub_ids)}
    brought_t = np.zeros((len(model.days), len(hub_of)))
    for row in rows:
        brought_t[day_of[row.haul_date], hub_of[row.destination_id]] += row.dry_t
    return brought_t


def _held_back(model: SeasonModel, loads: Floats, load_t: Floats, brought_t: Floats) -> Floats:
    """Loads by day, yard and plant of which none leaves before its straw is there: a late one goes on the first day
    on which the yard has it and the plant may take it beside what was meant for that day."""
    yards = model.geometry.yards
    stock_t = np.array([model.state.stock_t[y.yard_id] for y in model.scenario.yards])
    room_t = np.array([p.daily_max_t for p in model.scenario.plants]) - brought_t[:, yards:]
    room_t = room_t - (loads * load_t).sum(axis=1)
    late, sent = np.zeros(load_t.shape), np.zeros(loads.shape)
    for d in range(len(loads)):
        stock_t = stock_t + brought_t[d, :yards]
        for y, p in zip(*np.nonzero(loads[d] + late), strict=True):
            extra = min(late[y, p], _whole(room_t[d, p] / load_t[y, p]))
            sent[d, y, p] = min(loads[d, y, p] + extra, _whole(stock_t[y] / load_t[y, p]))
            room_t[d, p] += (loads[d, y, p] - sent[d, y, p]) * load_t[y, p]
            stock_t[y] -= sent[d, y, p] * load_t[y, p]
        late += loads[d] - sent[d]
    return sent


def _whole(loads: float) -> int:
    return max(math.floor(loads + 1e-6), 0)


# --- bales ------------------------------------------------------------------------------------------------------------


def _lots(model: SeasonModel, solution: Solution) -> dict[int, list[_Lot]]:
    """Lots by neighbourhood: whole fields on one day where a part would be too small to go there for."""
    baled_t = solution.values[model.bale]
    parts: dict[int, dict[int, float]] = {}
    for i in np.flatnonzero(baled_t > 1e-6):
        parts.setdefault(int(model.bale_field[i]), {})[int(model.bale_period[i])] = float(baled_t[i])
    rate = np.mean([b.rate_mu_per_h for b in model.scenario.balers]) if model.scenario.balers else 1.0
    by_period: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for f, by in parts.items():
        smallest_t = SMALLEST_PART_H * rate * model.to_bale[f] / max(model.area[f], 1e-9)
        for period, dry_t in _joined(by, float(model.to_bale[f]), float(smallest_t)).items():
            by_period.setdefault((int(model.region[f]), period), []).append((f, dry_t))
    lots: dict[int, list[_Lot]] = {}
    for (_, period), fields in by_period.items():
        for f, day, dry_t in _days_of_bundle(model, period, fields):
            lots.setdefault(int(model.neighbourhood[f]), []).append(_Lot(f, day, dry_t))
    for f, dry_t in zip(model.lot_field.tolist(), solution.values[model.lot].tolist(), strict=True):
        if dry_t > SMALLEST_ROW_T:
            whole = dry_t > model.baled[f] - SMALLEST_ROW_T
            lot = _Lot(f, LYING, float(model.baled[f]) if whole else dry_t)
            lots.setdefault(int(model.neighbourhood[f]), []).append(lot)
    return lots


def _joined(by_period: dict[int, float], whole_t: float, smallest_t: float) -> dict[int, float]:
    """The parts of a field without those below `smallest_t`; a field all but baled is baled whole."""
    left_t = whole_t - sum(by_period.values())
    largest = max(by_period, key=lambda p: (by_period[p], -p))
    kept = {p: t for p, t in by_period.items() if t >= smallest_t or p == largest}
    kept[largest] += sum(by_period.values()) - sum(kept.values())
    if left_t < smallest_t:
        kept[largest] += left_t
    return kept


def _days_of_bundle(model: SeasonModel, period: int, fields: list[tuple[int, float]]) -> list[tuple[int, int, float]]:
    """(field, day, tonnes): a region's fields spread over the dry days of the period, the earliest deadline first."""
    first, length = int(model.periods.first[period]), int(model.periods.length[period])
    if length == 1:
        return [(f, first, dry_t) for f, dry_t in fields]
    days = [d for d in range(first, first + length) if model.fraction[d] > 0]
    room = np.cumsum([model.fraction[d] for d in days])
    room *= sum(t for _, t in fields) / room[-1]
    placed, done_t = [], 0.0
    for f, dry_t in sorted(fields, key=lambda e: (model.clear_day[e[0]], model.ready_day[e[0]], e[0])):
        wished = days[min(int(np.searchsorted(room, done_t + dry_t / 2)), len(days) - 1)]
        allowed = [d for d in days if model.ready_day[f] <= d <= model.clear_day[f]]
        placed.append((f, min(allowed, key=lambda d: (abs(d - wished), d)), dry_t))
        done_t += dry_t
    return placed


# --- who goes where ---------------------------------------------------------------------------------------------------


class _HandOut:
    """A neighbourhood's hauls handed to its lots, period by period; whole lots to one hub where that nearly fits."""

    def __init__(
        self, model: SeasonModel, solution: Solution, neighbourhood: int, lots: list[_Lot], amounts: Amounts
    ) -> None:
        self.model, self.neighbourhood, self.amounts = model, neighbourhood, amounts
        self.lots = sorted(lots, key=lambda lot: (lot.bale_day, lot.field))
        self.stays_t = solution.values[model.lie[neighbourhood]]
        tier = int(model.tier_of[neighbourhood])
        self.load_t = float(model.geometry.load_t[tier])

    def run(self, by_place: dict[tuple[int, int], list[tuple[int, float]]]) -> None:
        periods, nxt = self.model.periods, 0
        waiting: list[_Lot] = []
        last = self.model.clear_day
        for period in range(len(periods)):
            ends = int(periods.first[period] + periods.length[period]) - 1
            while nxt < len(self.lots) and self.lots[nxt].bale_day <= ends:
                waiting.append(self.lots[nxt])
                nxt += 1
            if not waiting:
                continue
            wanted = dict(by_place.get((self.neighbourhood, period), []))
            # first what must leave, then what has lain longest
            waiting.sort(key=lambda lot: (last[lot.field] > ends, lot.bale_day, last[lot.field], lot.field))
            waiting = self._serve(waiting, wanted, period, ends)

    def _serve(self, waiting: list[_Lot], wanted: dict[int, float], period: int, ends: int) -> list[_Lot]:
        model, rest = self.model, []
        over_t = sum(lot.dry_t for lot in waiting) - float(self.stays_t[period])  # what the program moves by now
        for lot in waiting:
            must = model.clear_day[lot.field] <= ends
            while lot.dry_t > 1e-9:
                hub = self._hub(lot, wanted, must=must or over_t > lot.dry_t / 2, period=period)
                if hub is None:
                    break
                take_t = self._take_t(lot.dry_t, wanted.get(hub, 0.0), alone=len(wanted) < 2)
                self._note(lot, hub, take_t, period)
                wanted[hub] = wanted.get(hub, 0.0) - take_t
                lot.dry_t -= take_t
                over_t -= take_t
            if lot.dry_t > 1e-9:
                rest.append(lot)
        return rest

    def _hub(self, lot: _Lot, wanted: dict[int, float], *, must: bool, period: int) -> int | None:
        """The least detour among hubs that want about this much; None: it stays for the night."""
        trips = self.model.trip_h[lot.field]
        least_t = min(lot.dry_t, self.load_t) / 2
        willing = [k for k, t in wanted.items() if t >= least_t]
        if not willing and must:
            willing = list(wanted) or self._open_hubs(period)
        if not willing:
            return None
        return min(willing, key=lambda k: (trips[k], k))

    def _open_hubs(self, period: int) -> list[int]:
        here = (self.model.haul_from == self.neighbourhood) & (self.model.haul_period == period)
        return [int(k) for k in self.model.haul_hub[here]]

    def _take_t(self, dry_t: float, wanted_t: float, *, alone: bool) -> float:
        """All of the lot, or full loads of it where a hub wants much less than all."""
        if wanted_t <= 1e-9 or (alone and dry_t < wanted_t + self.load_t) or dry_t <= wanted_t + self.load_t / 2:
            return dry_t
        return min(max(math.floor(wanted_t / self.load_t + 0.5), 1) * self.load_t, dry_t)

    def _note(self, lot: _Lot, hub: int, dry_t: float, period: int) -> None:
        first = int(self.model.periods.first[period])
        key = (lot.field, lot.bale_day, max(lot.bale_day, first), hub)
        self.amounts[key] = self.amounts.get(key, 0.0) + dry_t


def _join_crumbs(amounts: Amounts) -> None:
    """Add rows too small to send a truck for to the largest row of the same field and bale day."""
    by_lot: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
    for key in amounts:
        by_lot.setdefault((key[0], key[1]), []).append(key)
    for keys in by_lot.values():
        largest = max(keys, key=lambda k: (amounts[k], k))
        for key in keys:
            if key != largest and amounts[key] < SMALLEST_ROW_T:
                amounts[largest] += amounts.pop(key)
