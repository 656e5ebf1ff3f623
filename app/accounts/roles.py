"""The roles there are and what each may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.accounts.permissions import IN_THE_NAME_OF_OTHERS, Permission
from app.texts import _


@dataclass(frozen=True, slots=True)
class RoleKind:
    """`title` and `description` are message ids. `demo_email` logs in with this role in a demonstration; .example is
    nobody's domain (RFC 2606). Of an `office` role a second factor can be asked. `place`: what somebody with this role
    belongs to, and sees nothing beyond."""

    name: str
    title: str
    description: str
    demo_email: str
    permissions: frozenset[Permission] = field(default=frozenset())
    office: bool = True
    place: str | None = None


_READERS = frozenset({Permission.READ_REGISTRY})
# What whoever answers for the gate of a yard, or of all yards, may do there.
_GATE = frozenset(
    {
        Permission.READ_TICKETS,
        Permission.READ_DRIVERS,
        Permission.VOID_TICKETS,
        Permission.SETTLE_RECORDS,
        Permission.WRITE_SCALES,
        Permission.READ_STOCK,
        Permission.WRITE_STACKS,
        Permission.CLOSE_DAYS,
        Permission.INSPECT_YARDS,
    }
)
# What whoever weighs on a tablet may do.
_AT_THE_GATE = _READERS | {
    Permission.OWN_PIN,
    Permission.READ_TICKETS,
    Permission.READ_DRIVERS,
    Permission.READ_STOCK,
}

ROLES = (
    RoleKind(
        "dispatcher",
        _("Dispatcher"),
        _("Plans the hauls of the franchise company"),
        "dispatcher@demo.example",
        frozenset(
            {
                Permission.READ_PLANS,
                Permission.READ_REGISTRY,
                Permission.WRITE_REGISTRY,
                Permission.ANSWER_FOR_COMPANY,
                Permission.READ_DELIVERIES,
                Permission.DISPUTE_WEIGHTS,
                Permission.WRITE_REFUSALS,
                Permission.READ_MONEY,
                Permission.KEEP_MONEY,
                Permission.SUSPEND_YARDS,
                Permission.REOPEN_YARDS,
            }
        )
        | _GATE,
    ),
    RoleKind(
        "attendant",
        _("Yard attendant"),
        _("Receives loads at a transfer yard"),
        "attendant@demo.example",
        _AT_THE_GATE,
        office=False,
        place="yard",
    ),
    RoleKind(
        "yard_manager",
        _("Yard manager"),
        _("Answers for a transfer yard"),
        "yard@demo.example",
        _READERS | {Permission.WRITE_DEVICES, Permission.WRITE_PINS, Permission.SUSPEND_YARDS} | _GATE,
        place="yard",
    ),
    RoleKind(
        "finance",
        _("Finance"),
        _("Settles fees and subsidies"),
        "finance@demo.example",
        _READERS
        | {
            Permission.READ_TICKETS,
            Permission.READ_VERIFICATION,
            Permission.READ_DELIVERIES,
            Permission.WRITE_PLANT_WEIGHTS,
            Permission.DISPUTE_WEIGHTS,
            Permission.WRITE_REFUSALS,
            Permission.READ_MONEY,
            Permission.KEEP_MONEY,
            Permission.READ_CLAIMS,
            Permission.PAY_CLAIMS,
        },
    ),
    RoleKind(
        "plant",
        _("Plant"),
        _("Receives straw at an end-use plant"),
        "plant@demo.example",
        _READERS
        | {
            Permission.READ_TICKETS,
            Permission.READ_DELIVERIES,
            Permission.WRITE_PLANT_WEIGHTS,
            Permission.DISPUTE_WEIGHTS,
            Permission.READ_STOCK,
            Permission.INSPECT_YARDS,
            Permission.WRITE_DEVICES,
            Permission.WRITE_PINS,
        },
        place="plant",
    ),
    RoleKind(
        "plant_attendant",
        _("Plant attendant"),
        _("Receives loads at the gate of an end-use plant"),
        "plantgate@demo.example",
        _AT_THE_GATE,
        office=False,
        place="plant",
    ),
    RoleKind(
        "point_keeper",
        _("Recycling point keeper"),
        _("Buys old film from farmers at a recycling point"),
        "point@demo.example",
        _READERS
        | {
            Permission.READ_TICKETS,
            Permission.READ_DRIVERS,
            Permission.BUY_MATERIALS,
            Permission.VOID_TICKETS,
        },
        place="point",
    ),
    RoleKind(
        "town_official",
        _("Town official"),
        _("Looks after one town's collection"),
        "town@demo.example",
        frozenset(
            {
                Permission.READ_REGISTRY,
                Permission.WRITE_REGISTRY,
                Permission.APPLY_FOR_TOWN,
                Permission.PROPOSE_FILINGS,
                Permission.READ_CLAIMS,
                Permission.MAKE_CLAIMS,
                Permission.INSPECT_STUBBLE,
                Permission.READ_TICKETS,
                Permission.READ_VERIFICATION,
                Permission.READ_STOCK,
                Permission.INSPECT_YARDS,
                Permission.SUSPEND_YARDS,
                Permission.REOPEN_YARDS,
                Permission.AGREE_TO_DRAWINGS,
            }
        ),
        place="town",
    ),
    RoleKind(
        "city_official",
        _("City official"),
        _("Looks after the whole county"),
        "city@demo.example",
        frozenset(
            {
                Permission.READ_PLANS,
                Permission.READ_REGISTRY,
                Permission.ANSWER_FOR_TASK_FORCE,
                Permission.READ_MONEY,
                Permission.CONFIRM_FILINGS,
                Permission.READ_CLAIMS,
                Permission.CHECK_CLAIMS,
                Permission.INSPECT_STUBBLE,
                Permission.APPROVE_CLAIMS,
                Permission.PAY_CLAIMS,
                Permission.READ_TICKETS,
                Permission.READ_VERIFICATION,
                Permission.VERIFY_TICKETS,
                Permission.READ_DELIVERIES,
                Permission.JUDGE_REFUSALS,
                Permission.READ_STOCK,
                Permission.INSPECT_YARDS,
                Permission.SUSPEND_YARDS,
                Permission.REOPEN_YARDS,
            }
        ),
    ),
    RoleKind(
        "fire_brigade",
        _("Fire brigade"),
        _("Reads and inspects the yards"),
        "fire@demo.example",
        _READERS
        | {
            Permission.READ_STOCK,
            Permission.INSPECT_YARDS,
            Permission.SUSPEND_YARDS,
            Permission.REOPEN_YARDS,
            Permission.AGREE_TO_DRAWINGS,
        },
    ),
    RoleKind(
        "administrator",
        _("Administrator"),
        _("Runs this installation"),
        "admin@demo.example",
        frozenset(Permission) - IN_THE_NAME_OF_OTHERS - {Permission.OWN_PIN},
    ),
)
DISPATCHER = ROLES[0].name
PLACE_KINDS = ("town", "yard", "plant", "point")
BY_NAME = {kind.name: kind for kind in ROLES}


def gate_roles(place_kind: str) -> frozenset[str]:
    """The roles of those who work on the tablets of a yard or plant, by their names."""
    return frozenset(kind.name for kind in ROLES if not kind.office and kind.place == place_kind)


def permissions_of(role_names: Iterable[str]) -> frozenset[Permission]:
    """What somebody with these roles may do."""
    return frozenset().union(*(BY_NAME[name].permissions for name in role_names if name in BY_NAME))
