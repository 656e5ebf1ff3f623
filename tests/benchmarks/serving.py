"""Pages, imports, gates, money and drawn yards: what the benches beside those parts print."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.benchmark import Answer, Figure, Output, number_in, numbers_in


def read_pages(outputs: Sequence[Output]) -> Answer:
    """The slowest page with 20,000 fields."""
    return Answer(
        (
            Figure("slowest page, 95 of 100 requests, alone", max(_of_pages(outputs[-1].text, 0)), "ms", 150.0),
            Figure("slowest page, two at once", max(_of_pages(outputs[-1].text, 1)), "ms"),
            Figure("pages", len(_of_pages(outputs[-1].text, 0)), ""),
        )
    )


def _of_pages(text: str, which: int) -> list[float]:
    between = (r"", r"\d+ / \d+\s+")[which]
    return numbers_in(text, rf"(?m)^/\S*\s+{between}\d+ / (\d+)\s")


def read_imports(outputs: Sequence[Output]) -> Answer:
    """20,000 fields."""
    text = outputs[-1].text
    return Answer(
        (
            Figure("preview of a workbook, all new", number_in(text, r"workbook, all new\s+([\d.]+) s"), "s", 5.0),
            Figure("preview, a fault in every row", number_in(text, r"a fault in every row\s+([\d.]+) s"), "s"),
            Figure("apply", number_in(text, r"(?m)^apply\s+([\d.]+) s"), "s"),
        )
    )


def read_files(outputs: Sequence[Output]) -> Answer:
    """The same rows from a file to judged rows."""
    text = outputs[-1].text
    return Answer(
        (
            Figure("a workbook read and judged", number_in(text, r"read workbook, judge\s+([\d.]+) s"), "s", 5.0),
            Figure("GeoJSON in GCJ-02", number_in(text, r"read GeoJSON in GCJ-02, judge\s+([\d.]+) s"), "s"),
        )
    )


def read_gate(outputs: Sequence[Output]) -> Answer:
    """Whole tickets a second, by database."""
    figures = []
    for name in ("SQLite", "PostgreSQL"):
        if f"{name}  not measured" in outputs[-1].text:
            continue
        figures.append(Figure(f"{name}, tickets", number_in(outputs[-1].text, rf"{name}\s+(\d+) tickets/s"), "/s"))
        figures.append(
            Figure(f"{name}, 99 of 100 within", number_in(outputs[-1].text, rf"{name}\s.*p99\s+(\d+) ms"), "ms")
        )
    return Answer(tuple(figures))


def read_tablet(outputs: Sequence[Output]) -> Answer:
    """An expected truck at a person's pace."""
    return Answer(
        (
            Figure("an expected truck, both passes", number_in(outputs[-1].text, r"both passes: ([\d.]+) s"), "s"),
            Figure("of it the tablet", number_in(outputs[-1].text, r"tablet ([\d.]+) s;"), "s"),
        )
    )


def read_money(outputs: Sequence[Output]) -> Answer:
    """A year of 60,000 tickets."""
    figures = []
    for name in ("SQLite", "PostgreSQL"):
        if f"{name}  not measured" in outputs[-1].text:
            continue
        worst = number_in(outputs[-1].text, rf"{name}\s+month close\s+worst ([\d.]+) s")
        verify = number_in(outputs[-1].text, rf"{name}\s+ledger verify\s+([\d.]+) s")
        figures += [Figure(f"{name}, worst month closed", worst, "s"), Figure(f"{name}, all verified", verify, "s")]
    return Answer(tuple(figures))


def read_editor(outputs: Sequence[Output]) -> Answer:
    """A stack moved in a drawn yard."""
    slowest = max(numbers_in(outputs[-1].text, r"stacks, (\d+) ms"))
    return Answer((Figure("slowest drawn yard, a stack moved", slowest, "ms", 200.0),))


def read_fire(outputs: Sequence[Output]) -> Answer:
    """A yard of 60 stacks."""
    return Answer((Figure("all rules, 60 stacks", number_in(outputs[-1].text, r"60 stacks\s+([\d.]+) ms"), "ms"),))


def read_design(outputs: Sequence[Output]) -> Answer:
    """Proposals for the sites: the least share of the bound."""
    shares = numbers_in(outputs[-1].text, r"(?m)^\S+\s+\S+\s+\d+\s+\d+\s+([\d.]+)%")
    return Answer((Figure("least share of the upper bound", min(shares), "%"), Figure("proposals", len(shares), "")))


def read_verification(outputs: Sequence[Output]) -> Answer:
    """Nothing but that it ran: docs/verification.md has the tables."""
    return Answer((), note="docs/verification.md has the tables")
