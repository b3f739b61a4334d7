"""Read one Source: characters, front matter, Markdown; a pure matter of its path and its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.catalogue import front_matter
from congtin.catalogue.fragments import fragment_data
from congtin.catalogue.front_matter import Article, Document, Original, Translation
from congtin.catalogue.kind_models import SourceModels, source_models
from congtin.catalogue.markdown import Fragment, render
from congtin.catalogue.paths import SourcePath
from congtin.catalogue.sketch import NO_SKETCH, Sketch, sketch_of
from congtin.catalogue.source import Body, Source
from congtin.engine import blob_id
from congtin.errors import Problem, did_you_mean
from congtin.kinds.kinds import Kinds
from congtin.messages import Msg, msg
from congtin.validation import problems_of

# The sanitiser takes quadratic time on deeply nested text, which no person writes.
MOST_BRACKETS = 40_000
_NESTED = re.compile(r"(?m)^(?:[ \t]*>){60}")

_LETTERS = msg("Write the letters themselves, not escapes such as {example}.", example=r"\u0301")

Inspect = Callable[[str, str, str], Iterator[Problem]]
"""What looks at a whole text: (path, language, text) -> Problems."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one file: a Source or Problems; ``fragment`` is stored text where it is new."""

    where: SourcePath
    source: Source | None
    problems: tuple[Problem, ...]
    blob: str = ""
    fragment: tuple[str, str] | None = None
    sketch: Sketch = NO_SKETCH


class Fragments(Protocol):
    """Where Fragments may be that were rendered before."""

    def fragment(self, blob: str) -> Fragment | None:
        """Return the Fragment of a blob id, if it is known."""


def read_source(
    root: Path, where: SourcePath, kinds: Kinds, fragments: Fragments, inspect: Inspect | None, known: str = ""
) -> Reading | None:
    """Read one file below ``root``, an Item of one of these ``kinds``; None when its blob id is the ``known`` one."""
    return _Reader(where, source_models(kinds), fragments, inspect).read(f"{root}/{where.path}", known)


