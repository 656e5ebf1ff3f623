"""What is to be said of a stack's heat, as findings beside those of the layout."""

from __future__ import annotations

from datetime import timedelta

from yard_rules.finding import Severity, worst_first
from yard_rules.heat.course import course_figures
from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.state import HeatState
from yard_rules.rulebook import Rulebook, rulebook
from yard_rules.timed_finding import TimedFinding, finding_by_figures

_AN_HOUR = timedelta(hours=1)


def heat_findings(state: HeatState, book: Rulebook | None = None) -> tuple[TimedFinding, ...]:
    """Return the findings of a stack's state, worst first.

    - `heat_level`: the level is above normal; subject the stack and the probe, measured the temperature and required
      less than the level's, in °C, where it is one of temperature.
    - `heat_probing_overdue`: hours since the last round of probing was due.
    - `heat_probes_missing`: fewer probes were read within the last interval than a stack of that mass needs.

    Sources: rulebooks/heat.toml.
    """
    day = state.moment.date()
    book = book or rulebook("heat")
    found = [*_of_level(state, book)]
    if state.is_overdue:
        overdue = finding_by_figures(
            "heat_probing_overdue",
            (state.stack_id,),
            Severity.MEND,
            state.interval.figures,
            measured=(state.moment - state.next_probe_due) / _AN_HOUR,
            required=0,
            unit="h",
            mend_days=book.whole("finding_mend_days", day),
        )
        found.append(TimedFinding(finding=overdue, begins=state.next_probe_due, ends=None))
    if state.probes_heard < state.probes_needed:
        missing = finding_by_figures(
            "heat_probes_missing",
            (state.stack_id,),
            Severity.MEND,
            (book.figure("kg_per_probe", day), book.figure("least_probes", day)),
            measured=state.probes_heard,
            required=state.probes_needed,
            unit="probes",
            mend_days=book.whole("probes_missing_mend_days", day),
        )
        found.append(TimedFinding(finding=missing, begins=state.moment, ends=None))
    order = worst_first(it.finding for it in found)
    return tuple(sorted(found, key=lambda it: order.index(it.finding)))


def _of_level(state: HeatState, book: Rulebook) -> list[TimedFinding]:
    if state.level is HeatLevel.NORMAL:
        return []
    day = state.moment.date()
    reason = state.reasons[0]
    severity = Severity.ADVICE
    if state.level >= book.whole("finding_blocks_from_level", day):
        severity = Severity.BLOCKS
    elif state.level >= book.whole("finding_mend_from_level", day):
        severity = Severity.MEND
    limit_dc = None if reason.measured_dc is None else course_figures(day, book).from_dc[state.level]
    finding = finding_by_figures(
        "heat_level",
        (state.stack_id, *([reason.probe] if reason.probe else [])),
        severity,
        reason.figures,
        measured=None if reason.measured_dc is None else reason.measured_dc / 10,
        required=None if limit_dc is None else limit_dc / 10,
        unit=None if limit_dc is None else "°C",
        mend_days=book.whole("finding_mend_days", day) if severity is Severity.MEND else None,
    )
    return [TimedFinding(finding=finding, begins=state.since, ends=None)]
