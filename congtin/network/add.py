"""Write the YAML file of a new Site from its name and kind."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import yaml

from congtin.characters import INVISIBLE
from congtin.errors import UsageError, did_you_mean
from congtin.languages import host_label
from congtin.messages import msg
from congtin.model import SiteKind
from congtin.network.load import load_network
from congtin.network.network import Network

_KIND_WORDS = {
    SiteKind.WARD: "Phường",
    SiteKind.COMMUNE: "Xã",
    SiteKind.SPECIAL_ZONE: "Đặc khu",
}
_MOST_LABEL = 60
_TEMPLATE = """\
kind: {kind}
code: {code}
name: {{vi: {name}}}
short_name: {{vi: {short_name}}}
label: {label}
{host}languages: [vi]
owning_authority: null
responsible_post: null
board_decision: {{number: null, date: null, issuer: null}}
contact: {{address: null, phone: null, email: null}}
emc_site_id: null
trust_label: {{domain: null, slug: null}}
security_level: {{level: null, decision: null, assessed: null}}
sources: {{}}
"""


@dataclass(frozen=True)
class NewSite:
    """What a person says of a new Site."""

    portal: str
    name: str
    kind: SiteKind
    label: str | None = None
    code: str | None = None


def add_site(root: Path, new: NewSite) -> Path:
    """Write the file and return its path; raise UsageError or ProblemsFound and leave nothing behind."""
    network = load_network(root)
    if new.portal not in network.portals:
        unknown = msg("There is no Portal “{portal}”.", portal=new.portal)
        raise UsageError(unknown, did_you_mean(new.portal, network.portals))
    if new.kind is SiteKind.PORTAL:
        raise UsageError(msg("A Portal needs a portal.yaml; see docs/sites-format.md."))
    if new.code is not None and not re.fullmatch("[0-9]{1,10}", new.code):
        raise UsageError(msg("“{code}” is not a code.", code=new.code), msg("Write digits only, at most 10."))
    name = " ".join(unicodedata.normalize("NFC", new.name).split())
    word = _KIND_WORDS.get(new.kind, "")
    short_name = name.removeprefix(f"{word} ")
    if not name or name == word or INVISIBLE.search(name):
        raise UsageError(msg("“{name}” is no name of a Site.", name=new.name))
    label = new.label or host_label(short_name)
    _require_label(label)
    site_id, host = _free_id(network, new, label)
    path = root / "sites" / f"{site_id}.yaml"
    text = _TEMPLATE.format(
        kind=new.kind.value,
        code=f'"{new.code}"' if new.code else "null",
        name=_scalar(name),
        short_name=_scalar(short_name),
        label=site_id.split("/")[1],
        host=f"host: {host}\n" if host else "",
    )
    try:
        path.write_text(text, "utf-8")
        load_network(root)
    except OSError as error:
        path.unlink(missing_ok=True)
        unwritable = msg("{path} cannot be written: {detail}.", path=path, detail=error.strerror or str(error))
        raise UsageError(unwritable) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _require_label(label: str) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", label) or len(label) > _MOST_LABEL:
        raise UsageError(msg("“{label}” is not a host label.", label=label), msg("Name one with --label."))
    if label == SiteKind.PORTAL.value:
        raise UsageError(msg("“{label}” is the Site of the Portal itself.", label=label), msg("Name one with --label."))


def _free_id(network: Network, new: NewSite, label: str) -> tuple[str, str]:
    """Return (Site id, host to write); two Sites of one label are told apart by their code."""
    parent = network.portals[new.portal].options.parent_host
    taken = {edition.host for edition in network.editions()}
    if f"{new.portal}/{label}" not in network.sites and f"{label}.{parent}" not in taken:
        return f"{new.portal}/{label}", ""
    mine = (f"{new.portal}/{label}", f"{label}.{parent}")
    other = next(
        site
        for site in network.sites.values()
        if site.id == mine[0] or any(edition.host == mine[1] for edition in site.editions)
    )
    text = msg("The label “{label}” is taken by {site} ({name}).", label=label, site=other.id, name=other.name)
    if not new.code or f"{new.portal}/{label}-{new.code}" in network.sites:
        raise UsageError(text, msg("Give the statistical code with --code, or another label with --label."))
    return f"{new.portal}/{label}-{new.code}", f"{label}-{new.code}.{parent}"


def _scalar(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=1000, default_style='"').strip()
