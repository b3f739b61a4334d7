"""The theme's fonts: every letter of Vietnamese and of the minority languages, and the licence beside them."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from fontTools.ttLib import TTFont
from network import REPOSITORY

STATIC = REPOSITORY / "themes/base/static"
FONTS = ("noto-sans-400.woff2", "noto-sans-700.woff2")
# Typed out once more, so that a slip in the tool cannot agree with itself.
VIETNAMESE = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz"
    "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬBCDĐEÈẺẼÉẸÊỀỂỄẾỆFGHIÌỈĨÍỊJKLMNOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢPQRSTUÙỦŨÚỤƯỪỬỮỨỰVWXYỲỶỸÝỴZ"
)
MINORITIES = {"Ê Đê": "ƀčĕê̆ĭñŏô̆ơ̆ŭư̆Ƀ", "Gia Rai": "ƀčĕê̆ĭñŏô̆ơ̆ŭư̆Č", "Ba Na": "ƀčĕĭñŏŭơ̆Ĕ", "M'Nông": "ƀčĕê̆ĭñŏŭư̆Ĭ"}
SIGNS = "0123456789.,;:!?()[]/–—…“”‘’«»§°%₫€№×"


@pytest.fixture(scope="module", params=FONTS)
def letters(request) -> set[int]:
    return set(TTFont(STATIC / request.param).getBestCmap())


def test_a_font_holds_all_vietnamese_letters(letters):
    """134 letters with tones and without, signs of laws and prices, and the tones by themselves (B6)."""
    assert not [c for c in VIETNAMESE + SIGNS if ord(c) not in letters]
    decomposed = unicodedata.normalize("NFD", VIETNAMESE)
    assert not [c for c in decomposed if ord(c) not in letters]


@pytest.mark.parametrize("language", MINORITIES)
def test_a_font_holds_the_letters_of_minority_languages(letters, language):
    """Texts in Ê Đê, Gia Rai, Ba Na and M'Nông are not patched together from two faces (B1)."""
    assert not [c for c in MINORITIES[language] if ord(c) not in letters]


@pytest.mark.parametrize("name", FONTS)
def test_a_font_is_small_and_puts_marks_over_any_letter(name):
    """At most 30 kB; what Unicode has no letter for is placed by the font's own rules."""
    assert (STATIC / name).stat().st_size <= 30_000
    font = TTFont(STATIC / name)
    assert {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord} >= {"kern", "mark"}
    assert "SIL Open Font License" in (STATIC / "noto-sans-licence.txt").read_text("utf-8").replace("\n ", " ")


def test_the_tool_makes_the_fonts_that_are_committed():
    """Anybody can run it again: Debian's fonts, cut down, are these bytes."""
    run = [sys.executable, "tools/fonts.py", "--check"]
    made = subprocess.run(run, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120)
    assert (made.returncode, made.stderr) == (0, "")
