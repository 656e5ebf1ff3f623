"""Layouts of a yard that keep every rule, and the most that any layout can hold."""

from yard_rules.stack_design.bound import UpperBound
from yard_rules.stack_design.design import TIME_IS_OVER, Design, NoDesign, TimeUp, design_yard
from yard_rules.stack_design.proposal import Goal, Proposal, ProposalFigures
from yard_rules.stack_design.site_bound import site_bound

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
    "site_bound",
]
