"""What a file's rows refer to: by code or by name, among the records in use and those that the file itself adds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.file_exchange.words import comparable
from app.registry.kinds import kind_of, reference_keys
from app.registry.lists import seen_by
from app.texts import Message, _

_NEAREST = 3
# Looking for near names takes its time: a file of which everything is unknown needs no more of it.
_MOST_LOOKED_UP = 200
# These refer to one of several kinds, which a column of the table cannot say.
_OF_SEVERAL_KINDS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {("hours", "place_id"): ("yards", "plants")}


class UnknownReference(Exception):
    """A value that stands for no record; `what` says why, `nearest` what may have been meant."""

    def __init__(self, what: Message, nearest: Message | None = None) -> None:
        super().__init__(str(what))
        self.what = what
        self.nearest = nearest


def referred_kinds(key: str) -> dict[str, tuple[str, ...]]:
    """Return the kinds among which each referring column of a kind looks for its value."""
    found = {column: (target,) for column, target in reference_keys(key).items()}
    return found | {column: targets for (of, column), targets in _OF_SEVERAL_KINDS.items() if of == key}


class References:
    """What may be referred to by somebody with this scope; towns are no secret."""

    def __init__(self, session: Session, scope: Scope | None, added: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        self._session = session
        self._scope = scope
        self._added = added
        self._codes: dict[str, set[str]] = {}
        self._by_name: dict[str, dict[str, set[str]]] = {}
        self._shown: dict[str, list[str]] = {}
        self._known: dict[tuple[tuple[str, ...], str], str | UnknownReference] = {}
        self._looked_up = 0

    def code_of(self, targets: tuple[str, ...], value: str) -> str:
        """Return the code of the record that is meant; raises UnknownReference."""
        known = self._known.get((targets, value))
        if known is None:
            known = self._known[targets, value] = self._found(targets, value)
        if isinstance(known, UnknownReference):
            raise known
        return known

    def _found(self, targets: tuple[str, ...], value: str) -> str | UnknownReference:
        for target in targets:
            self._load(target)
            if value in self._codes[target]:
                return value
        named = set().union(*(self._by_name[target].get(comparable(value), set()) for target in targets))
        if len(named) == 1:
            return str(next(iter(named)))
        if named:
            return UnknownReference(
                Message(_("Several have this name. Write the code.")),
                Message("%(names)s", {"names": ", ".join(sorted(named)[:10])}),
            )
        return UnknownReference(
            Message(_("The register has nothing in use with this code or name.")), self._nearest(targets, value)
        )

    def _nearest(self, targets: tuple[str, ...], value: str) -> Message | None:
        self._looked_up += 1
        if self._looked_up > _MOST_LOOKED_UP:
            return None
        shown = [name for target in targets for name in self._shown[target]]
        near = difflib.get_close_matches(value, shown, n=_NEAREST, cutoff=0.4)
        if not near and len(shown) <= _NEAREST:
            near = shown
        return Message(_("perhaps %(names)s"), {"names": ", ".join(near)}) if near else None

    def _load(self, target: str) -> None:
        if target in self._codes:
            return
        kind = kind_of(target)
        code_key, has_name = kind.table.id_keys[0], "name" in kind.members
        columns = [getattr(kind.model, code_key), *([kind.model.name] if has_name else [])]
        scope = None if target == "towns" else self._scope
        stored = self._session.execute(
            select(*columns).where(kind.model.withdrawn_at.is_(None), seen_by(kind, scope)).order_by(kind.model.id)
        )
        named = [tuple(row) for row in stored]
        named += [tuple(row.get(column.key) for column in columns) for row in self._added.get(target, ())]
        self._codes[target] = {row[0] for row in named}
        by_name: dict[str, set[str]] = {}
        for row in named:
            # A grower is named together with the town: app.registry.growers does that.
            if has_name and target != "growers":
                by_name.setdefault(comparable(row[1]), set()).add(row[0])
        self._by_name[target] = by_name
        self._shown[target] = list(dict.fromkeys(row[-1] if target != "growers" else row[0] for row in named))
