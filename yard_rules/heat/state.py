"""How hot a stack is at a moment, why, what follows from it and what may end it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from yard_rules.acceptance import AcceptanceKind
from yard_rules.audiences import Audience
from yard_rules.heat.course import (
    CourseFigures,
    Held,
    ProbeCourse,
    Sign,
    course_figures,
    held_after,
    probe_course,
)
from yard_rules.heat.ladder import Ban, HeatLevel, Task, ladder
from yard_rules.heat.readings import HeatReading, counted_by_probe
from yard_rules.heat.schedule import (
    ProbeInterval,
    ProbingNeeds,
    first_moment_after,
    probe_interval,
    probes_needed,
)
from yard_rules.rulebook import Figure, Rulebook, rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A probe that reports by itself, every `every` where that is set, else as often as the stack is to be probed."""

    probe: str
    placed_at: datetime
    every: timedelta | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatStack:
    """What of a stack decides how it is watched.

    `since`: when its first bales came; `last_addition`: when the last did. `stacking`: the wettest class of its bales,
    where known.
    """

    stack_id: str
    since: datetime
    last_addition: datetime
    mass_kg: int
    stacking: AcceptanceKind | None = None
    sensors: tuple[Sensor, ...] = ()

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.last_addition.tzinfo is None:
            raise ValueError(f"stack {self.stack_id} without a time zone")


class Cause(StrEnum):
    """Why a stack has its level."""

    TEMPERATURE = "temperature"
    RISE = "rise"
    FAST_RISE = "fast_rise"
    JUMP = "jump"
    NONSENSE = "nonsense"
    LOST_PROBE = "lost_probe"
    NOT_PROBED = "not_probed"
    SMOKE = "smoke"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause of one level. `probe` is None where it is not one probe's.

    `measured_dc`: the hottest that last spoke for it, in tenths of a degree, at `measured_at`. `is_held`: the last
    reading spoke for less already.
    """

    level: HeatLevel
    cause: Cause
    since: datetime
    probe: str | None
    measured_dc: int | None
    measured_at: datetime | None
    is_held: bool
    figures: tuple[Figure, ...]


class EndsBy(StrEnum):
    """What ends a cause."""

    READINGS = "readings"
    BEING_HEARD = "being_heard"  # the probe reports again, or somebody probes
    RELEASE = "release"  # two people, with evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What must come so that a reason ends. For readings: all below `below_dc`, of that probe, `readings` of them, the
    last not before `not_before` (None while none is below yet: then `apart` after the first of them)."""

    reason: Reason
    by: EndsBy
    below_dc: int | None
    readings: int | None
    apart: timedelta | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatState:
    """A stack at a moment.

    `reasons`: worst first, none where the level is normal. `hottest_dc`: the hottest of what each probe showed last, in
    tenths of a degree. `next_probe_due`: when the next round of probing is to be done, or a reading that cannot be
    believed is to be taken again by hand; `changes_at`: when the state gets worse by silence alone, where it does.
    `probes_heard`: how many different probes were read within the last interval, of `probes_needed`.
    """

    stack_id: str
    moment: datetime
    level: HeatLevel
    since: datetime
    reasons: tuple[Reason, ...]
    endings: tuple[Ending, ...]
    bans: tuple[Ban, ...]
    tasks: tuple[Task, ...]
    told: tuple[Audience, ...]
    hottest_dc: int | None
    hottest_probe: str | None
    hottest_at: datetime | None
    interval: ProbeInterval
    next_probe_due: datetime
    changes_at: datetime | None
    probes_heard: int
    probes_needed: int
    figures: tuple[Figure, ...]

    @property
    def is_overdue(self) -> bool:
        """Whether the round of probing is late."""
        return self.moment > self.next_probe_due


