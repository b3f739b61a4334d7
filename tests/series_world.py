"""What a random series knows of its network, and the files that say it; what would contradict itself is left out."""

from __future__ import annotations

import copy
import fnmatch
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml
from network import REPOSITORY, SITES, article, document, item_id, translation

from congtin.validation import parse_time

PORTAL = "ha/portal"
THEME = "themes/base"
Data = dict[str, Any]
PICTURE = b"\x89PNG\r\n\x1a\n"
_BASE_THEME = {
    file.relative_to(REPOSITORY).as_posix(): file.read_bytes()
    for file in sorted((REPOSITORY / THEME).rglob("*"))
    if file.is_file()
}


@dataclass
class Text:
    """A translation: its words, and the original's bytes it was made from."""

    title: str
    body: str
    seen: str = ""


@dataclass
class Entry:
    """One Item."""

    number: int
    kind: str
    site: str
    section: str
    slug: str
    lang: str = "vi"
    fields: Data = field(default_factory=dict)
    body: str = "Nội dung."
    texts: dict[str, Text] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    links: list[tuple[str, int]] = field(default_factory=list)
    replaces: list[int] = field(default_factory=list)
    replaced_by: int = 0
    offers: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return f"content/{self.site}/{self.section}/2026/{self.slug}"

    @property
    def address(self) -> str:
        year = "" if self.kind == "page" else "2026/"
        return f"/{self.section}/{year}{self.slug}/"

    def is_live(self, now: datetime) -> bool:
        return "draft" not in self.fields and parse_time(self.fields["date"]) <= now


@dataclass
class Answer:
    """What a Site's Board says to one offered Item."""

    into: str = ""
    ended: str = ""
    mode: str = "copy"
    refused: str = ""


