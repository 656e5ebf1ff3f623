"""An expected truck at the pace of a person with gloves. `tests/browser/bench.py` runs it: it measures, and asserts
nothing of time."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.gate_tablet import EXPECTED, UPRIGHT, Tablet

# Card, Moran and Newell 1980, The keystroke-level model: pointing takes 1.1 s, making up one's mind 1.35 s. A digit on
# large keys and a signature with a finger are estimates.
TAP_S, DIGIT_S, MIND_S, SIGNATURE_S = 1.1, 0.5, 1.35, 3.0


class PacedTablet:
    """Hands that take their time; what they take is counted."""

    def __init__(self, at: Tablet) -> None:
        self.at = at
        self.hands_s = 0.0

    def rest(self, seconds: float) -> None:
        self.hands_s += seconds
        time.sleep(seconds)

    def tap(self, name: str) -> None:
        self.rest(TAP_S)
        self.at.tap(self.at.do(name))

    def type_number(self, digits: str) -> None:
        self.at.numbers += 1
        for digit in digits:
            self.rest(DIGIT_S)
            self.at.page.locator(f"#gate [data-key='{digit}']").click()


def test_how_long_an_expected_truck_takes(tablet: Callable[..., Tablet]) -> None:
    at = tablet(UPRIGHT)
    hands = PacedTablet(at)
    expect(at.truck(EXPECTED)).to_be_visible()
    at.gate.scale.stand(14_620)
    started = time.perf_counter()
    hands.rest(MIND_S + TAP_S)
    at.tap(at.truck(EXPECTED))
    expect(at.do("take")).to_contain_text("14,620")
    hands.tap("take")
    hands.rest(MIND_S)  # the meter is read
    hands.type_number("145")
    hands.type_number("145")
    hands.tap("go-on")
    expect(at.page.locator(".note")).to_be_visible()
    unloading = time.perf_counter()
    at.gate.scale.stand(8_980)
    away_s = time.perf_counter() - unloading
    hands.rest(TAP_S)
    at.tap(at.truck(EXPECTED))
    expect(at.do("take")).to_contain_text("8,980")
    hands.tap("take")
    hands.rest(SIGNATURE_S)
    at.sign()
    hands.tap("finish")
    expect(at.page.locator(".paper svg.qr")).to_be_visible()
    took_s = time.perf_counter() - started - away_s
    print(
        f"\nAn expected truck, both passes: {took_s:.1f} s at the tablet, of which hands {hands.hands_s:.1f} s and the "
        f"tablet {took_s - hands.hands_s:.1f} s; {at.taps} taps, {at.numbers} numbers, one signature"
    )
