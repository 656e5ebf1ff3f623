"""What there is to be allowed, and how a route says which of it is needed: a route that says nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """One thing that somebody may do. Whose things, the queries decide (`app.accounts.scope`)."""

    READ_PLANS = "plans.read"
    READ_REGISTRY = "registry.read"
    WRITE_REGISTRY = "registry.write"
    APPLY_FOR_TOWN = "approvals.apply"
    ANSWER_FOR_TASK_FORCE = "approvals.task_force"
    ANSWER_FOR_COMPANY = "approvals.company"
    PROPOSE_FILINGS = "filings.propose"
    CONFIRM_FILINGS = "filings.confirm"
    READ_TICKETS = "tickets.read"
    READ_DRIVERS = "drivers.read"  # who drove, and their signature: only those who meet them need it
    VOID_TICKETS = "tickets.void"
    BUY_MATERIALS = "purchases.make"  # at a recycling point, from farmers
    SETTLE_RECORDS = "gate_records.settle"
    WRITE_SCALES = "scales.write"  # the agent beside a scale; the scale itself is a record of the register
    READ_DELIVERIES = "deliveries.read"  # loads to plants with the weights of both ends, disputes, refusals
    WRITE_PLANT_WEIGHTS = "plant_weights.write"  # what the scale of a plant showed where no tablet of ours stands
    DISPUTE_WEIGHTS = "disputes.write"
    WRITE_REFUSALS = "refusals.write"  # what a plant did not take, and whether it has taken it since (H16)
    JUDGE_REFUSALS = "refusals.judge"  # warn a plant and strike it off the list, in the name of the task force
    READ_VERIFICATION = "verification.read"
    VERIFY_TICKETS = "tickets.verify"  # run the detectors, and judge in the city's name what they suspect (H6)
    READ_STOCK = "stock.read"
    WRITE_STACKS = "stacks.write"
    CLOSE_DAYS = "stock.close_days"
    INSPECT_YARDS = "yards.inspect"  # by checklists; what fails, whether it is mended
    SUSPEND_YARDS = "yards.suspend"  # close a yard or stack by hand for a danger; say, with evidence, that it is gone
    REOPEN_YARDS = "yards.reopen"  # be the second person, who agrees that the danger is gone
    AGREE_TO_DRAWINGS = "drawings.agree"  # that a drawing with blocking findings be put in force
    TEST_ROBOTS = "robots.test"  # which robots of group chats are set, and a message to try one
    READ_MONEY = "money.read"
    KEEP_MONEY = "money.keep"  # charge, close months, propose prices; agree to what another proposed
    READ_CLAIMS = "claims.read"  # of towns for the city's subsidy
    MAKE_CLAIMS = "claims.make"  # draft, confirm and withdraw, in the name of a town
    CHECK_CLAIMS = "claims.check"  # compare with tickets, return with reasons, in the name of the city
    APPROVE_CLAIMS = "claims.approve"
    PAY_CLAIMS = "claims.pay"
    INSPECT_STUBBLE = "stubble.inspect"  # in the field, on a phone (H7)
    READ_PEOPLE = "people.read"
    WRITE_PEOPLE = "people.write"
    READ_AUDIT = "audit.read"
    WRITE_DEVICES = "devices.write"
    WRITE_PINS = "pins.write"
    OWN_PIN = "pins.own"


class Door(StrEnum):
    """Who comes in where no permission is needed."""

    ANYONE = "anyone"
    MEMBERS = "members"  # whoever is logged in
    PROGRAMS = "programs"  # no login: the view asks for a token of its own
    TABLETS = "tablets"  # the browser of an enrolled tablet, whether anybody is signed in on it or not
    DEVICES = "devices"  # a program on an enrolled tablet, by the secret in its header; sessions do not matter
    HALFWAY = "halfway"  # whoever has given the right password and owes the second factor
    NOBODY = "nobody"  # a library serves it, and we do not use it


Access = Permission | Door

# What somebody does in the name of a town, the task force, the company or the fire brigade: no other role includes it.
IN_THE_NAME_OF_OTHERS = frozenset(
    {
        Permission.APPLY_FOR_TOWN,
        Permission.ANSWER_FOR_TASK_FORCE,
        Permission.ANSWER_FOR_COMPANY,
        Permission.PROPOSE_FILINGS,
        Permission.CONFIRM_FILINGS,
        Permission.AGREE_TO_DRAWINGS,
        Permission.JUDGE_REFUSALS,
        Permission.VERIFY_TICKETS,
        Permission.MAKE_CLAIMS,
        Permission.CHECK_CLAIMS,
        Permission.APPROVE_CLAIMS,
        Permission.PAY_CLAIMS,
    }
)

# Of what is open to members, what whoever signed in with a PIN reaches: not the pages of their account.
BY_PIN_TOO = frozenset({"home.first_page", "search.search_page", "search.search_part"})

# What libraries serve.
_LIBRARY_ROUTES: dict[str, Access] = {
    "static": Door.ANYONE,
    "security.login": Door.ANYONE,
    "security.logout": Door.MEMBERS,
    "security.two_factor_token_validation": Door.HALFWAY,
    "security.mf_recovery": Door.HALFWAY,
    # Its own page would turn the second factor off without asking for it: app/accounts/two_factor_views.py has ours.
    "security.two_factor_setup": Door.NOBODY,
    "security.two_factor_setup_validate": Door.NOBODY,
    "security.mf_recovery_codes": Door.NOBODY,
    # by mail, and a choice of which there is one only
    "security.two_factor_rescue": Door.NOBODY,
    "security.tf_select": Door.NOBODY,
}


def needs(access: Access) -> Callable[[View], View]:
    """Declare what it takes to reach a view."""

    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the route declared; None where it forgot to, and nobody comes in."""
    declared: Access | None = getattr(app.view_functions.get(endpoint), "access", None)
    return declared or _LIBRARY_ROUTES.get(endpoint)
