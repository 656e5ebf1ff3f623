"""docs/benchmarks.md from what is kept of the benchmarks: what was asked beside what was measured, with pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.catalogue import BENCHMARKS
from tests.benchmarks.pictures import draw

Results = Mapping[str, Mapping[str, Any]]

HEAD = """\
# Benchmarks

Written by `make bench`; change nothing here by hand. `make bench` runs all but the long ones, `make bench ALL=1` these
too, `make bench ONLY=hauls-a,routing` some; what was not run stays as it was. `python -m tests.benchmarks --list` says
what there is. Figures to compare with are in [benchmarks/results.json](benchmarks/results.json), whole answers in
`build/bench/NAME.json`. Gaps are (cost − bound) ÷ bound unless it says otherwise; days and problems are made up from
their seeds, see [haul_instances.md](haul_instances.md) for those of hauls.
"""


def write_document(results: Results, docs: Path) -> None:
    """Write `benchmarks.md` and the pictures in `benchmarks/`; the same results give the same files."""
    pictures = draw(results, docs / "benchmarks")
    parts = [HEAD, *_machines(results), *_table(results)]
    parts.extend(f"![{title}](benchmarks/{path.name})\n" for path, title in pictures)
    parts.extend(_commands(results))
    (docs / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def _machines(results: Results) -> Iterator[str]:
    """Each machine with its versions, and what was measured there if there are several."""
    setups: dict[str, list[str]] = {}
    for name, result in results.items():
        setups.setdefault(json.dumps([result["machine"], result["versions"]]), []).append(name)
    yield "## Machine\n"
    for setup, names in setups.items():
        its, versions = json.loads(setup)
        of = f" ({', '.join(names)})" if len(setups) > 1 else ""
        packages = ", ".join(f"{package} {number}" for package, number in versions.items())
        yield f"- {its['cores']} cores, {its['processor']}, {its['memory_gb']} GB, {its['system']}{of}: {packages}."
    yield ""
    loud = [name for name, result in results.items() if not result["is_quiet"]]
    if loud:
        yield (
            f"Others were at work on the machine during {', '.join(f'`{name}`' for name in loud)}: times by the clock "
            "and gaps at a wall time are worse there than on a quiet one. The column “others” says how many cores they "
            "kept busy on average.\n"
        )


def _table(results: Results) -> Iterator[str]:
    yield "## Asked and measured\n"
    yield "| benchmark | figure | asked | measured | | minutes | others, cores | day, commit |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, result in results.items():
        took = (
            f"{result['took_s'] / 60:.1f} | {_number(result['others_cores'])} | {result['at'][:10]}, {result['commit']}"
        )
        for number, figure in enumerate(result["figures"]):
            mark = {True: "holds", False: "**not met**", None: ""}[figure["holds"]]
            first = f"{BENCHMARKS[name].title} (`{name}`)" if number == 0 else ""
            measured = f"{_number(figure['value'])} {figure['unit']}".strip()
            yield f"| {first} | {figure['what']} | {_asked(figure)} | {measured} | {mark} | {took} |"
            took = "| |"
    yield ""
    missing = [one.name for one in BENCHMARKS.values() if one.name not in results]
    if missing:
        yield f"Not measured yet: {', '.join(f'`{name}`' for name in missing)}.\n"


def _asked(figure: Mapping[str, Any]) -> str:
    if figure["asked"] is None:
        return ""
    sign = "≤" if figure["better"] == "less" else "≥"
    goal = "" if figure["goal"] is None else f" (goal {_number(figure['goal'])})"
    return f"{sign} {_number(figure['asked'])}{goal} {figure['unit']}".strip()


def _number(value: float | None) -> str:
    """Four digits that count, more where they stand before the point or are the cents of a short cost."""
    if value is None:
        return "-"
    if value == int(value) or abs(value) >= 100_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.4g}"


def _commands(results: Results) -> Iterator[str]:
    yield "## Commands\n"
    yield "In the root folder after `make setup`, with `.venv/bin` in the path; seeds stand in them.\n"
    yield "```"
    for name, result in results.items():
        note = f"  # {result['note']}" if result["note"] else ""
        yield f"# {name}{note}"
        yield from result["commands"]
    yield "```"
    yield ""
