"""Work in batches over the machine's cores, in order, with no more of it in memory than is being worked on."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.connection import wait
from typing import Any, Protocol, TypeVar

from redpencil.document import KitError

Given = TypeVar("Given")
Made = TypeVar("Made")
Handle = TypeVar("Handle")


class Working(Protocol):
    """What spreads work over processes: those of this machine (`working`), or a cluster's (`cluster.Cluster`)."""

    def __call__(
        self, lay_out: Callable[..., Callable[[Given], Made]], arguments: tuple[Any, ...], /
    ) -> contextlib.AbstractContextManager[Callable[[Iterable[Given]], Iterator[Made]]]:
        """As `working`."""
        ...


BATCH = 128
# More would wait for the one process that writes the gradebook.
WORKERS_AT_MOST = 8


def workers() -> int:
    """How many processes are worth starting: one for each core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, WORKERS_AT_MOST)


def in_batches(rows: Iterable[Given]) -> Iterator[list[Given]]:
    """The rows, ``BATCH`` at a time."""
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch


@contextlib.contextmanager
def working(
    lay_out: Callable[..., Callable[[Given], Made]], arguments: tuple[Any, ...], processes: int | None = None
) -> Iterator[Callable[[Iterable[Given]], Iterator[Made]]]:
    """Start the processes, and give a function from batches to what becomes of each, in order.

    ``lay_out(*arguments)`` is called once in every process that works; what it returns does a batch. ``processes``
    defaults to `workers`. The first few batches are under way when that function returns. An error in a worker is
    raised where its result is taken; when this process dies, so do its workers. With one process everything is done
    here.
    """
    processes = processes or workers()
    if processes < 2:
        work = lay_out(*arguments)
        yield lambda batches: map(work, batches)
        return
    # A forked worker starts with everything imported. Elsewhere it is not safe or not to be had.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, context, _begin, (lay_out, arguments)) as pool:
        pool.submit(os.getpid)

        def start(batches: Iterable[Given]) -> Iterator[Made]:
            return in_order(
                lambda batch: pool.submit(_do, batch), lambda future: future.result(), batches, 2 * processes
            )

        try:
            yield start
        except BrokenProcessPool:
            raise KitError(
                "A process that was at work was ended from outside, perhaps for want of memory.\n"
                "Run the command again: what was written before stays, and it goes on from there."
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def in_order(
    submit: Callable[[Given], Handle], take: Callable[[Handle], Made], batches: Iterable[Given], ahead: int
) -> Iterator[Made]:
    """What becomes of each batch, in order; ``ahead`` of them are submitted now, and never more are under way."""
    source = iter(batches)
    pending = deque(submit(batch) for batch in islice(source, ahead))

    def results() -> Iterator[Made]:
        while pending:
            yield take(pending.popleft())
            pending.extend(submit(batch) for batch in islice(source, 1))

    return results()


# What a process of the pool does with a batch; laid out once in each.
_work: Callable[[Any], Any]


def _begin(lay_out: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
    global _work
    # Ctrl+C is for the process that started this one; it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work = lay_out(*arguments)


def _do(batch: Any) -> Any:
    return _work(batch)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
