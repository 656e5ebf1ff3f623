"""Inspections from checklists: what is looked at on a day, by whom, from which source, and what it means if it fails.

They cover what the drawing of a yard cannot show. Past lists stay answerable: `checklist` gives the list of a day, and
its digest proves that it is still the one by which somebody inspected.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from yard_rules.audiences import Audience
from yard_rules.finding import Basis, Finding, Severity
from yard_rules.rulebook import RULEBOOKS_FOLDER, NoFigure

CHECKLISTS_FOLDER: Final = RULEBOOKS_FOLDER / "checklists"


class ListKind(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY_EQUIPMENT = "monthly_equipment"
    BEFORE_SEASON = "before_season"
    TOWN_VISIT = "town_visit"
    BRIGADE_VISIT = "brigade_visit"
    PLANT_VISIT = "plant_visit"


class Photo(StrEnum):
    """Whether an answer comes with a photo. A needed one is missing until it is there; a failed item needs one anyway,
    as what is mended is compared with it."""

    NONE = "none"
    WANTED = "wanted"
    NEEDED = "needed"


class Per(StrEnum):
    """What an item is asked for: once, or for each of its kind in the yard."""

    YARD = "yard"
    STACK = "stack"
    BUILDING = "building"
    CAMERA = "camera"
    HYDRANT = "hydrant"
    POND = "pond"
    PUMP = "pump"
    EXTINGUISHER = "extinguisher"


@dataclass(frozen=True, slots=True)
class ItemSource:
    """Where a demand comes from; `verified`: compared with the source's own text."""

    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One thing to look at. `words` and `look_at` are English msgids: what has to be so, and how one sees it.

    `severity` and `mend_days`: of the finding, where it fails. In force from `since` to the end of `until`.
    """

    item_id: str
    since: date
    until: date | None
    lists: tuple[ListKind, ...]
    per: Per
    words: str
    look_at: str
    photo: Photo
    severity: Severity
    mend_days: int | None
    sources: tuple[ItemSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A list as it was on a day. `every_days` is None for the one before the season, which comes `before_season_days`
    ahead. `by`: who inspects with it. `digest`: of everything in it, to keep beside an inspection."""

    kind: ListKind
    title: str
    day: date
    every_days: int | None
    before_season_days: int | None
    by: tuple[Audience, ...]
    source: ItemSource
    items: tuple[ChecklistItem, ...]
    digest: str

    def items_for(self, present: Collection[Per]) -> tuple[ChecklistItem, ...]:
        """Return the items of a yard that has these kinds of things; those of the yard as a whole are always asked."""
        return tuple(item for item in self.items if item.per is Per.YARD or item.per in present)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListEntry:
    since: date
    title: str
    every_days: int | None
    before_season_days: int | None
    by: tuple[Audience, ...]
    source: ItemSource


@dataclass(frozen=True, slots=True)
class ChecklistBook:
    """All lists, and every wording that each item has had, oldest first."""

    lists: Mapping[ListKind, _ListEntry]
    items: Mapping[str, tuple[ChecklistItem, ...]]


def checklist(kind: ListKind, day: date, book: ChecklistBook | None = None) -> Checklist:
    """Return the list in force on a day, its items in the order of the file. Raises NoFigure before its first day.

    Sources: rulebooks/checklists/, each item with its own.
    """
    book = book or checklist_book()
    entry = book.lists[kind]
    if day < entry.since:
        raise NoFigure(f"checklist {kind} on {day}")
    items = tuple(item for item in _in_force(book, day) if kind in item.lists)
    return Checklist(
        kind=kind,
        title=entry.title,
        day=day,
        every_days=entry.every_days,
        before_season_days=entry.before_season_days,
        by=entry.by,
        source=entry.source,
        items=items,
        digest=_digest(items),
    )


def checklists_by(audience: Audience, day: date, book: ChecklistBook | None = None) -> tuple[Checklist, ...]:
    """Return the lists by which somebody inspects on a day."""
    lists = (checklist(kind, day, book) for kind in ListKind)
    return tuple(it for it in lists if audience in it.by)


def next_inspection(
    held: Checklist, *, last: date | None, since: date, season_begins: date | None = None
) -> date | None:
    """Return the day on which a list is to be gone through at the latest.

    `last`: when it last was, `since`: when the yard began to need it, before which nothing is due. The list before
    the season is due so many days ahead of `season_begins`; None where no season is known or it was gone through since
    that day. The others are due again so many days after the last time.
    """
    if held.every_days is not None:
        return since if last is None else max(last + timedelta(days=held.every_days), since)
    if season_begins is None or held.before_season_days is None:
        return None
    due = season_begins - timedelta(days=held.before_season_days)
    # Up to twice as early is still before this season.
    is_done = last is not None and last >= due - timedelta(days=held.before_season_days)
    return None if is_done else due


