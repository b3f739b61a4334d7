"""What decides an Edition's bytes, as one digest: equal digests mean that nothing can have changed."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel

import congtin
from congtin.build.discovery import security
from congtin.build.edition import EditionJob
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.build.views import document_state
from congtin.network.network import Site
from congtin.network.pelican_settings import THEME

# Libraries whose version can change an output byte.
_LIBRARIES = ("pelican", "Jinja2", "MarkupSafe", "babel", "feedgenerator", "lxml", "pyromark", "nh3", "Markdown")


def edition_fingerprint(job: EditionJob, code: str) -> str:
    """Return the digest of everything one Edition's pages can see; ``code`` is ``code_fingerprint``'s.

    The clock itself is not in it: only what it decides (withdrawn, in force, expiry of security.txt).
    """
    digest = hashlib.sha256(code.encode())
    digest.update(job.interface.compiled)
    for part in _parts(job.plan):
        digest.update(json.dumps(part, ensure_ascii=False, sort_keys=True).encode())
        digest.update(b"\n")
    digest.update(repr((job.interface.lang, sorted(job.interface.languages))).encode())
    return digest.hexdigest()


def _parts(plan: EditionPlan) -> Iterator[object]:
    yield [str(plan.edition.key), plan.edition.folder, plan.profile.value, _site(plan.site), _site(plan.portal_site)]
    yield [_dump(plan.portal.options), _dump(plan.vocabulary)]
    yield [
        [site.id, site.kind.value, _dump_names(site), [e.base_url for e in site.editions]] for site in plan.directory
    ]
    yield [[r.path, r.target] for r in plan.redirects]
    yield [plan.links, plan.document_labels, security(plan)]
    yield {
        lang: hashlib.sha256("\n".join(sorted(paths)).encode()).hexdigest()
        for lang, paths in plan.sibling_pages.items()
    }
    origins = {placed.origin.id: placed.origin for placed in plan.items}
    yield [_site(site) for _, site in sorted(origins.items())]
    for placed in plan.items:
        yield _placed(plan, placed)


def _placed(plan: EditionPlan, placed: PlacedItem) -> list[object]:
    placement = placed.placement
    return [
        placement.item,
        placement.role.value,
        placement.section,
        placement.path,
        placement.lang,
        [[source.path, source.blob] for source in placed.item.sources()],
        [[media.name, media.blob] for media in placed.item.media.values()],
        placed.canonical,
        dict(placed.languages),
        placed.newer,
        placed.is_withdrawn(plan.now),
        document_state(placed, plan.now),
    ]


def _site(site: Site) -> list[object]:
    return [site.id, _dump(site.options), [[e.lang, e.base_url] for e in site.editions]]


def _dump(model: BaseModel) -> object:
    return _dump_text(model.model_dump_json(by_alias=True))


@functools.lru_cache(maxsize=4096)
def _dump_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _dump_names(site: Site) -> dict[str, str]:
    return dict(site.options.name)


def code_fingerprint(root: Path) -> str:
    """Return the digest of the engine, the plugins, the theme, and the libraries beneath."""
    digest = hashlib.sha256()
    for folder in (Path(congtin.__file__).parent, root / "plugins", root / THEME):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    libraries = [f"{name}={version(name)}" for name in _LIBRARIES]
    digest.update("\n".join([*libraries, platform.python_version()]).encode())
    return digest.hexdigest()
