"""The one Markdown dialect: CommonMark and a few extensions in, sanitised HTML out.

`docs/markdown.md` shows what the sanitiser keeps and what it changes.
"""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import nh3
import pyromark

from congtin.languages import ascii_slug

Dialect = Literal["commonmark", "python-markdown"]

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
)
# Allowed elements and attributes. Headings keep `id`, everything else that could be
# addressed from outside (forms, frames, styles, event handlers) is left out.
TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table "
    "tbody td tfoot th thead time tr u ul var wbr".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang", "dir", "title", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope", "headers"},
    "col": {"span"},
    "colgroup": {"span"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
}
CLASSES: dict[str, set[str]] = {
    "td": {"left", "center", "right"},
    "th": {"left", "center", "right"},
    "sup": {"footnote-ref"},
    "div": {"footnote"},
    "span": {"footnote-label"},
    "table": {"wide"},
}
# `item:` is an address inside the Network; it is resolved for each Edition.
URL_SCHEMES = {"https", "http", "mailto", "tel", "item"}
_REMOVED_WITH_CONTENT = {"script", "style", "template", "iframe", "object", "noscript", "svg", "math"}
# Ids of the page's own frame begin so; content must not take them.
FRAME_ID_PREFIX = "ct-"

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
    clean_content_tags=_REMOVED_WITH_CONTENT,
    url_schemes=set(URL_SCHEMES),
    link_rel=None,
)

_ALIGN = re.compile(r'<(t[dh]) style="text-align: (left|center|right)"')
_FIGURE = re.compile(r'<p>(<img src="[^"]*" alt="[^"]*") title="([^"]*)" ?/?></p>')
_NOTE_REF = re.compile(r'<sup class="footnote-reference"><a href="#([^"]*)">([^<]*)</a></sup>')
_NOTE = re.compile(
    r'<div class="footnote-definition" id="([^"]*)"><sup class="footnote-definition-label">([^<]*)</sup>'
)
# The title is the page's only h1.
_H1 = re.compile(r"<(/?)h1(?=[ >])")
_HEADING = re.compile(r"<h([1-6])((?: [^>]*)?)>(.*?)</h\1>", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"')
_IMAGE = re.compile(r"<img ([^>]*)>")
_SRC = re.compile(r'src="([^"]*)"')
_ALT = re.compile(r'alt="([^"]*)"')
_TAG_TEXT = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the id that links lead to."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """The rendered, sanitised HTML body of a Source and what was seen in it."""

    html: str
    headings: tuple[Heading, ...]
    links: tuple[str, ...]
    images: tuple[tuple[str, str], ...]
    """(address, alternative text) of each picture."""
    text: str
    """The words alone, for search, feeds and comparison."""


def renderer_version() -> str:
    """Return a digest of everything that decides a Fragment's bytes apart from its Source."""
    parts = [Path(__file__).read_text("utf-8")]
    parts += [f"{name}={version(name)}" for name in ("pyromark", "nh3", "Markdown")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def to_html(text: str, dialect: Dialect = "commonmark") -> str:
    """Return the parser's HTML, before anything of ours and before sanitising."""
    if dialect == "python-markdown":
        import markdown

        return markdown.markdown(text, extensions=["extra", "sane_lists"], output_format="html")
    return pyromark.html(text, options=_OPTIONS)


def sanitise(markup: str) -> str:
    """Return ``markup`` with nothing but the allowed elements and attributes."""
    return _CLEANER.clean(markup)


def render(text: str, dialect: Dialect = "commonmark") -> Fragment:
    """Return the Fragment of a Source's body."""
    markup = to_html(text, dialect)
    markup = _ALIGN.sub(r'<\1 class="\2"', markup)
    markup = _FIGURE.sub(r"<figure>\1><figcaption>\2</figcaption></figure>", markup)
    markup = _footnotes(_H1.sub(r"<\1h2", markup))
    markup = sanitise(markup).replace(f' id="{FRAME_ID_PREFIX}', ' id="muc-')
    markup, headings = _headings(markup)
    return Fragment(
        html=markup,
        headings=headings,
        links=tuple(html.unescape(address) for address in _LINK.findall(markup)),
        images=tuple(_image(match) for match in _IMAGE.findall(markup)),
        text=plain_text(markup),
    )


def plain_text(markup: str) -> str:
    """Return the words of ``markup``, white space folded."""
    return _SPACE.sub(" ", html.unescape(_TAG_TEXT.sub(" ", markup))).strip()


def _footnotes(markup: str) -> str:
    if "footnote-reference" not in markup:
        return markup
    seen: set[str] = set()

    def reference(match: re.Match[str]) -> str:
        name = ascii_slug(match[1]) or "1"
        anchor = "" if name in seen else f' id="fnref-{name}"'
        seen.add(name)
        return f'<sup class="footnote-ref"{anchor}><a href="#fn-{name}">{match[2]}</a></sup>'

    def note(match: re.Match[str]) -> str:
        name = ascii_slug(match[1]) or "1"
        back = f'<a href="#fnref-{name}">{match[2]}</a>' if name in seen else match[2]
        return f'<div class="footnote" id="fn-{name}"><span class="footnote-label">{back}</span>'

    return _NOTE.sub(note, _NOTE_REF.sub(reference, markup))


def _headings(markup: str) -> tuple[str, tuple[Heading, ...]]:
    found: list[Heading] = []
    taken = set(_ID.findall(markup))

    def heading(match: re.Match[str]) -> str:
        level, attributes, inner = int(match[1]), match[2], match[3]
        own = _ID.search(attributes)
        text = plain_text(inner)
        if own:
            anchor = own[1]
        else:
            anchor = _free_id(ascii_slug(text) or "muc", taken)
            taken.add(anchor)
            attributes += f' id="{anchor}"'
        found.append(Heading(level, anchor, text))
        return f"<h{level}{attributes}>{inner}</h{level}>"

    return _HEADING.sub(heading, markup), tuple(found)


def _free_id(wanted: str, taken: set[str]) -> str:
    wanted = wanted.removeprefix(FRAME_ID_PREFIX)
    candidate, number = wanted, 2
    while candidate in taken:
        candidate = f"{wanted}-{number}"
        number += 1
    return candidate


def _image(attributes: str) -> tuple[str, str]:
    source, alternative = _SRC.search(attributes), _ALT.search(attributes)
    return (
        html.unescape(source[1]) if source else "",
        html.unescape(alternative[1]) if alternative else "",
    )
