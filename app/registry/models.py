"""The register: places, holdings, machines and approvals as they are now, called as in registry_columns.toml.

Every record keeps its own code for good. It is withdrawn rather than deleted, and `registry_change` tells how it came
to be what it is. Coordinates are WGS-84 degrees; masses are tonnes, as planned; clock times are minutes after midnight.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base
from app.registry.figures import (
    BalerFigures,
    FieldFigures,
    Placed,
    PlantFigures,
    SeasonFigures,
    TruckClassFigures,
    TruckFigures,
    YardFigures,
)

Id = String(64)


class _Record:
    """What every record has: a surrogate id that rises in the order of the files, and whether it is still in use.

    `version` rises with every change, so that nobody writes over what they have not seen.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]


class Town(Placed, _Record, Base):
    __tablename__ = "town"

    town_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200))


class Grower(_Record, Base):
    __tablename__ = "grower"

    grower_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    kind: Mapped[str | None] = mapped_column(String(32))
    phone: Mapped[str | None] = mapped_column(String(32))


class CollectingBody(_Record, Base):
    """Who collects straw in a town, filed with the task force or not yet (H4; `app.registry.procedures.filings`)."""

    __tablename__ = "collecting_body"

    body_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    method: Mapped[str | None] = mapped_column(String(200))
    filed_on: Mapped[date | None]
    filing_number: Mapped[str | None] = mapped_column(String(64))
    filing_proposed_on: Mapped[date | None]


class Material(_Record, Base):
    """What is collected, and in which stream (H1, H2). `tariff`: the rulebook by which recycling points buy it, None
    where they do not (H19)."""

    __tablename__ = "material"

    material_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    stream: Mapped[str] = mapped_column(String(32))
    unit: Mapped[str] = mapped_column(String(8))
    source: Mapped[str | None] = mapped_column(String(200))
    tariff: Mapped[str | None] = mapped_column(String(32))


class TruckClass(TruckClassFigures, _Record, Base):
    """`gross_limit_t`: what the law allows truck and load to weigh together."""

    __tablename__ = "truck_class"

    truck_class: Mapped[str] = mapped_column(Id, unique=True)
    axles: Mapped[int | None]
    gross_limit_t: Mapped[float | None] = mapped_column(Double)


class FarmField(FieldFigures, _Record, Base):
    """One grower's block of plots with this season's crop; `outline` is a GeoJSON geometry where one was imported."""

    __tablename__ = "farm_field"
    __table_args__ = (Index(None, "grower"),)

    field_id: Mapped[str] = mapped_column(Id, unique=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    max_truck_class: Mapped[str | None] = mapped_column(ForeignKey("truck_class.truck_class"))
    grower_id: Mapped[str | None] = mapped_column(ForeignKey("grower.grower_id"), index=True)
    outline: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)


class EndUsePlant(PlantFigures, _Record, Base):
    __tablename__ = "end_use_plant"

    plant_id: Mapped[str] = mapped_column(Id, unique=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)


