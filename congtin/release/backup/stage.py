"""Everything that is to be copied, as it stands together, in one folder.

The home comes first, then the content repository, then the roster: a Release's commit is in the repository, and the
roster that the log names is in the roster, whatever is pushed meanwhile.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin import __version__
from congtin.editorial.desk import Desk
from congtin.editorial.repository import GitRepository
from congtin.editorial.signatures import public_key_of
from congtin.errors import UsageError
from congtin.messages import msg
from congtin.release.backup import manifest as names
from congtin.release.backup.folders import Folders
from congtin.release.backup.manifest import KeyNeeded, Manifest
from congtin.release.backup.settings import BackupSettings
from congtin.release.backup.stage_git import content_refs, stage_repository
from congtin.release.backup.stage_home import copy_plain, stage_home
from congtin.release.folders import remove_folder
from congtin.release.home import Home
from congtin.release.releases import all_releases, live_release


@dataclass(frozen=True)
class Staged:
    """A folder that holds one state, and what it says of itself."""

    folder: Path
    manifest: Manifest


def stage(home: Home, settings: BackupSettings, now: datetime) -> Staged:
    """Bring HOME/backup/staging in step with what is; return it.

    Raise RepositoryUnfit when a repository is not whole, UsageError when something named is not there, OSError when
    there is no room. Publishing waits while Releases are linked, a push while refs are read: seconds at most.
    """
    folder = Folders.of(home).staging
    folder.mkdir(mode=0o700, exist_ok=True)
    # Removed first: a staging that was interrupted holds no state.
    (folder / names.FILE).unlink(missing_ok=True)
    with Desk(home.content, now) as desk:
        apart = [home.content, desk.setting("roster"), desk.setting("trust")]
    with home.lock():
        left_out = stage_home(home, folder / names.HOME, stores=settings.stores, without=apart)
        releases = tuple(release.number for release in all_releases(home))
        live = live_release(home)
    left_out += _also(settings, folder / names.ALSO)
    with Desk(home.content, now) as desk:
        refs = content_refs(desk)
        stage_repository(desk.plain, refs, folder / names.CONTENT)
        shutil.copy2(desk.setting("trust"), folder / names.TRUST)
        roster = desk.setting("roster")
        keys = [_service_key(desk)]
    with GitRepository(roster) as repository:
        roster_refs = repository.refs("refs/")
        stage_repository(repository, roster_refs, folder / names.ROSTER)
    keys += [KeyNeeded(path=place.password_file, purpose="place") for place in settings.places]
    keys += [KeyNeeded(path=str(path), purpose="file") for path in sorted(set(left_out))]
    made = Manifest(
        taken=now, congtin=__version__, home=str(home.folder), content=str(home.content.resolve()),
        roster=str(roster.resolve()), refs=refs, roster_refs=roster_refs, releases=releases,
        live=live.number if live else None, keys=tuple(keys),
    )  # fmt: skip
    (folder / names.FILE).write_bytes(made.to_bytes())
    return Staged(folder, made)


def _service_key(desk: Desk) -> KeyNeeded:
    try:
        fingerprint = public_key_of(desk.key).fingerprint
    except UsageError:
        fingerprint = None
    return KeyNeeded(path=str(desk.key.resolve()), purpose="service", fingerprint=fingerprint)


def _also(settings: BackupSettings, target: Path) -> list[Path]:
    remove_folder(target)
    left_out = []
    for name in settings.also:
        path = Path(name)
        if not path.exists():
            hint = msg("“backup.also” of publisher.yaml names it.")
            raise UsageError(msg("There is nothing at {path} to copy.", path=path), hint)
        left_out += copy_plain(path, target / path.relative_to("/"))
    return left_out
