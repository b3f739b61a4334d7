"""Whether a restored copy is what it says: every object, every entry of the log, every step, every file (J4).

Each check returns what is wrong and names it; none stops at the first finding.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from congtin.editorial import approvals, log
from congtin.editorial.desk import MAIN
from congtin.editorial.history import verify_history
from congtin.editorial.repository import GitFailed, GitRepository
from congtin.editorial.rosters import Rosters
from congtin.editorial.trust import TrustRoot, load_trust
from congtin.errors import CongtinError, Problem, ProblemsFound, Severity
from congtin.messages import msg
from congtin.release.backup import manifest as names
from congtin.release.backup.manifest import Manifest
from congtin.release.home import Home
from congtin.release.integrity import verify_pool, verify_release
from congtin.release.records import RECORD, Release, ReleaseDamaged

_LOST = msg("This copy is no good: use an older one or another place, and find out what happened.")
_MOST_OBJECTS = 20


def repository_problems(folder: Path, name: str, refs: dict[str, str]) -> Iterator[Problem]:
    """Name every object that is damaged or missing, and every ref that stands elsewhere than the copy says."""
    path = folder / name
    if not (path / "objects").is_dir():
        yield Problem("backup-missing", msg("The repository is missing."), name, 0, _LOST)
        return
    with GitRepository(path) as repository:
        done = repository.answer("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
        said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        said += done.stdout.decode("utf-8", "replace").splitlines()
        faults = [line for line in dict.fromkeys(said) if not line.startswith(("notice:", "warning", "hint:"))]
        if done.returncode:
            for line in faults[:_MOST_OBJECTS] or ["git fsck"]:
                yield Problem("git-damaged", msg("Git finds: {detail}", detail=_near(line, path)), name, 0, _LOST)
        found = repository.refs("refs/")
        for ref in sorted(refs.keys() | found.keys()):
            if refs.get(ref) != found.get(ref):
                text = msg("{ref} stands at {found}, but the copy was made at {said}.", ref=ref,
                           found=found.get(ref, "-")[:12], said=refs.get(ref, "-")[:12])  # fmt: skip
                yield Problem("backup-ref", text, name, 0, _LOST)


def _near(line: str, path: Path) -> str:
    return line.replace(f"{path}/", "").strip()[:300]


def trust_problems(folder: Path, trust: TrustRoot) -> Iterator[Problem]:
    """Name a copy that begins elsewhere than the trust root that we know."""
    try:
        theirs = load_trust(folder / names.TRUST)
    except ProblemsFound as error:
        yield from error.problems
        return
    except CongtinError as error:
        yield Problem("backup-missing", error.message, names.TRUST, 0, _LOST)
        return
    for field in ("content_root", "roster_root", "root_keys"):
        if getattr(theirs, field) != getattr(trust, field):
            text = msg("“{field}” of the copy’s trust root is another one than ours.", field=field)
            yield Problem("backup-trust", text, names.TRUST, 0, _LOST)


def history_problems(folder: Path, trust: TrustRoot) -> list[Problem]:
    """Return what is wrong with main, the log, the Approvals and the roster, from the trust root on (E19)."""
    with tempfile.TemporaryDirectory(prefix="congtin-") as state, GitRepository(folder / names.CONTENT) as content:
        rosters = Rosters(folder / names.ROSTER, trust, Path(state))
        try:
            return verify_history(content, rosters, trust)
        except ProblemsFound as error:
            return list(error.problems)
        except CongtinError as error:
            return [Problem("history-unreadable", error.message, names.CONTENT, 0, _LOST)]
        finally:
            rosters.close()


def release_problems(folder: Path, manifest: Manifest, trust: TrustRoot) -> Iterator[Problem]:
    """Name every Release that is missing or not signed, and every file in one that is not what was signed."""
    home, releases = Home(folder / names.HOME), list[Release]()
    for number in manifest.releases:
        found = [one for one in home.releases.glob("*") if one.name.isdigit() and int(one.name) == number]
        if not found or not (found[0] / RECORD).is_file():
            text = msg("Release {number} is missing.", number=number)
            yield Problem("release-missing", text, f"{names.HOME}/releases", 0, _LOST)
            continue
        releases.append(Release(found[0]))
    for release in releases:
        yield from _at_home(verify_release(release, trust))
    with suppress(ReleaseDamaged):  # said above
        yield from _at_home(verify_pool(home, releases))
    if manifest.live is not None and (not home.live.is_symlink() or int(home.live.readlink().name) != manifest.live):
        text = msg("Release {number} was live; the copy does not say so.", number=manifest.live)
        yield Problem("release-live", text, f"{names.HOME}/live", 0, _LOST)


def _at_home(problems: Iterable[Problem]) -> Iterator[Problem]:
    return (replace(problem, path=f"{names.HOME}/{problem.path}", hint=_LOST) for problem in problems)


def ancestry_problems(folder: Path, running: GitRepository, roster: GitRepository) -> Iterator[Problem]:
    """Name what a copy has that the running repositories do not build on: somebody rewrote one of them."""
    pairs = [(names.CONTENT, running, ref) for ref in (MAIN, log.REF, approvals.REF)]
    for name, ours, ref in [*pairs, (names.ROSTER, roster, MAIN)]:
        with GitRepository(folder / name) as copy:
            theirs = copy.ref(ref)
        mine = ours.ref(ref)
        if theirs is None or theirs == mine:
            continue
        try:
            builds = mine is not None and ours.object(theirs)[0] == "commit" and ours.is_ancestor(theirs, mine)
        except GitFailed:
            builds = False
        if not builds:
            text = msg("The running repository does not build on {ref} of the copy ({oid}).", ref=ref, oid=theirs[:12])
            hint = msg("Stop publishing: either the copy or the running repository was rewritten.")
            yield Problem("backup-forked", text, name, 0, hint)


def has_errors(problems: list[Problem]) -> bool:
    """Tell whether any finding is an error; warnings, as of a push that died, are none."""
    return any(problem.severity is Severity.ERROR for problem in problems)
