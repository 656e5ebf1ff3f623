"""What is refused of scenarios, plans and days."""

from __future__ import annotations

from http import HTTPStatus

from app.refusals.kinds import RefusalKind
from app.texts import _

NO_SEASON = RefusalKind(
    code="no-season",
    status=HTTPStatus.NOT_FOUND,
    what=_("No county has been loaded yet."),
    next_step=_("Load one with: strawline import scenario FOLDER"),
)
NO_PLAN = RefusalKind(
    code="no-plan",
    status=HTTPStatus.NOT_FOUND,
    what=_("No plan has been loaded yet."),
    next_step=_("Make one with: strawline plan SCENARIO --out PLAN, then load it with: strawline import plan PLAN"),
)
OUTSIDE_SEASON = RefusalKind(
    code="outside-season",
    status=HTTPStatus.NOT_FOUND,
    what=_("This day lies outside the season."),
    next_step=_("Choose a day of the season."),
)
NO_SUCH_TRUCK = RefusalKind(
    code="no-such-truck",
    status=HTTPStatus.NOT_FOUND,
    what=_("This truck has no work on that day."),
    next_step=_("Choose a truck from the day's list."),
)
BAD_SCENARIO = RefusalKind(
    code="bad-scenario",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The scenario has faults. Nothing was stored."),
    next_step=_("Mend every fault listed and import the folder again."),
)
UNREADABLE_PLAN = RefusalKind(
    code="unreadable-plan",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The plan cannot be read. Nothing was stored."),
    next_step=_("Mend every fault listed and import the folder again."),
)
BROKEN_PLAN = RefusalKind(
    code="broken-plan",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The plan breaks rules. Nothing was stored."),
    next_step=_("Plan again; strawline check SCENARIO PLAN shows every violation."),
)
FOREIGN_PLAN = RefusalKind(
    code="foreign-plan",
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    what=_("The plan is not about the county that is loaded. Nothing was stored."),
    next_step=_("Import the scenario that the plan was made for, then the plan."),
)
