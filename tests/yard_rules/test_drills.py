"""When the next drill is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yard_rules.drills import next_drill
from yard_rules.equipment import DueState
from yard_rules.rulebook import NoFigure

TODAY = date(2026, 11, 23)


def test_the_stricter_figure_binds_and_the_other_one_is_told() -> None:
    due = next_drill(TODAY, TODAY - timedelta(days=400), TODAY)
    assert due.due_on == TODAY + timedelta(days=183)
    assert [int(figure.value) for figure in due.figures] == [183, 365]


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [(0, DueState.DONE), (152, DueState.DONE), (153, DueState.SOON), (183, DueState.SOON), (184, DueState.OVERDUE)],
)
def test_a_drill_is_due_soon_a_month_before_and_overdue_the_day_after(days_ago: int, state: DueState) -> None:
    assert next_drill(TODAY - timedelta(days=days_ago), TODAY, TODAY).state is state


def test_without_a_drill_it_counts_from_when_there_was_something_to_drill_for() -> None:
    since = TODAY - timedelta(days=10)
    assert next_drill(None, since, TODAY).due_on == since + timedelta(days=183)
    assert next_drill(TODAY + timedelta(days=1), since, TODAY).due_on == since + timedelta(days=183)


def test_there_are_no_figures_before_the_plan() -> None:
    with pytest.raises(NoFigure):
        next_drill(None, date(2022, 1, 1), date(2022, 6, 1))
