"""The same mistakes as a person meets them: on the command line, in both languages, in crowds."""

from __future__ import annotations

import re
import time

import pytest
from findings import NEWS
from network import article, document

MISTAKES = {
    "missing-field": (f"{NEWS}a.vi.md", "---\nkind: article\n---\n", f"{NEWS}a.vi.md:2"),
    "yaml-syntax": (f"{NEWS}a.vi.md", "---\ntitle: [\n---\n", f"{NEWS}a.vi.md:3"),
    "symlink": (f"{NEWS}a.vi.md", None, f"{NEWS}a.vi.md"),
    "path-slug": (f"{NEWS}Cầu Mới.vi.md", article(1), f"{NEWS}Cầu Mới.vi.md"),
    "blank-number": ("content/ha/portal/van-ban/2026/a.vi.md", document(1, "/QĐ-UBND"), "a.vi.md:5"),
    "unknown-field": ("sites/ha/lim.yaml", "kynd: ward\n", "sites/ha/lim.yaml:1"),
}


@pytest.mark.parametrize(
    ("code", "path", "text", "place"), [(code, *rest) for code, rest in MISTAKES.items()], ids=MISTAKES.keys()
)
def test_the_command_exits_with_1_and_speaks_both_languages(tiny, code, path, text, place):
    """English and Vietnamese name the same place and code; no traceback in either."""
    net = tiny()
    if text is None:
        (net.root / path).parent.mkdir(parents=True)
        (net.root / path).symlink_to("/etc/passwd")
    else:
        net.put(path, text)
    said = {}
    for lang in ("en", "vi"):
        run = net.congtin("check", lang=lang)
        said[lang] = run.stdout + run.stderr
        assert run.returncode == 1
        assert place in said[lang] and f"[{code}]" in said[lang]
        assert "Traceback" not in said[lang]
    assert said["en"] != said["vi"]


def test_names_that_no_terminal_can_show_do_not_stop_the_command(tiny):
    """A file name in an old encoding is reported like any other."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", article(1))
    (net.root / f"{NEWS}a.vi.md").rename(bytes(net.root / NEWS).decode() + "/b\udcb5.vi.md")
    run = net.congtin("check")
    assert (run.returncode, run.stderr) == (1, "")
    assert f"{NEWS}b\ufffd.vi.md: error: The name is not UTF-8 text. [path-form]" in run.stdout


CROWDS = {
    "broken-yaml": lambda n: (f"{NEWS}a{n}.vi.md", "---\ntitle: [\n---\n"),
    "unknown-site": lambda n: (f"content/ha/cong/tin-tuc/2026/a{n}.vi.md", article(n)),
    "broken-link": lambda n: (f"{NEWS}a{n}.vi.md", article(n, body=f"[x](item:zzzzzzzz{n + 2222})".replace("0", "z"))),
    "wrong-value": lambda n: (f"{NEWS}a{n}.vi.md", article(n, title=str(n), date="2026-02-30")),
    "translation-alone": lambda n: (f"{NEWS}a{n}.en.md", f"---\ntranslated_from: {'a' * 40}\ntitle: x\n---\nx\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("make", CROWDS.values(), ids=CROWDS.keys())
def test_two_thousand_broken_files_give_a_short_answer(tiny, make):
    """A bounded number of lines, a count of the rest, and an answer in seconds."""
    net = tiny()
    for number in range(2000):
        net.put(*make(number))
    started = time.monotonic()
    run = net.congtin("check")
    assert time.monotonic() - started < 30
    assert run.returncode == 1
    assert len(run.stdout.splitlines()) < 60
    rest = [int(number.replace(",", "")) for number in re.findall(r"and ([\d,]+) more of \[[a-z-]+\]", run.stdout)]
    shown = run.stdout.count(": error: ")
    total = int(re.search(r"^([\d,]+) errors", run.stdout, re.MULTILINE)[1].replace(",", ""))
    assert total >= 2000 and shown + sum(rest) == total


def test_a_crowd_of_many_kinds_is_counted_by_code(tiny):
    """Each code shows a few and counts its rest."""
    net = tiny()
    for number in range(30):
        net.put(f"{NEWS}a{number}.vi.md", "---\ntitle: [\n---\n")
        net.put(f"{NEWS}B{number}.vi.md", article(number))
    run = net.congtin("check")
    assert "… and 20 more of [yaml-syntax]." in run.stdout
    assert "… and 20 more of [path-slug]." in run.stdout
    assert run.stdout.splitlines()[-1] == "60 errors, 0 warnings, 0 notices"
