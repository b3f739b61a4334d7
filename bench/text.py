"""Vietnamese-like titles, summaries and bodies from a seeded vocabulary."""

from __future__ import annotations

import random
from pathlib import Path

WORDS = (Path(__file__).resolve().parent / "words.txt").read_text("utf-8").splitlines()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _phrase(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def _paragraph(rng: random.Random, sentences: int) -> str:
    return " ".join(_sentence(rng) for _ in range(sentences))


def _sentence(rng: random.Random) -> str:
    return f"{_capital(_phrase(rng, rng.randint(4, 7)))}, {_phrase(rng, rng.randint(3, 6))}."


def title(rng: random.Random) -> str:
    """Return a headline of about ten syllables."""
    return _capital(_phrase(rng, rng.randint(4, 7)))


def summary(rng: random.Random) -> str:
    """Return two sentences."""
    return _paragraph(rng, 2)


def _table(rng: random.Random) -> str:
    rows = [f"| {_capital(_phrase(rng, 2))} | {_phrase(rng, 3)} | {rng.randint(1, 999)} |" for _ in range(5)]
    return "\n".join(["| Nội dung | Đơn vị | Số lượng |", "|---|---|---|", *rows])


def _list(rng: random.Random) -> str:
    return "\n".join(f"- {_capital(_phrase(rng, rng.randint(3, 6)))}." for _ in range(rng.randint(3, 5)))


def body(rng: random.Random, link: str = "", label: str = "") -> str:
    """Return about 300 syllables of Markdown; ``link`` is an address for one of its sentences."""
    parts = [_paragraph(rng, 3), _paragraph(rng, 2), f"## {_capital(_phrase(rng, 3))}", _paragraph(rng, 2)]
    parts.append(_list(rng))
    if rng.random() < 1 / 6:
        parts.append(_table(rng))
    if rng.random() < 1 / 8:
        parts.append(f"> {_paragraph(rng, 1)}")
    parts += [f"## {_capital(_phrase(rng, 3))}", f"**{_capital(_phrase(rng, 2))}** {_paragraph(rng, 2)}"]
    if link:
        parts.append(f"Xem thêm: [{label}]({link}).")
    parts.append(_paragraph(rng, 1))
    return "\n\n".join(parts) + "\n"
