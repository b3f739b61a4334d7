"""The fields of `sites/`, with their types; `docs/sites-format.md` explains each."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from congtin.model import SectionKind, SiteKind
from congtin.validation import Day, LanguageTag, StrictModel, Url


def _one_address(value: str) -> str:
    if not _MAIL.fullmatch(value) and not re.fullmatch(r"https://[^\s/]\S*", value):
        raise PydanticCustomError("bad_form", "bad form")
    return value


def _mail(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise PydanticCustomError("bad_form", "bad form")
    return value


def _words(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("string_too_short", "blank")
    return value


_MAIL = re.compile(r"[^\s@:<>,;]+@[^\s@:<>,;]+")
Words = Annotated[str, AfterValidator(_words)]
LocalText = Annotated[dict[LanguageTag, Words], Field(min_length=1)]
OptionalText = dict[LanguageTag, Words]
"""The same, but ``{}`` says that there is none."""
HostName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")]
PathPart = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Decision(StrictModel):
    """A decision of an authority (E3)."""

    number: str | None = None
    date: Day | None = None
    issuer: str | None = None


class Contact(StrictModel):
    """How to reach the Editorial Board (C12)."""

    address: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: Annotated[str, AfterValidator(_mail)] | None = None
    hours: str | None = None


class Channel(StrictModel):
    """Another channel of the agency (C9)."""

    label: LocalText
    url: Url


class TrustLabel(StrictModel):
    """The network trust label (K4)."""

    domain: str | None = None
    slug: str | None = None

    @property
    def address(self) -> str:
        """Where the label is explained; empty until both facts are known."""
        return f"https://tinnhiemmang.vn/danh-ba-tin-nhiem/{quote(self.slug)}" if self.domain and self.slug else ""


class EmcException(StrictModel):
    """Why a Site is released for now without its EMC id or its trust label (N1, K4)."""

    reason: Words
    until: Day
    """The last day on which it holds."""


class SecurityLevel(StrictModel):
    """Information-security level of the system (K1–K3)."""

    level: int | None = None
    decision: str | None = None
    assessed: Day | None = None


class SectionOptions(StrictModel):
    """One section of a Site."""

    label: LocalText
    kind: str = SectionKind.ARTICLES.value
    """One that a kind of Items stands in; `references` looks."""
    lang: LanguageTag | None = None
    menu: bool = True
    """Whether it stands in the main menu; it is on the home page and in the site map in any case."""


Mode = Literal["copy", "link"]
"""How an Item stands on the Site that takes it: as a page of its own, or as a teaser that leads to the origin (F3)."""


class AcceptRule(StrictModel):
    """Standing consent to copies from another Site (F2)."""

    origin: str = Field(alias="from")
    sections: list[str] = []
    tags: list[str] = []
    into: PathPart
    mode: Mode = "copy"
    ended: Day | None = None


class Pick(StrictModel):
    """A Board's answer to one offered Item: consent to exactly these blobs, or a refusal (F1)."""

    item: str
    into: PathPart | None = None
    mode: Mode = "copy"
    sources: dict[str, str] = {}
    ended: Day | None = None
    refused: str | None = None
    """Why the Board does not take the Item."""


class SiteOptions(StrictModel):
    """Everything known of one Site after the cascade."""

    kind: SiteKind = Field(strict=False)
    code: str | None = None
    name: LocalText
    short_name: OptionalText | None = None
    label: PathPart | None = None
    host: HostName | None = None
    status: Literal["live", "retired"] = "live"
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: str | None = None
    """Who took over from a retired Site: a Site of the network, or an address elsewhere (A17)."""
    retired_on: Day | None = None
    """From this day on a Site with ``status: retired`` is kept as it was."""
    retired_reason: OptionalText | None = None
    """Why it has no successor, or what else readers should know."""
    languages: list[LanguageTag] = Field(min_length=1)
    fallback: dict[str, Literal["hide", "show-original"]] = {}
    owning_authority: str | None = None
    managing_authority: str | None = None
    operator: str | None = None
    responsible_post: str | None = None
    board: str | None = None
    board_decision: Decision | None = None
    board_rules_url: Url | None = None
    sections: dict[PathPart, SectionOptions] = {}
    contact: Contact = Contact()
    security_contact: Annotated[str, AfterValidator(_one_address)] | None = None
    report_error: Annotated[str, AfterValidator(_one_address)] | None = None
    """Where readers tell of errors on a page: an e-mail address or a form (H15)."""
    attribution: OptionalText | None = None
    channels: list[Channel] = []
    services_url: Url | None = None
    emc_site_id: Annotated[str, Field(pattern=r"^\d+$")] | None = None
    trust_label: TrustLabel = TrustLabel()
    emc_exception: EmcException | None = None
    security_level: SecurityLevel = SecurityLevel()
    rule_packs: list[str] = []
    accepts: list[AcceptRule] = []
    moved: dict[str, str] = {}
    """Former addresses of this Site (`/tin-tuc/2026/ten-cu/`) and the Item of another Site that was there (A12)."""
    sources: dict[str, str] = {}
    unverified: list[str] = []


SITE_FACTS = frozenset({*SiteOptions.model_fields, *(f"contact.{name}" for name in Contact.model_fields)})
"""What a rule pack can ask of a Site's own file: its fields, and those of its contact."""


class LanguageAddress(StrictModel):
    """Where a language after the Site's first is found: a path or a host (A1, A2)."""

    path: PathPart | None = None
    host: HostName | None = None


class PortalOptions(StrictModel):
    """What holds for a whole Portal: its parent domain and its rules for addresses."""

    name: LocalText
    parent_host: HostName
    brand: PathPart = "base"
    """The look of its Sites: a folder of `themes/`."""
    language_addresses: dict[Literal["portal", "components"], dict[LanguageTag, LanguageAddress]] = {}
    host_labels: dict[str, Literal["full-name", "free"]] = {}


class Vocabulary(StrictModel):
    """Terms with labels by language: one thing, several names."""

    tags: dict[PathPart, LocalText]
    document_types: dict[PathPart, LocalText]
    document_fields: dict[PathPart, LocalText]
