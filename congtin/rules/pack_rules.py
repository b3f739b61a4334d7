"""The kinds of rule a rule pack holds, their fields, and how each combines when a Site names several packs."""

from __future__ import annotations

import enum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from congtin.model import SiteKind
from congtin.network.options import LocalText, PathPart, Words
from congtin.validation import StrictModel

BoardRole = Literal["member", "deputy", "head"]
Kind = Literal["article", "page", "document", "dialogue", "question"]
Status = Literal["verified", "unverified"]
Amount = Annotated[int, Field(ge=1, le=10_000)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_SiteKinds = list[Annotated[SiteKind, Field(strict=False)]]


class Way(enum.StrEnum):
    """How the rules of one type combine when several packs hold one."""

    SHORTEST = "shortest"
    MOST = "most"
    UNION = "union"
    MOST_SPECIFIC = "most-specific"


class Rule(StrictModel):
    """One rule: where it stands, and how sure that is."""

    way: ClassVar[Way]
    source: Words
    """Article of the regulation, in its language: Điều 14 khoản 3 điểm a."""
    status: Status | None = None
    """``unverified``: rests on a text that is not to hand; without it the status of the pack holds."""
    derived: bool = False
    """The regulation states the duty, not in these words the rule."""
    chosen: list[str] = []
    """Fields whose value the regulation does not give: somebody chose it."""
    note: LocalText | None = None


class Step(StrictModel):
    """One of several approvals given in order (E23)."""

    id: PathPart
    label: LocalText
    roles: list[BoardRole] = Field(min_length=1)


class Approval(Rule):
    """Who of a Board approves Items of these kinds (E1, H9): ``count`` persons with one of ``roles``."""

    way = Way.MOST
    kinds: list[Kind] = Field(min_length=1)
    roles: list[BoardRole] = Field(min_length=1)
    count: Annotated[int, Field(ge=1, le=20)] = 1
    steps: list[Step] = []


class Separation(Rule):
    """Whoever wrote a Change does not approve it: that holds with and without this rule (E22)."""

    way = Way.MOST
    exception: Literal["composition-exception"] | None
    """The only case in which an author may approve, each time logged; null: none."""


class RefusalCode(Rule):
    """A reason for which a Board refuses (E15, E16)."""

    way = Way.MOST_SPECIFIC
    id: PathPart
    label: LocalText
    kinds: list[Kind] = []
    """Kinds the reason is meant for; empty: all."""


class Quoting(Rule):
    """Whether other sources on the net may be quoted (D7, D8)."""

    way = Way.MOST_SPECIFIC
    policy: Literal["forbidden", "official_sources"]
    name_author_and_source: bool = False
    written_consent: Literal["never", "where_required", "always"] = "never"


class Complaints(Rule):
    """What happens to complaints and denunciations that are sent in (H6)."""

    way = Way.MOST_SPECIFIC
    policy: Literal["refuse", "forward"]


class Deadline(Rule):
    """Within what time something follows an event (G1–G19)."""

    way = Way.SHORTEST
    id: PathPart
    label: LocalText
    subject: PathPart
    """What it is about; deadlines with equal subject, action, event and before are compared."""
    action: Literal["publish", "submit", "forward", "answer", "notify", "review", "restore"]
    event: Literal[
        "issued", "approved", "accepted", "announced", "occurred", "received", "changed", "requested",
        "incident", "stop", "session", "opened",
    ]  # fmt: skip
    before: bool = False
    """Counted back from the event: a notice that goes out ahead of it."""
    limit: Amount | None = None
    """How many; null for a unit that is not counted, and for a notice whose lead nobody has set."""
    unit: Literal["hours", "working_days", "immediately", "same_working_day"]

    @property
    def counted(self) -> bool:
        return self.unit in {"hours", "working_days"}


class RequiredSection(Rule):
    """Information every Site (or every Site of some kinds) must carry (C1, C2, C6, C17)."""

    way = Way.UNION
    id: PathPart
    label: LocalText
    site_kinds: _SiteKinds = []
    """Kinds of Site that need it; empty: all."""
    sections: list[PathPart] = []
    """Sections of which any one covers it; empty: the section named like ``id``."""
    site_fields: list[str] = []
    """Or fields of the Site, such as ``services_url``, that together cover it."""
    item_kinds: list[PathPart] = []
    """Or kinds of Items, of which any one covers it wherever it stands."""
    subjects: list[PathPart] = []
    """Subjects of the deadlines that hold for it."""


class Window(StrictModel):
    """A part of the day in which something new appears; the clock times are null where nobody has set them."""

    id: PathPart
    label: LocalText
    begins: Clock | None = None
    ends: Clock | None = None


class UpdateWindows(Rule):
    """How often new information appears, and in which parts of the day (G16, G17)."""

    way = Way.UNION
    id: PathPart
    label: LocalText
    site_kinds: _SiteKinds = []
    days: Literal["every_day", "working_days"]
    windows: list[Window] = Field(min_length=1)


class Review(Rule):
    """What is reviewed regularly, and how often (C14, G11); null: the regulation gives no interval."""

    way = Way.SHORTEST
    id: PathPart
    label: LocalText
    subject: Literal["fixed_pages", "translations"]
    months: Annotated[int, Field(ge=1, le=120)] | None = None


class Backup(Rule):
    """How often everything is copied elsewhere (J2, J3); null: the regulation gives no interval."""

    way = Way.MOST
    times_per_week: Annotated[int, Field(ge=1, le=168)] | None = None


class Retention(Rule):
    """How long what was published is kept (J1, J6)."""

    way = Way.MOST
    policy: Literal["state_archives", "permanent"]


class Attribution(Rule):
    """What others name when they use the information (P1, P2): one of ``texts``, and every part."""

    way = Way.UNION
    texts: list[Words] = []
    parts: list[Literal["author", "agency", "posted_at", "source_name", "domain"]] = []
