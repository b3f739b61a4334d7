"""Whether the places for copies are fit: two of them, on another device, their keys kept away from what is copied."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from congtin.errors import CongtinError, UsageError, did_you_mean
from congtin.messages import Msg, msg
from congtin.release.backup.settings import BackupSettings, Place
from congtin.release.home import Home
from congtin.release.settings import FILE

_VARIABLE = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)")


class PlaceFailed(CongtinError):
    """One place did not do what it was asked; the others are asked all the same."""


def settings_of(home: Home) -> BackupSettings:
    """Return the settings for copies; raise UsageError when there are none or they do not keep to the rules (J2)."""
    settings = home.settings.backup
    if settings is None:
        hint = msg("Add “backup” with two places to {file}; docs/backup.md shows how.", file=home.folder / FILE)
        raise UsageError(msg("Nobody said where copies go."), hint)
    for fault, hint in _faults(home, settings):
        raise UsageError(fault, hint)
    return settings


def _faults(home: Home, settings: BackupSettings) -> Iterator[tuple[Msg, Msg]]:
    for field in ("name", "repository"):
        given = [str(getattr(place, field)).rstrip("/") for place in settings.places]
        if twice := [value for value in given if given.count(value) > 1]:
            text = msg("Two places for copies have the same {field}: {value}.", field=field, value=twice[0])
            yield text, msg("Two places are two: a loss of one must leave the other.")
    if len(settings.places) < 2 and settings.one_place_reason is None:
        text = msg("There is only one place for copies.")
        yield text, msg("Name a second one, or say in “one_place_reason” why there is none.")
    inside = [home.folder, home.content]
    for place in settings.places:
        if place.local and (around := _around(place.local, inside)):
            text = msg("The place “{place}” lies in {folder}, which is copied.", place=place.name, folder=around)
            yield text, msg("Choose a folder on another device.")
    if settings.one_device_reason is None and not any(_elsewhere(place, home.folder) for place in settings.places):
        text = msg("No place for copies is on another device than {folder}.", folder=home.folder)
        yield text, msg("Name one that is, or say in “one_device_reason” why none is (J2).")


def place_of(settings: BackupSettings, name: str | None) -> Place:
    """Return a place by its name, the first one without; raise UsageError for an unknown one."""
    places = {place.name: place for place in settings.places}
    if name is None:
        return settings.places[0]
    if name not in places:
        text = msg("There is no place “{place}” for copies; known: {places}.", place=name, places=", ".join(places))
        raise UsageError(text, did_you_mean(name, places))
    return places[name]


def require_guarded(place: Place, copied: Iterable[Path]) -> None:
    """Raise PlaceFailed unless the files with a place's secrets are guarded.

    They lie outside everything that is ``copied`` and outside the place itself: a key inside the box it opens is lost
    with it, or given away with it. Nobody but their owner, who is we or root, may read them.
    """
    for file in filter(None, (place.password_file, place.environment_file)):
        path = Path(file)
        try:
            facts = path.stat()
        except OSError as error:
            hint = msg("Bring it back from where keys are kept; docs/backup.md says how.")
            text = msg("The file {file} with the secret of “{place}” cannot be read.", file=file, place=place.name)
            raise PlaceFailed(text, hint) from error
        around = _around(path, [*copied, *([place.local] if place.local else [])])
        if around:
            text = msg("The secret {file} lies in {folder}, with what it protects.", file=file, folder=around)
            raise PlaceFailed(text, msg("Keep it elsewhere: whoever loses one must not lose both."))
        if not stat.S_ISREG(facts.st_mode) or not facts.st_size:
            raise PlaceFailed(msg("The secret {file} is no file with something in it.", file=file))
        if facts.st_mode & 0o077 or facts.st_uid not in (0, os.geteuid()):
            hint = msg("Run: chmod 600 {file}", file=file)
            raise PlaceFailed(msg("Others than its owner may read the secret {file}.", file=file), hint)


def variables(place: Place) -> dict[str, str]:
    """Return what a place's environment file says; raise PlaceFailed at a line that says nothing."""
    found: dict[str, str] = {}
    if place.environment_file is None:
        return found
    for number, line in enumerate(Path(place.environment_file).read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            said = _VARIABLE.fullmatch(line)
            if said is None:
                text = msg("Line {line} of {file} is not NAME=value.", line=number, file=place.environment_file)
                raise PlaceFailed(text)
            found[said["name"]] = said["value"]
    return found


def _around(path: Path, folders: Iterable[Path]) -> Path | None:
    """Return the folder that a path lies in, links followed."""
    real = path.resolve()
    return next((folder for folder in folders if real.is_relative_to(folder.resolve())), None)


def _elsewhere(place: Place, folder: Path) -> bool:
    return place.local is None or _device(place.local) != _device(folder)


def _device(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
