"""The fields of `sites/`, with their types; `docs/sites-format.md` explains each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from congtin.model import SectionKind, SiteKind
from congtin.validation import Day, LanguageTag, StrictModel, Url

LocalText = dict[str, str]
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
    email: str | None = None
    hours: str | None = None


class Channel(StrictModel):
    """Another channel of the agency (C9)."""

    label: LocalText
    url: Url


class TrustLabel(StrictModel):
    """The network trust label (K4)."""

    domain: str | None = None
    slug: str | None = None


class SecurityLevel(StrictModel):
    """Information-security level of the system (K1–K3)."""

    level: int | None = None
    decision: str | None = None
    assessed: Day | None = None


class SectionOptions(StrictModel):
    """One section of a Site."""

    label: LocalText
    kind: SectionKind = Field(default=SectionKind.ARTICLES, strict=False)
    lang: LanguageTag | None = None


class AcceptRule(StrictModel):
    """Standing consent to copies from another Site (F2)."""

    origin: str = Field(alias="from")
    sections: list[str] = []
    tags: list[str] = []
    into: PathPart
    ended: Day | None = None


class Pick(StrictModel):
    """Consent to one Item as it was in exactly these blobs (F1)."""

    item: str
    into: PathPart
    sources: dict[str, str]
    ended: Day | None = None


class SiteOptions(StrictModel):
    """Everything known of one Site after the cascade."""

    kind: SiteKind = Field(strict=False)
    code: str | None = None
    name: LocalText
    short_name: LocalText | None = None
    label: PathPart | None = None
    host: HostName | None = None
    status: Literal["live", "retired"] = "live"
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: str | None = None
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
    security_contact: str | None = None
    attribution: LocalText | None = None
    channels: list[Channel] = []
    services_url: Url | None = None
    emc_site_id: Annotated[str, Field(pattern=r"^\d+$")] | None = None
    trust_label: TrustLabel = TrustLabel()
    security_level: SecurityLevel = SecurityLevel()
    rule_packs: list[str] = []
    accepts: list[AcceptRule] = []
    sources: dict[str, str] = {}
    unverified: list[str] = []


class LanguageAddress(StrictModel):
    """Where a language after the Site's first is found: a path or a host (A1, A2)."""

    path: PathPart | None = None
    host: HostName | None = None


class PortalOptions(StrictModel):
    """What holds for a whole Portal: its parent domain and its rules for addresses."""

    name: LocalText
    parent_host: HostName
    brand: str = "base"
    language_addresses: dict[Literal["portal", "components"], dict[LanguageTag, LanguageAddress]] = {}
    host_labels: dict[str, Literal["full-name", "free"]] = {}


class Vocabulary(StrictModel):
    """Terms with labels by language: one thing, several names."""

    tags: dict[PathPart, LocalText]
    document_types: dict[PathPart, LocalText]
    document_fields: dict[PathPart, LocalText]
