"""Who works: processes of this machine or the workers of a Dask cluster, through one `concurrent.futures.Executor`.

`Crew` runs units of work, a unit being small enough to be done again (one run of a simulation; one stage of one
county's day), and loses none to a worker that dies. A worker has one solver thread: what is done at the same time is
units.
"""

from solver.crew.crew import Crew, Unit, WorkerLost, WorkStopped
from solver.crew.executors import WrongCluster
from solver.crew.packed import PackedScenario

__all__ = ["Crew", "PackedScenario", "Unit", "WorkStopped", "WorkerLost", "WrongCluster"]
