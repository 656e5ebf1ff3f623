"""A scenario as bytes, to be sent to workers, and unpacked there once."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from dataclasses import dataclass, field
from typing import Any

from solver.scenario import Scenario


@dataclass(frozen=True, slots=True)
class PackedScenario:
    """Two are equal where their `fingerprint` is: so a worker's cache finds what it has unpacked."""

    fingerprint: str
    data: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, scenario: Scenario) -> PackedScenario:
        """Return the scenario packed; the same scenario has the same fingerprint."""
        data = zlib.compress(pickle.dumps(scenario, protocol=5), level=6)
        return cls(hashlib.sha256(data).hexdigest(), data)

    def unpacked(self) -> Scenario:
        """Return the scenario."""
        scenario: Any = pickle.loads(zlib.decompress(self.data))
        assert isinstance(scenario, Scenario)
        return scenario
