"""Fire safety of a yard's layout: annexes 1 and 2 of the plan, and the codes where the plan is silent."""

from yard_rules.fire.capacity import LegalCapacity, StackCapacity, legal_capacity
from yard_rules.fire.checks import CHECKS, check_yard
from yard_rules.fire.rules import FireRules, RuleEntry, rule_entries

__all__ = [
    "CHECKS",
    "FireRules",
    "LegalCapacity",
    "RuleEntry",
    "StackCapacity",
    "check_yard",
    "legal_capacity",
    "rule_entries",
]
