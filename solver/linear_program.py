"""Linear and mixed-integer programs built from arrays and solved through OR-Tools MathOpt.

MathOpt's own model grows one Python object at a time; a season has some hundred thousand columns, so blocks of
columns, rows and entries are gathered as arrays and handed over at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Method = Literal["simplex", "barrier", "integer"]


class NoSolution(Exception):
    """The program has no feasible solution, or none was found in the time allowed."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """`values`: (columns,). `row_duals`: (rows,) and `reduced_costs`: (columns,), empty for integer programs.

    `bound` is a proven lower bound of the minimum, in the objective's unit.
    """

    values: Floats
    objective: float
    bound: float
    row_duals: Floats
    reduced_costs: Floats


class LinearProgram:
    """A minimisation grown in blocks: columns, rows, and entries (row, column, value)."""

    def __init__(self) -> None:
        self._column_blocks: list[tuple[Floats, Floats, Floats, bool]] = []
        self._row_blocks: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._extra_costs: list[tuple[Ints, Floats]] = []
        self.columns = 0
        self.rows = 0

    def add_columns(
        self,
        count: int,
        *,
        cost: float | Floats = 0.0,
        lower: float | Floats = 0.0,
        upper: float | Floats = math.inf,
        integer: bool = False,
    ) -> Ints:
        """Indices of `count` new columns."""
        block = tuple(np.broadcast_to(np.asarray(v, dtype=float), (count,)) for v in (cost, lower, upper))
        self._column_blocks.append((block[0], block[1], block[2], integer))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def add_rows(self, count: int, *, lower: float | Floats = -math.inf, upper: float | Floats = math.inf) -> Ints:
        """Indices of `count` new rows, each between its bounds."""
        block = tuple(np.broadcast_to(np.asarray(v, dtype=float), (count,)) for v in (lower, upper))
        self._row_blocks.append((block[0], block[1]))
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def add_entries(self, rows: npt.ArrayLike, columns: npt.ArrayLike, values: npt.ArrayLike) -> None:
        """Coefficients; the three broadcast together; entries of one place add up."""
        row, column, value = np.broadcast_arrays(
            np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64), np.asarray(values, dtype=float)
        )
        self._entries.append((row.ravel(), column.ravel(), value.ravel()))

    def add_cost(self, columns: Ints, cost: float | Floats) -> None:
        """Add to what each of `columns` costs."""
        self._extra_costs.append((columns, np.broadcast_to(np.asarray(cost, dtype=float), columns.shape)))

    def priced(self, row_duals: Floats) -> tuple[float, Floats]:
        """The dual objective of the rows and the reduced cost of every column, for any `row_duals` (rows,).

        Duals that a row without that bound cannot have are taken as 0; with them, this much plus the least that each
        column's reduced cost can add within its bounds is a lower bound of the minimum, whatever the duals.
        """
        lower, upper = (_joined([b[i] for b in self._row_blocks]) for i in range(2))
        duals = np.where((row_duals > 0) & np.isfinite(lower), row_duals, 0.0)
        duals = np.where((row_duals < 0) & np.isfinite(upper), row_duals, duals)
        limit = np.where(duals > 0, lower, upper)
        constant = float(np.sum(duals * np.where(duals == 0, 0.0, limit)))
        reduced = self.costs()
        for rows, columns, values in self._entries:
            reduced -= np.bincount(columns, weights=duals[rows] * values, minlength=self.columns)
        return constant, reduced

    def costs(self) -> Floats:
        """What each column costs."""
        cost = _joined([b[0] for b in self._column_blocks]).copy()
        for columns, extra in self._extra_costs:
            np.add.at(cost, columns, extra)
        return cost

    def column_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of the columns."""
        return _joined([b[1] for b in self._column_blocks]), _joined([b[2] for b in self._column_blocks])

    def solve(
        self,
        *,
        method: Method = "simplex",
        seconds: float | None = None,
        relative_gap: float = 1e-4,
        nodes: int | None = None,
        seed: int = 0,
        interrupter: mathopt.SolveInterrupter | None = None,
    ) -> Solution:
        """The minimum, by HiGHS, or by SCIP with integers. Raises NoSolution where none exists or none was found.

        `nodes` ends a search with integers after so many, with the best so far.
        """
        model = mathopt.Model.from_model_proto(self._proto(integer=method == "integer"))
        params = mathopt.SolveParameters(random_seed=seed)
        if seconds is not None:
            params.time_limit = timedelta(seconds=max(seconds, 0.1))
        # HiGHS writes lines of its own to the terminal where a program has integers
        solver = mathopt.SolverType.GSCIP if method == "integer" else mathopt.SolverType.HIGHS
        if method == "integer":
            params.relative_gap_tolerance = relative_gap
            if nodes is not None:
                params.node_limit = nodes
        else:
            params.lp_algorithm = (
                mathopt.LPAlgorithm.BARRIER if method == "barrier" else mathopt.LPAlgorithm.DUAL_SIMPLEX
            )
        result = mathopt.solve(model, solver, params=params, interrupter=interrupter)
        if not result.has_primal_feasible_solution():
            raise NoSolution(f"{result.termination.reason.name}: {result.termination.detail}")
        variables = list(model.variables())
        has_duals = method != "integer" and result.has_dual_feasible_solution()
        return Solution(
            values=np.array(result.variable_values(variables)),
            objective=result.objective_value(),
            bound=result.termination.objective_bounds.dual_bound,
            row_duals=np.array(result.dual_values(list(model.linear_constraints()))) if has_duals else np.zeros(0),
            reduced_costs=np.array(result.reduced_costs(variables)) if has_duals else np.zeros(0),
        )

    def _proto(self, *, integer: bool) -> model_pb2.ModelProto:
        proto = model_pb2.ModelProto()
        cost = self.costs()
        proto.variables.ids.extend(range(self.columns))
        proto.variables.lower_bounds.extend(_joined([b[1] for b in self._column_blocks]).tolist())
        proto.variables.upper_bounds.extend(_joined([b[2] for b in self._column_blocks]).tolist())
        flags = _joined([np.full(len(b[0]), float(b[3] and integer)) for b in self._column_blocks])
        proto.variables.integers.extend((flags > 0).tolist())
        priced = np.flatnonzero(cost)
        proto.objective.linear_coefficients.ids.extend(priced.tolist())
        proto.objective.linear_coefficients.values.extend(cost[priced].tolist())
        proto.linear_constraints.ids.extend(range(self.rows))
        proto.linear_constraints.lower_bounds.extend(_joined([b[0] for b in self._row_blocks]).tolist())
        proto.linear_constraints.upper_bounds.extend(_joined([b[1] for b in self._row_blocks]).tolist())
        rows = np.concatenate([e[0] for e in self._entries]) if self._entries else np.zeros(0, dtype=np.int64)
        columns = np.concatenate([e[1] for e in self._entries]) if self._entries else np.zeros(0, dtype=np.int64)
        values = _joined([e[2] for e in self._entries])
        places, inverse = np.unique(rows * max(self.columns, 1) + columns, return_inverse=True)
        summed = np.bincount(inverse, weights=values, minlength=len(places))
        kept = np.flatnonzero(summed)
        proto.linear_constraint_matrix.row_ids.extend((places[kept] // max(self.columns, 1)).tolist())
        proto.linear_constraint_matrix.column_ids.extend((places[kept] % max(self.columns, 1)).tolist())
        proto.linear_constraint_matrix.coefficients.extend(summed[kept].tolist())
        return proto


def _joined(blocks: list[Floats]) -> Floats:
    return np.concatenate(blocks) if blocks else np.zeros(0)
