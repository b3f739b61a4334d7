"""What happens on a worker of a cluster: it is looked over, then builds each Edition in a fresh process."""

from __future__ import annotations

import atexit
import functools
import hashlib
import multiprocessing
import os
import pickle
import re
import select
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from congtin.build.manifest import FOLDER as MANIFESTS
from congtin.build.manifest import SERVER_FOLDER, STAGING
from congtin.build.pictures import FOLDER as PICTURES
from congtin.build.site_work import SiteJob, SiteResult, work_on_site
from congtin.catalogue.state import FILE
from congtin.engine import frame_digest
from congtin.errors import CongtinError
from congtin.workers import Workers

INCOMING = ".incoming"
"""Below the output: the one shared folder that workers write to."""
GLANCE = 0.2
"""Seconds between two looks at whether the caller still wants what is being built."""

_busy = threading.Lock()
_KEY_NAME = re.compile(
    r"(?:^|_)(?:TOKEN|PAT|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?"
    r"|(?:PRIVATE|SIGNING|SECRET|ACCESS|API|DEPLOY|AGE|MASTER)_?KEY)(?:_|$)"
    r"|^(?:SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|GIT_ASKPASS|SSH_ASKPASS)$"
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-|^untrusted comment: .*secret key")
# The worker's own certificate: without it there is no connection at all.
_OWN = "DASK_DISTRIBUTED__COMM__TLS__"
_KEY_FILES = (
    ".ssh/id_*",
    ".gnupg/private-keys-v1.d/*",
    ".netrc",
    ".git-credentials",
    ".aws/credentials",
    ".minisign/*.key",
)


@dataclass(frozen=True)
class Inspection:
    """What a worker says of itself before it is given work."""

    keys: tuple[str, ...]
    """Names, never values, of what it holds and must not hold."""
    shared: bool
    """It reads what the caller wrote beside the output, and may write there."""
    frame: str
    """`frame_digest` on its machine: of the engine as it was read when somebody first asked."""
    may_start_processes: bool


def inspect_worker(root: str, probe: str, secret: str) -> Inspection:
    """Look over the worker this runs on; ``probe`` is a file on shared storage that holds ``secret``."""
    return Inspection(
        keys=tuple(held_keys(os.environ, Path.home())),
        shared=_holds(Path(probe), secret) and Path(root).is_dir(),
        frame=frame_digest(Path(root)) if Path(root).is_dir() else "",
        may_start_processes=not multiprocessing.current_process().daemon,
    )


def held_keys(environ: Mapping[str, str], home: Path) -> Iterator[str]:
    """Yield the names of variables and files that hold keys, as far as a name or a beginning shows it."""
    for name, value in sorted(environ.items()):
        if not name.startswith(_OWN) and (_KEY_NAME.search(name.upper()) or _PRIVATE_KEY.search(value)):
            yield name
    for pattern in _KEY_FILES:
        for file in sorted(home.glob(pattern)):
            if file.suffix != ".pub":
                yield f"~/{file.relative_to(home).as_posix()}"


def _holds(probe: Path, secret: str) -> bool:
    try:
        return probe.read_text("utf-8") == secret and os.access(probe.parent, os.W_OK)
    except OSError:
        return False


@dataclass(frozen=True)
class Answer:
    """What came of one job: its result, or why there is none."""

    result: SiteResult | None = None
    error: CongtinError | None = None


def pack(job: SiteJob) -> bytes:
    """Return a job as bytes, which Dask carries as they are."""
    return pickle.dumps(job)


def open_answer(data: bytes) -> Answer:
    """Return what a worker answered."""
    # Dask itself unpickles all that workers send: whoever may speak to this scheduler is trusted that far.
    answer = pickle.loads(data)  # noqa: S301
    if not isinstance(answer, Answer):
        raise TypeError(answer)
    return answer


def build_here(parcel: bytes) -> bytes:
    """Work on one Site in a fresh process; end the process when nobody waits for it any more."""
    job: SiteJob = pickle.loads(parcel)  # noqa: S301 (the caller's bytes: a worker runs what its caller sends)
    done = threading.Event()
    with _busy:
        watch = threading.Thread(target=_end_unwanted, args=(_still_wanted(), done), daemon=True)
        watch.start()
        try:
            work = functools.partial(_until_gone, os.getpid(), work_on_site)
            (result,) = Workers(work, 1, fresh=True).run([with_own_folders(job, _own_folder())])
        except CongtinError as error:
            return pickle.dumps(Answer(error=error))
        finally:
            done.set()
            watch.join()
        return pickle.dumps(Answer(result))


def _until_gone(worker: int, work: Callable[[SiteJob], SiteResult], job: SiteJob) -> SiteResult:
    """Do the work, and end with the worker: also when it is killed, so that nobody writes for a lost one."""
    alive = os.pidfd_open(worker)

    def look(*signalled: object) -> None:
        if select.select([alive], [], [], 0)[0]:
            os._exit(1)

    # Not a thread: what Pelican runs in is forked from here, and only a process without threads can be.
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, GLANCE, GLANCE)
    return work(job)


def _end_unwanted(wanted: Callable[[], bool], done: threading.Event) -> None:
    while not done.wait(GLANCE):
        if not wanted():
            for process in multiprocessing.active_children():
                process.kill()
            return


def _still_wanted() -> Callable[[], bool]:
    from distributed import get_worker
    from distributed.core import Status

    worker = get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing" and worker.status in (Status.running, Status.paused)

    return wanted


def is_idle() -> bool:
    """Tell whether no process of this worker is building."""
    return not _busy.locked()


@functools.cache
def _own_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="congtin-worker-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def with_own_folders(job: SiteJob, folder: Path) -> SiteJob:
    """Return the job with folders of its own below ``folder`` that show the shared ones.

    What it reads is shared; what it stages goes to the one shared folder that workers may write to. Compiled
    templates are code: nobody takes them from a folder that others write to.
    """
    own = folder / hashlib.sha256(str(job.output).encode()).hexdigest()[:16]
    output, state = own / "output", own / "state"
    for made in (output, state):
        made.mkdir(parents=True, exist_ok=True)
    show([job.state / FILE, job.state / MANIFESTS, job.state / PICTURES], state)
    show(
        (entry for entry in job.output.iterdir() if not entry.name.startswith(".") or entry.name == SERVER_FOLDER),
        output,
    )
    _link(output / STAGING, job.output / INCOMING)
    return replace(job, output=output, state=state)


def show(entries: Iterable[Path], folder: Path) -> None:
    """Let ``folder`` show files and folders that lie elsewhere."""
    for entry in entries:
        _link(folder / entry.name, entry)


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(target)
