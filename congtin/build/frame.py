"""What a theme and the plugins bring to every page: the digest of each template with all it pulls in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

from congtin.build.assets import sheet_problems
from congtin.build.brands import Brand, load_brands
from congtin.build.contract import contract_problems, template_path
from congtin.build.interface import load_interfaces
from congtin.build.template_facts import ANY, TemplateFacts, facts_of
from congtin.engine import engine_digest, folder_digest
from congtin.errors import Problem, ProblemsFound
from congtin.layout import PLUGINS, THEME
from congtin.messages import msg


@dataclass(frozen=True)
class Frame:
    """The theme as the skipping of pages needs it; ``digest`` changes with anything in it."""

    digest: str
    templates: Mapping[str, str]
    """Digest of each template (without `.html`) and of every template it can pull in."""
    interfaces: Mapping[str, bytes]
    """Compiled catalogue of the theme's words, by language."""
    brands: Mapping[str, Brand]

    def to_text(self) -> str:
        interfaces = {lang: base64.b64encode(data).decode() for lang, data in self.interfaces.items()}
        brands = {name: brand.to_text() for name, brand in self.brands.items()}
        return json.dumps([self.digest, dict(self.templates), interfaces, brands])

    @classmethod
    def from_text(cls, text: str, digest: str) -> Frame | None:
        """Return the Frame with this digest from its text; None when it is another's."""
        if not text:
            return None
        known, templates, interfaces, brands = json.loads(text)
        if known != digest:
            return None
        return cls(
            digest,
            templates,
            {lang: base64.b64decode(data) for lang, data in interfaces.items()},
            {name: Brand.from_text(brand) for name, brand in brands.items()},
        )


def load_frame(root: Path, digest: str) -> Frame:
    """Read the theme; raise ProblemsFound when a template cannot be parsed or asks for what it may not see."""
    theme = root / THEME
    # The names of static files hold a digest of their bytes, and any template may show them.
    common = f"{engine_digest()} {folder_digest(root / PLUGINS)} {folder_digest(theme / 'static')}"
    sources = template_texts(theme)
    trees = _parsed(sources)
    references = {name: facts.references for name, facts in trees.items()}
    reached = {name: sorted(_reached(name, references)) for name in sources}
    problems = [*contract_problems(root, trees, reached), *sheet_problems(root)]
    if problems:
        raise ProblemsFound(problems)
    templates = {}
    for name, others in reached.items():
        texts = [f"{other}\0{sources.get(other, '')}" for other in others]
        templates[name.removesuffix(".html")] = short_digest(common, *texts)
    return Frame(digest, templates, load_interfaces(theme), load_brands(root))


def short_digest(*parts: str | bytes) -> str:
    """Return 64 bits, enough to tell apart what one page was and is."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()


def template_texts(theme: Path) -> dict[str, str]:
    """Return the text of each template by its name: `article.html`, and `kinds/dataset/item.html` of a kind.

    Raise ProblemsFound when one is not UTF-8.
    """
    sources: dict[str, str] = {}
    files = {file.name: file for file in sorted((theme / "templates").glob("*.html"))}
    files |= {file.relative_to(theme).as_posix(): file for file in sorted(theme.glob("kinds/*/*.html"))}
    for name, file in files.items():
        try:
            sources[name] = file.read_text("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            problem = Problem("not-utf8", msg("The file is not UTF-8 text."), template_path(name), line, hint)
            raise ProblemsFound([problem]) from error
    return sources


def _parsed(sources: Mapping[str, str]) -> dict[str, TemplateFacts]:
    found: dict[str, TemplateFacts] = {}
    problems = []
    for name, text in sources.items():
        try:
            found[name] = facts_of(name, text)
        except jinja2.TemplateSyntaxError as error:
            what = msg("The template cannot be read: {detail}", detail=error.message)
            problems.append(Problem("template-syntax", what, template_path(name), error.lineno))
    if problems:
        raise ProblemsFound(problems)
    return found


def _reached(name: str, references: Mapping[str, frozenset[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        for other in references.get(current, ()):
            waiting.extend(references if other == ANY else [other])
    return found
