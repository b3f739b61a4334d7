"""What the checks find, as short lines that a test can compare: place and code, sentence, hint."""

from __future__ import annotations

from network import TinyNetwork

from congtin.errors import Problem, Severity

NEWS = "content/ha/portal/tin-tuc/2026/"
LAWS = "content/ha/portal/van-ban/2026/"


def lines_of(problem: Problem) -> list[str]:
    """Return “place code”, the sentence and the hint; warnings say so."""
    place = problem.place.removeprefix(NEWS).removeprefix(LAWS)
    kind = "" if problem.severity is Severity.ERROR else f" ({problem.severity})"
    texts = [problem.message.in_language("en")]
    if problem.hint:
        texts.append(problem.hint.in_language("en"))
    return [f"{place} {problem.code}{kind}", *texts]


def told(net: TinyNetwork) -> list[str]:
    """Return all errors and warnings of a network, in reading order."""
    found = [problem for problem in net.problems() if problem.severity is not Severity.NOTICE]
    return [line for problem in found for line in lines_of(problem)]
