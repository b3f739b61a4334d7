"""One tree of errors: each knows its exit code, where it is, and how to mend it."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from congtin.messages import Msg, msg


class Severity(enum.StrEnum):
    """``error`` stops a build; ``warning`` asks for work; ``notice`` only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one place, with a stable ``code`` for tests and tools."""

    code: str
    message: Msg
    path: str = ""
    line: int = 0
    hint: Msg | None = None
    severity: Severity = Severity.ERROR

    @property
    def place(self) -> str:
        if not self.path:
            return ""
        return f"{self.path}:{self.line}" if self.line else self.path

    def sort_key(self) -> tuple[str, int, str, str]:
        """Order by place; the text decides between equals, so that the order is the same every time."""
        return (self.path, self.line, self.code, f"{self.message.msgid} {dict(self.message.values)}")


class CongtinError(Exception):
    """Root of every error Côngtin raises on purpose."""

    exit_code = 1

    def __init__(self, message: Msg, hint: Msg | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else str(self.message)


class UsageError(CongtinError):
    """The command was called with something it cannot work on."""

    exit_code = 2


_MOST_SHOWN = 20


class ProblemsFound(CongtinError):
    """The repository holds errors; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=Problem.sort_key))
        super().__init__(
            msg("{count} errors: nothing was built.", count=len(self.errors))
            if len(self.errors) != 1
            else msg("1 error: nothing was built.")
        )

    def __str__(self) -> str:
        shown = [f"{p.place}: {p.message} [{p.code}]" for p in self.errors[:_MOST_SHOWN]]
        return "\n".join([*shown, str(self.message)])

    @property
    def errors(self) -> list[Problem]:
        return [p for p in self.problems if p.severity is Severity.ERROR]


class BuildError(CongtinError):
    """Rendering failed; the pages that were there before are untouched."""

    exit_code = 3


def did_you_mean(wrong: str, known: Iterable[str]) -> Msg | None:
    """Return a hint naming the nearest known words, or None when nothing is near."""
    near: Sequence[str] = difflib.get_close_matches(wrong, list(known), n=3, cutoff=0.6)
    if not near:
        return None
    return msg("Did you mean {words}?", words=", ".join(f"“{word}”" for word in near))


def list_of(words: Iterable[str], most: int = 12) -> str:
    """Return words as a readable list, cut after ``most``."""
    all_words = list(words)
    shown = ", ".join(all_words[:most])
    return shown if len(all_words) <= most else f"{shown}, … (+{len(all_words) - most})"
