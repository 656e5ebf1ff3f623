"""How punctual the rounds of a yard were, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from yard_rules.festivals import festival_table
from yard_rules.finding import Finding, Severity
from yard_rules.patrols.interval import patrol_figures
from yard_rules.patrols.rounds import DueRound, DueState, Round
from yard_rules.rulebook import Rulebook
from yard_rules.timed_finding import TimedFinding, finding_by_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """How the rounds of a time were. `permille` is None where none were due; `longest_wait`: between two rounds while
    patrols were needed."""

    due: int
    punctual: int
    late: int
    missed: int
    permille: int | None
    mean_late: timedelta
    longest_wait: timedelta


def punctuality(rounds: Iterable[DueRound], until: datetime) -> Punctuality:
    """Return the figures of rounds that were due; open ones do not count yet, overdue ones count as late."""
    judged = [it for it in rounds if it.state is not DueState.OPEN]
    by_state = {state: [it for it in judged if it.state is state] for state in DueState}
    late = by_state[DueState.LATE] + by_state[DueState.OVERDUE]
    late_by = [(it.done_at or until) - it.due_at for it in late]
    punctual = len(by_state[DueState.PUNCTUAL])
    return Punctuality(
        due=len(judged),
        punctual=punctual,
        late=len(late),
        missed=len(by_state[DueState.MISSED]),
        permille=1000 * punctual // len(judged) if judged else None,
        mean_late=sum(late_by, timedelta(0)) / len(late_by) if late_by else timedelta(0),
        longest_wait=max(((it.done_at or until) - it.since for it in judged), default=timedelta(0)),
    )


def patrol_findings(
    yard_id: str, rounds: Sequence[DueRound], *, until: datetime, book: Rulebook | None = None
) -> tuple[TimedFinding, ...]:
    """Return what is to be said of the rounds that were due: each late, missed and overdue one, too few on time, and
    that the table of festivals ends. Measured and required are minutes, or per mille."""
    figures = patrol_figures(until, book)
    days = int(figures["patrol_mend_days"].value)
    found = [
        TimedFinding(finding=_of_round(yard_id, it, until), begins=it.due_at, ends=it.done_at)
        for it in rounds
        if it.state in (DueState.LATE, DueState.MISSED, DueState.OVERDUE)
    ]
    figure = figures["punctual_permille"]
    told = punctuality(rounds, until)
    if told.permille is not None and told.permille < figure.value:
        few = finding_by_figures(
            "patrol_unpunctual",
            (yard_id,),
            Severity.MEND,
            (figure,),
            measured=told.permille,
            required=float(figure.value),
            unit="permille",
            mend_days=days,
        )
        found.append(TimedFinding(finding=few, begins=rounds[0].due_at, ends=until))
    table_ends = festival_table().covers_until
    if (table_ends - until.date()).days < figures["table_warn_days"].value:
        ended = finding_by_figures("festival_table_ends", (yard_id,), Severity.ADVICE, (figures["table_warn_days"],))
        found.append(
            TimedFinding(finding=ended, begins=datetime.combine(table_ends, time.max, until.tzinfo), ends=None)
        )
    return tuple(found)


def round_findings(
    yard_id: str, done: Round, *, points: frozenset[str], book: Rulebook | None = None
) -> tuple[Finding, ...]:
    """Return what is odd about one round: points that it did not see, and points scanned faster than one walks."""
    if missing := sorted(points - {scan.point for scan in done.scans}):
        unseen = [
            finding_by_figures(
                "patrol_points_missing",
                (yard_id, done.round_id, *missing),
                Severity.ADVICE,
                (),
                measured=len(points) - len(missing),
                required=len(points),
                unit="points",
            )
        ]
    else:
        unseen = []
    figure = patrol_figures(done.received_at, book)["points_apart_s"]
    scans = sorted(done.scans, key=lambda scan: scan.at)
    apart_s = [
        (after.at - before.at).total_seconds() for before, after in pairwise(scans) if after.point != before.point
    ]
    if apart_s and min(apart_s) < figure.value:
        fast = finding_by_figures(
            "patrol_points_too_fast",
            (yard_id, done.round_id),
            Severity.ADVICE,
            (figure,),
            measured=min(apart_s),
            required=float(figure.value),
            unit="s",
        )
        return (*unseen, fast)
    return tuple(unseen)


def _of_round(yard_id: str, due: DueRound, until: datetime) -> Finding:
    every = due.interval.every or timedelta(0)
    return finding_by_figures(
        {
            DueState.LATE: "patrol_round_late",
            DueState.MISSED: "patrol_round_missed",
            DueState.OVERDUE: "patrol_round_overdue",
        }[due.state],
        (yard_id, *([due.round_id] if due.round_id else [])),
        Severity.ADVICE if due.state is DueState.LATE else Severity.MEND,
        due.interval.figures,
        measured=((due.done_at or until) - due.since) / timedelta(minutes=1),
        required=every / timedelta(minutes=1),
        unit="min",
        mend_days=None if due.state is DueState.LATE else 1,
    )
