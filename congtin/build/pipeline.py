"""The whole story of a build: look, work on each Site that needs it, put everything in place, remember."""

from __future__ import annotations

import importlib
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from congtin.build.commit import commit, recover
from congtin.build.lock import alone
from congtin.build.look import current_frame, look
from congtin.build.manifest import Manifest, all_files_exist, edition_of, manifests_of, names_of_built
from congtin.build.pictures import provide
from congtin.build.preview import keep_apart
from congtin.build.report import BuildReport, SiteRecord, report_of
from congtin.build.request import BuildRequest, Progress
from congtin.build.site_work import (
    SiteJob,
    SiteResult,
    catalogue_for,
    read_ahead,
    work_on_site,
)
from congtin.catalogue.memory import Memory
from congtin.catalogue.state import FILE
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.tree import GitTree
from congtin.errors import BuildError, Problem, ProblemsFound, Severity, UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.model import EditionKey
from congtin.network.network import Network
from congtin.stored_problems import problems_of_text, problems_text
from congtin.workers import Workers

if TYPE_CHECKING:
    # It takes as long to load as a small Site to build, and few builds have a cluster.
    from congtin.build.cluster import ClusterWorkers

# So many Sites are read here, where they are remembered; more are read sooner by the processes that build them.
FEW_SITES = 4


def build(
    request: BuildRequest,
    progress: Progress | None = None,
    changed: Collection[str] | None = None,
    tree: GitTree | None = None,
    memory: Memory | None = None,
    *,
    whole: bool = False,
) -> BuildReport:
    """Build what was asked for; raise ProblemsFound or BuildError with nothing half-written.

    ``changed`` are paths that somebody saw change; without it the changes are looked for, in ``tree`` if it was
    asked already. A builder that stays brings its ``memory``. With ``whole`` somebody has just seen that every output
    is in its place.
    """
    started = time.monotonic()
    if tree is None and changed is None:
        tree = GitTree(request.root)
    progress = progress or Progress()
    with alone(request.state, progress.wait), closing(tree) if tree else nullcontext():
        keep_apart(request)
        recover(request.output, request.state)
        if request.full:
            _forget(request.state)
        try:
            report = _Build(request, progress, memory, whole=whole).run(tree, changed)
        except sqlite3.DatabaseError:
            # Damage that did not show when the store was opened.
            report = _start_anew(request, progress)
            report.store = msg("The store was damaged; it has been made anew.")
    report.seconds = time.monotonic() - started
    return report


def _start_anew(request: BuildRequest, progress: Progress) -> BuildReport:
    with closing(GitTree(request.root)) as tree:
        try:
            _forget(request.state)
            return _Build(request, progress, None).run(tree, None)
        except (sqlite3.Error, OSError) as error:
            # A full disk, or a folder that cannot be written: a new store does not help.
            text = msg("The store in {path} cannot be used: {detail}", path=request.state, detail=error)
            raise BuildError(text) from error


