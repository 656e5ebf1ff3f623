"""What each kind of record says, as docs/gate_records.md has it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError

from app.intake.arriving import Body
from app.intake.models import Outcome, Purpose
from app.intake.plates import normal_plate

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
RecordKey = Annotated[str, StringConstraints(pattern=_UUID)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Sha = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Plate = Annotated[str, StringConstraints(min_length=1, max_length=16), AfterValidator(normal_plate)]
Bales = Annotated[int, Field(ge=0, le=2000)]
# JSON has no dates of its own: strict types would refuse the text.
Day = Annotated[date, Field(strict=False)]
# A clock that was never set says 1970 or what its maker thought of.
_CLOCK_YEARS = range(1960, 2200)


def _in_utc(moment: datetime) -> datetime:
    """The database keeps moments in UTC, and the chain speaks for what it keeps."""
    if moment.year not in _CLOCK_YEARS:
        raise ValueError(f"the year {moment.year}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_in_utc)]
_FAULTS_TOLD = 20
# The heaviest truck scales of the trade weigh 200 t.
Kilograms = Annotated[int, Field(gt=0, le=200_000)]


class Operator(Body):
    id: int
    checked: Literal["server", "device", "none"]


class Where(Body):
    lon: Annotated[float, Field(strict=False, ge=-180, le=180)]
    lat: Annotated[float, Field(strict=False, ge=-90, le=90)]
    accuracy_m: Annotated[float, Field(strict=False, ge=0)] | None = None


class RecordText(Body):
    """What every record says around its body."""

    id: RecordKey
    kind: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    made_at: Moment
    operator: Operator | None = None
    where: Where | None = None
    body: dict[str, object]


class ScaleWeight(Body):
    source: Literal["scale"]
    kg: Kilograms
    scale_id: Code
    payload: Annotated[str, StringConstraints(max_length=20_000)]
    signature: Annotated[str, StringConstraints(max_length=128)]
    photos: list[Sha] = Field(default_factory=list)


class TypedWeight(Body):
    source: Literal["typed"]
    kg: Kilograms
    scale_id: Code | None = None
    reason: Words
    photos: list[Sha] = Field(default_factory=list)


Weight = Annotated[ScaleWeight | TypedWeight, Field(discriminator="source")]


class Vehicle(Body):
    plate: Plate
    truck_id: Code | None = None
    driver: Annotated[str, StringConstraints(max_length=80)] | None = None


class PlannedHaul(Body):
    day: Day
    haul_id: Code


class Origin(Body):
    town_id: Code | None = None
    field_ids: list[Code] = Field(default_factory=list)
    grower: Annotated[str, StringConstraints(max_length=200)] | None = None
    body_id: Code | None = None
    yard_id: Code | None = None


class Opening(Body):
    ticket_id: RecordKey
    purpose: Annotated[Purpose, Field(strict=False)]
    vehicle: Vehicle
    haul: PlannedHaul | None = None
    origin: Origin = Origin()
    destination_id: Code | None = None
    material_id: Code
    bale_kind: Code
    bales: Bales | None = None
    approval_id: Code | None = None
    weighing: Weight | None = None
    replaces: RecordKey | None = None


class Sample(Body):
    ticket_id: RecordKey
    meter_id: Code | None = None
    # (bale, per mille)
    readings: Annotated[
        list[Annotated[list[Annotated[int, Field(ge=0, le=1000)]], Field(min_length=2, max_length=2)]],
        Field(min_length=1, max_length=200),
    ]


class StackShare(Body):
    stack_id: Code
    bales: Bales


class Estimate(Body):
    bale_masses_kg: list[Annotated[int, Field(gt=0, le=2000)]] = Field(default_factory=list)


class Closing(Body):
    ticket_id: RecordKey
    outcome: Annotated[Outcome, Field(strict=False)]
    weighing: Weight | None = None
    stored_tare_id: RecordKey | None = None
    estimate: Estimate | None = None
    bales: Bales
    stacks: list[StackShare] = Field(default_factory=list)
    reason: Words | None = None
    signature: Sha | None = None
    photos: list[Sha] = Field(default_factory=list)


class Tare(Body):
    vehicle: Vehicle
    weighing: Weight


class FieldCounted(Body):
    approval_id: Code | None = None
    plant_id: Code
    vehicle: Vehicle
    town_id: Code
    field_ids: list[Code] = Field(default_factory=list)
    body_id: Code
    material_id: Code
    bale_kind: Code
    bales: Bales
    photos: list[Sha] = Field(default_factory=list)


class Seller(Body):
    """Who sells: a grower of the register, or whoever they say they are."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    grower_id: Code | None = None


class Purchase(Body):
    """Both sign, on a screen or on the paper whose number is named."""

    seller: Seller
    material_id: Code
    weighing: TypedWeight
    is_recyclable: bool
    seller_signature: Sha | None = None
    point_signature: Sha | None = None
    paper_number: Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)] | None = None
    photos: list[Sha] = Field(default_factory=list)
    replaces: RecordKey | None = None

    @property
    def is_signed(self) -> bool:
        """Whether both have signed."""
        return self.paper_number is not None or (self.seller_signature is not None and self.point_signature is not None)


class VoidAsked(Body):
    ticket_id: RecordKey
    reason: Words


class VoidAgreed(Body):
    """Made by the server only, when it knows who agrees."""

    ticket_id: RecordKey
    request_id: RecordKey


class VoidDeclined(Body):
    """Made by the server only, as the agreement is."""

    ticket_id: RecordKey
    request_id: RecordKey
    reason: Words


class Reprinted(Body):
    """The second print of a ticket, or a later one."""

    ticket_id: RecordKey
    reason: Words | None = None


class Batch(Body):
    """One sending of a device."""

    nonce: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    sent_at: Moment
    client: int
    records: Annotated[list[Annotated[str, StringConstraints(max_length=100_000)]], Field(max_length=50)]


def faults_of(fault: ValidationError) -> list[str]:
    """Return where something is wrong and what, the first twenty of them."""
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors(include_url=False)][:_FAULTS_TOLD]


def moment_text(moment: datetime) -> str:
    """Return a moment as records write it: UTC with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def attachments_of(body: Body) -> list[str]:
    """Return the hashes of the photos and signatures that a record names."""
    weighing = getattr(body, "weighing", None)
    signatures = (getattr(body, name, None) for name in ("signature", "seller_signature", "point_signature"))
    return [*getattr(body, "photos", ()), *(weighing.photos if weighing else ()), *filter(None, signatures)]
