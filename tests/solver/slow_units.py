"""Work that takes a moment and says who did it: a module of its own, so that workers can import it."""

from __future__ import annotations

import os
import time


def slow_double(number: int, seconds: float) -> tuple[int, int]:
    """Twice the number, and the process that worked."""
    time.sleep(seconds)
    return 2 * number, os.getpid()


def deadly(number: int) -> int:
    """Kills whoever does it."""
    os.kill(os.getpid(), 9)
    return number


def faulty(number: int) -> int:
    raise ValueError(f"no {number}")
