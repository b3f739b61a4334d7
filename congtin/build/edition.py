"""One Pelican run for one Edition."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pelican.generators
from jinja2 import ChoiceLoader
from pelican import ArticlesGenerator, PagesGenerator, Pelican, signals
from pelican.generators import Generator
from pelican.settings import read_settings

from congtin.build.brands import Brand
from congtin.build.frame import Frame
from congtin.build.interface import Interface, interface_for
from congtin.build.keys import Keys
from congtin.build.manifest import Manifest
from congtin.build.output import Written
from congtin.build.plan import EditionPlan
from congtin.build.plugin_modules import plugin_modules
from congtin.errors import CongtinError, UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.model import EditionKey, Profile
from congtin.network.load import load_network
from congtin.network.pelican_settings import pelican_settings


class _WrittenApart(Generator):  # type: ignore[misc]  # Pelican has no type hints
    """Comes after all others: waits for the parts that are written in other processes."""

    def generate_output(self, writer: object) -> None:
        self.settings["CONGTIN_APART"].finish()


class EditionPelican(Pelican):  # type: ignore[misc]
    """Pelican with the plugins' generators in place of its own for articles and pages."""

    def run(self) -> None:
        """Run the generators; no process writes any more when this ends, in whatever way."""
        with closing(self.settings["CONGTIN_APART"]):
            super().run()

    def _get_generator_classes(self) -> list[type]:
        found: list[type] = []
        for _, classes in signals.get_generators.send(self):
            found.extend(classes if isinstance(classes, list | tuple) else [classes])
        for needed in (ArticlesGenerator, PagesGenerator):
            if not any(issubclass(generator, needed) for generator in found):
                raise TypeError(f"no plugin brings a {needed.__name__}")
        return [*found, _WrittenApart]


@dataclass(frozen=True)
class EditionJob:
    """What is needed to build one Edition."""

    plan: EditionPlan
    frame: Frame
    output: Path
    state: Path
    full: bool = False
    """Render every page, whatever was rendered before."""
    keys: Keys | None = None
    """The keys of its pages, where they are known already."""
    whole: bool = False
    """Whoever made the job has just seen that no output is missing."""
    before: Manifest | None = None
    """What the Edition wrote the last time, where it has been read already."""
    alone: bool = False
    """Put the files in place at once, without waiting for other Editions: a plain Pelican run."""

    @property
    def interface(self) -> Interface:
        return interface_for(self.plan.lang, self.frame.interfaces)

    @property
    def brand(self) -> Brand:
        return self.frame.brands[self.plan.portal.options.brand]

    def __str__(self) -> str:
        return str(self.plan.edition.key)


@dataclass(frozen=True)
class EditionResult:
    """What one Pelican run collected; nothing for an Edition that was skipped."""

    key: EditionKey
    written: Written | None
    pages: int
    files: int


class _Silent:
    """In place of Pelican's console, which lays out its one line at some cost even when it is quiet."""

    def print(self, *words: object) -> None:
        """Say nothing."""


class _QuietLoaders(ChoiceLoader):
    """In place of Pelican's: each generator asks which templates there are, only to log them."""

    def list_templates(self) -> list[str]:
        """Return nothing; loading a template needs no list."""
        return []


def build_edition(job: EditionJob) -> EditionResult:
    """Run Pelican once; the Edition's old pages stay as they are."""
    plan = job.plan
    settings = read_settings(
        path=None,
        override={
            **pelican_settings(plan.root, plan.site, plan.edition, plan.profile),
            "OUTPUT_PATH": str(job.output),
            "CONGTIN_JOB": job,
            "PLUGINS": list(plugin_modules(plan.root, job.frame.digest)),
        },
    )
    pelican.console = _Silent()
    pelican.generators.ChoiceLoader = _QuietLoaders
    EditionPelican(settings).run()
    written: Written = settings["CONGTIN_WRITTEN"]
    return EditionResult(plan.edition.key, written, *page_counts(settings["CONGTIN_SINK"].outputs))


def page_counts(outputs: Iterable[str]) -> tuple[int, int]:
    """Return (pages, files) among ``outputs``."""
    names = list(outputs)
    return sum(1 for name in names if name.endswith(".html")), len(names)


def settings_from_environment(root: Path, profile: Profile, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return Pelican settings for the Edition that ``SITE`` and ``EDITION_LANG`` name.

    For `pelicanconf.py` and `publishconf.py`; ends the process with a sentence when there is none.
    """
    try:
        return _settings(root, profile, environ)
    except CongtinError as error:
        # Pelican would show a traceback; whoever typed the command needs the sentence.
        raise SystemExit(str(error)) from error


def _settings(root: Path, profile: Profile, environ: Mapping[str, str]) -> dict[str, Any]:
    network = load_network(root)
    wanted = environ.get("SITE", "")
    if not wanted:
        raise UsageError(msg("Say which Site to build: SITE=hanoi/portal pelican -s pelicanconf.py"))
    site = network.sites.get(wanted)
    if site is None:
        raise UsageError(msg("There is no Site “{site}”.", site=wanted), did_you_mean(wanted, network.sites))
    lang = environ.get("EDITION_LANG") or site.main_language
    if lang not in site.options.languages:
        raise UsageError(
            msg("{site} is not published in the language “{lang}”.", site=site.id, lang=lang),
            msg("Its languages are: {words}.", words=list_of(site.options.languages)),
        )
    settings = pelican_settings(root, site, site.edition(lang), profile)
    return {**settings, "PELICAN_CLASS": EditionPelican, "CONGTIN_NOW": environ.get("CONGTIN_NOW", "")}
