"""A season of one yard replayed: every alarm when it is due, none where there is no danger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.yard_rules.season_of_heat import (
    EVERY,
    HOUR,
    MINUTE,
    POINTS,
    ConditionsChanged,
    Rained,
    ReadingCame,
    RoundDone,
    Season,
    SmokeSeen,
    season_of_heat,
)
from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.state import HeatState, heat_state
from yard_rules.patrols.rounds import next_round


@pytest.fixture(scope="module")
def season() -> Season:
    return season_of_heat(5)


def state(season: Season, stack_id: str, moment: datetime) -> HeatState:
    known = season.known(moment)
    return heat_state(
        next(stack for stack in season.stacks if stack.stack_id == stack_id),
        [it.reading for it in known if isinstance(it, ReadingCame) and it.stack_id == stack_id],
        moment=moment,
        rain_days=[it.day for it in known if isinstance(it, Rained)],
        smoke=[it.known_at for it in known if isinstance(it, SmokeSeen) and it.stack_id == stack_id],
    )


def test_the_same_seed_makes_the_same_season() -> None:
    assert season_of_heat(5, days=10) == season_of_heat(5, days=10)
    assert season_of_heat(5, days=10) != season_of_heat(6, days=10)


def test_the_season_holds_every_kind_of_danger(season: Season) -> None:
    assert {alarm.level for alarm in season.alarms} == set(HeatLevel) - {HeatLevel.NORMAL}
    assert {"smoke", "nonsense", "a jump", "a lost probe"} < {alarm.why for alarm in season.alarms}
    kinds = Counter(type(event).__name__ for event in season.events)
    assert kinds["ReadingCame"] > 4000
    assert kinds["RoundDone"] > 1000
    assert len(season.missed_rounds) > 5
    assert [event.known_at for event in season.events] == sorted(event.known_at for event in season.events)


def test_every_alarm_is_raised_when_it_is_due(season: Season) -> None:
    for alarm in season.alarms:
        found = state(season, alarm.stack_id, alarm.by)
        assert found.level >= alarm.level, alarm


def test_dry_stacks_with_sound_probes_are_never_a_warning(season: Season) -> None:
    for stack in season.stacks:
        if stack.stack_id not in season.quiet:
            continue
        moment = stack.since + EVERY
        while moment < season.gone_at[stack.stack_id]:
            found = state(season, stack.stack_id, moment)
            assert found.level < HeatLevel.WARNING, (found.moment, found.reasons)
            moment += timedelta(hours=101)


def test_the_hot_stack_keeps_its_alarm_until_it_is_gone(season: Season) -> None:
    first = next(it for it in season.alarms if it.level is HeatLevel.EMERGENCY)
    for hours in (1, 5, 24):
        moment = min(first.by + hours * HOUR, season.gone_at[first.stack_id])
        assert state(season, first.stack_id, moment).level is HeatLevel.EMERGENCY


def test_every_round_that_did_not_come_is_overdue_in_time(season: Season) -> None:
    conditions = [it.conditions for it in season.events if isinstance(it, ConditionsChanged)]
    rounds = [it.round for it in season.events if isinstance(it, RoundDone)]
    for missed in season.missed_rounds:
        found = next_round(conditions, rounds, points=POINTS, moment=missed.by)
        assert found.is_overdue, missed
        # The round that ended the silence is known five to twenty-five minutes later.
        assert not next_round(conditions, rounds, points=POINTS, moment=missed.until + 26 * MINUTE).is_overdue or any(
            it.by <= missed.until + 26 * MINUTE < it.until for it in season.missed_rounds
        )
