"""The one Markdown dialect: CommonMark and a few extensions in, sanitised HTML out.

`docs/markdown.md` shows what the sanitiser keeps and what it changes.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import nh3
import pyromark

from congtin import languages
from congtin.catalogue import footnotes
from congtin.catalogue.footnotes import free_id, numbered
from congtin.languages import ascii_slug

Dialect = Literal["commonmark", "python-markdown"]

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
)
# Allowed elements and attributes. Headings keep `id`, everything else that could be
# addressed from outside (forms, frames, styles, event handlers) is left out.
_TAG_NAMES = (
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table "
    "tbody td tfoot th thead time tr u ul var wbr"
)
TAGS = frozenset(_TAG_NAMES.split())
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

# What a browser leaves out of an address before it looks for the scheme.
_IGNORED_IN_URL = re.compile(r"^[\x00-\x20]+|[\t\n\r]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def _outside_frame(name: str) -> str:
    # "ct" too: a second part of that name would become "ct-2".
    return f"muc-{name}" if f"{name}-".startswith(FRAME_ID_PREFIX) else name


def _attribute(element: str, name: str, value: str) -> str | None:
    if name == "id":
        return _outside_frame("-".join(value.split())) or None
    if name == "href" and value.startswith("#"):
        return "-".join(value.split())
    if name == "cite":  # nh3 looks at the schemes of href and src only
        scheme = _SCHEME.match(_IGNORED_IN_URL.sub("", value))
        return None if scheme and scheme[1].lower() not in URL_SCHEMES else value
    return value


_CLEANER = nh3.Cleaner(
    tags={*TAGS, "h1"},
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    attribute_filter=_attribute,
    allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
    clean_content_tags=_REMOVED_WITH_CONTENT,
    url_schemes=set(URL_SCHEMES),
    link_rel=None,
)

_BRACKETS_DEEP = 50
_BRACKET = re.compile(r"[\[\]()]|\n[ \t]*\n")
# Before sanitising: the two parsers' forms of one thing become one form.
_ALIGN = re.compile(r'<(t[dh])([^<>]*?) style="text-align: ?(left|center|right);?"')
# After it: every tag is <name key="value" …>, and "<", ">" and quotes stand nowhere else.
_ATTRIBUTE = re.compile(r' ([^ =<>"]+)="([^"]*)"')
_KEY = r'(?: [^ =<>"]+="[^"]*")'
START_TAG = re.compile(rf"<([a-z][a-z0-9]*)({_KEY}*)>")
_FIGURE = re.compile(rf"<p><img({_KEY}*)></p>")
_EMPTY_HEAD = re.compile(rf"<th({_KEY}*)>\s*</th>")
_SCOPE = re.compile(r' scope="[^"]*"')
_HEADING = re.compile(rf"<(h([2-6]))({_KEY}*)>")  # this and what follows: a look at few tags instead of all
_TARGET = re.compile(rf'<(h([2-6])|[a-z][a-z0-9]*(?={_KEY}*? id="))({_KEY}*)>')
_ID = re.compile(rf'<[a-z][a-z0-9]*{_KEY}*? id="([^"]*)"')
_LINK = re.compile(rf'<a{_KEY}*? href="([^"]*)"')
_IMAGE = re.compile(rf"<img({_KEY}*)>")
_HEADING_EDGE = re.compile(r"</?h[2-6](?=[ >])")
_NOTE_MARK = re.compile(r'<sup class="footnote-ref".*?</sup>|<span class="footnote-label">.*?</span>', re.DOTALL)
_INLINE_TAG = re.compile(  # by their first letters, because most tags are others
    r"</?(?![hlop])(?:a(?:bbr)?|b(?:d[io])?|c(?:ite|ode)|d(?:el|fn)|em|i(?:ns)?|kbd|mark|q|ruby"
    r"|s(?:amp|mall|pan|trong|u[bp])?|time|u|var|wbr)(?: [^>]*)?>"
)
_TAG = re.compile(r"<[^>]*>")
_SPACES = re.compile("  +")
_WORDS = re.compile(r"<p>\s*\w")  # in nearly every text, and soon found


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
    empty: bool
    """There is no word in it."""

    @property
    def text(self) -> str:
        """The words alone."""
        return plain_text(self.html)


def renderer_version() -> str:
    """Return a digest of everything that decides a Fragment's bytes apart from its Source."""
    parts = [Path(path).read_text("utf-8") for path in (__file__, footnotes.__file__, languages.__file__)]
    parts += [f"{name}={version(name)}" for name in ("pyromark", "nh3", "Markdown")]
    parts.append(f"unicode={unicodedata.unidata_version}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def to_html(text: str, dialect: Dialect = "commonmark") -> str:
    """Return the parser's HTML of Markdown ``text``, before anything of ours and before sanitising.

    Text nested too deeply for Python-Markdown is read as CommonMark.
    """
    if dialect == "python-markdown" and not _is_tangled(text):
        import markdown

        with suppress(RecursionError):
            return markdown.markdown(
                text,
                extensions=["extra", "sane_lists"],
                extension_configs={"extra": {"footnotes": {"SEPARATOR": "-"}}},
                output_format="html",
            )
    return pyromark.html(text, options=OPTIONS)


def sanitise(markup: str) -> str:
    """Return ``markup`` with nothing but the allowed elements and attributes, ``h1`` as ``h2``."""
    cleaned = _CLEANER.clean(markup)
    if cleaned.count("<") != markup.count("<"):
        # What stood in a removed element may now stand where it must not, a <p> in a <p>.
        cleaned = _CLEANER.clean(cleaned)
    # The title is the page's only h1.
    return cleaned.replace("<h1", "<h2").replace("</h1>", "</h2>") if "<h1" in cleaned else cleaned


def render(text: str, dialect: Dialect = "commonmark") -> Fragment:
    """Return the Fragment of a Source's body ``text``, written in ``dialect``."""
    markup = _ALIGN.sub(r'<\1 class="\3"\2', to_html(text, dialect))
    markup = _FIGURE.sub(_figure, sanitise(numbered(markup)))
    if "<th" in markup:
        markup = _EMPTY_HEAD.sub(_plain_cell, markup)
    markup, headings = _ids(markup)
    images = [dict(_ATTRIBUTE.findall(keys)) for keys in _IMAGE.findall(markup)]
    return Fragment(
        html=markup,
        headings=headings,
        links=tuple(map(html.unescape, _LINK.findall(markup))),
        images=tuple((html.unescape(keys.get("src", "")), html.unescape(keys.get("alt", ""))) for keys in images),
        empty=not _WORDS.search(markup) and not plain_text(markup),
    )


def plain_text(markup: str) -> str:
    """Return the words of sanitised ``markup`` without the marks of footnotes, white space folded."""
    if "<" in markup:
        markup = _TAG.sub(" ", _INLINE_TAG.sub("", _NOTE_MARK.sub("", markup)))
    words = html.unescape(markup).replace("\n", " ")
    if words.isprintable():  # so every white space in it is " "
        return _SPACES.sub(" ", words).strip()
    return " ".join(words.split())


def _is_tangled(text: str) -> bool:
    # From every open bracket Python-Markdown reads on to its match or the paragraph's end.
    depth = 0
    for mark in _BRACKET.finditer(text):
        depth = depth + 1 if mark[0] in "[(" else max(depth - 1, 0) if mark[0] in "])" else 0
        if depth > _BRACKETS_DEEP:
            return True
    return False


def _figure(match: re.Match[str]) -> str:
    keys: dict[str, str] = dict(_ATTRIBUTE.findall(match[1]))
    caption = keys.pop("title", "").replace("&quot;", '"')
    if not caption.strip():
        return match[0]
    image = "".join(f' {key}="{value}"' for key, value in keys.items())
    return f"<figure><img{image}><figcaption>{caption}</figcaption></figure>"


def _plain_cell(match: re.Match[str]) -> str:
    # The corner over a column of names is no heading: a screen reader would say “blank” before every name below it.
    return f"<td{_SCOPE.sub('', match[1])}></td>"


def _ids(markup: str) -> tuple[str, tuple[Heading, ...]]:
    """Give every heading an id, and every id once; the first of two alike keeps it."""
    found: list[Heading] = []
    has_ids = ' id="' in markup
    taken = dict.fromkeys(_ID.findall(markup), 1) if has_ids else {}
    given: set[str] = set()

    def start(match: re.Match[str]) -> str:
        element, level, attributes = match.groups()
        keys: dict[str, str] = dict(_ATTRIBUTE.findall(attributes)) if attributes else {}
        anchor = keys.get("id")
        text = ""
        if level:
            edge = _HEADING_EDGE.search(markup, match.end())
            text = plain_text(markup[match.end() : edge.start() if edge else None])
        if anchor is None:
            anchor = free_id(_outside_frame(ascii_slug(text) or "muc"), taken)
            attributes += f' id="{anchor}"'
        elif anchor in given:
            anchor = free_id(anchor, taken)
            keys["id"] = anchor
            attributes = "".join(f' {key}="{value}"' for key, value in keys.items())
        given.add(anchor)
        if level:
            found.append(Heading(int(level), html.unescape(anchor), text))
        return f"<{element}{attributes}>"

    return (_TARGET if has_ids else _HEADING).sub(start, markup), tuple(found)