def heat_state(
    stack: HeatStack,
    readings: Iterable[HeatReading],
    *,
    moment: datetime,
    rain_days: Collection[date] = (),
    smoke: Collection[datetime] = (),
    releases: Collection[datetime] = (),
    book: Rulebook | None = None,
) -> HeatState:
    """Return how hot a stack with bales in it is at `moment`, and what follows.

    Days are those of the zone of `moment`: pass it in the county's time. `smoke`: when somebody saw or smelled it.
    `releases`: when two people, with evidence, declared the danger over (taken apart, or released by the brigade): what
    was measured before no longer counts, and the stack stays at `level_after_release` until two readings are below.
    Nothing that happened or was received after `moment` counts, so that a past state can be asked for.

    The level is the highest of what each probe holds (`probe_course`), smoke, what a release left, and of
    `lost_probe_level` where a sensor, or the whole stack, was silent for `lost_after_intervals` of its intervals.

    Raises ValueError for a moment without a zone, NoFigure before 2023. Sources: rulebooks/heat.toml.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    day = moment.date()
    figures, rungs = course_figures(day, book), ladder(day, book)
    book = book or rulebook("heat")
    released = max((at for at in releases if at <= moment), default=None)
    by_probe = counted_by_probe(readings, since=stack.since, until=moment, day=day, book=book)
    courses = [
        probe_course(probe, (it for it in counted if released is None or it.at > released), figures)
        for probe, counted in by_probe.items()
    ]
    reasons = [reason for course in courses for reason in _of_probe(course, figures)]
    reasons += _of_smoke(smoke, released, moment, day, book)
    reasons += _of_release(released, courses, figures, day, book)
    warmest = max((reason.level for reason in reasons), default=HeatLevel.NORMAL)

    needs = ProbingNeeds(
        last_addition=stack.last_addition.astimezone(moment.tzinfo).date(),
        rain_days=frozenset(rain_days),
        stacking=stack.stacking,
    )
    silence = _Silence(stack, courses, released, needs, warmest, moment, day, book)
    reasons += silence.reasons()
    reasons.sort(key=lambda reason: (-reason.level, reason.since, reason.probe or ""))
    level = max((reason.level for reason in reasons), default=HeatLevel.NORMAL)
    rung = rungs[level]
    interval = probe_interval(needs, level, day, book)
    base = max([silence.heard_at, *(at for at in smoke if at <= moment)]).astimezone(moment.tzinfo)
    due = first_moment_after(base, 1, needs, level, day, book)
    hottest = max(
        (course for course in courses if course.last and course.last.counted_dc is not None),
        key=lambda course: (course.last and course.last.counted_dc) or 0,
        default=None,
    )
    return HeatState(
        stack_id=stack.stack_id,
        moment=moment,
        level=level,
        since=min((reason.since for reason in reasons if reason.level is level), default=stack.since),
        reasons=tuple(reasons),
        endings=tuple(_ending(reason, courses, figures) for reason in reasons),
        bans=rung.bans,
        tasks=rung.tasks,
        told=rung.told,
        hottest_dc=hottest.last.counted_dc if hottest and hottest.last else None,
        hottest_probe=hottest.probe if hottest else None,
        hottest_at=hottest.heard_at if hottest else None,
        interval=interval,
        next_probe_due=min([due, *_looked_at_again(courses, day, book)]),
        changes_at=silence.lost_next(),
        probes_heard=sum(
            course.heard_at is not None and moment - course.heard_at <= interval.every for course in courses
        ),
        probes_needed=probes_needed(stack.mass_kg, day, book),
        figures=tuple(dict.fromkeys(figure for reason in reasons for figure in reason.figures)),
    )


def _looked_at_again(courses: list[ProbeCourse], day: date, book: Rulebook) -> list[datetime]:
    """Until when somebody is to measure by hand, as a probe's last reading cannot be believed."""
    after = timedelta(minutes=book.whole("look_again_min", day))
    return [
        course.last.reading.at + after
        for course in courses
        if course.last and course.last.sign in (Sign.JUMP, Sign.NONSENSE)
    ]


def _of_probe(course: ProbeCourse, figures: CourseFigures) -> list[Reason]:
    """The highest level that a probe holds, as a reason; no more than that one is to be told."""
    if not course.held:
        return []
    held: Held = course.held[course.level]
    said = held.last
    return [
        Reason(
            level=course.level,
            cause=Cause(said.sign.value),
            since=held.since,
            probe=course.probe,
            measured_dc=said.reading.told.temperature_dc if said.sign is Sign.NONSENSE else said.counted_dc,
            measured_at=said.reading.at,
            is_held=held.below_since is not None,
            figures=(*figures.by_sign[said.sign], *figures.of_level[course.level][:1]),
        )
    ]


