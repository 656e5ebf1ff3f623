"""The two ways to an Executor: processes here, or a Dask cluster's own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

# Where a library would start threads of its own.
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
CONNECTING_SECONDS = 15.0


class WrongCluster(Exception):
    """No scheduler answers at the address, nobody works there, or its workers have several threads."""


@contextmanager
def local_executor(workers: int) -> Iterator[Executor]:
    """`workers` of this machine. One alone is a thread of this process: it has nothing to share, and begins at once."""
    if workers > 1:
        with processes_executor(workers) as processes:
            yield processes
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            yield thread
        finally:
            thread.shutdown(wait=True, cancel_futures=True)


@contextmanager
def processes_executor(workers: int) -> Iterator[Executor]:
    """`workers` processes. They begin afresh, not forked: a solver's threads would not survive it."""
    pool = ProcessPoolExecutor(
        max_workers=workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_worker
    )
    try:
        yield pool
    finally:
        # What still runs is of no use to anybody: it is not waited for.
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


@contextmanager
def cluster_executor(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at `address` (tcp://host:port). Raises WrongCluster."""
    from distributed import Client

    try:
        client: Any = Client(address, timeout=CONNECTING_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise WrongCluster(f"no scheduler answers at {address}: {error}") from error
    try:
        _check_workers(client.scheduler_info(n_workers=-1)["workers"], address)
        yield cast(Executor, client.get_executor(pure=False))
    finally:
        client.close()


def lost_errors(cluster: str | None) -> tuple[type[BaseException], ...]:
    """The errors by which an executor says that a worker died with a unit."""
    if cluster is None:
        return (BrokenExecutor,)
    from distributed import KilledWorker

    return (BrokenExecutor, KilledWorker)


def executor_of(*, workers: int, cluster: str | None) -> Callable[[], object]:
    """What opens the executor, as a context; it may be opened again after it broke."""
    if cluster is not None:
        return lambda: cluster_executor(cluster)
    return lambda: local_executor(workers)


def _check_workers(workers: dict[str, dict[str, int]], address: str) -> None:
    if not workers:
        raise WrongCluster(f"the scheduler at {address} has no workers")
    threads = {name: int(w["nthreads"]) for name, w in workers.items() if int(w["nthreads"]) != 1}
    if threads:
        name, count = next(iter(threads.items()))
        raise WrongCluster(f"worker {name} has {count} threads: start workers with --nthreads 1, and more of them")


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who gave the work decides
    for name in THREAD_SETTINGS:
        os.environ.setdefault(name, "1")
