"""Whether there is anything to build at all: asked before anything of the engine is read that this does not need."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from congtin.build.manifest import STAGING, Manifest, all_files_exist, names_of_built
from congtin.build.report import BuildReport, SiteRecord, report_of
from congtin.build.request import BuildRequest
from congtin.catalogue.state import BuildState
from congtin.catalogue.tree import GitTree, TreeState
from congtin.engine import blob_id, frame_digest, network_digest
from congtin.layout import CONTENT
from congtin.model import EditionKey
from congtin.stored_problems import problems_of_text

MOST_TOUCHED = 100


@dataclass(frozen=True)
class FirstLook:
    """What is known before the engine is read."""

    report: BuildReport | None = None
    """That of a build with nothing to do; none when there may be something."""
    whole: bool = False
    """Every output is where it was put."""


def look_first(request: BuildRequest, tree: GitTree) -> FirstLook:
    """Look whether there is anything to do; ``tree`` has been asked already, and answers meanwhile."""
    started = time.monotonic()
    partly = request.sites or request.langs or request.editions is not None
    if partly or request.full or request.cluster or (request.output / STAGING).exists():
        return FirstLook()
    try:
        return _look(request, tree, started)
    except sqlite3.DatabaseError:
        # A damaged store, or one that another build is writing: the build itself sees to it.
        return FirstLook()


def _look(request: BuildRequest, tree: GitTree, started: float) -> FirstLook:
    state = BuildState.open_known(request.state)
    if state is None:
        return FirstLook()
    with closing(state):
        records = _records(request, state) if _same_engine(request, state) else None
        whole = records is not None and _same_files(request, records)
        if records is None or not whole or not _same_tree(tree, state):
            return FirstLook(whole=whole)
        wanted = [(site, lang) for site, record in records.items() for lang in record.editions]
        problems = [problem for text in state.problems() for problem in problems_of_text(text)]
        report = report_of(request.now, request.profile, wanted, records, problems, state.source_count())
    report.seconds = time.monotonic() - started
    return FirstLook(report, whole)


def _same_engine(request: BuildRequest, state: BuildState) -> bool:
    return state.meta("frame-digest") == frame_digest(request.root) and state.meta("profile") == request.profile.value


def _records(request: BuildRequest, state: BuildState) -> dict[str, SiteRecord] | None:
    """Return what is known of every Site; None when one of them is to be looked at again."""
    now = request.now.timestamp()
    known = state.site_states()
    sites: list[str] = json.loads(state.meta("sites") or "[]")
    if not sites or not all(site in known and known[site][0] <= now < known[site][1] for site in sites):
        return None
    return {site: SiteRecord.from_text(known[site][2]) for site in sites}


def _same_files(request: BuildRequest, records: Mapping[str, SiteRecord]) -> bool:
    """Tell whether every output of every Edition is where it was put."""
    for site, record in records.items():
        for lang in record.editions:
            names = names_of_built(Manifest.file(request.state, EditionKey(site, lang)))
            if not names or not all_files_exist(request.output, names):
                return False
    return True


def _same_tree(tree: GitTree, state: BuildState) -> bool:
    """Tell whether Git says that no file has been touched since, or the few that were are what they were."""
    before, now = TreeState.from_text(state.meta("tree")), tree.state
    touched = tree.between(before, now) if before and now else None
    if touched is None or len(touched) > MOST_TOUCHED:
        return False
    content = {path for path in touched if path.startswith(f"{CONTENT}/")}
    known = state.blobs_of(content)
    if any(known.get(path) != _blob(tree.root / path) for path in content):
        return False
    others = any(not path.startswith((f"{CONTENT}/", "themes/", "plugins/")) for path in touched)
    return not others or state.meta("network") == network_digest(tree.root)


def _blob(file: Path) -> str | None:
    """Return the blob id of an ordinary file; None where there is none."""
    return blob_id(file.read_bytes()) if file.is_file() and not file.is_symlink() else None
