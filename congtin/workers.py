"""Worker processes that have read the engine already.

A process without threads forks them from itself: they start in milliseconds and share what it has read. One with
threads cannot do so safely and asks Python's fork server.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from congtin.errors import BuildError, CongtinError
from congtin.messages import msg

Job = TypeVar("Job")
Result = TypeVar("Result")

# The fork server is one for the whole process, so that all pools name the same modules.
_PRELOAD = ["congtin.build.warm"]
_PR_SET_PDEATHSIG = 1
_GARBAGE = 50_000


@dataclass
class _Worker(Generic[Job]):
    process: BaseProcess
    connection: Connection
    job: Job | None = None


class Workers(Generic[Job, Result]):
    """Runs ``work`` on jobs in other processes; with ``fresh`` each process does one job only."""

    def __init__(self, work: Callable[[Job], Result], most: int, *, fresh: bool = False) -> None:
        self.work = work
        self.most = most
        self.fresh = fresh
        self._busy: dict[Connection, _Worker[Job]] = {}
        self._idle: list[_Worker[Job]] = []
        self._leaving: list[BaseProcess] = []

    def run(self, jobs: Iterable[Job]) -> Generator[Result, None, None]:
        """Yield results as they come; the first failure ends the other processes and is raised.

        Raise what the work raised where it is an error of ours, else BuildError.
        """
        waiting = iter(jobs)
        try:
            while True:
                while len(self._busy) < self.most:
                    job = next(waiting, None)
                    if job is None:
                        break
                    self.begin(job)
                if not self._busy:
                    return
                for connection in wait(list(self._busy)):
                    yield self._take(self._busy.pop(connection))  # type: ignore[call-overload]
        finally:
            self.close()

    def begin(self, job: Job) -> None:
        """Let a process work on a job now; `run` yields its result too."""
        worker = self._idle.pop() if self._idle else self._start(job)
        if not self.fresh:
            worker.connection.send(job)
        worker.job = job
        self._busy[worker.connection] = worker

    def _start(self, job: Job) -> _Worker[Job]:
        context = _context()
        own, other = context.Pipe()
        process = context.Process(
            target=_serve_one if self.fresh else _serve,
            args=(other, self.work, job if self.fresh else None),
        )
        with _main_hidden():
            process.start()
        other.close()
        return _Worker(process, own)

    def _take(self, worker: _Worker[Job]) -> Result:
        try:
            result, error = worker.connection.recv()
        except (EOFError, ConnectionError):
            self._stop(worker)
            raise BuildError(msg("A worker process died while it worked on {job}.", job=str(worker.job))) from None
        if self.fresh:
            self._leave(worker)
        elif error is not None:
            # It waits for more; closing our end would not tell it, as below.
            worker.process.kill()
            self._stop(worker)
        else:
            self._idle.append(worker)
        if error is not None:
            raise error
        done: Result = result
        return done

    def _leave(self, worker: _Worker[Job]) -> None:
        """Let a worker end by itself: giving back its memory takes as long as a small job, and the next can begin."""
        worker.connection.close()
        self._leaving = [process for process in self._leaving if process.is_alive()]
        self._leaving.append(worker.process)

    def _stop(self, worker: _Worker[Job]) -> None:
        worker.connection.close()
        worker.process.join()

    def close(self) -> None:
        """End all processes, also those that still work."""
        for worker in self._busy.values():
            worker.process.kill()
        for worker in self._idle:
            # Closing our end would tell nobody: workers forked later hold it open too.
            with suppress(ConnectionError):
                worker.connection.send(None)
        for worker in [*self._busy.values(), *self._idle]:
            self._stop(worker)
        for process in self._leaving:
            process.join()
        self._busy.clear()
        self._idle.clear()
        self._leaving.clear()


def can_fork() -> bool:
    """Tell whether this process may fork workers from itself: a lock that a thread holds would never be let go."""
    return threading.active_count() == 1


def _context() -> ForkContext | ForkServerContext:
    if can_fork():
        return multiprocessing.get_context("fork")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def _serve_one(connection: Connection, work: Callable[[Any], Any], job: Any) -> None:
    """Do one job."""
    _become_worker()
    with suppress(ConnectionError):
        connection.send(_outcome(work, job))


def _serve(connection: Connection, work: Callable[[Any], Any], _: None) -> None:
    """Work until nobody asks any more."""
    _become_worker()
    with suppress(EOFError, ConnectionError):
        while (job := connection.recv()) is not None:
            connection.send(_outcome(work, job))


def _outcome(work: Callable[[Any], Any], job: Any) -> tuple[Any, CongtinError | None]:
    try:
        with naming(job):
            return work(job), None
    except CongtinError as error:
        return None, error


@contextmanager
def naming(job: object) -> Iterator[None]:
    """Turn whatever goes wrong into a BuildError that names the job; errors of ours pass as they are."""
    try:
        yield
    except CongtinError:
        raise
    except Exception as error:
        text = msg("{job} could not be built: {detail}", job=str(job), detail=_detail(error))
        raise BuildError(text) from error


def _become_worker() -> None:
    """Never outlive the process that started this one; leave a stop by the person to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What was read before stays: looking through it again and again would copy the memory shared with the parent.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _detail(error: BaseException) -> str:
    line = getattr(error, "lineno", None)
    name = getattr(error, "filename", None) or getattr(error, "name", None)
    place = f" ({name}:{line})" if line and name else ""
    return f"{type(error).__name__}: {error}{place}"


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep workers from running the main program's file again: no function of it is sent to them."""
    main: dict[str, Any] = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {name: main.pop(name) for name in ("__file__", "__spec__") if name in main}
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)
