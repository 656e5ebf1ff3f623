"""`make bench`: runs the named benchmarks, keeps what they said, writes docs/benchmarks.md anew.

`python -m tests.benchmarks [--only hauls-a,routing] [--all] [--list] [--draw]`. Answers are kept in
build/bench/NAME.json (whole) and docs/benchmarks/results.json (figures); those of benchmarks that are not run stay as
they are. A benchmark that fails is told, the others go on, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.benchmark import Benchmark, Output
from tests.benchmarks.catalogue import BENCHMARKS, BUILD, ROOT
from tests.benchmarks.document import write_document
from tests.benchmarks.machine import Watch, commit, machine, versions

DOCS = ROOT / "docs"
RESULTS = DOCS / "benchmarks" / "results.json"


class CommandFailed(Exception):
    """A command of a benchmark ended with a fault."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 0 where all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", help="names with commas between")
    parser.add_argument("--all", action="store_true", help="the long ones too")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    parser.add_argument("--draw", action="store_true", help="run nothing, write the document from what is kept")
    chosen = parser.parse_args(arguments)
    if chosen.list:
        for one in BENCHMARKS.values():
            print(f"{one.name:18} about {one.minutes:4.1f} min{' (long)' if one.is_long else '':8} {one.title}")
        return 0
    names = [name for name in (chosen.only or "").split(",") if name]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    names = names or [one.name for one in BENCHMARKS.values() if chosen.all or not one.is_long]
    failed = [] if chosen.draw else [name for name in names if not _measured(BENCHMARKS[name])]
    write_document(_kept(), DOCS)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _measured(benchmark: Benchmark) -> bool:
    """Whether the benchmark ran and its answer is kept."""
    print(f"== {benchmark.name}: {benchmark.title}, about {benchmark.minutes:g} min", flush=True)
    if benchmark.writes is not None:
        shutil.rmtree(ROOT / benchmark.writes, ignore_errors=True)
    told = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "commit": commit(ROOT)}
    watch = Watch()
    try:
        outputs = [_said(command) for command in benchmark.commands]
        answer = benchmark.read(outputs)
    except (CommandFailed, ValueError, KeyError, OSError) as error:
        print(f"   failed: {error}", flush=True)
        return False
    result = {
        **told,
        **watch.read(),
        "machine": machine(),
        "versions": versions(),
        "commands": list(benchmark.commands),
        "figures": [{**asdict(figure), "holds": figure.holds} for figure in answer.figures],
        "series": dict(answer.series),
        "note": answer.note,
    }
    for figure in answer.figures:
        print(f"   {figure.what}: {figure.value} {figure.unit}", flush=True)
    whole = {**result, "outputs": [asdict(output) for output in outputs]}
    _write(ROOT / BUILD / f"{benchmark.name}.json", whole)
    _write(RESULTS, {**_kept(), benchmark.name: result})
    return True


def _said(command: str) -> Output:
    """What the command wrote to its standard output; what it tells besides goes to ours."""
    words = shlex.split(command)
    program = {"strawline": [sys.executable, "-m", "app.cli"], "python": [sys.executable]}[words[0]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    done = subprocess.run(
        [*program, *words[1:]], cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, encoding="utf-8"
    )
    if done.returncode:
        raise CommandFailed(f"{command}: exit status {done.returncode}\n{done.stdout[-2000:]}")
    return Output(done.stdout, round(time.monotonic() - began, 2))


def _kept() -> dict[str, Any]:
    """What is kept of all benchmarks, in their order."""
    try:
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: kept[name] for name in BENCHMARKS if name in kept}


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
