"""What is known of every Site for whoever inspects the system: hosts, authorities, level, labels (K2–K4, K11, N1).

Only what the Network publishes of itself; who sits on a Board is no part of it (E7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from congtin.messages import Msg, msg
from congtin.network.network import Network, Site
from congtin.release.controls import Controls
from congtin.release.paper import sheet_cell

COLUMNS = (
    "site", "portal", "kind", "status", "name", "host", "editions", "board", "board_decision", "board_decision_date",
    "board_decision_issuer", "owning_authority", "managing_authority", "operator", "responsible_post",
    "security_level", "required_level", "required_by", "level_decision", "assessed", "assessment_due", "emc_site_id",
    "trust_label_domain", "trust_label_slug", "emc_exception",
    "emc_exception_until", "address", "phone", "fax", "email", "security_contact", "rule_packs",
    "missing",
)  # fmt: skip


@dataclass(frozen=True)
class SiteFacts:
    """One Site and what is missing of it."""

    site: Site
    data: dict[str, Any]
    missing: tuple[str, ...]

    def row(self) -> dict[str, str]:
        """Return this as a row of a table; what a spreadsheet would take for a formula is written as text."""
        values = {
            **self.data,
            "editions": " ".join(edition["url"] for edition in self.data["editions"]),
            "rule_packs": " ".join(self.data["rule_packs"]),
            "missing": " ".join(self.missing),
        }
        return {name: sheet_cell(values[name]) for name in COLUMNS}


def facts_of(network: Network, controls: Controls, today: date) -> list[SiteFacts]:
    """Return every Site in the order of their ids."""
    return [_facts(site, controls, today) for _, site in sorted(network.sites.items())]


def _facts(site: Site, controls: Controls, today: date) -> SiteFacts:
    options, security, contact = site.options, site.options.security_level, site.options.contact
    decision = options.board_decision
    required = controls.level_of(site)
    due = _months_after(security.assessed, controls.assessment.months) if security.assessed else None
    data = {
        "site": site.id,
        "portal": site.portal_id,
        "kind": site.kind.value,
        "status": options.status,
        "name": site.name,
        "host": site.host,
        "editions": [
            {"lang": edition.lang, "host": edition.host, "prefix": edition.prefix, "url": edition.base_url}
            for edition in site.editions
        ],
        "board": options.board,
        "board_decision": decision.number if decision else None,
        "board_decision_date": _day(decision.date if decision else None),
        "board_decision_issuer": decision.issuer if decision else None,
        "owning_authority": options.owning_authority,
        "managing_authority": options.managing_authority,
        "operator": options.operator,
        "responsible_post": options.responsible_post,
        "security_level": security.level,
        "required_level": required.level if required else None,
        "required_by": required.source if required else None,
        "level_decision": security.decision,
        "assessed": _day(security.assessed),
        "assessment_due": _day(due),
        "emc_site_id": options.emc_site_id,
        "trust_label_domain": options.trust_label.domain,
        "trust_label_slug": options.trust_label.slug,
        "emc_exception": options.emc_exception.reason if options.emc_exception else None,
        "emc_exception_until": _day(options.emc_exception.until if options.emc_exception else None),
        **contact.model_dump(include={"address", "phone", "fax", "email"}),
        "security_contact": options.security_contact,
        "rule_packs": list(options.rule_packs),
    }
    missing = (
        tuple(_missing(site, required.level if required else None, due, today)) if options.status == "live" else ()
    )
    return SiteFacts(site, data | {"missing": list(missing)}, missing)


def _missing(site: Site, required: int | None, due: date | None, today: date) -> Iterator[str]:
    options, security = site.options, site.options.security_level
    if security.level is None:
        yield "level"
    elif required is not None and security.level < required:
        yield "level-too-low"
    if security.decision is None:
        yield "level-decision"
    if due is None:
        yield "assessment"
    elif due < today:
        yield "assessment-overdue"
    if options.board_decision is None or options.board_decision.number is None:
        yield "board-decision"
    if options.emc_site_id is None:
        yield "emc"
    if not options.trust_label.address:
        yield "trust-label"
    contact = options.contact
    if contact.address is None and contact.phone is None and contact.email is None:
        yield "contact"


def gap_names() -> dict[str, Msg]:
    """Return the words people read for what can be missing, worst first."""
    return {
        "level": msg("no security level (K2)"),
        "level-too-low": msg("a lower security level than is required (K1, K2)"),
        "level-decision": msg("no decision on the security level (K2)"),
        "assessment": msg("no assessment on record (K3)"),
        "assessment-overdue": msg("the yearly assessment is overdue (K3)"),
        "board-decision": msg("no decision that set up the Board (E3)"),
        "emc": msg("no number for EMC measuring (N1)"),
        "trust-label": msg("no trust label (K4)"),
        "contact": msg("no address, telephone or e-mail (C12)"),
    }


def gaps(facts: Iterable[SiteFacts]) -> dict[str, int]:
    """Return how many live Sites lack each thing; what none lacks is there with 0."""
    counted = Counter(code for one in facts for code in one.missing)
    return {code: counted[code] for code in gap_names()}


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # The 31st of a shorter month is its first day after: nobody is late a day early.
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
