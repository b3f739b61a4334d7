"""One Site's share of a build, in a process of its own: what matters to it is read, placed, checked and rendered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from congtin.build.compiled_templates import read_templates
from congtin.build.due import holds
from congtin.build.edition import EditionJob, EditionResult, build_edition, page_counts
from congtin.build.frame import Frame
from congtin.build.keys import Keys
from congtin.build.manifest import Manifest
from congtin.build.pages import Outline
from congtin.build.plan import EditionPlan, make_plans
from congtin.build.plugin_modules import plugin_modules
from congtin.catalogue.closure import Offers, site_catalogue
from congtin.catalogue.memory import Memory
from congtin.catalogue.source import Catalogue
from congtin.catalogue.store import CatalogueStore
from congtin.checks.registry import Repository
from congtin.checks.run import run_checks
from congtin.crosspost.placements import place
from congtin.errors import Problem, Severity
from congtin.model import Profile, Role
from congtin.network.network import Network
from congtin.network.stored import network_of
from congtin.rules.document_numbers import DocumentNumbers, load_document_numbers
from congtin.workers import Workers, naming


@dataclass(frozen=True)
class SiteJob:
    """A Site to look at, and the languages in which to build it."""

    site: str
    langs: tuple[str, ...]
    root: Path
    output: Path
    state: Path
    now: datetime
    profile: Profile
    frame: str
    """Digest of the frame to build with; the store holds the frame itself."""
    full: bool = False
    catalogue: Catalogue | None = None
    """What matters to the Site, where it is known already."""

    def __str__(self) -> str:
        return self.site


@dataclass(frozen=True)
class SiteResult:
    """What came of a Site; ``editions`` are collected and wait to be put in place."""

    site: str
    problems: tuple[Problem, ...]
    counts: dict[str, int]
    placements: dict[str, tuple[int, int]]
    """By language: how many Items stand there, and how many of them are copies."""
    since: float
    until: float
    editions: tuple[EditionResult, ...] = ()

    @property
    def failed(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def work_on_site(job: SiteJob) -> SiteResult:
    """Look at one Site; build the Editions asked for unless nothing they show has changed, or there is an error.

    Raise BuildError when a page cannot be rendered.
    """
    with closing(CatalogueStore.reading(job.state)) as store:
        network = stored_network(job.state, job.root, store.meta("network"))
        frame = stored_frame(job.state, job.frame)
        repository = site_repository(store, network, job)
        problems = tuple(run_checks(repository))
    since, until = holds(repository)
    result = SiteResult(job.site, problems, _counts(repository), _placed(repository), since, until)
    if result.failed or not job.langs:
        return result
    plans = make_plans(network, repository.catalogue, repository.placements, job.now, job.profile, [job.site])
    jobs = [EditionJob(plan, frame, job.output, job.state, job.full) for plan in plans if plan.lang in job.langs]
    return replace(result, editions=tuple(_build(jobs)))


def _build(jobs: list[EditionJob]) -> Iterator[EditionResult]:
    """Build Editions; each Pelican run has a process of its own, because Pelican keeps state in its modules."""
    due = []
    for job in jobs:
        manifest = Manifest() if job.full else Manifest.load(job.state, job.plan.edition.key)
        keys = Keys(job.plan, Outline(job.plan), job.frame, job.interface)
        whole = bool(manifest.fingerprint) and manifest.is_whole(job.output)
        if whole and manifest.fingerprint == keys.edition:
            yield EditionResult(job.plan.edition.key, None, *page_counts(manifest.outputs))
        else:
            due.append(replace(job, keys=keys, whole=whole, before=manifest))
    if due:
        yield from Workers(build_edition, 1, fresh=True).run(due[:-1])
        with naming(due[-1]):
            yield build_edition(due[-1])


def site_repository(store: CatalogueStore, network: Network, job: SiteJob) -> Repository:
    """Return the part of the repository that matters to the job's Site."""
    catalogue = job.catalogue or catalogue_for(store, network, job.site)
    placements = place(network, catalogue, job.now, [job.site])
    scope = frozenset([job.site])
    numbers = document_numbers(job.root, store.meta("network"))
    return Repository(network, catalogue, placements, numbers, job.now, job.profile, scope)


def catalogue_for(store: CatalogueStore, network: Network, site: str, memory: Memory | None = None) -> Catalogue:
    """Return the part of the catalogue that matters to a Site."""
    return site_catalogue(store, network, site, Offers(store, network).to(site), memory)


def read_ahead(root: Path, state: Path, network: str, frame: str, *, working: bool) -> Network:
    """Read what the work on every Site needs, so that processes forked from this one have it; return the Network.

    ``network`` and ``frame`` are digests; templates and plugins are read only where Sites are ``working``.
    """
    stored_frame(state, frame)
    document_numbers(root, network)
    if working:
        plugin_modules(root, frame)
        read_templates(state)
    return stored_network(state, root, network)


@lru_cache(maxsize=1)
def stored_network(state: Path, root: Path, digest: str) -> Network:
    """Return the Network with this digest; a process that forks workers has read it for all of them."""
    with closing(CatalogueStore.reading(state)) as store:
        return network_of(store.meta("network-text"), root)


@lru_cache(maxsize=1)
def stored_frame(state: Path, digest: str) -> Frame:
    """Return the frame with this digest."""
    with closing(CatalogueStore.reading(state)) as store:
        frame = Frame.from_text(store.meta("frame"), digest)
    if frame is None:
        raise LookupError(digest)
    return frame


@lru_cache(maxsize=1)
def document_numbers(root: Path, digest: str) -> DocumentNumbers:
    """Return the rules for numbers of documents as they are in the Network with this digest."""
    return load_document_numbers(root)


def _counts(repository: Repository) -> dict[str, int]:
    placements, now = repository.placements, repository.now
    own = repository.own_items
    return {
        "items": len(own),
        "drafts": len(placements.drafts),
        "scheduled": len(placements.scheduled),
        "withdrawn": sum(1 for item in own if item.facts.withdrawn and item.facts.withdrawn.at <= now),
        "waiting": len(placements.waiting),
    }


def _placed(repository: Repository) -> dict[str, tuple[int, int]]:
    found = {}
    for site in repository.own_sites():
        for edition in site.editions:
            placements = repository.placements.by_edition.get(edition.key, ())
            copies = sum(1 for placement in placements if placement.role is Role.CROSSPOST)
            found[edition.lang] = (len(placements), copies)
    return found


def plans_of(job: SiteJob, store: CatalogueStore, network: Network) -> dict[str, EditionPlan]:
    """Return the plans of the job's Site by language; for a plain Pelican run and for `--explain`."""
    repository = site_repository(store, network, job)
    plans = make_plans(network, repository.catalogue, repository.placements, job.now, job.profile, [job.site])
    return {plan.lang: plan for plan in plans}