def _of_smoke(
    smoke: Collection[datetime], released: datetime | None, moment: datetime, day: date, book: Rulebook
) -> list[Reason]:
    seen = [at for at in smoke if at <= moment and (released is None or at > released)]
    figure = book.figure("smoke_level", day)
    return [_event(Cause.SMOKE, HeatLevel(int(figure.value)), min(seen), None, (figure,))] if seen else []


def _of_release(
    released: datetime | None, courses: list[ProbeCourse], figures: CourseFigures, day: date, book: Rulebook
) -> list[Reason]:
    if released is None:
        return []
    figure = book.figure("level_after_release", day)
    said = [spoken for course in courses for spoken in course.spoken]
    left = held_after(released, HeatLevel(int(figure.value)), said, figures)
    return [_event(Cause.RELEASED, left, released, None, (figure,))] if left > HeatLevel.NORMAL else []


def _event(cause: Cause, level: HeatLevel, since: datetime, probe: str | None, figures: tuple[Figure, ...]) -> Reason:
    return Reason(
        level=level,
        cause=cause,
        since=since,
        probe=probe,
        measured_dc=None,
        measured_at=None,
        is_held=False,
        figures=figures,
    )


class _Silence:
    """When probes, and the stack as a whole, were or will be silent for too long."""

    def __init__(
        self,
        stack: HeatStack,
        courses: list[ProbeCourse],
        released: datetime | None,
        needs: ProbingNeeds,
        level: HeatLevel,
        moment: datetime,
        day: date,
        book: Rulebook,
    ) -> None:
        self._figures = (book.figure("lost_after_intervals", day), book.figure("lost_probe_level", day))
        self._level = HeatLevel(int(self._figures[1].value))
        self._moment = moment
        intervals = int(self._figures[0].value)
        heard = {course.probe: course.heard_at for course in courses if course.heard_at is not None}

        def demanded(since: datetime) -> datetime:
            return first_moment_after(since.astimezone(moment.tzinfo), intervals, needs, level, day, book)

        at_least = [released] if released else []
        self.heard_at = max([stack.since, *at_least, *heard.values()])
        self._lost: list[tuple[Cause, str | None, datetime]] = [(Cause.NOT_PROBED, None, demanded(self.heard_at))]
        for sensor in stack.sensors:
            if sensor.withdrawn_at is not None and sensor.withdrawn_at <= moment:
                continue
            since = max([sensor.placed_at, *at_least, *([heard[sensor.probe]] if sensor.probe in heard else [])])
            lost_at = demanded(since) if sensor.every is None else since + intervals * sensor.every
            self._lost.append((Cause.LOST_PROBE, sensor.probe, lost_at))

    def reasons(self) -> list[Reason]:
        return [
            _event(cause, self._level, lost_at, probe, self._figures)
            for cause, probe, lost_at in self._lost
            if lost_at < self._moment
        ]

    def lost_next(self) -> datetime | None:
        return min((lost_at for _cause, _probe, lost_at in self._lost if lost_at >= self._moment), default=None)


def _ending(reason: Reason, courses: list[ProbeCourse], figures: CourseFigures) -> Ending:
    by = EndsBy.READINGS
    if reason.cause in (Cause.LOST_PROBE, Cause.NOT_PROBED):
        by = EndsBy.BEING_HEARD
    elif reason.cause is Cause.SMOKE or (
        reason.cause is not Cause.RELEASED and reason.level > figures.highest_left_by_readings
    ):
        by = EndsBy.RELEASE
    is_by_readings = by is EndsBy.READINGS
    apart = figures.probe_every[reason.level] if is_by_readings else None
    held = next((it.held.get(reason.level) for it in courses if it.probe == reason.probe), None)
    first_below = held.below_since if held else None
    return Ending(
        reason=reason,
        by=by,
        below_dc=figures.from_dc[reason.level] if is_by_readings else None,
        readings=figures.readings_to_leave if is_by_readings else None,
        apart=apart,
        not_before=first_below + apart if first_below and apart else None,
    )
