"""Alert banners: what the Boards put over all pages of one Site or of many, for a while (C18).

`sites/<portal>/alerts/<name>.yaml` is its Portal's Board's and names the Sites it reaches;
`sites/<portal>/<site>/alerts/<name>.yaml` is that Site's Board's and reaches that Site alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from congtin.errors import Problem, did_you_mean, list_of
from congtin.languages import VIETNAMESE
from congtin.messages import msg
from congtin.network.cascade import File
from congtin.validation import VISIBLE, LanguageTag, Moment, StrictModel

if TYPE_CHECKING:
    from congtin.network.network import Network

FOLDER = "alerts"
ITEM = "item:"
LEVELS = ("danger", "warning", "information")
"""From the most to the least urgent: in this order they stand on a page."""
_NAME = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_ITEM_LINK = re.compile(rf"{ITEM}[23456789abcdefghjkmnpqrstvwxyz]{{12}}")


def _link(value: str) -> str:
    if not _ITEM_LINK.fullmatch(value) and not re.fullmatch(r"https://[^\s/]\S*", value):
        raise PydanticCustomError("bad_form", "bad form")
    return value


Words = Annotated[str, Field(min_length=1, max_length=300, pattern=VISIBLE)]


class SiteAlert(StrictModel):
    """An alert over one Site: how urgent, its words by language, where to read more, from when until when."""

    level: Literal["information", "warning", "danger"]
    text: Annotated[dict[LanguageTag, Words], Field(min_length=1)]
    link: Annotated[str, AfterValidator(_link)] | None = None
    """`item:<id>`, or the address of a page of the network."""
    begins: Moment = Field(alias="from")
    until: Moment


class PortalAlert(SiteAlert):
    """An alert over Sites of a Portal: `to` names them as “crosspost” does (`hanoi/*`, `hanoi/*:ward`, an id)."""

    to: Annotated[list[str], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True)
class Alert:
    """One file below an `alerts` folder."""

    file: str
    owner: str
    """The Portal, or the one Site, whose Board puts it up."""
    options: SiteAlert

    @property
    def name(self) -> str:
        return PurePosixPath(self.file).stem

    @property
    def to(self) -> list[str]:
        """The patterns of the Sites it reaches."""
        return self.options.to if isinstance(self.options, PortalAlert) else [self.owner]

    @property
    def item(self) -> str:
        """The id of the Item it links to, if it links to one."""
        link = self.options.link or ""
        return link.removeprefix(ITEM) if link.startswith(ITEM) else ""

    def is_up(self, now: datetime) -> bool:
        """Tell whether it shows at a time; at ``until`` it no longer does."""
        return self.options.begins <= now < self.options.until


def alert_files(root: Path, folder: str, problems: list[Problem]) -> Iterator[str]:
    """Yield the paths of the alerts in a folder below ``root``; report everything else there."""
    if not (root / folder).is_dir():
        return
    for file in sorted((root / folder).iterdir()):
        path = file.relative_to(root).as_posix()
        if file.is_file() and file.suffix == ".yaml" and _NAME.fullmatch(file.stem):
            yield path
        else:
            hint = msg("An alert is one file <name>.yaml: lower-case letters without diacritics, digits, hyphens.")
            problems.append(Problem("path-form", msg("The file has no place here."), path, 0, hint))


def alert_problems(alert: Alert, file: File) -> Iterator[Problem]:
    """Yield what contradicts itself in an alert: no Vietnamese words, an end before its beginning."""
    if VIETNAMESE not in alert.options.text:
        text = msg("The field “{field}” is missing.", field="text.vi")
        hint = msg("Languages without words of their own show the Vietnamese ones.")
        yield Problem("missing-field", text, file.path, file.line(["text"]), hint)
    if alert.options.until <= alert.options.begins:
        text = msg("“until” is not later than “from”.")
        yield Problem("time-order", text, file.path, file.line(["until"]))


def reach_problems(network: Network, alert: Alert, file: File) -> Iterator[Problem]:
    """Yield what an alert names outside its Board's reach, and a link out of the network."""
    portal = alert.owner.partition("/")[0]
    known = [site.id for site in network.sites_of(portal)]
    for number, pattern in enumerate(alert.to):
        reached = [site.id for site in network.matching(pattern)]
        line = file.line(["to", number])
        if not reached:
            text = msg("“{field}” names no Site: “{site}”.", field="to", site=pattern)
            yield Problem("unknown-site", text, file.path, line, did_you_mean(pattern, known))
        foreign = [site for site in reached if site not in known]
        if foreign:
            text = msg("“{field}” names Sites of another Portal: {sites}.", field="to", sites=list_of(foreign))
            hint = msg("A Portal's Board puts alerts over the Sites of its own Portal only.")
            yield Problem("foreign-site", text, file.path, line, hint)
    link = alert.options.link or ""
    if link and not alert.item and urlsplit(link).hostname not in {edition.host for edition in network.editions()}:
        text = msg("“{field}” leads out of the network: “{link}”.", field="link", link=link)
        hint = msg("Link to an Item as item:<id>, or to a page of one of the network's Sites.")
        yield Problem("foreign-link", text, file.path, file.line(["link"]), hint)
