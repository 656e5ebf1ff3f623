"""Judges a plan by the seven rules of the plan format. Shares nothing with the solver but the two values."""

from solver.plan_check.rules import CHECKS, check_plan
from solver.plan_check.violation import Violation

__all__ = ["CHECKS", "Violation", "check_plan"]
