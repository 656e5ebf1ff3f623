"""Layouts of a yard that keep every rule, and the most that any layout can hold."""

from yard_rules.stack_design.bound import UpperBound, upper_bound
from yard_rules.stack_design.design import Design, NoDesign, design_yard
from yard_rules.stack_design.proposal import Goal, Proposal, ProposalFigures

__all__ = [
    "Design",
    "Goal",
    "NoDesign",
    "Proposal",
    "ProposalFigures",
    "UpperBound",
    "design_yard",
    "upper_bound",
]
