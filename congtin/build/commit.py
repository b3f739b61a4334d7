"""Put the collected files of all Editions in place, all or none: also when the machine stops half-way.

A journal names the Editions first. From then on every step may be done twice, so the next build finishes what a
dead one began; before, the next build throws away what it finds.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from congtin.build.manifest import FOLDER, STAGING, Manifest, edition_name, edition_of, replace_file
from congtin.build.output import REPLACING, SEAL, TREE, replacing_name
from congtin.model import EditionKey

_JOURNAL = "journal.json"


def commit(root: Path, state: Path, keys: Iterable[EditionKey], gone: Iterable[EditionKey] = ()) -> int:
    """Put Editions in place, and remove the files of those that are ``gone``; return how many files went with them."""
    staging = root / STAGING
    work = [sorted(edition_name(key) for key in keys), sorted(edition_name(key) for key in gone)]
    if not any(work):
        shutil.rmtree(staging, ignore_errors=True)
        return 0
    staging.mkdir(parents=True, exist_ok=True)
    replace_file(staging / _JOURNAL, json.dumps(work).encode())
    return _finish(root, state, *work)


def recover(root: Path, state: Path) -> None:
    """Finish a commit that was interrupted, or throw away what a build left that never came so far."""
    journal = root / STAGING / _JOURNAL
    try:
        built, gone = json.loads(journal.read_bytes())
    except (OSError, ValueError):
        shutil.rmtree(root / STAGING, ignore_errors=True)
        return
    _finish(root, state, built, gone)


def _finish(root: Path, state: Path, built: list[str], gone: list[str]) -> int:
    staging = root / STAGING
    new = {name: Manifest.read(staging / name / SEAL) for name in built if (staging / name / SEAL).is_file()}
    removed = 0
    orphans = [(name, _old_outputs(state, name) - manifest.outputs.keys()) for name, manifest in new.items()]
    orphans += [(name, _old_outputs(state, name)) for name in gone]
    if any(names for _, names in orphans):
        # What one Edition gives up another may have taken over.
        kept = {output for manifest in new.values() for output in manifest.outputs}
        kept |= {output for name in built if name not in new for output in _old_outputs(state, name)}
        for edition, names in orphans:
            for name in sorted(names - kept):
                remove_output(root, name)
                removed += edition in gone
    (state / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, manifest in new.items():
        _replace(staging / name / REPLACING, root, manifest.outputs)
        _merge(staging / name / TREE, root)
        (staging / name / SEAL).replace(Manifest.file(state, edition_of(name)))
    for name in gone:
        Manifest.file(state, edition_of(name)).unlink(missing_ok=True)
    shutil.rmtree(staging)
    return removed


def _old_outputs(state: Path, name: str) -> set[str]:
    return set(Manifest.load(state, edition_of(name)).outputs)


def _replace(source: Path, root: Path, names: Iterable[str]) -> None:
    """Move every file of ``source`` to where the output of that `replacing_name` is."""
    waiting = {entry.name for entry in source.iterdir()} if source.is_dir() else set()
    for name in names:
        if not waiting:
            return
        staged = replacing_name(name)
        if staged in waiting:
            waiting.remove(staged)
            _put(f"{source}/{staged}", f"{root}/{name}")


def _put(file: str, target: str) -> None:
    """Move a file to where it belongs, whatever has come to stand there."""
    try:
        os.replace(file, target)  # noqa: PTH105 (once a page)
    except (IsADirectoryError, FileNotFoundError):
        there = Path(target)
        if there.is_dir():
            shutil.rmtree(there)
        there.parent.mkdir(parents=True, exist_ok=True)
        Path(file).replace(there)


def _merge(source: Path, target: Path) -> None:
    """Move everything in ``source`` to ``target``: whole folders where there is none yet."""
    if not source.is_dir():
        return
    with os.scandir(source) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            there = target / entry.name
            if not entry.is_dir(follow_symlinks=False):
                _put(entry.path, str(there))
            elif there.is_dir() and not there.is_symlink():
                _merge(Path(entry.path), there)
            else:
                there.unlink(missing_ok=True)
                Path(entry.path).replace(there)


def remove_output(root: Path, name: str) -> None:
    """Remove one file and the folders it leaves empty."""
    file = root / name
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == root:
            break
        try:
            parent.rmdir()
        except OSError:
            break
