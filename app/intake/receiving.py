"""Sendings of devices on their way in: those that come at the same time are stored in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.database.group_commit import GroupCommit
from app.intake.attachments import missing_attachments
from app.intake.device_numbers import numbers_of_devices
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
        devices = [sending.sender.device_id for sending, _incoming in sent]
        complete_to = {device_id: self._complete_to.get(device_id, 0) for device_id in devices}
        numbers = numbers_of_devices(session.connection(), complete_to)
        self._complete_to.update({device_id: known.complete_to for device_id, known in numbers.items()})
        return [
            Acknowledgement(
                results=results,
                last_number=numbers[device_id].last,
                missing_numbers=numbers[device_id].missing,
                missing_attachments=missing_attachments(
                    session, [sha256 for result in results for sha256 in result.attachments]
                ),
            )
            for device_id, results in zip(devices, stored, strict=True)
        ]
