"""Packed ways between the nodes at which places join, computed when asked for and kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from solver.roads.contraction import WeightedEdges
from solver.roads.shortest import WeightedGraph, graph_between

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CACHE_FORMAT = b"strawline ways 1"


class WayRows:
    """The best ways between `place_nodes` (distinct) of the graph with these packed `edges` among `nodes` nodes.

    A run from one node yields a whole row, a run to one node a whole column; what is missing for a question is
    computed from the side that needs fewer runs. With a folder, computed rows and columns are also files there,
    named by a hash of the graph and the place nodes: `HASH-row-….npy`, `HASH-column-….npy`, one line each,
    the first number of a line being the position of its node.
    """

    def __init__(
        self,
        edges: WeightedEdges,
        place_nodes: Ints,
        *,
        nodes: int,
        weight_limit: float,
        cache_folder: Path | None = None,
    ) -> None:
        self._edges = edges
        self._place_nodes = place_nodes
        self._nodes = nodes
        self._weight_limit = weight_limit
        self._lines: dict[str, dict[int, Floats]] = {"row": {}, "column": {}}
        self._cache_folder = cache_folder
        if cache_folder is not None:
            self._name = _content_hash(edges, place_nodes, nodes, weight_limit)
            self._read_cache(cache_folder)

    @cached_property
    def _graph(self) -> WeightedGraph:
        """Contracted only when something must be computed; node i is place node i."""
        return graph_between(self._edges, self._place_nodes, nodes=self._nodes, weight_limit=self._weight_limit)

    def weights(self, origins: Ints, destinations: Ints) -> Floats:
        """Packed weights, (origins, destinations); both are positions in `place_nodes`; inf where there is no way."""
        rows, columns = self._lines["row"], self._lines["column"]
        missing_rows = np.array(sorted(set(origins.tolist()) - rows.keys()), dtype=np.int64)
        missing_columns = np.array(sorted(set(destinations.tolist()) - columns.keys()), dtype=np.int64)
        if missing_rows.size and missing_columns.size:
            if missing_rows.size <= missing_columns.size:
                self._add("row", missing_rows)
                missing_rows = missing_rows[:0]
            else:
                self._add("column", missing_columns)
                missing_columns = missing_columns[:0]
        found = np.empty((origins.size, destinations.size))
        if missing_rows.size == 0:
            for i, origin in enumerate(origins.tolist()):
                found[i] = rows[origin][destinations]
            return found
        if missing_columns.size == 0:
            for j, destination in enumerate(destinations.tolist()):
                found[:, j] = columns[destination][origins]
        return found

    def _add(self, side: str, positions: Ints) -> None:
        everywhere = np.arange(self._place_nodes.size)
        graph = self._graph
        lines = graph.rows(positions, everywhere) if side == "row" else graph.columns(everywhere, positions)
        self._lines[side].update(zip(positions.tolist(), lines, strict=True))
        if self._cache_folder is not None:
            digest = hashlib.sha256(positions.tobytes()).hexdigest()[:16]
            _write_whole(
                self._cache_folder / f"{self._name}-{side}-{digest}.npy",
                np.column_stack((positions.astype(np.float64), lines)),
            )

    def _read_cache(self, folder: Path) -> None:
        for side, lines in self._lines.items():
            for path in sorted(folder.glob(f"{self._name}-{side}-*.npy")):
                block = _read_lines(path, self._place_nodes.size)
                if block is not None:
                    lines.update((int(line[0]), line[1:]) for line in block)


def _content_hash(edges: WeightedEdges, place_nodes: Ints, nodes: int, weight_limit: float) -> str:
    content = hashlib.sha256(CACHE_FORMAT + f"{nodes} {weight_limit!r}".encode())
    for part in (edges.tail, edges.head, edges.weight, place_nodes):
        content.update(f"{part.dtype}{part.size}".encode())
        content.update(np.ascontiguousarray(part).tobytes())
    return content.hexdigest()[:32]


def _read_lines(path: Path, places: int) -> Floats | None:
    """The lines of a cache file, mapped into memory; None if the file is not whole."""
    try:
        block = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    if block.ndim != 2 or block.shape[1] != places + 1 or block.dtype != np.float64:
        return None
    return np.asarray(block)


def _write_whole(path: Path, lines: Floats) -> None:
    """Write under another name and rename, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        np.save(file, lines, allow_pickle=False)
    Path(name).replace(path)
