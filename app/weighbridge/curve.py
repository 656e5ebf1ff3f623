"""How the weight rose: points at even steps since the truck came, thinned as the event grows long."""

from __future__ import annotations

from typing import Final

POINTS_AT_MOST: Final = 600
_FINEST_STEP_MS: Final = 100


class Curve:
    """Up to POINTS_AT_MOST weights, `step_ms` apart. While frames are missing, the last weight stands."""

    def __init__(self) -> None:
        self.step_ms = _FINEST_STEP_MS
        self._points_kg: list[int] = []
        self._begun_s = 0.0
        self._last_kg = 0

    @property
    def begun(self) -> bool:
        return bool(self._points_kg)

    @property
    def points_kg(self) -> tuple[int, ...]:
        return tuple(self._points_kg)

    def add(self, kg: int, *, at_s: float) -> None:
        """Add a weight; times must not go back."""
        if not self._points_kg:
            self._begun_s = at_s
        passed_ms = round((at_s - self._begun_s) * 1000)
        while passed_ms // self.step_ms >= POINTS_AT_MOST:
            self._points_kg = self._points_kg[::2]
            self.step_ms *= 2
        missing = passed_ms // self.step_ms + 1 - len(self._points_kg)
        if missing > 0:
            self._points_kg += [self._last_kg] * (missing - 1) + [kg]
        self._last_kg = kg
