"""Sendings of devices on their way in: those that come at the same time are stored in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database.group_commit import GroupCommit
from app.intake.attachments import missing_attachments
from app.intake.device_numbers import device_numbers
from app.intake.records import Incoming, Result, Sending, store_sendings

# Nobody waits for more than these before they wait for their own.
_MOST_TOGETHER = 16

_Sent = tuple[Sending, Sequence[Incoming]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What became of each record of a sending, the last number of its device, and what is missing of it."""

    results: Sequence[Result]
    last_number: int
    missing_numbers: Sequence[int]
    missing_attachments: Sequence[str]


class Receiver:
    """Takes in what the devices of one database send."""

    def __init__(self, engine: Engine) -> None:
        self._group: GroupCommit[_Sent, Acknowledgement] = GroupCommit(engine, self._stored, most=_MOST_TOGETHER)
        self._complete_to: dict[int, int] = {}

    def receive(self, sending: Sending, incoming: Sequence[Incoming]) -> Acknowledgement:
        """Store a sending, which is committed when this returns."""
        return self._group.done((sending, incoming))

    def _stored(self, session: Session, sent: Sequence[_Sent]) -> list[Acknowledgement]:
        stored = store_sendings(session, sent)
        return [
            self._acknowledged(session, sending, results) for (sending, _in), results in zip(sent, stored, strict=True)
        ]

    def _acknowledged(self, session: Session, sending: Sending, results: Sequence[Result]) -> Acknowledgement:
        device_id = sending.sender.device_id
        numbers = device_numbers(session.connection(), device_id, complete_to=self._complete_to.get(device_id, 0))
        self._complete_to[device_id] = numbers.complete_to
        named = [sha256 for result in results for sha256 in result.attachments]
        return Acknowledgement(
            results=results,
            last_number=numbers.last,
            missing_numbers=numbers.missing,
            missing_attachments=missing_attachments(session, named),
        )