def _forget(state: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (state / f"{FILE}{suffix}").unlink(missing_ok=True)


class _Build:
    def __init__(
        self, request: BuildRequest, progress: Progress, memory: Memory | None, *, whole: bool = False
    ) -> None:
        self.memory = memory
        self.whole = whole
        self.request = request
        self.progress = progress

    def run(self, tree: GitTree | None, changed: Collection[str] | None) -> BuildReport:
        request = self.request
        with closing(CatalogueStore(request.state)) as store:
            renewed = store.renewed
            frame = current_frame(request.root, store, changed)
            seen = look(request.root, store, request.workers, tree=tree, changed=changed)
            wanted = select_editions(seen.network, request.sites, request.langs)
            if request.editions is not None:
                wanted = [key for key in wanted if key in request.editions]
            self._require_profile(store)
            jobs = self._jobs(store, seen.network, wanted, frame.digest, trusting=self.whole or changed is not None)
            if not _broken(seen.problems):
                sites = [job.site for job in jobs if job.langs]
                provide(store, request.root, request.state, seen.network, sites, request.workers)
            store.settle(shared=request.cluster is not None)
            network = read_ahead(request.root, request.state, store.meta("network"), frame.digest, working=bool(jobs))
            others = _problems_of_others(store, jobs)
            if self.memory and len(jobs) <= FEW_SITES:
                known = {job.site: catalogue_for(store, network, job.site, self.memory) for job in jobs}
                jobs = [replace(job, catalogue=known[job.site]) for job in jobs]
        results = self._work(jobs, seen.problems, others, self._workers(seen.network, len(jobs)))
        with closing(CatalogueStore(request.state)) as store:
            removed = self._finish(store, seen.network, results)
            report = self._report(store, wanted, results, seen.problems, removed)
        report.store = renewed
        return report

    def _require_profile(self, store: CatalogueStore) -> None:
        """Look at every Site again when the last build was for another purpose: a release demands more."""
        if store.meta("profile") != self.request.profile.value:
            with store.db:
                store.forget_all_sites()
                store.set_meta("profile", self.request.profile.value)

    def _jobs(
        self, store: CatalogueStore, network: Network, wanted: Iterable[EditionKey], frame: str, *, trusting: bool
    ) -> list[SiteJob]:
        """Return a job for every Site that has changed, lost a file, or is due by the clock; the largest first.

        A Site that has changed is looked at even when only others are to be built: its errors count. Whoever says
        what changed is trusted to have seen that no output was lost.
        """
        request = self.request
        now = request.now.timestamp()
        known = store.site_states()
        langs: dict[str, list[str]] = {}
        for key in wanted:
            langs.setdefault(key.site, []).append(key.lang)
        sizes = store.sizes()
        jobs = []
        for site in sorted(network.sites, key=lambda site: (-sizes.get(site, 0), site)):
            since, until, _ = known.get(site, (0.0, 0.0, ""))
            current = since <= now < until
            if current and (trusting or not langs.get(site) or self._is_built(site, langs[site])):
                continue
            jobs.append(
                SiteJob(
                    site,
                    tuple(langs.get(site, ())),
                    request.root,
                    request.output,
                    request.state,
                    request.now,
                    request.profile,
                    frame,
                    request.full,
                )
            )
        return jobs

    def _is_built(self, site: str, langs: Iterable[str]) -> bool:
        for lang in langs:
            names = names_of_built(Manifest.file(self.request.state, EditionKey(site, lang)))
            if not names or not all_files_exist(self.request.output, names):
                return False
        return True

    def _workers(self, network: Network, sites: int) -> Workers[SiteJob, SiteResult] | ClusterWorkers:
        if self.request.cluster:
            from congtin.build.cluster import ClusterWorkers

            return ClusterWorkers(self.request.cluster, network, self.request.workers)
        if sites > 1:
            # What every Edition needs is read once, before the first process is forked; one Site reads what it needs.
            importlib.import_module("congtin.build.warm")
        return Workers(work_on_site, self.request.workers, fresh=True)

    def _work(
        self,
        jobs: Sequence[SiteJob],
        problems: list[Problem],
        others: list[Problem],
        workers: Workers[SiteJob, SiteResult] | ClusterWorkers,
    ) -> list[SiteResult]:
        """Work on every Site; raise ProblemsFound with all there is to say of any Site, and build nothing then.

        ``others`` are the Problems of Sites that have not changed.
        """
        broken = _broken(problems)
        if broken:
            jobs = [replace(job, langs=()) for job in jobs]
        self.progress.start(sum(len(job.langs) for job in jobs))
        results = []
        try:
            # Closed before anything is thrown away: then nobody writes any more.
            with closing(workers.run(jobs)) as running:
                for result in running:
                    results.append(result)
                    self.progress.advance(result)
        except BaseException:  # a stop by the person too leaves nothing that was collected
            recover(self.request.output, self.request.state)
            raise
        if broken or any(result.failed for result in results):
            recover(self.request.output, self.request.state)
            raise ProblemsFound({*problems, *others, *(p for result in results for p in result.problems)})
        return results

    def _finish(self, store: CatalogueStore, network: Network, results: Sequence[SiteResult]) -> int:
        """Put all files in place, then remember that these Sites are done."""
        request = self.request
        built = [edition.key for result in results for edition in result.editions if edition.written]
        existing = {edition.key for edition in network.editions()}
        gone = [key for key in map(edition_of, self._manifests()) if key not in existing]
        removed = commit(request.output, request.state, built, gone)
        # A Site not all of whose Editions were asked for is looked at again.
        with store.db:
            for result in results:
                if len(result.editions) == len(network.sites[result.site].editions):
                    store.put_site(result.site, result.since, result.until, _record(result).to_text())
        return removed

    def _manifests(self) -> Iterator[str]:
        for file in manifests_of(self.request.state).values():
            yield file.stem

    def _report(
        self,
        store: CatalogueStore,
        wanted: Sequence[EditionKey],
        results: Sequence[SiteResult],
        problems: Sequence[Problem],
        removed: int,
    ) -> BuildReport:
        records = {site: SiteRecord.from_text(data) for site, (_, _, data) in store.site_states().items()}
        records.update((result.site, _record(result)) for result in results)
        request = self.request
        pairs = [(key.site, key.lang) for key in wanted]
        report = report_of(request.now, request.profile, pairs, records, problems, store.source_count())
        built = [edition for result in results for edition in result.editions if edition.written]
        report.built = sorted(str(edition.key) for edition in built)
        written = [edition.written for edition in built if edition.written]
        report.skipped = len(wanted) - len(written)
        report.rendered = sum(one.rendered for one in written)
        report.changed = sum(one.changed for one in written)
        report.removed = removed + sum(one.removed for one in written)
        return report


def _broken(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _problems_of_others(store: CatalogueStore, jobs: Sequence[SiteJob]) -> list[Problem]:
    """Return what was found on the Sites that need no new look."""
    looked_at = {job.site for job in jobs}
    records = (
        SiteRecord.from_text(data) for site, (_, _, data) in store.site_states().items() if site not in looked_at
    )
    return [problem for record in records for problem in problems_of_text(record.problems)]


def _record(result: SiteResult) -> SiteRecord:
    files = {edition.key.lang: (edition.pages, edition.files) for edition in result.editions}
    editions = {lang: (*placed, *files.get(lang, (0, 0))) for lang, placed in result.placements.items()}
    return SiteRecord(result.counts, editions, problems_text(result.problems))


def select_editions(network: Network, sites: Sequence[str], langs: Sequence[str]) -> list[EditionKey]:
    """Return the Editions that Site names or groups and languages choose; all of them when none is named."""
    chosen = list(network.sites.values())
    if sites:
        chosen = []
        for pattern in sites:
            found = network.matching(pattern)
            if not found:
                hint = did_you_mean(pattern, network.sites)
                raise UsageError(msg("There is no Site “{site}”.", site=pattern), hint)
            chosen += [site for site in found if site not in chosen]
    known = sorted({edition.lang for site in chosen for edition in site.editions})
    for lang in langs:
        if lang not in known:
            text = msg("None of these Sites is published in the language “{lang}”.", lang=lang)
            raise UsageError(text, msg("Their languages are: {words}.", words=list_of(known)))
    return [e.key for site in chosen for e in site.editions if not langs or e.lang in langs]
