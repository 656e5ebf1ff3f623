"""How long an expected truck takes at the gate's tablet, in a real browser at a person's pace."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PACED = Path(__file__).with_name("paced_truck.py")

if __name__ == "__main__":
    sys.exit(pytest.main([str(PACED), "--numprocesses=0", "--no-header", "--quiet", "--capture=no"]))
