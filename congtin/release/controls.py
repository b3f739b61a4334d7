"""What must be done by a certain time by those who run the system: `workflows/controls.yaml` (J7, K1–K3, K8, K9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from congtin.errors import ProblemsFound
from congtin.model import SiteKind
from congtin.network.network import Site
from congtin.network.options import LocalText, PathPart, Words
from congtin.rules.reading import Reader, read_model
from congtin.validation import StrictModel

FILE = "workflows/controls.yaml"
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class RequiredLevel(StrictModel):
    """Which level the Sites of a Portal need; no ``kinds`` means all of them."""

    portal: PathPart
    kinds: list[Annotated[SiteKind, Field(strict=False)]] = []
    level: Annotated[int, Field(ge=1, le=5)]
    source: Words


class Assessment(StrictModel):
    """How often a level is assessed again (K3)."""

    months: Annotated[int, Field(ge=1)] = 12
    source: Words | None = None


class IdleKeys(StrictModel):
    """After how many days without an act somebody asks whether a key is still needed (E9)."""

    days: Annotated[int, Field(ge=1)] = 45
    source: Words | None = None


class OfficeHours(StrictModel):
    """Acts at other hours are listed in the review."""

    begin: Hour = "07:00"
    end: Hour = "18:00"
    source: Words | None = None

    def hold(self, at: time) -> bool:
        """Tell whether a time of day lies within."""
        return self.begin <= f"{at:%H:%M}" < self.end


class Limit(StrictModel):
    """Something is due so many hours after an incident was found (K9)."""

    hours: Annotated[int, Field(ge=1)]
    source: Words | None = None


class Recipient(StrictModel):
    """Who must be told of an incident."""

    id: PathPart
    label: LocalText


class IncidentRules(StrictModel):
    """Whom to tell of an incident, and by when (K9)."""

    notice: Limit = Limit(hours=24)
    report: Limit = Limit(hours=72)
    recipients: list[Recipient] = Field(
        default=[
            Recipient(id="office", label={"vi": "Văn phòng Ủy ban nhân dân", "en": "Office of the People's Committee"}),
            Recipient(
                id="science",
                label={"vi": "Sở Khoa học và Công nghệ", "en": "Department of Science and Technology"},
            ),
            Recipient(
                id="police",
                label={"vi": "Công an tỉnh hoặc thành phố", "en": "Police of the province or city"},
            ),
        ],
        min_length=1,
    )
    source: Words | None = None


class Controls(StrictModel):
    """Everything in the file; what it leaves out has the values of this engine."""

    format: Literal[1] = 1
    required_levels: list[RequiredLevel] = []
    assessment: Assessment = Assessment()
    idle_keys: IdleKeys = IdleKeys()
    office_hours: OfficeHours = OfficeHours()
    incidents: IncidentRules = IncidentRules()
    procedures: list[Words] = []

    def level_of(self, site: Site) -> RequiredLevel | None:
        """Return the highest level that a rule demands of a Site; None when no rule names it."""
        found = [rule for rule in self.required_levels if rule.portal == site.portal_id and _meant(rule.kinds, site)]
        return max(found, key=lambda rule: rule.level, default=None)


def _meant(kinds: Iterable[SiteKind], site: Site) -> bool:
    chosen = set(kinds)
    return not chosen or site.kind in chosen


def load_controls(reader: Reader) -> Controls:
    """Read the file of a commit or work tree; where there is none the engine's own values hold.

    Raise ProblemsFound with everything wrong in it.
    """
    if reader.read(FILE) is None:
        return Controls()
    _, controls, problems = read_model(reader, FILE, Controls)
    if problems or controls is None:
        raise ProblemsFound(problems)
    return controls
