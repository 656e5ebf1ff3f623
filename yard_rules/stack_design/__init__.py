"""Layouts of a yard that keep every rule, and the most that any layout can hold."""

from yard_rules.stack_design.bound import UpperBound, upper_bound
from yard_rules.stack_design.design import TIME_IS_OVER, Design, NoDesign, TimeUp, design_yard
from yard_rules.stack_design.proposal import Goal, Proposal, ProposalFigures

__all__ = [
    "TIME_IS_OVER",
    "Design",
    "Goal",
    "NoDesign",
    "Proposal",
    "ProposalFigures",
    "TimeUp",
    "UpperBound",
    "design_yard",
    "upper_bound",
]
