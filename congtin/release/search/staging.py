"""Copies of published texts for Pagefind: one small page for each Item, with nothing of the frame around it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

from congtin.release.search.letters import mapped
from congtin.release.search.lists import Entry, Head


def _of_class(name: str) -> str:
    return f".//*[contains(concat(' ', @class, ' '), ' {name} ')]"


# What stands in an Item's article but is not its text. Title and summary come from the list.
_LEFT_OUT = etree.XPath(
    ".//header | .//nav | .//aside | .//form | .//footer | .//script | .//style | .//noscript | .//template"
    f" | .//button | .//svg | .//*[@hidden] | .//*[@data-nosearch] | {_of_class('facts')}//dt"
    f" | {_of_class('notice')} | {_of_class('summary')} | {_of_class('badge')} | {_of_class('missing')}"
)
# What is known of an Item comes after its text: an excerpt begins with what was written for readers.
_FACTS = etree.XPath(_of_class("facts"))
_TAG, _WORD = re.compile("<[^>]*>"), re.compile(r"\w")
_ARTICLE = etree.XPath("(//main//article)[1] | //main[not(.//article)]")


@dataclass(frozen=True)
class Staged:
    """One page for Pagefind, by its path below the folder it reads."""

    path: str
    data: bytes

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.path.encode() + b"\0" + self.data).digest()


def staged(head: Head, entry: Entry, body: str, *, central: bool) -> Staged:
    """Return the page of an Item; on the index of a Portal its path begins with its host."""
    place = f"{head.folder}/{entry.path}" if central else f"{head.root}{entry.path}".lstrip("/")
    # What a result shows but nobody searches for goes into the address, which Pagefind hands back as it is.
    path = f"{place}_.{entry.date}.{entry.lang}.html"
    facts = {"section": entry.section, "type": entry.type, "year": entry.date[:4], "issuer": entry.issuer}
    if central:
        facts = {**facts, "section": "", "site": head.name}
    filters = "".join(f'<i data-pagefind-filter="{name}">{escape(value)}</i>' for name, value in facts.items() if value)
    sort = f'<i data-pagefind-sort="date">{entry.date or "0"}</i>'
    number = f'<i data-pagefind-meta="number">{_text(entry.number)}</i>' if entry.number else ""
    page = (
        f'<!DOCTYPE html><html lang="{escape(head.lang)}"><meta charset="utf-8"><title>.</title>'
        f'<body><i data-pagefind-meta="title">{_text(entry.title)}</i>{number}{sort}{filters}'
        f"<main data-pagefind-body>{body}</main>"
    )
    return Staged(path, page.encode())


def light_body(entry: Entry) -> str:
    """Return what the index of a Portal has of an Item: its summary."""
    # Pagefind leaves out pages without a word, however telling their titles are.
    return f"<p>{_text(entry.summary or entry.title)}</p>"


def full_body(entry: Entry, page: bytes) -> str:
    """Return the text of an Item's page, as simple HTML without attributes, its summary before it."""
    text = _article(page)
    summary = _text(entry.summary)
    if not summary and not _WORD.search(_TAG.sub("", text)):
        return light_body(entry)
    return text if not summary or summary in text else f"<p>{summary}</p>{text}"


def _article(page: bytes) -> str:
    return "".join(_plain(element) for element in _elements(_ARTICLE, lxml_html.document_fromstring(page)))


def _plain(element: lxml_html.HtmlElement) -> str:
    for each in _elements(_LEFT_OUT, element):
        each.drop_tree()
    facts = _elements(_FACTS, element)
    for each in facts:
        each.drop_tree()
    for each in facts:
        element.append(each)
    for each in element.iter():
        # Nothing in a text may speak to Pagefind.
        each.attrib.clear()
    return mapped(lxml_html.tostring(element, encoding="unicode", with_tail=False))


def _elements(path: etree.XPath, within: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    found = path(within)
    return [each for each in found if isinstance(each, lxml_html.HtmlElement)] if isinstance(found, list) else []


def _text(text: str) -> str:
    return escape(mapped(text), quote=False)


def write(folder: Path, pages: Iterator[Staged] | list[Staged]) -> None:
    """Write staged pages below an empty folder."""
    for page in pages:
        file = folder / page.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(page.data)
