"""One Edition by itself, for a plain Pelican run: `SITE=hanoi/portal pelican -s pelicanconf.py`."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

from congtin.build.commit import recover
from congtin.build.edition import EditionJob
from congtin.build.look import current_frame, look
from congtin.build.pictures import provide
from congtin.build.site_work import SiteJob, plans_of, site_repository
from congtin.catalogue.store import CatalogueStore
from congtin.checks.run import run_checks
from congtin.errors import ProblemsFound, Severity
from congtin.model import EditionKey, Profile


def job_for(root: Path, key: EditionKey, profile: Profile, now: datetime, output: Path, state: Path) -> EditionJob:
    """Return the job of one Edition; raise ProblemsFound when its Site or any file holds an error."""
    recover(output, state)
    with closing(CatalogueStore(state)) as store:
        frame = current_frame(root, store)
        seen = look(root, store, 1, tree=None)
        provide(store, root, state, seen.network, [key.site], 1)
        store.settle(shared=False)
        job = SiteJob(key.site, (key.lang,), root, output, state, now, profile, frame.digest)
        problems = [*seen.problems, *run_checks(site_repository(store, seen.network, job))]
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise ProblemsFound(problems)
        plan = plans_of(job, store, seen.network)[key.lang]
    return EditionJob(plan, frame, output, state, full=True, alone=True)
