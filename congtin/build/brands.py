"""Brands: the colours, the emblem and the footer's words of one Portal's Sites, as data that is checked.

The base theme names every colour, for a light and a dark screen and for readers who ask for more contrast; a brand
gives some of them other values. A colour that cannot be read on its ground stops the build.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from congtin import strict_yaml
from congtin.build.emblem import EMBLEM, drawing_problems
from congtin.errors import Problem, ProblemsFound
from congtin.layout import BASE_BRAND, THEMES
from congtin.messages import msg
from congtin.network.options import OptionalText
from congtin.validation import StrictModel, problems_of

FILE = "brand.yaml"
Token = Literal[
    "ink", "quiet", "paper", "tint", "line", "edge", "accent", "accent-ink", "head", "head-ink", "mark", "focus",
    "notice", "notice-ink", "warn", "ok",
]  # fmt: skip
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Colours = dict[Token, Colour]
# What a reader's machine asks for, each over those before it.
SCHEMES: Mapping[str, tuple[str, str]] = {
    "light": ("", "light"),
    "dark": ("(prefers-color-scheme: dark)", "dark"),
    "light-contrast": ("(prefers-contrast: more)", "light"),
    "dark-contrast": ("(prefers-contrast: more) and (prefers-color-scheme: dark)", "dark"),
}
# Text and its ground (WCAG 1.4.3; 1.4.6 for those who ask for more), then what is not text (1.4.11).
TEXT_PAIRS = (
    ("ink", "paper"), ("ink", "tint"), ("quiet", "paper"), ("quiet", "tint"), ("accent", "paper"), ("accent", "tint"),
    ("accent-ink", "accent"), ("head-ink", "head"), ("notice-ink", "notice"), ("accent", "notice"),
    ("warn", "paper"), ("warn", "tint"), ("ok", "paper"), ("ok", "tint"),
)  # fmt: skip
SHAPE_PAIRS = (("edge", "paper"), ("edge", "tint"), ("focus", "paper"), ("focus", "tint"), ("focus", "notice"))
TEXT, MORE, SHAPE = 4.5, 7.0, 3.0


class _Schemes(StrictModel):
    light: Colours = {}
    dark: Colours = {}
    light_contrast: Colours = Field(default={}, alias="light-contrast")
    dark_contrast: Colours = Field(default={}, alias="dark-contrast")


class _BrandFile(StrictModel):
    """`brand.yaml`."""

    colours: _Schemes = _Schemes()
    footer: OptionalText = {}
    """A sentence that every footer of the Portal's Sites shows, by language."""


