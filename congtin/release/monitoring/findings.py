"""What monitoring says: one light for each thing that is watched, and how they add up to Sites."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from congtin.messages import Msg, translate

Subject = Literal[
    "reach", "address", "tls", "bytes", "redirect", "speed", "windows",
    "release", "publish", "queue", "due", "integrity", "backup", "disk", "stop",
]  # fmt: skip


class Light(enum.StrEnum):
    """From good to bad; ``planned`` is a stop that was announced in time (G18)."""

    GREEN = "green"
    PLANNED = "planned"
    AMBER = "amber"
    RED = "red"

    @property
    def rank(self) -> int:
        return list(Light).index(self)


# A colour is never the only sign: each light has a symbol and a word.
SYMBOLS: Mapping[Light, str] = {Light.GREEN: "✓", Light.PLANNED: "⏸", Light.AMBER: "!", Light.RED: "✗"}


def light_word(light: Light, lang: str | None = None) -> str:
    """Return the word people read."""
    words = {
        Light.GREEN: translate("in order", lang),
        Light.PLANNED: translate("planned stop", lang),
        Light.AMBER: translate("warning", lang),
        Light.RED: translate("alarm", lang),
    }
    return words[light]


def subject_word(subject: Subject, lang: str | None = None) -> str:
    """Return what is watched, in words people read."""
    words: dict[Subject, str] = {
        "reach": translate("Answers", lang),
        "address": translate("Address", lang),
        "tls": translate("Certificate", lang),
        "bytes": translate("Content", lang),
        "redirect": translate("From http to https", lang),
        "speed": translate("Speed", lang),
        "windows": translate("New information", lang),
        "release": translate("Release", lang),
        "publish": translate("From approval to citizens", lang),
        "queue": translate("Queue", lang),
        "due": translate("Scheduled Items", lang),
        "integrity": translate("Files of the Release", lang),
        "backup": translate("Backup", lang),
        "disk": translate("Disk", lang),
        "stop": translate("Planned stop", lang),
    }
    return words[subject]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; without a Site it concerns the machine that publishes."""

    subject: Subject
    light: Light
    message: Msg
    site: str = ""
    host: str = ""
    family: str = ""


def worst(lights: Iterable[Light]) -> Light:
    """Return the worst light; green when there is none."""
    return max(lights, key=lambda light: light.rank, default=Light.GREEN)


@dataclass(frozen=True)
class SiteLight:
    """One Site with all that was found of it, the worst first."""

    site: str
    name: str
    light: Light
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """What a person should read: nothing that is in order, and nothing twice that holds for IPv4 and IPv6."""
        wrong = (finding for finding in self.findings if finding.light is not Light.GREEN)
        return tuple({(f.subject, str(f.message)): f for f in wrong}.values())


@dataclass(frozen=True)
class Overview:
    """What one round saw."""

    at: datetime
    release: int | None
    names: Mapping[str, str]
    """Every Site of the live Release with its name."""
    findings: Sequence[Finding]

    @cached_property
    def sites(self) -> tuple[SiteLight, ...]:
        """Every Site, the worst first."""
        found: dict[str, list[Finding]] = {site: [] for site in self.names}
        for finding in self.findings:
            if finding.site in found:
                found[finding.site].append(finding)
        rows = [SiteLight(site, self.names[site], _light(all_), _ordered(all_)) for site, all_ in found.items()]
        return tuple(sorted(rows, key=lambda row: (-row.light.rank, row.site)))

    @cached_property
    def machine(self) -> tuple[Finding, ...]:
        """What concerns no single Site, the worst first."""
        return _ordered(finding for finding in self.findings if finding.site not in self.names)

    @property
    def light(self) -> Light:
        return worst([*(row.light for row in self.sites), _light(self.machine)])

    @property
    def counts(self) -> Counter[Light]:
        """How many Sites there are of each light."""
        return Counter(row.light for row in self.sites)


def _light(findings: Iterable[Finding]) -> Light:
    return worst(finding.light for finding in findings)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (-f.light.rank, f.subject, f.host, f.family)))
