"""The whole story of a build, from files to pages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from congtin.build.edition import EditionJob, EditionResult
from congtin.build.fingerprint import code_fingerprint, edition_fingerprint
from congtin.build.interface import interface_for, load_interfaces
from congtin.build.manifest import Manifest, manifests_of
from congtin.build.output import OutputSink, remove_output
from congtin.build.plan import EditionPlan, make_plans
from congtin.build.report import BuildReport
from congtin.build.runner import run_jobs
from congtin.catalogue.scan import scan
from congtin.checks.registry import Repository
from congtin.checks.run import run_checks
from congtin.checks.text import inspect_text
from congtin.crosspost.placements import place
from congtin.errors import Problem, ProblemsFound, Severity, UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.model import EditionKey, Profile, Role
from congtin.network.load import load_network
from congtin.network.network import Network
from congtin.network.pelican_settings import THEME
from congtin.rules.document_numbers import load_document_numbers
from congtin.workers import worker_count


@dataclass(frozen=True)
class BuildRequest:
    """What to build, from where to where."""

    root: Path
    output: Path
    state: Path
    now: datetime
    profile: Profile = Profile.WORK
    sites: Sequence[str] = ()
    langs: Sequence[str] = ()
    workers: int = field(default_factory=worker_count)
    full: bool = False
    """Build every Edition, whatever was built before."""


class Progress:
    """Listens to a build; the command line shows it."""

    def start(self, editions: int) -> None:
        """Learn how many Editions there are to build."""

    def advance(self, result: EditionResult) -> None:
        """Learn that one Edition is done."""


def read_repository(root: Path, state: Path, now: datetime, profile: Profile, workers: int = 1) -> Repository:
    """Read sites and content and decide what stands where."""
    network = load_network(root)
    numbers = load_document_numbers(root)
    catalogue = scan(network, state, inspect_text, workers)
    return Repository(network, catalogue, place(network, catalogue, now), numbers, now, profile)


def checked(repository: Repository) -> list[Problem]:
    """Run all checks; raise ProblemsFound when any of them is an error, else return the rest."""
    problems = run_checks(repository)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ProblemsFound(problems)
    return problems


def build(request: BuildRequest, progress: Progress | None = None) -> BuildReport:
    """Build what was asked for; raise ProblemsFound or BuildError with nothing half-written."""
    started = time.monotonic()
    progress = progress or Progress()
    repository = read_repository(request.root, request.state, request.now, request.profile, request.workers)
    wanted = select_editions(repository.network, request.sites, request.langs)
    problems = checked(repository)
    plans = make_plans(repository.network, repository.catalogue, repository.placements, request.now, request.profile)
    jobs = make_jobs([plans[key] for key in wanted], request.output, request.state)
    due = [job for job in jobs if request.full or not is_up_to_date(job)]
    progress.start(len(due))
    results = run_together(due, request, progress)
    report = _report(request, repository, wanted, results, problems)
    report.removed += prune_editions(request.output, request.state, plans)
    report.seconds = time.monotonic() - started
    return report


def run_together(jobs: list[EditionJob], request: BuildRequest, progress: Progress) -> list[EditionResult]:
    """Build Editions and put their files in place when all are ready; when one fails, none changes."""
    keys = [job.plan.edition.key for job in jobs]
    try:
        run_jobs([replace(job, together=True) for job in jobs], request.workers, progress.advance)
    except BaseException:
        for key in keys:
            OutputSink(request.output, request.state, key).discard()
        raise
    return [EditionResult(key, OutputSink.sealed(request.output, request.state, key).commit()) for key in keys]


def make_jobs(plans: Iterable[EditionPlan], output: Path, state: Path) -> list[EditionJob]:
    """Return a job for each plan, with the interface in its language and the fingerprint of both."""
    jobs: list[EditionJob] = []
    catalogues: Mapping[str, bytes] | None = None
    code = ""
    for plan in plans:
        catalogues = catalogues or load_interfaces(plan.root / THEME)
        code = code or code_fingerprint(plan.root)
        job = EditionJob(plan, interface_for(plan.lang, catalogues), output, state)
        jobs.append(replace(job, fingerprint=edition_fingerprint(job, code)))
    return jobs


def is_up_to_date(job: EditionJob) -> bool:
    """Tell whether an Edition was built from exactly this, and all its files are still there."""
    manifest = Manifest.load(job.state, job.plan.edition.key)
    return manifest.fingerprint == job.fingerprint and all((job.output / name).is_file() for name in manifest.outputs)


def job_for(root: Path, key: EditionKey, profile: Profile, now: datetime, output: Path, state: Path) -> EditionJob:
    """Return the job of one Edition, for a plain Pelican run."""
    repository = read_repository(root, state, now, profile)
    checked(repository)
    plans = make_plans(repository.network, repository.catalogue, repository.placements, now, profile)
    return make_jobs([plans[key]], output, state)[0]


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


def prune_editions(output: Path, state: Path, plans: Mapping[EditionKey, EditionPlan]) -> int:
    """Remove the files of Editions that no longer exist; return how many."""
    existing = {Manifest.file(state, key) for key in plans}
    kept = {name for key in plans for name in Manifest.load(state, key).outputs}
    removed = 0
    for file in manifests_of(state).values():
        if file in existing:
            continue
        site, _, lang = file.stem.partition("@")
        for name in Manifest.load(state, EditionKey(site.replace("__", "/"), lang)).outputs:
            if name not in kept:
                remove_output(output, name)
                removed += 1
        file.unlink()
    return removed


def _report(
    request: BuildRequest,
    repository: Repository,
    wanted: Sequence[EditionKey],
    results: Sequence[EditionResult],
    problems: list[Problem],
) -> BuildReport:
    catalogue, placements = repository.catalogue, repository.placements
    outputs = [name for key in wanted for name in Manifest.load(request.state, key).outputs]
    placed = [placement for key in wanted for placement in placements.by_edition.get(key, ())]
    return BuildReport(
        now=request.now,
        profile=request.profile.value,
        sites=len({key.site for key in wanted}),
        editions=len(wanted),
        sources=catalogue.source_count,
        items=len(catalogue.items),
        placements=len(placed),
        copies=sum(1 for placement in placed if placement.role is Role.CROSSPOST),
        drafts=len(placements.drafts),
        scheduled=len(placements.scheduled),
        withdrawn=sum(1 for i in catalogue.items.values() if i.facts.withdrawn and i.facts.withdrawn.at <= request.now),
        waiting=len(placements.waiting),
        skipped=len(wanted) - len(results),
        pages=sum(1 for name in outputs if name.endswith(".html")),
        files=len(outputs),
        changed=sum(result.written.changed for result in results if result.written),
        removed=sum(result.written.removed for result in results if result.written),
        problems=problems,
    )
