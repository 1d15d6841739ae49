"""Work in batches over the machine's cores, in order, with no more of it in memory than is being worked on."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing.connection import wait
from typing import Any, TypeVar

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


def work_in_order(
    work: Callable[[Any], Made], batches: Iterable[Given], prepare: Callable[..., object], arguments: tuple[Any, ...]
) -> Iterator[tuple[Given, Made]]:
    """Each batch with what ``work`` made of it, in order.

    ``prepare(*arguments)`` is called first in every process that works. One batch alone is worked on here: starting
    processes would take longer. An error in a worker is raised here; when this process dies, so do its workers.
    """
    source = iter(batches)
    first = list(islice(source, 2))
    if len(first) < 2 or workers() < 2:
        prepare(*arguments)
        for batch in chain(first, source):
            yield batch, work(batch)
        return
    # A forked worker starts with everything imported. Elsewhere it is not safe or not to be had.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers(), context, _begin, (prepare, arguments)) as pool:
        pending: deque[tuple[Given, Future[Made]]] = deque()
        for batch in chain(first, source):
            pending.append((batch, pool.submit(work, batch)))
            if len(pending) > 2 * workers():
                done, future = pending.popleft()
                yield done, future.result()
        while pending:
            done, future = pending.popleft()
            yield done, future.result()


def _begin(prepare: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare(*arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