def failed_item(item: ChecklistItem, yard_id: str, subject_id: str | None = None) -> Finding:
    """Return the finding of an item that failed, on the yard or on one of its things; what the plan demands comes first
    among its bases, as it is what binds."""
    sources = sorted(item.sources, key=lambda it: not it.verified)
    return Finding(
        rule=f"checklist_{item.item_id}",
        subject=(yard_id,) if subject_id is None else (yard_id, subject_id),
        severity=item.severity,
        mend_days=item.mend_days,
        bases=tuple(Basis(figure=item.item_id, source=it.source, value=None, verified=it.verified) for it in sources),
        ask_brigade=not sources[0].verified,
    )


@cache
def checklist_book() -> ChecklistBook:
    """Return the lists that the project brings."""
    return read_checklists(CHECKLISTS_FOLDER)


def read_checklists(folder: Path) -> ChecklistBook:
    """Return the lists and items of a folder's lists.toml and items.toml; raises ValueError, naming each, for every
    list or item that is not as it should be."""
    faults: list[str] = []
    lists: dict[ListKind, _ListEntry] = {}
    for name, row in tomllib.loads((folder / "lists.toml").read_text(encoding="utf-8")).items():
        try:
            lists[ListKind(name)] = _list_entry(row)
        except (KeyError, TypeError, ValueError) as fault:
            faults.append(f"list {name}: {fault}")
    faults += [f"list {kind}: missing" for kind in ListKind if kind not in lists]
    items: dict[str, list[ChecklistItem]] = {}
    for row in tomllib.loads((folder / "items.toml").read_text(encoding="utf-8")).get("items", []):
        try:
            item = _item(row)
            items.setdefault(item.item_id, []).append(item)
        except (KeyError, TypeError, ValueError) as fault:
            faults.append(f"item {row.get('id')}: {fault}")
    held = {name: tuple(sorted(rows, key=lambda item: item.since)) for name, rows in items.items()}
    faults += [f"item {name}: two rows begin on one day" for name, rows in held.items() if _is_doubled(rows)]
    if faults:
        raise ValueError("; ".join(faults))
    return ChecklistBook(lists, held)


_ITEM_KEYS: Final = {"id", "since", "lists", "per", "words", "look_at", "photo", "severity", "sources"}
_LIST_KEYS: Final = {"title", "since", "by", "source", "verified"}


def _list_entry(row: dict[str, Any]) -> _ListEntry:
    interval = set(row) & {"every_days", "before_season_days"}
    if set(row) - interval != _LIST_KEYS or len(interval) != 1:
        raise ValueError(f"has {', '.join(sorted(_LIST_KEYS))} and one of every_days and before_season_days")
    if any(type(row[name]) is not int or row[name] < 1 for name in interval):
        raise ValueError("whole days")
    return _ListEntry(
        since=_day(row["since"]),
        title=_text(row["title"]),
        every_days=row.get("every_days"),
        before_season_days=row.get("before_season_days"),
        by=tuple(Audience(name) for name in row["by"]),
        source=_source({"source": row["source"], "verified": row["verified"]}),
    )


def _item(row: dict[str, Any]) -> ChecklistItem:
    if set(row) - {"until", "mend_days"} != _ITEM_KEYS:
        raise ValueError(f"has {', '.join(sorted(_ITEM_KEYS))}, perhaps until and mend_days")
    severity, mend_days = Severity(row["severity"]), row.get("mend_days")
    if (type(mend_days) is int and mend_days >= 1) != (severity is Severity.MEND):
        raise ValueError("days to mend go with what is to be mended")
    lists, sources = tuple(ListKind(name) for name in row["lists"]), tuple(_source(it) for it in row["sources"])
    if not lists or len(set(lists)) < len(lists) or not sources:
        raise ValueError("stands in a list, in none twice, and has a source")
    return ChecklistItem(
        item_id=_text(row["id"]),
        since=_day(row["since"]),
        until=_day(row["until"]) if "until" in row else None,
        lists=lists,
        per=Per(row["per"]),
        words=_text(row["words"]),
        look_at=_text(row["look_at"]),
        photo=Photo(row["photo"]),
        severity=severity,
        mend_days=mend_days,
        sources=sources,
    )


def _source(row: dict[str, Any]) -> ItemSource:
    if set(row) != {"source", "verified"} or not isinstance(row["verified"], bool):
        raise ValueError("a source has source and verified")
    return ItemSource(_text(row["source"]), row["verified"])


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an empty text")
    return value


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"not a date: {value}")
    return value


def _is_doubled(rows: tuple[ChecklistItem, ...]) -> bool:
    return len({item.since for item in rows}) < len(rows)


def _in_force(book: ChecklistBook, day: date) -> Iterable[ChecklistItem]:
    for rows in book.items.values():
        begun = [item for item in rows if item.since <= day]
        if begun and (begun[-1].until is None or day <= begun[-1].until):
            yield begun[-1]


def _digest(items: tuple[ChecklistItem, ...]) -> str:
    """Of everything that an inspector sees or that decides what a failure means, without the days of validity."""
    said = [
        [
            item.item_id,
            item.per,
            item.words,
            item.look_at,
            item.photo,
            item.severity,
            item.mend_days,
            [[it.source, it.verified] for it in item.sources],
        ]
        for item in items
    ]
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
