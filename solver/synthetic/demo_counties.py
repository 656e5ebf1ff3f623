"""The made-up counties that are committed, by the name of the folder that holds each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from solver.scenario import Scenario
from solver.synthetic.haining import build_haining
from solver.synthetic.one_town import build_one_town

DEMO_COUNTIES: Mapping[str, Callable[[], Scenario]] = {"haining": build_haining, "one_town": build_one_town}