class TransferYard(YardFigures, _Record, Base):
    """`close_min` may pass 1440. `deposit_…`: the reclamation deposit for agricultural facility land (H20)."""

    __tablename__ = "transfer_yard"

    yard_id: Mapped[str] = mapped_column(Id, unique=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    adjacent_plant_id: Mapped[str | None] = mapped_column(ForeignKey("end_use_plant.plant_id"))
    land_kind: Mapped[str | None] = mapped_column(String(32))
    deposit_paid_yuan: Mapped[float | None] = mapped_column(Double)
    deposit_paid_on: Mapped[date | None]
    deposit_returned_on: Mapped[date | None]


class RecyclingPoint(Placed, _Record, Base):
    """Where farmers sell what is bought by the kilogram; filed with the task force or not yet (H19)."""

    __tablename__ = "recycling_point"

    point_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    filed_on: Mapped[date | None]
    filing_number: Mapped[str | None] = mapped_column(String(64))


class MaterialUse(_Record, Base):
    """What a town used of a material in a year, so that it is known how much of it came back (H23)."""

    __tablename__ = "material_use"

    use_id: Mapped[str] = mapped_column(Id, unique=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    material_id: Mapped[str] = mapped_column(ForeignKey("material.material_id"))
    year: Mapped[int]
    used_t: Mapped[float] = mapped_column(Double)
    source: Mapped[str | None] = mapped_column(String(200))


class Truck(TruckFigures, _Record, Base):
    """`unladen_t`, `gross_limit_t` and `inspected_until` are those of its licence."""

    __tablename__ = "truck"

    truck_id: Mapped[str] = mapped_column(Id, unique=True)
    plate: Mapped[str | None] = mapped_column(String(16), index=True)
    truck_class: Mapped[str] = mapped_column(ForeignKey("truck_class.truck_class"))
    home_yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    unladen_t: Mapped[float | None] = mapped_column(Double)
    gross_limit_t: Mapped[float | None] = mapped_column(Double)
    inspected_until: Mapped[date | None]


class Baler(BalerFigures, _Record, Base):
    __tablename__ = "baler"

    baler_id: Mapped[str] = mapped_column(Id, unique=True)
    home_yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    plate: Mapped[str | None] = mapped_column(String(16))


class Scale(_Record, Base):
    """A weighbridge of a yard or plant, with the certificate of its verification, without which it weighs for nobody's
    bill."""

    __tablename__ = "scale"

    scale_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    yard_id: Mapped[str | None] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    plant_id: Mapped[str | None] = mapped_column(ForeignKey("end_use_plant.plant_id"), index=True)
    division_kg: Mapped[int]
    capacity_kg: Mapped[int]
    certificate_number: Mapped[str | None] = mapped_column(String(64))
    certified_from: Mapped[date | None]
    certified_until: Mapped[date | None]


class MoistureMeter(_Record, Base):
    __tablename__ = "moisture_meter"

    meter_id: Mapped[str] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    yard_id: Mapped[str | None] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    plant_id: Mapped[str | None] = mapped_column(ForeignKey("end_use_plant.plant_id"), index=True)
    calibrated_until: Mapped[date | None]


class PurchasedMachine(_Record, Base):
    """A machine that a collecting body bought and for which a purchase subsidy is asked (H6); what was
    granted stands there once it is known."""

    __tablename__ = "purchased_machine"

    machine_id: Mapped[str] = mapped_column(Id, unique=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    body_id: Mapped[str] = mapped_column(ForeignKey("collecting_body.body_id"), index=True)
    category: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(200))
    maker: Mapped[str | None] = mapped_column(String(200))
    serial_number: Mapped[str | None] = mapped_column(String(64))
    bought_on: Mapped[date]
    invoice_number: Mapped[str | None] = mapped_column(String(64))
    price_yuan: Mapped[float] = mapped_column(Double)
    national_subsidy_yuan: Mapped[float | None] = mapped_column(Double)
    city_subsidy_yuan: Mapped[float | None] = mapped_column(Double)
    subsidy_paid_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(String(200))


class DirectHaulApproval(_Record, Base):
    """A town's wish to haul straight to a plant (H13); `app.registry.procedures.approvals` tells its state.

    `end_reason`: why it was refused, or ended before its time."""

    __tablename__ = "direct_haul_approval"

    approval_id: Mapped[str] = mapped_column(Id, unique=True)
    town_id: Mapped[str] = mapped_column(ForeignKey("town.town_id"), index=True)
    plant_id: Mapped[str] = mapped_column(ForeignKey("end_use_plant.plant_id"), index=True)
    body_id: Mapped[str | None] = mapped_column(ForeignKey("collecting_body.body_id"))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(500))
    applied_on: Mapped[date]
    task_force_agreed_on: Mapped[date | None]
    company_agreed_on: Mapped[date | None]
    refused_on: Mapped[date | None]
    refused_by: Mapped[str | None] = mapped_column(String(16))
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None] = mapped_column(String(16))
    end_reason: Mapped[str | None] = mapped_column(String(500))


class PlanningSeason(SeasonFigures, _Record, Base):
    """A season to be planned: its dates and the figures that the planner reckons with, as in scenario.toml."""

    __tablename__ = "planning_season"

    name: Mapped[str] = mapped_column(String(200), unique=True)


class DayWeather(_Record, Base):
    """The share of a baler's shift in which straw can be baled that day; a day without a row is workable."""

    __tablename__ = "day_weather"

    day: Mapped[date] = mapped_column(unique=True)
    workable_fraction: Mapped[float] = mapped_column(Double)


class DayHours(_Record, Base):
    """Opening hours of one date at one yard or plant instead of its usual ones; both empty: closed."""

    __tablename__ = "day_hours"
    __table_args__ = (UniqueConstraint("place_id", "day"),)

    place_id: Mapped[str] = mapped_column(Id)
    day: Mapped[date]
    open_min: Mapped[int | None]
    close_min: Mapped[int | None]


class CountyRoads(Base):
    """The county's road network as the planner's arrays, packed; the newest is the one in use."""

    __tablename__ = "county_roads"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    network: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(default=now)


class RegistryImport(Base):
    """A file whose rows were applied in one transaction. `counts`: records added, changed, withdrawn, by their kind."""

    __tablename__ = "registry_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    applied_at: Mapped[datetime] = mapped_column(default=now)
    account_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(255))
    source_name: Mapped[str] = mapped_column(String(255))
    counts: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(255))


class RegistryChange(Base):
    """One change of one record, kept for ever: what its members were before and after, those that changed only.

    `before` is None of a record that is new, `after` of one that was taken back. Triggers refuse every change of it.
    """

    __tablename__ = "registry_change"
    __table_args__ = (Index(None, "key", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    account_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[str] = mapped_column(String(200))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("registry_import.id"), index=True)
