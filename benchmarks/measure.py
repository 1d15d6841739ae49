"""Run one program as a whole process, and see how long it took and how much memory it held.

On Linux a child's peak begins at its parent's, because the parent's pages are counted until the child's own program is
loaded. So this module imports nothing large, whoever measures with it should not either, and a peak that is no higher
than the parent's is marked as an upper bound.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# getrusage counts kibibytes on Linux and bytes on macOS.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class BenchError(Exception):
    """Something that was to be measured did not do its work; the message says what, and shows what it printed."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds by the clock and of processors' work, peak resident bytes of its largest process, its output.

    ``floor`` is what the measuring process had held by then: a peak that is no higher says only "at most". ``errors``
    is what it wrote to standard error.
    """

    seconds: float
    cpu_seconds: float
    peak: int
    floor: int
    output: str
    errors: str = ""
    status: int = 0


def measure(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    statuses: Sequence[int] = (0,),
) -> Measured:
    """Run a command from start to exit, standard input closed.

    ``environment`` is added to this process's own, without PYTHONDONTWRITEBYTECODE: where a machine sets that, each
    start would be measured with compiling that elsewhere is done once. The peak is that of the command or of the
    largest process that it waited for, whichever is larger; it is not their sum. Raises BenchError if the exit status
    is not in ``statuses``.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**inherited, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        # wait4 gives the usage of this child alone; getrusage(RUSAGE_CHILDREN) gives the largest of all so far.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, errors = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if child.returncode not in statuses:
        shown = " ".join(str(part) for part in command)
        raise BenchError(f"{shown}\nended with status {child.returncode} and printed:\n{(output + errors)[-3000:]}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Measured(
        seconds, cpu_seconds, usage.ru_maxrss * PEAK_UNIT, floor, output, errors=errors, status=child.returncode
    )
