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
from typing import Any, TypeVar

from redpencil.document import KitError

Given = TypeVar("Given")
Made = TypeVar("Made")

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
    work: Callable[[Given], Made], prepare: Callable[..., object], arguments: tuple[Any, ...]
) -> Iterator[Callable[[Iterable[Given]], Iterator[Made]]]:
    """Start the processes, and give a function from batches to what ``work`` makes of each, in order.

    ``prepare(*arguments)`` is called first in every process that works. The first few batches are under way when that
    function returns. An error in a worker is raised where its result is taken; when this process dies, so do its
    workers. On a single core everything is done here.
    """
    if workers() < 2:
        prepare(*arguments)
        yield lambda batches: map(work, batches)
        return
    # A forked worker starts with everything imported. Elsewhere it is not safe or not to be had.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers(), context, _begin, (prepare, arguments)) as pool:
        pool.submit(os.getpid)

        def start(batches: Iterable[Given]) -> Iterator[Made]:
            source = iter(batches)
            pending = deque(pool.submit(work, batch) for batch in islice(source, 2 * workers()))

            def results() -> Iterator[Made]:
                while pending:
                    yield pending.popleft().result()
                    pending.extend(pool.submit(work, batch) for batch in islice(source, 1))

            return results()

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


def _begin(prepare: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    # Ctrl+C is for the process that started this one; it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare(*arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
