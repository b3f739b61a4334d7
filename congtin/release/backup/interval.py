"""How old the newest copy may be: the most frequent one that any Site's rule packs demand decides (J2, J3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.mainline import Mainline
from congtin.errors import Problem
from congtin.messages import msg
from congtin.release.backup.folders import Folders
from congtin.release.backup.places import settings_of
from congtin.release.home import Home
from congtin.release.settings import FILE

_WEEK = timedelta(days=7)
_RESTORED_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Interval:
    """The most that the newest copy may be old, and who says so."""

    most: timedelta
    demanded: timedelta
    """What the rule packs allow; the settings may ask for less."""
    site: str | None
    """A Site whose packs demand it; None when no pack gives a number: then a week holds."""
    source: str | None
    """The article, to be shown to people."""
    problem: Problem | None = None
    """Set when the settings would allow more than the packs do; the packs' interval holds then."""


def interval_of(home: Home, now: datetime) -> Interval:
    """Return how old the newest copy may be; raise UsageError or ProblemsFound when Sites or packs cannot be read."""
    settings = settings_of(home)
    demanded, site, source = _demanded(home, now)
    asked = timedelta(hours=settings.every_hours) if settings.every_hours else demanded
    problem = None
    if asked > demanded:
        text = msg(
            "“every_hours” is {asked}, but {source} allows {most} hours at most.",
            asked=settings.every_hours, source=source or "-", most=demanded // timedelta(hours=1),
        )  # fmt: skip
        hint = msg("Write {most} or less, or leave it out: the rule packs decide then.",
                   most=demanded // timedelta(hours=1))  # fmt: skip
        problem = Problem("backup-interval", text, str(home.folder / FILE), 0, hint)
    return Interval(min(asked, demanded), demanded, site, source, problem)


def _demanded(home: Home, now: datetime) -> tuple[timedelta, str | None, str | None]:
    most, decides, source = _WEEK, None, None
    with Desk(home.content, now) as desk, Mainline(desk.plain, Folders.of(home).store) as mainline:
        main = desk.plain.ref(MAIN) or ""
        rules = mainline.rules(main, now)
        for site in sorted(mainline.side(main).network.sites):
            rule = rules(site).backup
            if rule is None or rule.rule.times_per_week is None:
                continue
            every = _WEEK / rule.rule.times_per_week
            if decides is None or every < most:
                most, decides, source = every, site, rule.source
    return most, decides, source


def restored_within(home: Home, now: datetime) -> tuple[timedelta, str | None]:
    """Return within what time everything must be back after an incident, and the article that says so (G19, J5)."""
    most, source = _RESTORED_WITHIN, None
    with Desk(home.content, now) as desk, Mainline(desk.plain, Folders.of(home).store) as mainline:
        main = desk.plain.ref(MAIN) or ""
        rules = mainline.rules(main, now)
        for site in sorted(mainline.side(main).network.sites):
            for found in rules(site).deadlines:
                rule = found.rule
                if rule.action == "restore" and rule.unit == "hours" and rule.limit:
                    limit = timedelta(hours=rule.limit)
                    if source is None or limit < most:
                        most, source = limit, found.source
    return most, source
