"""When citizens first saw an Item: told by the feeds of one Release after the other, not by its front matter.

An Item that was approved late carries an early date; what counts for G16 and G17 is the Release that brought it.
What was found is kept beside the monitor, so that each Release is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from lxml import etree
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.monitoring.policy import FOLDER
from congtin.release.records import OUTPUTS, PublishedEdition, Release, ReleaseDamaged
from congtin.release.releases import all_releases

_FILE = "appearances.json"
_KEPT = timedelta(days=60)
_FEED = re.compile(rb"^([0-9a-f]{64})  (.*/atom\.xml)$", re.MULTILINE)
_ATOM = "{http://www.w3.org/2005/Atom}"


class Appearance(BaseModel):
    """One Item on one Site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seen: AwareDatetime
    """When the first Release that has it was made."""
    dated: AwareDatetime
    """What the Item itself says."""
    original: bool
    """Not accepted from another Site."""

    def is_new(self, days: int) -> bool:
        """Tell whether it was news when citizens first saw it; what is dated long before comes from an archive."""
        return self.seen - self.dated < timedelta(days=days)


class Appearances(BaseModel):
    """Everything that is known of the Releases up to one."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    release: Annotated[int, Field(ge=0)] = 0
    """The newest Release that was looked at."""
    since: AwareDatetime | None = None
    """When the oldest was made: of the time before, nothing can be said."""
    feeds: dict[str, str] = {}
    """Feed → digest of what was read last."""
    sites: dict[str, dict[str, Appearance]] = {}
    """Site → Item → what is known of it."""

    def of(self, site: str) -> Mapping[str, Appearance]:
        return self.sites.get(site, {})


def appearances(home: Home) -> Appearances:
    """Bring what is known up to the newest Release at hand, keep it, and return it."""
    file = home.folder / FOLDER / _FILE
    known = _known(file)
    releases = all_releases(home)
    newer = [release for release in releases if release.number > known.release]
    if releases and releases[-1].number < known.release:
        # Another machine's releases, or restored ones: what is known does not fit them.
        known, newer = Appearances(), releases
    for release in newer:
        _take(known, release)
    if newer:
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".new")
        half.write_text(known.model_dump_json(), "utf-8")
        half.replace(file)
    return known


def _known(file: Path) -> Appearances:
    try:
        return Appearances.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        # It says nothing the Releases at hand do not tell again.
        return Appearances()


def _take(known: Appearances, release: Release) -> None:
    record, feeds = release.record, _feeds(release)
    first = known.since is None
    homes: dict[str, list[str]] = {}
    for edition in record.editions:
        homes.setdefault(edition.site, []).append(_base(edition))
    for edition in record.editions:
        feed = f"{edition.host}/{edition.prefix}/atom.xml".replace("//", "/")
        digest = feeds.get(feed)
        if digest is None or known.feeds.get(feed) == digest:
            continue
        known.feeds[feed] = digest
        seen = known.sites.setdefault(edition.site, {})
        for item, dated, address in _entries(release.tree / feed):
            # Of the first Release it is not known when its Items came: what they say is the best there is.
            at = min(dated, record.created) if first else record.created
            appearance = Appearance(seen=at, dated=dated, original=address.startswith(tuple(homes[edition.site])))
            seen.setdefault(item, appearance)
    known.release = release.number
    known.since = known.since or record.created
    _forget(known, record.created)


def _feeds(release: Release) -> dict[str, str]:
    """Return the digests of a Release's feeds; the many other files of the list are not looked at."""
    try:
        data = (release.folder / OUTPUTS).read_bytes()
    except OSError as error:
        raise ReleaseDamaged(
            msg("The list of files of Release {number} cannot be read.", number=release.number)
        ) from error
    return {name.decode(): digest.decode() for digest, name in _FEED.findall(data)}


def _forget(known: Appearances, now: datetime) -> None:
    for site, items in known.sites.items():
        known.sites[site] = {item: one for item, one in items.items() if now - one.seen < _KEPT}


def _base(edition: PublishedEdition) -> str:
    return f"https://{edition.host}/{edition.prefix}/" if edition.prefix else f"https://{edition.host}/"


def _entries(file: Path) -> Iterator[tuple[str, datetime, str]]:
    """Yield (id, date, address) of every Item of a feed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for entry in etree.parse(str(file), parser).getroot().iter(f"{_ATOM}entry"):
        link = entry.find(f"{_ATOM}link")
        item, dated = entry.findtext(f"{_ATOM}id"), entry.findtext(f"{_ATOM}published")
        if item and dated and link is not None:
            yield item.rpartition(":")[2], datetime.fromisoformat(dated), link.get("href", "")


def new_times(found: Mapping[str, Appearance], *, copies: bool, days: int) -> Sequence[datetime]:
    """Return when new information appeared on a Site, the oldest first; with ``copies`` accepted Items count too."""
    return sorted(one.seen for one in found.values() if one.is_new(days) and (copies or one.original))
