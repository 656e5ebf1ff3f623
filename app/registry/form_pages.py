"""The page of a form: its fields from the columns, what was typed, faults beside the fields, another's change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.accounts.scope import Scope
from app.database.engine import db
from app.file_exchange.columns import Column
from app.i18n import reader_language
from app.registry.forms import FormRead, References, form_columns, hint_of, input_of, read_form, written_form
from app.registry.history import HistoryLine
from app.registry.kinds import RecordKind
from app.registry.names import MOST_CHOICES, choices_called, choices_of
from app.registry.views import label
from app.registry.writing import writing_scope
from app.texts import Message

# Before these stands what the form showed when it was opened.
SEEN = "seen-"


class RecordForm:
    """A form for one record: a new one, or `found`."""

    def __init__(
        self, kind: RecordKind, found: Any | None, *, permission: Permission = Permission.WRITE_REGISTRY
    ) -> None:
        self.kind, self.found = kind, found
        self.scope: Scope | None = writing_scope(current_user, permission)
        self.columns = form_columns(kind, is_new=found is None)
        self.references = self._references()

    def begin(self) -> dict[str, str]:
        """The texts that it begins with: the record's, or those that its address names."""
        if self.found is not None:
            return written_form(self.columns, self.found)
        texts = {column.key: request.args.get(column.key, "")[:200] for column in self.columns}
        for key, options in self.references.options.items():
            # whoever has one town has no choice
            if not texts.get(key) and len(options) == 1 and self._column(key).required:
                texts[key] = options[0][0]
        return texts

    def typed(self) -> dict[str, str]:
        """What was sent."""
        return {column.key: request.form.get(column.key, "")[:1000] for column in self.columns}

    def read(self, typed: Mapping[str, str]) -> FormRead:
        """What the texts say."""
        return read_form(self.kind, self.columns, typed, self.references, reader_language())

    def page(
        self,
        typed: Mapping[str, str],
        *,
        heading: str,
        back: str,
        faults: Mapping[str, Sequence[Message]] | None = None,
        others_change: Sequence[Mapping[str, Any]] = (),
        others_line: HistoryLine | None = None,
        action: str = "",
    ) -> str:
        """The page with these texts."""
        told = {key: [message.text(gettext) for message in those] for key, those in (faults or {}).items()}
        seen = written_form(self.columns, self.found) if self.found is not None else {}
        return render_template(
            "registry/form.html",
            key=self.kind.key,
            kind=self.kind.table.name(reader_language()),
            heading=heading,
            back=back,
            action=action,
            fields=[self._field(column, typed, told) for column in self.columns],
            faults=[(key, f"{label(self._column(key))}: {those[0]}") for key, those in told.items()],
            seen=[(SEEN + key, text) for key, text in seen.items()],
            version=getattr(self.found, "version", None),
            others_change=others_change,
            others_line=others_line,
            has_place=self.kind.has_place,
        )

    def merged_with_others(self, typed: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """After somebody else's change: the texts to go on with, and what the two say, side by side.

        What was not touched here takes what the other has stored; what both have changed keeps what was typed.
        """
        now = written_form(self.columns, self.found)
        merged, beside = dict(typed), []
        for column in self.columns:
            key = column.key
            seen = request.form.get(SEEN + key, now[key])
            if now[key] == seen:
                continue
            if typed[key] == seen:
                merged[key] = now[key]
            beside.append(
                {
                    "id": key,
                    "label": label(column),
                    "was": self._shown(column, seen),
                    "now": self._shown(column, now[key]),
                    "typed": self._shown(column, typed[key]),
                    "both": typed[key] not in (seen, now[key]),
                }
            )
        return merged, beside

    def _shown(self, column: Column, text: str) -> str:
        """A typed text as people read it: names for codes."""
        options = dict(self.references.options.get(column.key, ()))
        options |= dict(input_of(column, self.references, reader_language()).get("options", ()))
        return options.get(text, text) or "–"

    def _field(self, column: Column, typed: Mapping[str, str], told: Mapping[str, list[str]]) -> dict[str, Any]:
        field = {"attributes": {}, "options": (), **input_of(column, self.references, reader_language())}
        if field["type"] == "search":
            field["attributes"] = {**field["attributes"], "list": f"{column.key}-options"}
        return {
            **field,
            "key": column.key,
            "label": label(column),
            "value": typed.get(column.key, ""),
            "hint": hint_of(column, reader_language()),
            "required": column.required,
            "errors": told.get(column.key, []),
            "searches": column.refers_to if column.key in self.references.searched else None,
            "searched_name": self._shown(column, typed.get(column.key, "")),
        }

    def _references(self) -> References:
        options, searched = {}, set()
        for column in self.columns:
            if column.refers_to is None:
                continue
            also = None if self.found is None else getattr(self.found, column.key)
            options[column.key] = choices_of(db.session, column.refers_to, self.scope, also=also)
            if len(options[column.key]) > MOST_CHOICES:
                searched.add(column.key)
                typed = request.values.get(column.key, "").strip()[:200]
                options[column.key] = choices_called(db.session, column.refers_to, self.scope, [typed], also=also)
        return References(options, frozenset(searched))

    def _column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)
