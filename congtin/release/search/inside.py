"""What runs apart: reads published pages and has Pagefind index them. It knows no key and no repository.

python -m congtin.release.search.inside JOBS TARGET: reads jobs, writes new parts and results below TARGET.
"""

from __future__ import annotations

import errno
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree
from pydantic import TypeAdapter

from congtin.errors import CongtinError
from congtin.messages import msg
from congtin.release.room import is_full_disk
from congtin.release.search import pagefind, staging
from congtin.release.search.job import Job, Made, Part, part_count, part_name, parts_of
from congtin.release.search.lists import Entry, Head, read_entries, read_head
from congtin.release.search.staging import Staged
from congtin.sandbox import wait_for_the_word

JOBS = TypeAdapter(list[Job])
RESULTS = TypeAdapter(list[Made])
RESULT = "made.json"
_PAGES = ".pages"


def make_all(jobs: Sequence[Job], program: Path, target: Path) -> list[Made]:
    """Make the parts that are not there yet, each as ``target/<job>/<part>``; one that fails keeps back no other.

    Raise OSError when the disk is full.
    """
    made = []
    for job in jobs:
        began = time.monotonic()
        try:
            parts = tuple(_parts(job, program, target))
        except (OSError, CongtinError, etree.LxmlError) as error:
            if is_full_disk(error):
                raise
            made.append(Made(name=job.name, error=str(error)))
        else:
            made.append(Made(name=job.name, parts=parts, seconds=round(time.monotonic() - began, 3)))
    return made


def _parts(job: Job, program: Path, target: Path) -> Iterator[Part]:
    heads = [read_head(job.tree, name) for name in job.lists]
    entries = [
        (number, entry)
        for number, name in enumerate(job.lists)
        for entry in read_entries(job.tree, name)
        # A copy would be found beside its original.
        if not job.central or entry.role == "original"
    ]
    for pairs in parts_of(entries, part_count(len(entries), central=job.central)):
        if pairs:
            yield _part(job, [(heads[number], entry) for number, entry in pairs], program, target)


def _part(job: Job, pairs: Sequence[tuple[Head, Entry]], program: Path, target: Path) -> Part:
    """Make one part; its pages are read one at a time, and only their digests are kept."""
    pages = target / _PAGES
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir(parents=True)
    digests = []
    for head, entry in pairs:
        page = _staged(job, head, entry)
        digests.append(page.digest)
        staging.write(pages, [page])
    name = part_name(digests, job.lang)
    ran = pagefind.Ran(0, 0)
    if name not in job.there:
        ran = pagefind.run(program, pages, target / job.name / name, job.lang)
        found = sum(1 for _ in (target / job.name / name / "fragment").glob("*"))
        if found != len(pairs):
            # What cannot be found might as well not have been published (L42-7).
            text = msg("Pagefind left out {count} of {total} Items.", count=len(pairs) - found, total=len(pairs))
            raise pagefind.IndexFailed(text)
    shutil.rmtree(pages)
    return Part(name=name, items=len(pairs), seconds=round(ran.seconds, 3), memory=ran.memory)


def _staged(job: Job, head: Head, entry: Entry) -> Staged:
    if job.central:
        return staging.staged(head, entry, staging.light_body(entry), central=True)
    page = (job.tree / head.folder / entry.path / "index.html").read_bytes()
    return staging.staged(head, entry, staging.full_body(entry, page), central=False)


def main(arguments: Sequence[str]) -> None:
    """Do the jobs of a file; end with the number ENOSPC when the disk is full."""
    jobs, program, target = map(Path, arguments)
    try:
        made = make_all(JOBS.validate_json(jobs.read_bytes()), program, target)
        (target / RESULT).write_bytes(RESULTS.dump_json(made))
    except OSError as error:
        if not is_full_disk(error):
            raise
        sys.exit(errno.ENOSPC)


if __name__ == "__main__":
    wait_for_the_word()
    main(sys.argv[1:])
