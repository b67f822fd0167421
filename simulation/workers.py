"""The same work for many blocks of replications or parts of a portfolio, over threads, processes or machines.

Draws are keyed and outcomes come in the order asked for, so that nobody can tell who worked.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar
from uuid import uuid4

from scheduling.errors import InputError, SchedulingError, WorkerError

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

WORKERS = 32
"""Of an executor that does not say how many it has."""
CORES = os.cpu_count() or 1
LARGE = 1 << 22
"""Replications times activities from which threads of one's own are worth while."""

_chosen: ContextVar[Executor | None] = ContextVar("executor", default=None)
_MISSING = "work to come"


class Inline(Executor):
    """Works at once, in the thread that asks."""

    def submit(self, work: Callable[..., Outcome], /, *items: Any, **options: Any) -> Future[Outcome]:
        done: Future[Outcome] = Future()
        done.set_result(work(*items, **options))
        return done


@contextmanager
def using(executor: Executor | None) -> Iterator[None]:
    """Let everything simulated within the block run on an executor; one given to a function goes before.

    Examples
    --------
    >>> with ThreadPoolExecutor(2) as threads, using(threads):
    ...     list(spread(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    before = _chosen.set(executor)
    try:
        yield
    finally:
        _chosen.reset(before)


def spread(
    work: Callable[[Item], Outcome],
    items: Sequence[Item],
    executor: Executor | None = None,
    *,
    large: bool = True,
    here: bool = False,
) -> Generator[Outcome, None, None]:
    """Work on each item, with as many workers as there are.

    Only a few outcomes are under way or waiting at any time. What the work itself spreads runs inline.

    Parameters
    ----------
    work : callable of one item
        For executors without shared memory it must pickle. Each worker unpickles it once.
    items : sequence
    executor : concurrent.futures.Executor, optional
        By default that of :func:`using`, else a thread for each core.
    large : bool
        Whether threads of its own are worth while, where no executor is given.
    here : bool
        Whether the work needs the memory of this process: it is then done inline where the executor is
        another one than threads.

    Yields
    ------
    outcomes, in the order of the items

    Raises
    ------
    InputError
        For a pool of processes that would fork.
    WorkerError
        If a worker dies, or fails otherwise than by an error that backplan raises on purpose.

    Examples
    --------
    >>> list(spread(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    executor = executor or _chosen.get()
    if executor is None and large and min(CORES, len(items)) > 1:
        own = ThreadPoolExecutor(min(CORES, len(items)))
        try:
            yield from _in_order(_Direct(work), items, own)
        finally:
            own.shutdown(wait=False, cancel_futures=True)
    elif executor is None or len(items) < 2 or isinstance(executor, Inline):
        yield from map(work, items)
    elif isinstance(executor, ThreadPoolExecutor):
        yield from _in_order(_Direct(work), items, executor)
    elif here:
        yield from map(work, items)
    elif isinstance(executor, ProcessPoolExecutor):
        _refuse_fork(executor)
        with TemporaryDirectory(prefix="backplan-", ignore_cleanup_errors=True) as box:
            yield from _in_order(_ByFile(work, Path(box)), items, executor)
    else:
        yield from _in_order(_ByMessage(work, _workers(executor)), items, executor)


class _Direct(Generic[Item, Outcome]):
    """Work in the memory of this process."""

    def __init__(self, work: Callable[[Item], Outcome]) -> None:
        self.work = work

    def submit(self, executor: Executor, item: Item) -> Future[Any]:
        return executor.submit(_alone, self.work, item)

    def outcome(self, executor: Executor, item: Item, found: Any) -> Outcome:
        outcome: Outcome = found
        return outcome


class _ByFile(_Direct[Item, Outcome]):
    """Work and outcomes as files, so that only their names go through the pipes that processes share.

    A process killed while it writes into such a pipe leaves the others waiting for the rest for ever.
    """

    def __init__(self, work: Callable[[Item], Outcome], box: Path) -> None:
        self.box, self.path = box, box / f"{uuid4()}.pickle"
        self.path.write_bytes(pickle.dumps(work, pickle.HIGHEST_PROTOCOL))

    def submit(self, executor: Executor, item: Item) -> Future[Any]:
        return executor.submit(_from_file, self.path, item)

    def outcome(self, executor: Executor, item: Item, found: Any) -> Outcome:
        outcome: Outcome = pickle.loads(found.read_bytes())
        found.unlink()
        return outcome


class _ByMessage(_Direct[Item, Outcome]):
    """Work as bytes that travel with the first items only; a worker that has not seen it asks for it."""

    def __init__(self, work: Callable[[Item], Outcome], workers: int) -> None:
        self.pickled, self.name, self.unseen = (
            pickle.dumps(work, pickle.HIGHEST_PROTOCOL),
            str(uuid4()),
            workers,
        )

    def submit(self, executor: Executor, item: Item) -> Future[Any]:
        self.unseen -= 1
        return executor.submit(_from_message, self.name, self.pickled if self.unseen >= 0 else None, item)

    def outcome(self, executor: Executor, item: Item, found: Any) -> Outcome:
        if isinstance(found, str) and found == _MISSING:
            found = executor.submit(_from_message, self.name, self.pickled, item).result()
        return super().outcome(executor, item, found)


def _in_order(
    way: _Direct[Item, Outcome], items: Sequence[Item], executor: Executor
) -> Generator[Outcome, None, None]:
    waiting: deque[tuple[Item, Future[Any]]] = deque()
    most = 2 * _workers(executor)
    left = iter(items)
    try:
        while True:
            for item in islice(left, most - len(waiting)):
                waiting.append((item, way.submit(executor, item)))
            if not waiting:
                return
            item, future = waiting.popleft()
            yield way.outcome(executor, item, future.result())
    except SchedulingError:
        raise
    except Exception as error:
        if isinstance(executor, ThreadPoolExecutor):
            raise
        raise WorkerError(
            f"a worker failed ({type(error).__name__}: {error}). See that workers have the memory, the same "
            "version of backplan, and a main module that does nothing when it is imported; then run again."
        ) from error
    finally:
        for _, future in waiting:
            future.cancel()


def _alone(work: Callable[[Item], Outcome], item: Item) -> Outcome:
    """Work on an item so that what is spread within runs inline."""
    with using(Inline()):
        return work(item)


def _from_file(path: Path, item: Item) -> Path:
    found = path.with_name(f"{uuid4()}.outcome")
    found.write_bytes(pickle.dumps(_alone(_unpickled(path), item), pickle.HIGHEST_PROTOCOL))
    return found


@lru_cache(maxsize=1)
def _unpickled(path: Path) -> Callable[[Any], Any]:
    work: Callable[[Any], Any] = pickle.loads(path.read_bytes())
    return work


_seen: dict[str, Callable[[Any], Any]] = {}


def _from_message(name: str, pickled: bytes | None, item: Item) -> Any:
    work = _seen.get(name)
    if work is None:
        if pickled is None:
            return _MISSING
        work = pickle.loads(pickled)
        _seen.clear()
        _seen[name] = work
    return _alone(work, item)


def _workers(executor: Executor) -> int:
    """How many work at a time; executors have no public name for it."""
    return int(getattr(executor, "_max_workers", WORKERS))


def _refuse_fork(executor: ProcessPoolExecutor) -> None:
    context = getattr(executor, "_mp_context", None)
    if context is not None and context.get_start_method() == "fork":
        raise InputError(
            "this pool would fork, which compiled kernels do not survive. Give "
            "ProcessPoolExecutor(mp_context=multiprocessing.get_context('spawn'))."
        )