@dataclass(frozen=True)
class Brand:
    """What a brand brings to the pages of its Portal's Sites, ready to be used."""

    css: str
    """Custom properties, to stand before the style sheet."""
    emblem: str
    """An SVG drawing."""
    footer: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Another digest is another look."""
        return hashlib.sha256(self.to_text().encode()).hexdigest()

    def to_text(self) -> str:
        return json.dumps([self.css, self.emblem, dict(self.footer)], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Brand:
        """Return the Brand that ``to_text`` wrote."""
        return cls(*json.loads(text))


def load_brands(root: Path) -> dict[str, Brand]:
    """Read every brand below `themes/`; raise ProblemsFound with all that is wrong in them."""
    problems: list[Problem] = []
    base = _Read(root, BASE_BRAND, None)
    problems += base.problems
    brands = {BASE_BRAND: base.brand()}
    for folder in sorted((root / THEMES).iterdir()):
        if folder.is_dir() and folder.name != BASE_BRAND:
            own = _Read(root, folder.name, base)
            problems += [*own.problems, *own.strangers()]
            brands[folder.name] = own.brand()
    if problems:
        raise ProblemsFound(problems)
    return brands


def contrast(one: str, other: str) -> float:
    """Return how well two colours (`#rrggbb`) are told apart, from 1 to 21, as WCAG 2 computes it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class _Read:
    """One folder of `themes/`, over the base."""

    def __init__(self, root: Path, name: str, base: _Read | None) -> None:
        self.folder, self.place, self.base = root / THEMES / name, f"{THEMES}/{name}", base
        self.problems: list[Problem] = []
        self.text = ""
        self.file = self._file()
        self.drawing = self._emblem()
        if not self.problems:
            self.problems += self._unreadable()

    def _file(self) -> _BrandFile:
        path = f"{self.place}/{FILE}"
        try:
            self.text = (self.folder / FILE).read_text("utf-8")
            return _BrandFile.model_validate(strict_yaml.load(self.text))
        except FileNotFoundError:
            hint = msg("It holds the brand's colours; docs/themes.md shows how.")
            self.problems.append(Problem("missing-file", msg("The file is missing."), path, 0, hint))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            self.problems.append(Problem("not-utf8", msg("The file is not UTF-8 text."), path, line, hint))
        except strict_yaml.YamlProblem as error:
            self.problems.append(Problem(error.code, error.message, path, error.line, error.hint))
        except ValidationError as error:
            lines = strict_yaml.line_of
            self.problems += problems_of(error, lambda steps: (path, lines(self.text, steps)), ["colours", "footer"])
        return _BrandFile()

    def _emblem(self) -> str:
        path = f"{self.place}/{EMBLEM}"
        try:
            data = (self.folder / EMBLEM).read_bytes()
        except FileNotFoundError:
            if self.base is None:
                hint = msg("The header shows it; docs/themes.md tells what it may hold.")
                self.problems.append(Problem("missing-file", msg("The file is missing."), path, 0, hint))
                return ""
            return self.base.drawing
        self.problems += drawing_problems(data, path)
        return data.decode("utf-8", "replace")

    def strangers(self) -> Iterator[Problem]:
        """Yield files that a brand cannot have: templates and scripts are everyone's."""
        for file in sorted(self.folder.rglob("*")):
            name = file.relative_to(self.folder).as_posix()
            if file.is_file() and name not in (FILE, EMBLEM):
                hint = msg("A brand has {words} and nothing else.", words=f"{FILE}, {EMBLEM}")
                text = msg("The file does not belong to a brand.")
                yield Problem("brand-file", text, f"{self.place}/{name}", 0, hint)

    def own(self, scheme: str) -> Colours:
        found: Colours = getattr(self.file.colours, scheme.replace("-", "_"))
        return found

    def colours(self, scheme: str) -> dict[str, str]:
        """Return the value of every colour under a scheme: what browsers make of `css`."""
        _, first = SCHEMES[scheme]
        steps = dict.fromkeys(("light", first))
        if scheme.endswith("contrast"):
            steps |= dict.fromkeys(("light-contrast", scheme))
        found: dict[str, str] = {}
        for step in steps:
            for read in (self.base, self):
                found |= {str(token): colour for token, colour in (read.own(step) if read else {}).items()}
        return found

    def _unreadable(self) -> Iterator[Problem]:
        for scheme in SCHEMES:
            colours, more = self.colours(scheme), scheme.endswith("contrast")
            least = MORE if more else TEXT
            for pairs, needed in ((TEXT_PAIRS, least), (SHAPE_PAIRS, TEXT if more else SHAPE)):
                for front, ground in pairs:
                    if front not in colours or ground not in colours:
                        yield self._absent(scheme, front if front not in colours else ground)
                    elif contrast(colours[front], colours[ground]) < needed:
                        yield self._pale(scheme, front, ground, contrast(colours[front], colours[ground]), needed)

    def _absent(self, scheme: str, token: str) -> Problem:
        text = msg("The field “{field}” is missing.", field=f"colours.{scheme}.{token}")
        return Problem("missing-field", text, f"{self.place}/{FILE}", self._line(scheme))

    def _pale(self, scheme: str, front: str, ground: str, found: float, needed: float) -> Problem:
        text = msg(
            "“{front}” cannot be told from “{ground}” well enough ({scheme}): the contrast is {found}, not {needed}.",
            front=front, ground=ground, scheme=scheme, found=f"{found:.2f}", needed=f"{needed:.1f}",
        )  # fmt: skip
        own = self.own(scheme)
        token = next((name for name in (front, ground) if name in own), "")
        hint = msg("Choose a darker or a lighter colour; WCAG 2.2 asks for it (1.4.3, 1.4.6, 1.4.11).")
        return Problem("low-contrast", text, f"{self.place}/{FILE}", self._line(scheme, token), hint)

    def _line(self, *steps: str) -> int:
        return strict_yaml.line_of(self.text, ["colours", *(step for step in steps if step)])

    def brand(self) -> Brand:
        """Return what was read; without worth where there are problems."""
        rules = []
        for scheme, (query, screen) in SCHEMES.items():
            merged = {**(self.base.own(scheme) if self.base else {}), **self.own(scheme)}
            inner = "".join(f" --{token}: {colour};" for token, colour in merged.items())
            rule = f":root {{ color-scheme: {screen};{inner} }}"
            rules.append(f"@media {query} {{ {rule} }}" if query else rule)
        footer = {**(self.base.file.footer if self.base else {}), **self.file.footer}
        return Brand("\n".join(rules) + "\n", self.drawing, footer)
