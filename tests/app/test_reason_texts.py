"""Whatever reason the planner can write for a field or a departure, the page can say in Chinese."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

from solver import allocation, greedy, plan_assembly, unserved_reasons
from solver.greedy import reasons as greedy_reasons
from solver.season import reasons as season_reasons

APP = Path(__file__).parents[2] / "app"
TEXTS = APP / "dispatch" / "templates" / "dispatch" / "_texts.html"
CATALOGUE = APP / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"

# Where a module makes reasons; others of its texts are not for the page.
MAKERS: dict[ModuleType, tuple[str, ...]] = {
    season_reasons: (
        "blocked_fields",
        "blocked_without_trucks",
        "_from_data",
        "_next_dry",
        "reason",
        "_scarce",
        "_room",
    ),
    unserved_reasons: ("_day_fell_short",),
    plan_assembly: ("_general_reason",),
    greedy_reasons: ("_reason",),
    allocation: ("_plant_days", "_why_not_nearest", "_why_on_free_days", "_why_not_own_town"),
}
GAP = "§"


def written_reasons(module: ModuleType, makers: tuple[str, ...]) -> Iterator[str]:
    """Every text of more than one word in these functions, a § for what is filled in."""
    tree = ast.parse(inspect.getsource(module))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in makers]
    assert {f.name for f in functions} == set(makers)
    for function in functions:
        body = function.body[1:] if ast.get_docstring(function) else function.body
        for statement in body:
            yield from _texts(statement)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else GAP for v in node.values)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and " " in node.value.strip("; "):
            yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)


def page_patterns() -> dict[str, str]:
    """The page's reasons in English and, from the catalogue, in Chinese."""
    block = TEXTS.read_text(encoding="utf-8").split('"reasons": {')[1]
    keys = re.findall(r'^    "(.+?)": _\("(.+?)"\)', block, flags=re.MULTILINE)
    assert all(key == msgid for key, msgid in keys)
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    answer = {}
    for key, _ in keys:
        message = catalogue.get(key)
        assert message is not None, key
        answer[key] = str(message.string)
    return answer


def fits(pattern: str, reason: str) -> bool:
    """As the page's script does it: a gap takes anything but a semicolon."""
    source = "".join(
        "([^;]+?)" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", pattern)
    )
    return re.fullmatch(source, reason) is not None


@pytest.mark.parametrize("module", MAKERS, ids=lambda m: m.__name__)
def test_every_reason_that_a_module_writes_has_its_chinese(module: ModuleType) -> None:
    patterns = page_patterns()
    reasons = set(written_reasons(module, MAKERS[module]))
    assert reasons
    assert [r for r in sorted(reasons) if not any(fits(p, r) and chinese for p, chinese in patterns.items())] == []


def test_the_reason_of_the_simple_rules_departures_has_its_chinese() -> None:
    (text,) = re.findall(r'"reason": "(.+?)"', inspect.getsource(greedy))
    assert page_patterns()[text]


def test_a_translation_fills_in_what_the_english_does() -> None:
    for english, chinese in page_patterns().items():
        assert set(re.findall(r"\{\w+\}", chinese)) <= set(re.findall(r"\{\w+\}", english)), english
