"""What a benchmark ran on: cores, memory, processor and versions; and whether others were at work. No names."""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "scipy", "numba", "ortools", "pyvrp", "pyvroom", "simpy", "distributed")
# So much of one core may be at work for others on a machine that counts as quiet.
QUIET_CORES = 0.1


def machine() -> dict[str, object]:
    """Cores, memory, processor model, system."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory_gb),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Of Python and the packages whose work is measured."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "-"
    return found


def commit(root: Path) -> str:
    """The commit that is measured, with a plus sign where files differ from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True).stdout.strip()

    changed = git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/benchmarks", ":!docs/benchmarks.md"
    )
    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + ("+" if changed else "")


@dataclass
class Watch:
    """Time since it was made, of the clock and of all cores, and how much of the latter was not ours."""

    def __post_init__(self) -> None:
        self.load_before = round(os.getloadavg()[0], 2)
        self._began, self._busy, self._ours = time.monotonic(), _busy_s(), _children_s()

    def read(self) -> dict[str, object]:
        """Seconds by the clock, cores that others kept busy on average (None where the system does not tell)."""
        took = time.monotonic() - self._began
        busy = _busy_s()
        others = None
        if busy is not None and self._busy is not None:
            others = round(max(busy - self._busy - (_children_s() - self._ours), 0.0) / max(took, 1e-9), 2)
        return {
            "took_s": round(took, 1),
            "load_before": self.load_before,
            "others_cores": others,
            "is_quiet": others is not None and others <= QUIET_CORES,
        }


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.processor() or platform.machine()


def _busy_s() -> float | None:
    """Seconds in which cores were at work since the start of the machine, all together."""
    try:
        user, nice, system, _idle, _wait, irq, soft, *_ = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    except (OSError, ValueError):
        return None
    return sum(map(int, (user, nice, system, irq, soft))) / os.sysconf("SC_CLK_TCK")


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
