"""How long the editor waits for what a moved stack breaks (goal: 200 ms), for each drawn yard of the demo county.
On a busy machine the time at work says more."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

from flask import Flask, render_template

from app import create_app
from app.fire_safety.drawings.queries import drawing_of_yard, judged
from app.fire_safety.drawings.rule_texts import told_findings
from app.fire_safety.drawings.sketch import sketch_of
from tests.conftest import config_for

YARDS = Path(__file__).resolve().parents[3] / "data" / "yards"
_ROUNDS = 9
_DAY = date(2026, 11, 23)


def run() -> None:
    """Print one line a yard: reading the GeoJSON, judging it, writing list and marks."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config_for("sqlite://", Path(folder)))
        for file in sorted(YARDS.glob("*.geojson")):
            _time(app, file)


def _time(app: Flask, file: Path) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    stack = next(it for it in content["features"] if it["id"] == "stack-1")
    took_ms, worked_ms = [], []
    for number in range(_ROUNDS):
        ring = stack["geometry"]["coordinates"][0]
        step = 0.5 if content["strawline"]["unit"] == "m" else 0.5 / 96_000
        stack["geometry"]["coordinates"] = [[[x + step * (-1) ** number, y] for x, y in ring]]
        text = json.dumps(content)
        began, began_work = time.perf_counter(), time.process_time()
        found = judged(drawing_of_yard(text, file.stem), _DAY)
        with app.test_request_context():
            shown = {"told": told_findings(found.findings), "sketch": sketch_of(found.drawing, found.findings)}
            for part in ("_findings", "_marks"):
                render_template(f"drawings/{part}.html", found=found, **shown)
        took_ms.append(1000 * (time.perf_counter() - began))
        worked_ms.append(1000 * (time.process_time() - began_work))
    stacks = len(found.drawing.stacks)
    print(
        f"{file.stem}: {stacks} stacks, {statistics.median(took_ms):.0f} ms (longest {max(took_ms):.0f} ms), "
        f"at work {statistics.median(worked_ms):.0f} ms"
    )


if __name__ == "__main__":
    run()
