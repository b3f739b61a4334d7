"""Which pages there are, by what the engine says it made, and which of them are looked at.

Nothing here names a template: a new one, or a new kind of Item, is found with its first page.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from congtin.build.pages import Outline, PageSpec
from congtin.build.plan import make_plans
from congtin.checks.registry import Repository
from congtin.model import Role, SiteKind

# Pages that send readers on, or that only a mistake leads to: they stand in no list, and not in every language.
APART = frozenset({"404", "redirect", "withdrawn"})
_TURN = ("template", "variety", "portal", "component")


@dataclass(frozen=True, order=True)
class BuiltPage:
    """One page of the output."""

    file: str
    """Below the output folder; begins with the host."""
    lang: str
    template: str
    variety: str
    """What the template shows: a copy, a filtered list, a numbered page of a list; empty for the usual."""
    portal: str
    component: bool
    """Whether it belongs to a component Site; those name their Portal."""

    @property
    def host(self) -> str:
        return self.file.partition("/")[0]

    @property
    def path(self) -> str:
        return "/" + self.file.partition("/")[2].removesuffix("index.html")

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"


def built_pages(repository: Repository) -> list[BuiltPage]:
    """Return every page of the network as the engine plans it, by file."""
    network = repository.network
    args = (network, repository.catalogue, repository.placements, repository.now, repository.profile)
    return sorted(
        BuiltPage(
            file=f"{plan.edition.folder}/{spec.output}",
            lang=plan.lang,
            template=spec.template,
            variety=_variety(spec),
            portal=plan.portal.id,
            component=plan.site.kind is not SiteKind.PORTAL,
        )
        for plan in make_plans(*args, list(network.sites))
        for spec in Outline(plan).all_pages()
    )


def _variety(spec: PageSpec) -> str:
    if spec.placed and spec.placed.placement.role is not Role.ORIGINAL:
        return spec.placed.placement.role.value
    if spec.part and spec.part.number:
        return "numbered"
    return "facet" if spec.listing and spec.listing.kind == "facet" else ""


def page_templates(theme: Path) -> set[str]:
    """Return the templates of a theme that pages are made with: its own, and those of declared kinds."""
    own = {file.stem for file in (theme / "templates").glob("[!_]*.html")} - {"base"}
    return own | {file.relative_to(theme).with_suffix("").as_posix() for file in (theme / "kinds").glob("*/*.html")}


def sample(pages: Iterable[BuiltPage], output: Path, *, of_each: int = 1, seed: int | None = None) -> list[BuiltPage]:
    """Return pages of every template and language, every variety, every Portal and language, and of component Sites.

    Without a seed those with most on them, always the same; with a seed any.
    """
    groups: dict[tuple[str, ...], list[BuiltPage]] = {}
    for page in pages:
        groups.setdefault(("template", page.template, page.lang), []).append(page)
        groups.setdefault(("variety", page.template, page.variety), []).append(page)
        groups.setdefault(("portal", page.portal, page.lang), []).append(page)
        groups.setdefault(("component", page.portal, str(page.component)), []).append(page)
    chance = random.Random(seed) if seed is not None else None  # noqa: S311 (a choice, not a secret)
    chosen: dict[BuiltPage, None] = {}
    # What a page is chosen for anyway serves the other groups too.
    for group in sorted(groups, key=lambda key: (_TURN.index(key[0]), key)):
        members = groups[group]
        missing = min(of_each, len(members)) - len(chosen.keys() & set(members))
        if missing > 0:
            rest = [page for page in members if page not in chosen]
            ordered = chance.sample(rest, len(rest)) if chance else sorted(rest, key=lambda p: (-_size(output, p), p))
            chosen.update(dict.fromkeys(ordered[:missing]))
    return sorted(chosen)


def _size(output: Path, page: BuiltPage) -> int:
    return (output / page.file).stat().st_size


def hosts_of(pages: Iterable[BuiltPage]) -> list[str]:
    return sorted({page.host for page in pages})
