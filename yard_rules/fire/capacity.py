"""How many bales a yard's stacks may hold by the rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from yard_rules.finding import Finding, Severity
from yard_rules.fire.checks import check_yard
from yard_rules.fire.rules import FireRules
from yard_rules.fire.yard import Yard, layers
from yard_rules.yard_drawing import Stack, YardDrawing


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
    """What all stacks may hold together, and each."""

    bales: int
    mass_kg: float
    stacks: tuple[StackCapacity, ...]


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
    )


def _held(yard: Yard, stack: Stack, is_blocked: bool, group_left_kg: float) -> StackCapacity:
    rules = yard.rules
    bale_kg = rules.value("bale_kg")
    high = min(layers(stack), rules.value("layers"), math.floor(rules.value("stack_height_m") + 1e-6))
    room = min(stack.shape.area, rules.value("stack_most_m2")) * high * rules.value("bales_per_m2_and_layer")
    most_kg = min(rules.value("stack_most_kg"), group_left_kg)
    bales = 0 if is_blocked else math.floor(min(room + 1e-6, most_kg / bale_kg))
    return StackCapacity(stack=stack.id, bales=bales, mass_kg=bales * bale_kg, is_blocked=is_blocked)