@dataclass
class Facts:
    """Everything the files say; a copy of it is what a commit holds."""

    defaults: Data
    vocabulary: Data
    portal: Data
    sites: dict[str, Data]
    entries: dict[int, Entry] = field(default_factory=dict)
    answers: dict[tuple[str, int], Answer] = field(default_factory=dict)
    alerts: dict[tuple[str, str], Data] = field(default_factory=dict)
    """By owner (the Portal or a Site) and name; ``item`` is the number of the Item it links to."""
    theme: dict[str, bytes] = field(default_factory=lambda: dict(_BASE_THEME))
    last_number: int = 0

    @classmethod
    def start(cls) -> Facts:
        parts = re.split(r"^-- (\S+) --\n", SITES, flags=re.MULTILINE)
        read = {path: yaml.safe_load(text) for path, text in zip(parts[1::2], parts[2::2], strict=True)}
        sites = {f"ha/{name}": read[f"sites/ha/{name}.yaml"] for name in ("lim", "mai")}
        facts = cls(read["sites/_defaults.yaml"], read["sites/_vocabulary.yaml"], read["sites/ha/portal.yaml"], sites)
        facts.portal["defaults"]["sections"]["van-ban"] = {"label": {"vi": "Văn bản"}, "kind": "documents"}
        facts.portal["portal"]["language_addresses"]["components"] = {"en": {"path": "english"}}
        return facts

    def snapshot(self) -> Facts:
        return copy.deepcopy(self)

    def site(self, name: str) -> Data:
        site: Data = self.portal["site"] if name == PORTAL else self.sites[name]
        return site

    def site_names(self) -> list[str]:
        return [PORTAL, *self.sites]

    def languages(self, site: str) -> list[str]:
        languages: list[str] = self.site(site).get("languages", ["vi"])
        return languages

    def sections(self, site: str) -> dict[str, Data]:
        inherited = {} if site == PORTAL else self.portal["defaults"]["sections"]
        return {**inherited, **self.site(site).get("sections", {})}

    def sections_of_kind(self, site: str, kind: str) -> list[str]:
        return [name for name, data in self.sections(site).items() if data.get("kind", "articles") == f"{kind}s"]

    def matching(self, pattern: str) -> list[str]:
        name, _, kind = pattern.partition(":")
        names = [site for site in self.site_names() if fnmatch.fnmatchcase(site, name)]
        return [site for site in names if not kind or self.site(site)["kind"] == kind]

    def offered(self, patterns: list[str]) -> set[str]:
        return {site for pattern in patterns for site in self.matching(pattern)}

    def original(self, entry: Entry) -> str:
        """Return the text of an Item's original."""
        known = [other for other in entry.replaces if self.is_document(other, entry.site)]
        offers = [pattern for pattern in entry.offers if self.matching(pattern)]
        ended = [p for p in entry.ended if self.matching(p) and not self.offered([p]) <= self.offered(offers)]
        fields = {
            **entry.fields,
            "tags": [tag for tag in entry.fields.get("tags", []) if tag in self.vocabulary["tags"]],
            "aliases": entry.aliases,
            "crosspost": offers,
            "crosspost_ended": ended,
            "replaces": [item_id(other) for other in known],
        }
        if self.is_document(entry.replaced_by):
            fields["replaced_by"] = item_id(entry.replaced_by)
        pictures = [name for name in entry.media if name.endswith(".png")]
        if pictures and entry.kind != "document":
            fields |= {"image": f"{entry.slug}.files/{pictures[0]}", "image_alt": "Một tấm ảnh"}
        lines = {key: yaml_line(value) for key, value in fields.items() if value != []}
        body = self.body(entry, entry.body)
        if entry.kind == "document":
            symbol = lines.pop("number", f"{entry.number:02}/2026/QĐ-UBND")
            return document(entry.number, symbol, body, **lines)
        return article(entry.number, lines.pop("title"), body, kind=entry.kind, **lines)

    def is_document(self, number: int, site: str = "") -> bool:
        entry = self.entries.get(number)
        return entry is not None and entry.kind == "document" and site in ("", entry.site)

    def body(self, entry: Entry, words: str) -> str:
        lines = [words]
        for form, number in entry.links:
            target = self.entries.get(number)
            if target and form == "item":
                lines.append(f"[liên kết](item:{item_id(number)})")
            elif target and target.site == entry.site:
                path = posixpath.relpath(f"{target.stem}.{target.lang}.md", posixpath.dirname(entry.stem))
                lines.append(f"[bài khác]({path})")
        lines += [f"[tệp]({entry.slug}.files/{name})" for name in entry.media if name.endswith(".txt")]
        return "\n\n".join(lines)

    def texts(self, entry: Entry) -> Iterator[tuple[str, str]]:
        original = self.original(entry)
        yield f"{entry.stem}.{entry.lang}.md", original
        for lang, text in entry.texts.items():
            if lang in self.languages(entry.site) and lang != entry.lang:
                text.seen = text.seen or original
                fields = {"summary": "", "abstract": "Abstract."} if entry.kind == "document" else {}
                if "image_alt:" in original:
                    fields["image_alt"] = "A picture"
                body = self.body(entry, text.body)
                yield f"{entry.stem}.{lang}.md", translation(text.seen, text.title, body, **fields)

    def files(self, now: datetime) -> dict[str, bytes]:
        """Return every file but the picks, which are written by the engine itself."""
        found = {
            "sites/_defaults.yaml": yaml_text(self.defaults),
            "sites/_vocabulary.yaml": yaml_text(self.vocabulary),
            "sites/ha/portal.yaml": yaml_text({**self.portal, "site": self.settled(PORTAL, now)}),
            **{f"sites/{name}.yaml": yaml_text(self.settled(name, now)) for name in self.sites},
        }
        found.update(self.standing_alerts())
        for entry in self.entries.values():
            found.update(self.texts(entry))
        files = {path: text.encode() for path, text in found.items()}
        for entry in self.entries.values():
            files.update({f"{entry.stem}.files/{name}": data for name, data in entry.media.items()})
        return files | self.theme

    def standing_alerts(self) -> Iterator[tuple[str, str]]:
        """Yield the files of the alerts that still have a Site, without links to what is not there."""
        for (owner, name), alert in self.alerts.items():
            data = {key: value for key, value in alert.items() if key != "item"}
            if alert["item"] in self.entries:
                data["link"] = f"item:{item_id(alert['item'])}"
            if "to" in data:
                data["to"] = [pattern for pattern in data["to"] if self.matching(pattern)] or [PORTAL]
            if owner == "ha" or owner in self.site_names():
                yield f"sites/{owner}/alerts/{name}.yaml", yaml_text(data)

    def settled(self, name: str, now: datetime) -> Data:
        """Return the data of a Site without rules and moves that name what is not there."""
        site = dict(self.site(name))
        if "accepts" in site:
            site["accepts"] = [rule for rule in site["accepts"] if self.is_fit(name, rule)]
        moved = {path: self.entries.get(number) for path, number in site.pop("moved", {}).items()}
        live = {path: item_id(e.number) for path, e in moved.items() if e and e.site != name and e.is_live(now)}
        return {**site, "moved": live}

    def is_fit(self, name: str, rule: Data) -> bool:
        origin = PORTAL if rule["from"] == "portal" else rule["from"]
        if origin not in self.site_names() or any(tag not in self.vocabulary["tags"] for tag in rule.get("tags", [])):
            return False
        theirs, ours = self.sections(origin), self.sections(name)
        kinds = {theirs[section].get("kind", "articles") for section in rule["sections"] if section in theirs}
        known = all(section in theirs for section in rule["sections"])
        return known and rule["into"] in ours and kinds == {ours[rule["into"]].get("kind", "articles")}

    def standing_answers(self) -> dict[tuple[str, int], Answer]:
        """Return the answers that still have a Site, an Item offered to it, and a section."""
        found = {}
        for (site, number), answer in self.answers.items():
            entry = self.entries.get(number)
            if not entry or site not in self.site_names() or entry.site == site:
                continue
            fits = answer.into in self.sections_of_kind(site, entry.kind)
            if answer.refused or (fits and site in self.offered([*entry.offers, *entry.ended])):
                found[site, number] = answer
        return found


class _Plain(yaml.SafeDumper):
    """No anchors: Côngtin refuses them."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def yaml_text(data: Data) -> str:
    """Return data as one of the files below `sites/`."""
    return yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=1000)


def yaml_line(value: object) -> str:
    """Return a value as it stands after its key."""
    if isinstance(value, str):
        return value
    dumped = yaml.dump(value, Dumper=_Plain, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10000)
    return dumped.removesuffix("...\n").strip()
