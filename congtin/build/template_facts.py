"""What one template is about, whatever uses it: what it pulls in, what it asks for, what it makes itself.

Worked out once for the same text in a process, and at setup for the theme that comes with the engine: a theme is read
for every build, and changes seldom.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta, nodes

from congtin.build.shipped import SHIPPED, of_this_engine

FILTERS = ("day", "each", "machine", "moment", "month", "number", "size")
# Stands for a name that is worked out when a page is rendered: it may be any.
ANY = "*"
_MOST = 1000


@dataclass(frozen=True)
class TemplateFacts:
    """What a template says of itself."""

    references: frozenset[str]
    """Templates that it names: extended, imported, included, or rendered once an Edition."""
    asked: Mapping[str, int]
    """Names that it needs and does not make, each with the first line that has it."""
    made: frozenset[str]
    """Names that it makes: imports, macros, values it sets."""


@lru_cache(maxsize=_MOST)
def facts_of(name: str, text: str) -> TemplateFacts:
    """Return what a template is about; raise jinja2.TemplateSyntaxError when it cannot be parsed."""
    known = _shipped().get(_key(name, text))
    if known:
        references, asked, made = known
        return TemplateFacts(frozenset(references), asked, frozenset(made))
    tree = _environment().parse(text, name)
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        lines.setdefault(node.name, node.lineno)
    asked = {wanted: lines.get(wanted, 0) for wanted in sorted(meta.find_undeclared_variables(tree))}
    return TemplateFacts(frozenset(_references(tree)), asked, frozenset(_made(tree)))


def ship_facts(texts: Mapping[str, str]) -> None:
    """Keep what these templates are about for every build by this engine."""
    found = {_key(name, text): facts_of(name, text) for name, text in texts.items()}
    told = {key: [sorted(facts.references), dict(facts.asked), sorted(facts.made)] for key, facts in found.items()}
    _file().write_text(json.dumps(told), "utf-8")


@cache
def _shipped() -> dict[str, Any]:
    with suppress(OSError, ValueError):
        return dict(json.loads(_file().read_text("utf-8")))
    return {}


def _file() -> Path:
    return SHIPPED / f"{of_this_engine()}facts.json"


def _key(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    """Return an environment that can parse a theme's templates, but not render them."""
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    environment.filters.update(dict.fromkeys(FILTERS, str))
    return environment


def _references(tree: nodes.Template) -> Iterator[str]:
    """Yield the templates that a template names: extended, imported, included, or rendered once an Edition."""
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        yield from _names(node.template)  # type: ignore[attr-defined]  # all four have one
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "once":
            yield from _names(call.args[0])


def _names(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    else:
        # A name worked out at run time may be any.
        yield ANY


def _made(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that a template makes itself: imports, macros, values it sets."""
    for node in tree.find_all((nodes.Import, nodes.Macro, nodes.Assign, nodes.With)):
        if isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            yield node.target.name
        elif isinstance(node, nodes.With):
            yield from (target.name for target in node.targets if isinstance(target, nodes.Name))
