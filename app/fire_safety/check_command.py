"""`strawline yard check`: what a yard's drawing breaks of the plan and the codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from app.clock import business_day
from app.command_group import LANGUAGES_OF_COMMANDS
from app.fire_safety.measure_words import figure_words, measured_words, unit_words
from yard_rules.finding import Basis, Finding, Severity
from yard_rules.fire import FireRules, LegalCapacity, check_yard, legal_capacity, rule_entries
from yard_rules.rulebook import read_rulebook
from yard_rules.yard_drawing import DrawingFaults, YardDrawing, read_yard_drawing

CLEAN, BLOCKED, UNREADABLE = 0, 1, 2
SHOWN_SUBJECTS = 6
PICTURES = (".svg", ".png", ".pdf")
_COLOURS = {Severity.BLOCKS: "bold red", Severity.MEND: "yellow", Severity.ADVICE: "cyan"}


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option("--rules", type=click.Path(path_type=Path), help="A county's figures (TOML) in place of ours.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day whose rules hold. Default: today.")
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the yard and its faults: .svg, .png or .pdf.")
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of the picture's words.")
def check(
    files: tuple[Path, ...],
    as_json: bool,
    rules: Path | None,
    day: datetime | None,
    picture: Path | None,
    language: str,
) -> None:
    """Check the drawn yards FILE... against annexes 1 and 2 of the plan and the codes; findings worst first.

    Exit status: 0 nothing blocks (there may be findings to mend, and advice), 1 a finding blocks a yard, 2 a drawing,
    the rules or the command cannot be read (then every fault is told; yards that can be read are checked all the same).
    """
    held = _rules(rules, day.date() if day else business_day())
    if picture is not None and (picture.suffix.lower() not in PICTURES or len(files) > 1):
        raise click.UsageError(
            f"--picture draws one yard as {', '.join(PICTURES)}: {picture} and {len(files)} drawings"
        )
    answers = [_answer(file, held) for file in files]
    if as_json:
        click.echo(
            json.dumps(
                {"day": held.day.isoformat(), "yards": [it.as_json(held.day) for it in answers]},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        for answer in answers:
            answer.tell(Console(soft_wrap=True), Console(stderr=True, soft_wrap=True), held.day)
    if picture is not None and answers[0].drawing is not None:
        _draw(answers[0].drawing, answers[0].findings, picture, held.day, language)
    sys.exit(max(answer.status for answer in answers))


class _Answer:
    """What is to be said of one file."""

    def __init__(self, file: Path, faults: Sequence[Any] = ()) -> None:
        self.file = file
        self.faults = faults
        self.drawing: YardDrawing | None = None
        self.findings: tuple[Finding, ...] = ()
        self.capacity: LegalCapacity | None = None

    @property
    def status(self) -> int:
        if self.drawing is None:
            return UNREADABLE
        return BLOCKED if any(it.severity is Severity.BLOCKS for it in self.findings) else CLEAN

    def as_json(self, day: date) -> dict[str, Any]:
        if self.drawing is None or self.capacity is None:
            faults = [{"feature": it.feature, "part": it.part, "text": it.text} for it in self.faults]
            return {"file": str(self.file), "readable": False, "faults": faults}
        return {
            "file": str(self.file),
            "readable": True,
            "yard_id": self.drawing.yard_id,
            "blocked": self.status == BLOCKED,
            "legal_capacity": self.capacity.as_json(),
            "findings": [it.as_json(day) for it in self.findings],
        }

    def tell(self, out: Console, err: Console, day: date) -> None:
        if self.drawing is None or self.capacity is None:
            err.print(f"{escape(str(self.file))} cannot be read:")
            for fault in self.faults:
                err.print(f"  {escape(str(fault))}")
            return
        title = f"{self.drawing.yard_id} {self.drawing.name}"
        for finding in self.findings:
            for line in _lines(finding, day):
                out.print(line, highlight=False)
        counts = ", ".join(f"{sum(it.severity is one for it in self.findings)} {_WORDS[one]}" for one in Severity)
        room = f"{self.capacity.bales:,} bales, {self.capacity.mass_kg / 1000:,.1f} t"
        out.print(f"{escape(title)}: {counts}. By the rules its stacks may hold {room}.")
        if self.capacity.unverified:
            out.print("    [yellow]Check with the fire brigade the figures that limit this:[/]")
        for rule, figure in self.capacity.unverified:
            value = f"{rule_entries()[rule].title}: {figure_words(float(figure.value))} {unit_words(figure.unit)}"
            out.print(f"    [dim]{escape(value)}: {escape(figure.source)} (unverified)[/]", highlight=False)


_WORDS = {Severity.BLOCKS: "blocking", Severity.MEND: "to mend", Severity.ADVICE: "advice"}


def _lines(finding: Finding, day: date) -> Iterator[str]:
    entry = rule_entries()[finding.rule]
    mend_by = finding.mend_by(day)
    within = "" if mend_by is None else f" within {finding.mend_days} days, by {mend_by}"
    subject = ", ".join(finding.subject[:SHOWN_SUBJECTS])
    if len(finding.subject) > SHOWN_SUBJECTS:
        subject += f" and {len(finding.subject) - SHOWN_SUBJECTS} more"
    head = ": ".join(it for it in (entry.title, measured_words(finding)) if it)
    colour = _COLOURS[finding.severity]
    yield f"[{colour}]{finding.severity.value}{within}[/]  [bold]{escape(head)}[/]  ({finding.rule})"
    yield f"    {escape(subject)}. {escape(entry.remedy)}."
    for basis in finding.bases:
        yield f"    [dim]{escape(_source(basis))}[/]"
    if finding.ask_brigade:
        yield "    [yellow]Ask the fire brigade: the figure was not compared with the code.[/]"


def _source(basis: Basis) -> str:
    value = "" if basis.value is None else f"{figure_words(basis.value)}: "
    return value + basis.source + ("" if basis.verified else " (unverified)")


def _rules(path: Path | None, day: date) -> FireRules:
    try:
        return FireRules(day, read_rulebook(path) if path else None)
    except (OSError, ValueError, TypeError, AttributeError) as fault:
        raise click.UsageError(f"--rules {path}: {fault}") from fault
    except LookupError as fault:
        raise click.UsageError(f"no rules on {day}: {fault}") from fault


def _answer(file: Path, rules: FireRules) -> _Answer:
    try:
        drawing = read_yard_drawing(file)
    except DrawingFaults as faults:
        return _Answer(file, faults.faults)
    except OSError as fault:
        return _Answer(file, DrawingFaults.of_text(f"{fault.strerror or fault}").faults)
    answer = _Answer(file)
    answer.drawing = drawing
    answer.findings = check_yard(drawing, rules)
    answer.capacity = legal_capacity(drawing, rules, answer.findings)
    return answer


def _draw(drawing: YardDrawing, findings: Sequence[Finding], path: Path, day: date, language: str) -> None:
    # Drawing takes a library that a check without a picture does not wait for.
    from app.fire_safety.yard_pictures import draw_yard
    from app.picture_fonts import readable_language

    try:
        draw_yard(drawing, findings, path, day=day, language=readable_language(language))
    except OSError as fault:
        raise click.UsageError(f"--picture {path}: {fault.strerror or fault}") from fault
