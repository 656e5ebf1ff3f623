"""Every page in Chinese, in a real browser, on a desk and on a tablet; test_design.py does the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SMALL, TABLET
from tests.browser.design_pages import DesignServer
from tests.browser.page_walk import faults_of_pages


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "language", "axe_sizes"),
    [
        ("dispatcher", "zh", (SMALL,)),
        ("administrator", "zh", (TABLET,)),
    ],
)
def test_no_page_has_a_serious_fault_for_those_who_see_little(
    open_as: Callable[..., Page],
    design: DesignServer,
    role: str,
    language: str,
    axe_sizes: tuple[dict[str, int], ...],
) -> None:
    """Also none scrolls sideways, on a desk of either size or on a tablet.

    The administrator opens every page, in both languages; a role adds its own first page and what it lacks.
    """
    faults = faults_of_pages(open_as, design, role, language, axe_sizes)
    assert not faults, "\n".join(faults)
