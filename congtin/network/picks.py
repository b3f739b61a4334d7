"""The answers of a Site's Board to offered Items: `sites/<site>/picks/<item-id>.yaml` (F1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from congtin.errors import Problem, did_you_mean, list_of
from congtin.messages import msg
from congtin.network.alerts import FOLDER as ALERTS
from congtin.network.cascade import File
from congtin.network.options import Pick, SiteOptions

FOLDER = "picks"


def pick_files(root: Path, site_id: str, problems: list[Problem]) -> Iterator[str]:
    """Yield the paths of a Site's picks; report everything else in the Site's folder."""
    folder = root / "sites" / site_id
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name == ALERTS and path.is_dir():
            continue
        if path.name != FOLDER or not path.is_dir():
            problems.append(_stray(root, path))
            continue
        for file in sorted(path.iterdir()):
            if file.suffix == ".yaml" and file.is_file():
                yield file.relative_to(root).as_posix()
            else:
                problems.append(_stray(root, file))


def _stray(root: Path, path: Path) -> Problem:
    hint = msg("The folder of a Site holds only picks/<item id>.yaml and alerts/<name>.yaml.")
    return Problem("path-form", msg("The file has no place here."), path.relative_to(root).as_posix(), 0, hint)


def pick_problem(site_id: str, options: SiteOptions, pick: Pick, file: File) -> Problem | None:
    """Return what contradicts the Site or the file's name."""
    if pick.item != Path(file.path).stem:
        text = msg("The pick of Item {item} must be named {item}.yaml.", item=pick.item)
        return Problem("pick-name", text, file.path, file.line(["item"]))
    if pick.refused is not None:
        return None
    if pick.into is None:
        text = msg("The field “{field}” is missing.", field="into")
        return Problem("missing-field", text, file.path, 1)
    if pick.into not in options.sections:
        text = msg("{site} has no section “{section}”.", site=site_id, section=pick.into)
        words = msg("Its sections are: {words}.", words=list_of(options.sections))
        hint = did_you_mean(pick.into, options.sections) or words
        return Problem("unknown-section", text, file.path, file.line(["into"]), hint)
    return None
