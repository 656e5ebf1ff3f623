"""What the office and plants say of loads after they left the gate. Rows are only added (migration 0025): what holds
follows from all of them, the newest last. A load has the id of its ticket."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.intake.record_models import Hash, Id, RecordId

_Reason = String(500)
_Name = String(255)


class Side(StrEnum):
    """For whom somebody spoke."""

    COMPANY = "company"
    PLANT = "plant"


class DisputeStep(StrEnum):
    OPENED = "opened"  # by hand; a difference above tolerance needs nobody to open it
    ANSWERED = "answered"
    PROPOSED = "proposed"  # a weight on which to settle, which a second person agrees to or declines
    DECLINED = "declined"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


class Basis(StrEnum):
    """On what weight a dispute is settled."""

    YARD = "yard"
    PLANT = "plant"
    MEAN = "mean"
    REWEIGHED = "reweighed"


class RefusalStep(StrEnum):
    MENDED = "mended"  # the plant has taken the straw
    NOT_MENDED = "not_mended"
    WARNED = "warned"
    STRIKE_PROPOSED = "strike_proposed"
    STRIKE_DECLINED = "strike_declined"
    STRUCK_OFF = "struck_off"  # a second person agreed: the plant is registered no more
    TAKEN_BACK = "taken_back"  # a plant that was struck off is registered again
    WITHDRAWN = "withdrawn"  # entered by mistake


class Hold(StrEnum):
    """Why the fee of a load, or the town's part of it, waits until somebody has decided."""

    STRUCK_OFF = "struck_off"  # it left for the plant after that was struck off (H16)
    YARD_NOT_FOR_TRADE = "yard_not_for_trade"  # the yard's ticket is not for settlement
    PLANT_NOT_FOR_TRADE = "plant_not_for_trade"
    NO_TOWN = "no_town"  # straight from the field, and nobody knows whose share it is (H18)


class HoldAnswer(StrEnum):
    CHARGED = "charged"
    LEFT_OUT = "left_out"  # the plant owes nothing for it
    TOWN_NAMED = "town_named"


class PlantWeightFile(Base):
    """A file of plants' weights that was taken in, once."""

    __tablename__ = "plant_weight_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(Hash, unique=True)
    name: Mapped[str] = mapped_column(String(255))
    weights: Mapped[int]
    taken_in_by: Mapped[int | None]
    taken_in_name: Mapped[str] = mapped_column(_Name)
    taken_in_at: Mapped[datetime]


class PlantWeight(Base):
    """A load's net weight as the plant's own scale showed it, where no tablet of ours stands there. The newest of a
    load counts; one that replaces another says why."""

    __tablename__ = "plant_weight"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(RecordId, ForeignKey("weigh_ticket.id"), index=True)
    plant_id: Mapped[str] = mapped_column(Id, index=True)
    net_kg: Mapped[int]
    moisture_permille: Mapped[int | None]
    impurity_permille: Mapped[int | None]
    mould_grade: Mapped[int | None]
    weighed_on: Mapped[date]
    slip_number: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(_Reason)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("plant_weight_file.id"), index=True)
    side: Mapped[str] = mapped_column(String(8))
    entered_by: Mapped[int | None]
    entered_name: Mapped[str] = mapped_column(_Name)
    entered_at: Mapped[datetime]


class DisputeEvent(Base):
    """One step in the dispute about a load's weight or quality. Weights and moistures of both
    ends, and what the plant found beside, are as they were then."""

    __tablename__ = "dispute_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(RecordId, ForeignKey("weigh_ticket.id"), index=True)
    plant_id: Mapped[str] = mapped_column(Id, index=True)
    step: Mapped[str] = mapped_column(String(16))
    said: Mapped[str | None] = mapped_column(_Reason)
    basis: Mapped[str | None] = mapped_column(String(16))
    agreed_kg: Mapped[int | None]
    yard_kg: Mapped[int | None]
    plant_kg: Mapped[int | None]
    agreed_permille: Mapped[int | None]
    yard_permille: Mapped[int | None]
    plant_permille: Mapped[int | None]
    impurity_permille: Mapped[int | None]
    mould_grade: Mapped[int | None]
    agreed_impurity_permille: Mapped[int | None]
    agreed_mould_grade: Mapped[int | None]
    side: Mapped[str] = mapped_column(String(8))
    taken_by: Mapped[int | None]
    taken_name: Mapped[str] = mapped_column(_Name)
    taken_at: Mapped[datetime]


class HoldDecision(Base):
    """What somebody decided of a load that waited; the newest of a load and hold counts. `town_id`: whose it is."""

    __tablename__ = "hold_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(RecordId, ForeignKey("weigh_ticket.id"), index=True)
    plant_id: Mapped[str] = mapped_column(Id, index=True)
    hold: Mapped[str] = mapped_column(String(24))
    answer: Mapped[str] = mapped_column(String(16))
    town_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(_Reason)
    decided_by: Mapped[int | None]
    decided_name: Mapped[str] = mapped_column(_Name)
    decided_at: Mapped[datetime]


class LoadRefusal(Base):
    """A plant did not take a load, or straw that a yard offered (H16). `mend_until`: the last day to take it."""

    __tablename__ = "load_refusal"

    id: Mapped[int] = mapped_column(primary_key=True)
    plant_id: Mapped[str] = mapped_column(Id, index=True)
    delivery_id: Mapped[str | None] = mapped_column(RecordId, ForeignKey("weigh_ticket.id"), index=True)
    refused_on: Mapped[date]
    reason: Mapped[str] = mapped_column(_Reason)
    photos: Mapped[list[str]] = mapped_column(JSON)
    mend_until: Mapped[date]
    entered_by: Mapped[int | None]
    entered_name: Mapped[str] = mapped_column(_Name)
    entered_at: Mapped[datetime]


class RefusalEvent(Base):
    """What became of a refusal."""

    __tablename__ = "refusal_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    refusal_id: Mapped[int] = mapped_column(ForeignKey("load_refusal.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    said: Mapped[str | None] = mapped_column(_Reason)
    photos: Mapped[list[str]] = mapped_column(JSON)
    taken_by: Mapped[int | None]
    taken_name: Mapped[str] = mapped_column(_Name)
    taken_at: Mapped[datetime]
