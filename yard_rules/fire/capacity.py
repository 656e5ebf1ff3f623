"""How many bales a yard's stacks may hold by the rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from yard_rules.finding import Finding, Severity
from yard_rules.fire.checks import check_yard
from yard_rules.fire.rules import FireRules
from yard_rules.fire.yard import Yard, ground_m2, layers
from yard_rules.rulebook import Figure
from yard_rules.yard_drawing import Stack, YardDrawing

# What limits a stack, and a group of them: the rule and its figure.
_LIMITS: Final = (
    ("stack_area_m2", "stack_most_m2"),
    ("stack_mass", "stack_most_kg"),
    ("stack_height", "layers"),
    ("stack_height", "stack_height_m"),
)
_GROUP_LIMITS: Final = (("group_size", "group_most_stacks"), ("group_size", "group_most_kg"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StackCapacity:
    """`is_blocked`: a finding that blocks names the stack, or closes the yard, so that it may hold nothing until it is
    mended."""

    stack: str
    bales: int
    mass_kg: float
    is_blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalCapacity:
    """What all stacks may hold together, and each. `unverified`: the figures that limit it and were not compared with
    their sources, by the rules that they belong to: to be checked with the fire brigade."""

    bales: int
    mass_kg: float
    stacks: tuple[StackCapacity, ...]
    unverified: tuple[tuple[str, Figure], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the whole as plain values for JSON."""
        return {
            "bales": self.bales,
            "mass_kg": round(self.mass_kg),
            "check_with_brigade": [
                {"figure": it.name, "value": float(it.value), "unit": it.unit, "source": it.source}
                for _rule, it in self.unverified
            ],
        }


def legal_capacity(drawing: YardDrawing, rules: FireRules, findings: Iterable[Finding] | None = None) -> LegalCapacity:
    """Return how many bales, and their mass in kg, the drawn stacks may hold.

    `findings`: those of the check of this drawing, where they are at hand. Bales are the usual ones of the rulebook.
    """
    yard = Yard(drawing, rules)
    found = check_yard(drawing, rules) if findings is None else findings
    blocking = [finding for finding in found if finding.severity is Severity.BLOCKS]
    blocked = {it for finding in blocking for it in finding.subject}
    if any(rules.entries[finding.rule].closes_yard for finding in blocking):
        blocked |= {stack.id for stack in drawing.stacks}
    left_kg = {id(group): rules.value("group_most_kg") for group in yard.outdoor_groups}
    held = [
        _held(yard, stack, stack.id in blocked, math.inf) for stacks in yard.indoor_stacks.values() for stack in stacks
    ]
    for group in yard.outdoor_groups:
        free = [stack for stack in group if stack.id not in blocked]
        counted = {stack.id for stack in free[: int(rules.value("group_most_stacks"))]}
        for stack in group:
            most_kg = left_kg[id(group)] if stack.id in counted or stack.id in blocked else 0.0
            holds = _held(yard, stack, stack.id in blocked, most_kg)
            left_kg[id(group)] -= holds.mass_kg
            held.append(holds)
    return LegalCapacity(
        bales=sum(it.bales for it in held),
        mass_kg=sum(it.mass_kg for it in held),
        stacks=tuple(sorted(held, key=lambda it: it.stack)),
        unverified=_unverified(yard),
    )


def _unverified(yard: Yard) -> tuple[tuple[str, Figure], ...]:
    names = [*_LIMITS, *(_GROUP_LIMITS if any(len(group) > 1 for group in yard.outdoor_groups) else ())]
    held = [(rule, yard.rules.figures[name]) for rule, name in names if yard.drawing.stacks]
    return tuple((rule, figure) for rule, figure in held if not figure.verified)


def _held(yard: Yard, stack: Stack, is_blocked: bool, group_left_kg: float) -> StackCapacity:
    rules = yard.rules
    bale_kg = rules.value("bale_kg")
    high = min(layers(stack), rules.value("layers"), math.floor(rules.value("stack_height_m") + 1e-6))
    room = min(ground_m2(stack), rules.value("stack_most_m2")) * high * rules.value("bales_per_m2_and_layer")
    most_kg = min(rules.value("stack_most_kg"), group_left_kg)
    bales = 0 if is_blocked else math.floor(min(room + 1e-6, most_kg / bale_kg))
    return StackCapacity(stack=stack.id, bales=bales, mass_kg=bales * bale_kg, is_blocked=is_blocked)
