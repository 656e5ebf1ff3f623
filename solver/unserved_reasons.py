"""What the season's programme said last of every field while its straw could still leave."""

from __future__ import annotations

from datetime import date

from solver.scenario import Scenario
from solver.season.programme import Programme
from solver.season.reasons import Blocked


class UnservedReasons:
    """Hears the programme of every morning; `by_field` is for the fields that keep straw in the end.

    A field past its `clear_by` keeps what was said of it before. Where the programme wanted it served on the day, and
    never spoke of it again, that day fell short.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._clear_by = {f.field_id: f.clear_by for f in scenario.fields}
        self.by_field: dict[str, Blocked] = {}

    def hear(self, programme: Programme, day: date) -> None:
        """What the programme of the morning of `day` says."""
        baled = {row.field_id for row in programme.rows if row.bale_date == day}
        hauled = {row.field_id for row in programme.rows if row.haul_date == day}
        for field_id, clear_by in self._clear_by.items():
            blocked = programme.blocked_by.get(field_id)
            if clear_by < day:
                if blocked is not None:
                    self.by_field.setdefault(field_id, blocked)
            elif blocked is not None:
                self.by_field[field_id] = blocked
            elif field_id in baled or field_id in hauled:
                self.by_field[field_id] = _day_fell_short(day, baled=field_id in baled, hauled=field_id in hauled)
            else:
                self.by_field.pop(field_id, None)


def _day_fell_short(day: date, *, baled: bool, hauled: bool) -> Blocked:
    if baled and hauled:
        return (
            f"the programme had it baled and fetched on {day}, but that day's balers or trucks did not get through",
            f"balers or trucks had more time on {day}, or its deadline were later",
        )
    if baled:
        return (
            f"the programme had it baled on {day}, but that day's balers did not get through",
            f"balers had more time on {day}, or its deadline were later",
        )
    return (
        f"the programme had it fetched on {day}, but that day's trucks did not get through",
        f"trucks or bays had more time on {day}, or its deadline were later",
    )
