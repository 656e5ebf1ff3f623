"""What axe-core finds wrong with a page for those who see little or use the keyboard."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TRANSITIONS = "document.getAnimations().filter(it => it instanceof CSSTransition)"


def axe_faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with where it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # A button that the pointer has just left still changes its colour.
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter(it => it instanceof CSSTransition).map(it => it.finished))"
    )
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)")
    return [
        f"{fault['impact']} {fault['id']}: {node['html'][:160]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
