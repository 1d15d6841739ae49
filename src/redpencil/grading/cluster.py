"""Spread grading over a Dask cluster: the same work as on this machine's cores, by workers that may be elsewhere.

This machine finds the submissions, hands out their names in batches, and writes the gradebook; the workers read the
files and grade them. What they grade by (exercises, keys) is sent to them, and to each that joins later; they need the
kit, and reach the files under the same names. A worker that dies costs time only: its batches are given to another.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from redpencil import __version__
from redpencil.document import KitError
from redpencil.grading.pool import in_order

try:
    from dask.utils import parse_timedelta
    from distributed import Client, Future, Security, WorkerPlugin, wait
    from distributed import TimeoutError as NotInTime
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise KitError(
        f"--scheduler needs Dask, and it is not installed ({error}).\nInstall it: pip install 'redpencil[cluster]'"
    ) from None

Given = TypeVar("Given")
Made = TypeVar("Made")

# Seconds to wait while there is not one worker.
PATIENCE = 30
# Seconds to reach the scheduler: it is there, or a typing error or a firewall is in the way. Distributed's own variable
# gives it longer.
REACHED_WITHIN = 5
REACHED_WITHIN_VARIABLE = "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"
# Seconds after which is looked whether there are workers still.
CHECKED_EVERY = 1
# Batches under way for each thread of a worker: one at work, one on its way, one being written.
AHEAD = 3
SAME_KIT = "\nInstall the same version of the kit on every worker: pip install 'redpencil[cluster]'."


class Cluster:
    """A Dask cluster that is running already, by its scheduler's address; spreads work as `pool.working` does."""

    def __init__(
        self,
        address: str,
        *,
        ca: Path | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """``address`` is ``tcp://host:port`` or ``tls://host:port``; the three files are PEM, for ``tls`` only.

        ``ca`` is the authority that signed every certificate of the cluster; ``certificate`` and ``key`` are this
        machine's own. ``patience`` is in seconds. Raises KitError for an address of another form or a missing file.
        """
        scheme, separator, rest = address.partition("://")
        if scheme not in ("tcp", "tls") or not separator or not rest:
            raise KitError(
                f"{address!r} is no scheduler's address. Write tcp://HOST:PORT or tls://HOST:PORT, as `dask scheduler` "
                "prints it when it starts."
            )
        files = {"--tls-ca": ca, "--tls-cert": certificate, "--tls-key": key}
        missing = [option for option, path in files.items() if path is None]
        if scheme == "tls" and missing:
            raise KitError(f"{address} asks for TLS, which needs three PEM files: name {', '.join(missing)} as well.")
        if scheme == "tcp" and len(missing) < 3:
            raise KitError(f"{address} is not encrypted, but certificates were named. Write tls:// for tcp://.")
        for option, path in files.items():
            if path is not None and not path.is_file():
                raise KitError(f"{option}: there is no file {path}.")
        self.address = address
        self.patience = patience
        self._security = (
            Security(
                require_encryption=True,
                tls_ca_file=str(ca),
                tls_client_cert=str(certificate),
                tls_client_key=str(key),
            )
            if scheme == "tls"
            else None
        )

    @contextlib.contextmanager
    def __call__(
        self, lay_out: Callable[..., Callable[[Given], Made]], arguments: tuple[Any, ...], /
    ) -> Iterator[Callable[[Iterable[Given]], Iterator[Made]]]:
        """As `pool.working`. Raises KitError if the cluster cannot be reached or has no worker for some time."""
        within = _reached_within()
        try:
            client = Client(
                self.address,
                timeout=within,
                security=self._security,
                set_as_default=False,
                direct_to_workers=False,
            )
        except Exception as error:
            # What is there may be anything that listens, and what it says may be read as anything.
            raise KitError(
                f"The scheduler at {self.address} cannot be reached within {within:g} seconds: {error}.\n"
                "Check that it runs (dask scheduler), that the address is the one it printed, that no firewall is in "
                "between, and, with TLS, that all certificates are signed by the one authority. Is the network slow? "
                f"Give it longer: {REACHED_WITHIN_VARIABLE}=30s"
            ) from None
        with client:
            run = uuid.uuid4().hex
            plugin = _LaidOut(run, lay_out, arguments)
            try:
                client.register_plugin(plugin, name=plugin.name)
                yield lambda batches: in_order(
                    lambda batch: client.submit(_do, run, __version__, batch, pure=False),
                    lambda future: self._taken(client, future),
                    batches,
                    AHEAD * self._threads(client),
                )
            finally:
                with contextlib.suppress(Exception):
                    client.unregister_worker_plugin(plugin.name)

    def _threads(self, client: Client) -> int:
        """Threads of all workers; waits for the first worker."""

        def any_worker(seconds: float) -> bool:
            with contextlib.suppress(NotInTime):
                client.wait_for_workers(1, timeout=seconds)
            return bool(client.nthreads())

        self._wait(client, any_worker)
        return sum(client.nthreads().values())

    def _wait(self, client: Client, done: Callable[[float], bool]) -> None:
        """Call ``done(seconds)``, which waits that long at most, until it is done, as long as there are workers."""
        last_seen = time.monotonic()
        while not done(CHECKED_EVERY):
            if client.status != "running":
                raise KitError(
                    f"The scheduler at {self.address} is gone.\n"
                    "Start it again, then run the command again: what was written before stays."
                )
            if client.scheduler_info(n_workers=1)["workers"]:
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > self.patience:
                raise KitError(
                    f"The cluster at {self.address} has had no worker for {self.patience:g} seconds.\n"
                    f"Start some (dask worker {self.address} --nthreads 1), then run the command again: what was "
                    "written before stays."
                )

    def _taken(self, client: Client, future: Future[Any]) -> Any:
        def done(seconds: float) -> bool:
            with contextlib.suppress(NotInTime), client.as_current():
                wait([future], timeout=seconds)
            return bool(future.done())

        self._wait(client, done)
        try:
            return future.result()
        except ImportError as error:
            raise KitError(f"A worker of {self.address} lacks something: {error}.{SAME_KIT}") from None
        except KilledWorker as error:
            raise KitError(
                f"One batch of submissions ended several workers, one after the other ({error}).\n"
                "Perhaps they lack memory: give each more (dask worker --memory-limit), or grade on one machine, "
                "without --scheduler. What was written before stays."
            ) from None
        finally:
            future.release()


def _reached_within() -> float:
    """Seconds to reach the scheduler, also by distributed's own variable. Raises KitError if that is no time."""
    asked = os.environ.get(REACHED_WITHIN_VARIABLE)
    if not asked:
        return REACHED_WITHIN
    try:
        return float(parse_timedelta(asked))
    except (ValueError, KeyError, TypeError):
        raise KitError(f"{REACHED_WITHIN_VARIABLE} is {asked!r}; expected a time, such as 10s.") from None


# What this worker does with a batch, for each run of grading that is under way on the cluster.
_laid_out: dict[str, Callable[[Any], Any]] = {}


class _LaidOut(WorkerPlugin):
    """Lays the work out on every worker, also on those that join later."""

    def __init__(self, run: str, lay_out: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
        self.name = f"redpencil-{run}"
        self._run = run
        self._lay_out = lay_out
        self._arguments = arguments

    def setup(self, worker: object) -> None:
        _laid_out[self._run] = self._lay_out(*self._arguments)

    def teardown(self, worker: object) -> None:
        _laid_out.pop(self._run, None)


def _do(run: str, version: str, batch: Any) -> Any:
    if version != __version__:
        raise KitError(f"A worker has redpencil {__version__}; this machine has {version}.{SAME_KIT}")
    # A worker that has just joined may get work a moment before it is laid out.
    patience = time.monotonic() + PATIENCE
    while run not in _laid_out and time.monotonic() < patience:
        time.sleep(0.01)
    return _laid_out[run](batch)
