"""Make the theme's fonts from Debian's Noto Sans: one small file for each weight.

    python tools/fonts.py                    write themes/base/static/noto-sans-{400,700}.woff2 and the licence
    python tools/fonts.py --check            exit with 1 when they would come out otherwise
    python tools/fonts.py --fallback FILE    print how a font of the reader's machine is fitted to Noto Sans

The files are committed: building pages needs neither this tool nor Debian's package. It needs Debian's
`fonts-noto-core` and the Python packages fontTools and Brotli, which `make setup-test` installs.
"""

from __future__ import annotations

import argparse
import io
import sys
import unicodedata
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "themes/base/static"
DEBIAN = Path("/usr/share/fonts/truetype/noto")
COPYRIGHT = Path("/usr/share/doc/fonts-noto-core/copyright")
LICENCE = "noto-sans-licence.txt"
WEIGHTS = {400: "NotoSans-Regular.ttf", 700: "NotoSans-Bold.ttf"}

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS = "aăâeêioôơuưy"
# Ê Đê, Gia Rai, Ba Na, Xơ Đăng, Cơ Ho, M'Nông: letters of Latin script that Vietnamese does not have (B1).
MINORITY_LETTERS = "ƀɃčČĕĔĭĬñÑŏŎŭŬ"
# Put over a letter where Unicode has no letter of its own (ê̆ ô̆ ơ̆ ư̆); and texts that came decomposed (B6).
MARKS = _TONES + "\u0302\u0304\u0306\u0308\u030c\u031b"
_SIGNS = "–—―‘’‚“”„†‡•…‰′″‹›⁄€₫№™−≈≠≤≥"


def letters() -> set[int]:
    """Return every code point the theme's fonts must show."""
    vietnamese = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in ("", *_TONES)} | {"đ"}
    latin = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
    others = "".join(vietnamese | {letter.upper() for letter in vietnamese}) + MINORITY_LETTERS + MARKS + _SIGNS
    return {*latin, *map(ord, others)}


def subset(file: Path) -> bytes:
    """Return the font of a file cut down to `letters()`, as woff2; the same bytes every time."""
    font = TTFont(file, recalcTimestamp=False)
    options = Options()
    # Kerning and marks that find their place over any letter; no hints, which today's screens do without.
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.flavor = "woff2"
    cutter = Subsetter(options)
    cutter.populate(unicodes=letters())
    cutter.subset(font)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written, reorderTables=True)
    return written.getvalue()


def licence() -> bytes:
    """Return the licence as Debian's package tells it: where the fonts are from, and the SIL Open Font License."""
    told = COPYRIGHT.read_text("utf-8").strip()
    head = "noto-sans-400.woff2 and noto-sans-700.woff2 are subsets of Noto Sans, made by tools/fonts.py.\n\n"
    return f"{head}{told}\n".encode()


def fallback(file: Path) -> str:
    """Return the descriptors that give another font the measures of Noto Sans, so that lines break alike."""
    ours, theirs = TTFont(DEBIAN / WEIGHTS[400]), TTFont(file)
    grow = _width(ours) / _width(theirs)
    em, heights = ours["head"].unitsPerEm, ours["hhea"]
    up, down = heights.ascent / em / grow, -heights.descent / em / grow
    return (
        f"size-adjust: {grow:.1%}; ascent-override: {up:.1%}; descent-override: {down:.1%}; "
        f"line-gap-override: {heights.lineGap / em:.0%};"
    )


# How often a letter stands in a text decides how wide its lines become.
_SAMPLE = (
    "Ủy ban nhân dân thành phố thông báo lịch tiếp công dân, thủ tục hành chính và văn bản mới ban hành. "
    "The People's Committee publishes news, documents and announcements of the city for its citizens."
)


def _width(font: TTFont) -> float:
    """Return the mean width of the sample's letters, in em."""
    names, widths = font.getBestCmap(), font["hmtx"].metrics
    wide = [widths[names[ord(letter)]][0] for letter in _SAMPLE if ord(letter) in names]
    return sum(wide) / len(wide) / font["head"].unitsPerEm


def main() -> int:
    """Do what was asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--fallback", type=Path)
    asked = parser.parse_args()
    if asked.fallback:
        print(fallback(asked.fallback))
        return 0
    missing = [path for path in (*(DEBIAN / name for name in WEIGHTS.values()), COPYRIGHT) if not path.is_file()]
    if missing:
        print(f"{missing[0]} is missing: install Debian's package fonts-noto-core.", file=sys.stderr)
        return 2
    made = {f"noto-sans-{weight}.woff2": subset(DEBIAN / name) for weight, name in WEIGHTS.items()}
    made[LICENCE] = licence()
    other = [name for name, data in made.items() if not _is(STATIC / name, data)]
    if asked.check:
        for name in other:
            print(f"themes/base/static/{name} is not what this tool makes.", file=sys.stderr)
        return 1 if other else 0
    for name in other:
        (STATIC / name).write_bytes(made[name])
        print(f"themes/base/static/{name}: {len(made[name]):,} bytes")
    return 0


def _is(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


if __name__ == "__main__":
    sys.exit(main())
