"""What a worker of a cluster may do wrong: `dask worker --preload bad_workers` makes one that does.

What it does is the name of a function below, in the file `how` beside the output folder.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from congtin.build import cluster_worker
from congtin.build.output import REPLACING, SEAL, STAGING, TREE, OutputSink, replacing_name
from congtin.build.site_work import SiteJob, SiteResult, work_on_site


def dask_setup(worker: object) -> None:
    """Go astray; Dask calls this when a worker starts."""
    cluster_worker.work_on_site = obey  # type: ignore[attr-defined]


def obey(job: SiteJob) -> SiteResult:
    """Do what `how` says."""
    how = shared_folder(job) / "how"
    return KINDS[how.read_text("utf-8")](job) if how.is_file() else work_on_site(job)


def shared_folder(job: SiteJob) -> Path:
    """Return the folder of the test that holds the output."""
    return (job.output / STAGING).resolve().parent.parent


def staged_folder(job: SiteJob) -> Path:
    """Return where the Site's first Edition was collected."""
    return min((job.output / STAGING).glob(f"{job.site.replace('/', '__')}@*"))


def staged_file(job: SiteJob) -> Path:
    """Return one of the files that were built."""
    return min(file for part in (TREE, REPLACING) for file in (staged_folder(job) / part).rglob("*") if file.is_file())


def damage_a_staged_byte(job: SiteJob) -> SiteResult:
    """Build, then let one bit of a finished file turn."""
    result, file = work_on_site(job), staged_file(job)
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    return result


def replace_a_staged_file_by_a_link(job: SiteJob) -> SiteResult:
    """Build, then leave a link to the same bytes elsewhere."""
    result, file = work_on_site(job), staged_file(job)
    elsewhere = shared_folder(job) / f"elsewhere-{os.getpid()}"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    return result


def stage_a_folder_in_the_way(job: SiteJob) -> SiteResult:
    """Build, then leave an empty folder where another Site has a page."""
    result = work_on_site(job)
    (staged_folder(job) / TREE / "other.ha.gov.vn" / "index.html").mkdir(parents=True)
    return result


def stage_a_link_to_a_folder(job: SiteJob) -> SiteResult:
    """Build, then leave the pages where they can still be changed."""
    result, pages = work_on_site(job), staged_folder(job) / TREE
    elsewhere = shared_folder(job) / f"elsewhere-{os.getpid()}"
    pages.rename(elsewhere)
    pages.symlink_to(elsewhere)
    return result


def replace_a_page_nobody_listed(job: SiteJob) -> SiteResult:
    """Build, then leave a file for another Site's page among those that replace older ones."""
    result = work_on_site(job)
    (staged_folder(job) / REPLACING / replacing_name("other.ha.gov.vn/index.html")).write_bytes(b"x")
    return result


def seal_nonsense(job: SiteJob) -> SiteResult:
    """Build, then write something else for the list of what was built."""
    result = work_on_site(job)
    (staged_folder(job) / SEAL).write_text('{"format": 3, "outputs": ["a"]}', "utf-8")
    return result


def bring_a_file_of_another_site(job: SiteJob) -> SiteResult:
    """Build pages, and one more for a host that is not the Site's."""
    honest = OutputSink.seal

    def seal(sink: OutputSink, fingerprint: str) -> object:
        sink.put("other.ha.gov.vn/index.html", b"x")
        return honest(sink, fingerprint)

    OutputSink.seal = seal  # type: ignore[method-assign, assignment]
    return work_on_site(job)


def write_another_text(job: SiteJob) -> SiteResult:
    """Render wrongly, and hash what was rendered."""
    honest = OutputSink.put

    def put(sink: OutputSink, name: str, data: bytes) -> None:
        honest(sink, name, data.replace(b"Giao th", b"Gian th"))

    OutputSink.put = put  # type: ignore[method-assign]
    return work_on_site(job)


def leave_everything_as_it_was(job: SiteJob) -> SiteResult:
    """Say that nothing had to be built."""
    result = work_on_site(job)
    return replace(result, editions=tuple(replace(edition, written=None) for edition in result.editions))


def answer_for_another_site(job: SiteJob) -> SiteResult:
    """Give names of other Editions."""
    result = work_on_site(job)
    keys = [replace(edition.key, site="../../elsewhere") for edition in result.editions]
    editions = tuple(replace(edition, key=key) for edition, key in zip(result.editions, keys, strict=True))
    return replace(result, editions=editions)


def fail(job: SiteJob) -> SiteResult:
    """Find something nobody thought of."""
    raise ZeroDivisionError("one by nothing")


def die(job: SiteJob) -> SiteResult:
    """End as a process does that the kernel kills for want of memory."""
    os.kill(os.getpid(), 9)
    return work_on_site(job)


def never_finish(job: SiteJob) -> SiteResult:
    """Say who is building, and go on for longer than anybody waits."""
    (shared_folder(job) / f"building-{os.getpid()}").touch()
    time.sleep(60)
    return work_on_site(job)


def finish_only_the_portal(job: SiteJob) -> SiteResult:
    """Build the portal; go on with any other Site for ever."""
    return work_on_site(job) if job.site == "ha/portal" else never_finish(job)


KINDS = {
    kind.__name__: kind
    for kind in (
        damage_a_staged_byte,
        replace_a_staged_file_by_a_link,
        stage_a_folder_in_the_way,
        stage_a_link_to_a_folder,
        replace_a_page_nobody_listed,
        seal_nonsense,
        bring_a_file_of_another_site,
        write_another_text,
        leave_everything_as_it_was,
        answer_for_another_site,
        fail,
        die,
        never_finish,
        finish_only_the_portal,
    )
}
