"""Editions of the real network are ordinary Pelican builds, and the release profile refuses the demonstration."""

from __future__ import annotations

import os
import subprocess
import sys

from network import NOON, REPOSITORY


def pelican(conf: str, site: str, lang: str, output: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pelican", "-s", str(REPOSITORY / conf), "-o", str(output)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        env={
            **os.environ,
            "SITE": site,
            "EDITION_LANG": lang,
            "CONGTIN_NOW": NOON.isoformat(),
            "PYTHONPATH": str(REPOSITORY),
            "CONGTIN_LANG": "en",
        },
    )


EDITIONS = (("hanoi/portal", "vi"), ("hanoi/portal", "en"), ("haiphong/portal", "ja"), ("hungyen/phohien", "en"))


def test_plain_pelican_writes_the_same_trees_as_the_whole_build(whole, tmp_path):
    """`SITE=… EDITION_LANG=… pelican -s pelicanconf.py` equals `congtin build` for that Edition, byte for byte.

    All into one folder: the first reads everything, the others only what they show, and none touches another's pages.
    """
    before = 0
    for site, lang in EDITIONS:
        run = pelican("pelicanconf.py", site, lang, tmp_path)
        assert run.returncode == 0, run.stdout + run.stderr
        written = {
            file.relative_to(tmp_path).as_posix(): file.read_bytes()
            for file in tmp_path.rglob("*")
            if file.is_file() and ".congtin" not in file.parts
        }
        assert len(written) > before + 30, (site, lang)
        assert written == {name: (whole.output / name).read_bytes() for name in written}, (site, lang)
        before = len(written)


def test_publishconf_refuses_the_demonstration(tmp_path):
    """The release profile names demonstration data and missing ids, writes nothing, and ends with 1."""
    run = pelican("publishconf.py", "hanoi/portal", "vi", tmp_path)
    assert run.returncode == 1
    assert "[demonstration]" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert not list(tmp_path.rglob("*.html"))
