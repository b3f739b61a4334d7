"""Builds Sites on the workers of a Dask cluster: the longest first, one at a time on each worker.

Dask only carries: this module decides who builds what. A job is bound to one worker, and a lost worker ends
the build, so that never two machines write the files of one Site.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from congtin.build.cluster_worker import INCOMING, Inspection, build_here, inspect_worker, is_idle, open_answer, pack
from congtin.build.request import Cluster
from congtin.build.site_work import SiteJob, SiteResult
from congtin.build.trust import Returned, take_over
from congtin.engine import frame_digest
from congtin.errors import BuildError, CongtinError, list_of
from congtin.messages import Msg, msg
from congtin.network.network import Network

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 30.0
"""Seconds to wait for the scheduler, for its first worker, and for workers that are told to stop."""
_GLANCE = 1.0


@dataclass(frozen=True)
class ClusterWorkers:
    """Works on Sites as `Workers` does, on other machines that see the same storage."""

    cluster: Cluster
    network: Network
    workers: int
    """How many processes render the sample on this machine."""

    def run(self, jobs: Sequence[SiteJob]) -> Generator[SiteResult, None, None]:
        """Yield results as they come; jobs are begun in their order, so the longest should stand first.

        What was built is looked at before the last result counts: with the end of the run all Editions are
        ready to be put in place. The first failure stops the rest and is raised as BuildError.
        """
        if not jobs:
            return
        incoming = jobs[0].output / INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        _empty(incoming)
        try:
            with _connected(self.cluster) as client:
                building = _Run(self, client, jobs[0].root, _Probe.lay(incoming), deque(jobs))
                yield from building.results()
            take_over(building.returned, self.network, sample_size(self.cluster.sample, len(jobs)), self.workers)
        finally:
            _empty(incoming)


def _empty(folder: Path) -> None:
    """Remove what is in a folder; itself it stays, since other machines may have mounted it."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def sample_size(asked: int | None, sites: int) -> int:
    """Return how many of so many Sites to render again."""
    return max(2, -(-sites // 100)) if asked is None else asked


def _lost() -> tuple[type[BaseException], ...]:
    """Return what Dask raises when a connection is lost; what waits in its own loop then is cancelled there."""
    from distributed import CancelledError

    return (OSError, CancelledError, asyncio.CancelledError)


@contextlib.contextmanager
def speaking_to(address: str) -> Iterator[None]:
    """Raise a lost connection as what it is; nothing that reads or writes files belongs in here."""
    try:
        yield
    except _lost() as error:
        detail = f"{type(error).__name__}: {error}"
        raise BuildError(msg("The scheduler {address} was lost: {detail}", address=address, detail=detail)) from error


@contextlib.contextmanager
def _connected(cluster: Cluster) -> Iterator[Client]:
    from distributed import Client
    from distributed.security import Security

    security = Security(
        require_encryption=cluster.address.startswith("tls://"),
        tls_ca_file=_text(cluster.ca),
        tls_client_cert=_text(cluster.certificate),
        tls_client_key=_text(cluster.key),
    )
    try:
        client = Client(cluster.address, security=security, timeout=PATIENCE, set_as_default=False, name="congtin")
    except OSError as error:
        raise BuildError(
            msg("The scheduler {address} does not answer: {detail}", address=cluster.address, detail=error),
            msg("Is it running, and are its certificate and yours from the same authority?"),
        ) from error
    with client, client.as_current():
        yield client


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


@dataclass(frozen=True)
class _Probe:
    """A file on shared storage, to see who sees it."""

    file: Path
    secret: str

    @classmethod
    def lay(cls, folder: Path) -> _Probe:
        probe = cls(folder / "probe", secrets.token_hex(16))
        probe.file.write_text(probe.secret, "utf-8")
        return probe


@dataclass
class _Run:
    """One build on the cluster."""

    asked: ClusterWorkers
    client: Client
    root: Path
    probe: _Probe
    queue: deque[SiteJob]
    building: dict[str, tuple[Future[bytes], SiteJob]] = field(default_factory=dict)
    """What each worker is building, by its address."""
    admitted: set[str] = field(default_factory=set)
    returned: list[Returned] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.frame = frame_digest(self.root)

    def results(self) -> Generator[SiteResult, None, None]:
        self._wait_for_workers()
        try:
            while self.queue or self.building:
                for address in self._workers():
                    if self.queue and address not in self.building:
                        self._give(address, self.queue.popleft())
                for returned in self._take():
                    self.returned.append(returned)
                    yield returned.result
        finally:
            self._stop()

    def _wait_for_workers(self) -> None:
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            address = self.asked.cluster.address
            raise BuildError(msg("The scheduler {address} has no workers.", address=address)) from error

    def _workers(self) -> list[str]:
        """Return the workers there are; raise BuildError when one is lost with its work, or a new one is unfit."""
        with speaking_to(self.asked.cluster.address):
            # Else Dask would try for half a minute to reach a scheduler that has forgotten us.
            if self.client.status != "running":
                raise ConnectionError(self.client.status)
            workers = sorted(self.client.nthreads())
        for address, (future, job) in self.building.items():
            if address not in workers and not future.done():
                raise BuildError(
                    msg("The worker {worker} was lost while it built {site}.", worker=address, site=job.site),
                    msg("What was there before is untouched; build again."),
                )
        self._admit([address for address in workers if address not in self.admitted])
        return workers

    def _admit(self, addresses: list[str]) -> None:
        if not addresses:
            return
        question = (str(self.root), str(self.probe.file), self.probe.secret)
        with speaking_to(self.asked.cluster.address):
            answers = self.client.run(inspect_worker, *question, workers=addresses, on_error="return")
        for address, answer in sorted(answers.items()):
            _require_fit(address, answer, self.frame)
            self.admitted.add(address)

    def _give(self, address: str, job: SiteJob) -> None:
        parcel, key = pack(job), f"congtin-{secrets.token_hex(8)}"
        with speaking_to(self.asked.cluster.address):
            future = self.client.submit(build_here, parcel, key=key, pure=False, workers=[address])
        self.building[address] = future, job

    def _take(self) -> Iterator[Returned]:
        from distributed import wait

        with speaking_to(self.asked.cluster.address), contextlib.suppress(TimeoutError):
            wait([future for future, _ in self.building.values()], timeout=_GLANCE, return_when="FIRST_COMPLETED")
        for address, (future, job) in list(self.building.items()):
            if future.done():
                returned = Returned(job, self._result(future, job), address)
                del self.building[address]
                yield returned

    def _result(self, future: Future[bytes], job: SiteJob) -> SiteResult:
        with speaking_to(self.asked.cluster.address):
            failure = future.exception(timeout=PATIENCE)
            answer = None if failure else open_answer(future.result(timeout=PATIENCE))
        if answer and answer.error:
            raise answer.error
        if not answer or not isinstance(answer.result, SiteResult):
            detail = f"{type(failure).__name__}: {failure}"
            raise BuildError(msg("{job} could not be built: {detail}", job=job.site, detail=detail))
        return answer.result

    def _stop(self) -> None:
        """Take back what is being built, and wait until no process writes any more."""
        if self.client.status != "running":
            return  # Workers that lose their scheduler stop by themselves.
        # The error that led here is the one to raise.
        with contextlib.suppress(CongtinError, *_lost()):
            self.client.cancel([future for future, _ in self.building.values()], force=True)
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                idle = self.client.run(is_idle, workers=sorted(self.client.nthreads()), on_error="ignore")
                if all(idle.values()):
                    return
                time.sleep(_GLANCE / 5)


def _require_fit(address: str, answer: Inspection | BaseException, frame: str) -> None:
    if not isinstance(answer, Inspection):
        detail = f"{type(answer).__name__}: {answer}"
        raise BuildError(msg("The worker {worker} cannot be used: {detail}", worker=address, detail=detail))
    found = _unfit(address, answer, frame)
    if found:
        raise BuildError(*found)


def _unfit(address: str, found: Inspection, frame: str) -> tuple[Msg, Msg] | None:
    if found.keys:
        names = list_of(found.keys)
        text = msg("The worker {worker} holds keys, and no worker may: {names}.", worker=address, names=names)
        return text, msg("Start it as a user of its own, with an empty environment: docs/cluster.md shows how.")
    if not found.shared:
        text = msg("The worker {worker} does not see the repository or cannot write to the output.", worker=address)
        return text, msg("All machines must see them on shared storage, under the same paths.")
    if found.frame != frame:
        text = msg("The worker {worker} has another version of Côngtin or of a library.", worker=address)
        return text, msg("Install the versions that requirements/ pins on all machines, and start the worker again.")
    if not found.may_start_processes:
        text = msg("The worker {worker} may not start processes.", worker=address)
        return text, msg("Start it with --no-nanny.")
    return None