@dataclass
class _Reader:
    where: SourcePath
    models: SourceModels
    fragments: Fragments
    inspect: Inspect | None
    blob: str = ""
    problems: list[Problem] = field(default_factory=list)
    fragment: tuple[str, str] | None = None
    sketch: Sketch = NO_SKETCH

    def fail(self, code: str, message: Msg, line: int = 0, hint: Msg | None = None) -> None:
        self.problems.append(Problem(code, message, self.where.path, line, hint))

    def read(self, file: str, known: str) -> Reading | None:
        source = None
        try:
            with open(file, "rb", buffering=0) as stream:  # noqa: PTH123 (a hundred thousand of them)
                data = stream.read()
        except OSError as error:
            self.fail("unreadable", msg("The file cannot be read: {detail}.", detail=error.strerror))
        else:
            self.blob = blob_id(data)
            if self.blob == known:
                return None
            source = self.source(data)
        return Reading(self.where, source, tuple(self.problems), self.blob, self.fragment, self.sketch)

    def source(self, data: bytes) -> Source | None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.fail("not-utf8", msg("The file is not UTF-8 text."), line, msg("Save the file as UTF-8 (Unicode)."))
            return None
        text = front_matter.unmarked(text)
        if self.inspect:
            self.problems.extend(self.inspect(self.where.path, self.where.lang, text))
        if text.count("<") + text.count(">") + text.count("[") > MOST_BRACKETS or _NESTED.search(text):
            hint = msg("Divide it into several Items, or write it more simply.")
            self.fail("too-complex", msg("The text is nested too deeply or marked up too much."), 1, hint)
            return None
        front = self.front(text)
        if front is None:
            return None
        model, yaml_text, body, before = front
        if isinstance(model, Article | Document):
            self.sketch = sketch_of(model.title, body)
        fragment = self.fragments.fragment(self.blob) or self.render(body, model.dialect)
        seen = Body(before + 1, fragment.links, fragment.images, fragment.headings, fragment.empty)
        return Source(self.where, self.blob, model, yaml_text, seen)

    def render(self, body: str, dialect: str) -> Fragment:
        fragment = render(body, "python-markdown" if dialect == "python-markdown" else "commonmark")
        self.fragment = (self.blob, fragment_data(fragment))
        return fragment

    def front(self, text: str) -> tuple[Original | Translation, str, str, int] | None:
        try:
            yaml_text, body, before = front_matter.split(text)
            data = strict_yaml.load(yaml_text)
        except front_matter.NoFrontMatter:
            hint = msg("Begin the file with “---”, the fields, and “---” on lines of their own.")
            self.fail("no-front-matter", msg("The file has no front matter."), 1, hint)
            return None
        except strict_yaml.YamlProblem as error:
            self.fail(error.code, error.message, error.line + 1, error.hint)
            return None
        if not isinstance(data, dict):
            hint = msg("Write each field on a line of its own: “title: …”.")
            self.fail("wrong-value", msg("The front matter must hold keys and values."), 2, hint)
            return None
        self.inspect_escapes(yaml_text)
        model = self.model_of(data, yaml_text)
        if model is None:
            return None
        try:
            return model.model_validate(data), yaml_text, body, before
        except ValidationError as error:
            found = problems_of(
                error,
                lambda steps: (self.where.path, strict_yaml.line_of(yaml_text, steps) + 1),
                list(model.model_fields),
            )
            hints = _foreign_fields(self.models, model)
            self.problems.extend(replace(p, hint=hints.get(_unknown_field(p), p.hint)) for p in found)
            return None

    def inspect_escapes(self, yaml_text: str) -> None:
        """Tell what the text shows only once its escapes are read; what stands there plainly has been told."""
        if not self.inspect:
            return
        for piece in strict_yaml.escaped(yaml_text):
            told = {problem.code for problem in self.inspect(self.where.path, self.where.lang, piece.written)}
            for problem in self.inspect(self.where.path, self.where.lang, piece.value):
                if problem.code not in told:
                    hint = _LETTERS if problem.code == "not-nfc" else problem.hint
                    self.problems.append(replace(problem, line=piece.line + 1, hint=hint))

    def model_of(self, data: dict[str, object], yaml_text: str) -> type[Original | Translation] | None:
        kind = data.get("kind")
        if "translated_from" in data and kind is None:
            return self.models.translation
        if kind is None:
            hint = msg("An original needs “kind” and “id”; a translation needs “translated_from”.")
            self.fail("missing-field", msg("The field “{field}” is missing.", field="kind"), 2, hint)
            return None
        words = list(self.models.originals)
        if kind not in words:
            text = msg("“{field}” must be one of: {words}.", field="kind", words=", ".join(words))
            self.fail("wrong-value", text, _line(yaml_text, "kind"), did_you_mean(str(kind), words))
            return None
        return self.models.originals[str(kind)]


def _line(yaml_text: str, field_name: str) -> int:
    return strict_yaml.line_of(yaml_text, [field_name]) + 1


def _unknown_field(problem: Problem) -> str:
    return str(problem.message.values.get("field")) if problem.code == "unknown-field" else ""


def _foreign_fields(models: SourceModels, model: type[Original | Translation]) -> dict[str, Msg]:
    """Return hints for fields that are right in a Source, but not in one of this sort."""
    if model is models.translation:
        hint = msg("A translation holds text only; this fact stands in the original.")
        names = {name for original in models.originals.values() for name in original.model_fields}
        return dict.fromkeys(names - model.model_fields.keys(), hint)
    hints = {"translated_from": msg("Only a translation has “translated_from”; it has no “id” and no “kind”.")}
    having: dict[str, list[str]] = {}
    for kind, other in models.originals.items():
        for name in other.model_fields.keys() - model.model_fields.keys():
            having.setdefault(name, []).append(kind)
    for name, kinds in having.items():
        if len(kinds) == 1:
            hints[name] = msg("Only the kind “{kind}” has this field.", kind=kinds[0])
        else:
            hints[name] = msg("Only these kinds have this field: {kinds}.", kinds=", ".join(kinds))
    return hints
