"""Run Editions in parallel: a fresh process for each, because Pelican keeps state in its modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from congtin.build.edition import EditionJob, EditionResult, build_edition
from congtin.errors import BuildError
from congtin.messages import msg
from congtin.workers import main_hidden, worker_context

Progress = Callable[[EditionResult], None]


def run_jobs(jobs: Sequence[EditionJob], workers: int, progress: Progress) -> list[EditionResult]:
    """Build every Edition, the largest first; the first failure stops the rest and is raised."""
    ordered = sorted(jobs, key=lambda job: (-len(job.plan.items), job.plan.edition.key))
    results: list[EditionResult] = []
    with (
        main_hidden(),
        ProcessPoolExecutor(workers, mp_context=worker_context(), max_tasks_per_child=1) as pool,
    ):
        waiting: dict[Future[EditionResult], EditionJob] = {}
        queue = iter(ordered)
        try:
            while True:
                while len(waiting) < workers * 2 and (job := next(queue, None)):
                    waiting[pool.submit(_build, job)] = job
                if not waiting:
                    return results
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    result = _result(future, waiting.pop(future))
                    results.append(result)
                    progress(result)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _build(job: EditionJob) -> EditionResult:
    return build_edition(job)


def _result(future: Future[EditionResult], job: EditionJob) -> EditionResult:
    try:
        return future.result()
    except BrokenProcessPool as error:
        text = msg("A worker process died while building {edition}.", edition=job.plan.edition.key)
        raise BuildError(text) from error
    except BuildError:
        raise
    except Exception as error:
        text = msg("{edition} could not be built: {detail}", edition=job.plan.edition.key, detail=_detail(error))
        raise BuildError(text) from error


def _detail(error: BaseException) -> str:
    line = getattr(error, "lineno", None)
    name = getattr(error, "filename", None) or getattr(error, "name", None)
    place = f" ({name}:{line})" if line and name else ""
    return f"{type(error).__name__}: {error}{place}"
