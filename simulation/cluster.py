"""Simulations on an existing Dask cluster, with the extra ``backplan[dask]``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from scheduling.errors import WorkerError

PATIENCE = 10.0
"""Seconds to wait for a scheduler, and for its first worker."""


@contextmanager
def dask_cluster(address: str, *, seconds: float = PATIENCE) -> Iterator[Executor]:
    """Connect to a Dask cluster; what it was asked for is dropped when the block ends.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    seconds : float
        To wait for the scheduler, and for its first worker.

    Yields
    ------
    concurrent.futures.Executor
        For the `executor` of :func:`simulation.monte_carlo.simulate` or :func:`simulation.workers.using`.
        Its workers need the same version of backplan. When one dies, others play its blocks again.

    Raises
    ------
    WorkerError
        Without the extra, or when nobody answers in time.
    """
    try:
        from distributed import Client
    except ImportError:
        raise WorkerError(
            "a Dask cluster needs the package 'distributed'. Install it with: pip install 'backplan[dask]'"
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    connect: Any = Client
    try:
        client = connect(address, timeout=seconds, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise WorkerError(
            f"no Dask scheduler answers at {address} within {seconds:g} seconds. Start one with `dask "
            "scheduler`, or correct the address (such as tcp://10.0.0.5:8786)."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=seconds)
        except TimeoutError:
            raise WorkerError(
                f"the Dask scheduler at {address} has no workers. Start some with `dask worker {address}`."
            ) from None
        executor: Any = client.get_executor(pure=False)
        executor._max_workers = sum(client.nthreads().values())
        yield executor
