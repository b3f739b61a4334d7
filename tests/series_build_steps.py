"""What happens around builds: the clock, Git, builds of a part, builds that fail, and losses."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from network import NOON
from series import STATE, Series, tree
from series_steps import entry_of, one, step
from series_world import THEME, Entry

from congtin.model import Profile


@step
def clock_forward(series: Series, which: int, how: int) -> None:
    series.net.now += timedelta(hours=one((1, 12, 24, 24 * 9, 24 * 40, 24 * 200), which), minutes=how)


@step
def clock_back(series: Series, which: int, how: int) -> None:
    """Set the clock back, at most to long before everything."""
    series.net.now -= timedelta(hours=one((1, 12, 24, 24 * 9, 24 * 40), which), minutes=how)


@step
def clock_reset(series: Series, which: int, how: int) -> None:
    series.net.now = NOON


# Git, or a person who copies files.


@step
def commit(series: Series, which: int, how: int) -> None:
    series.commit()


@step
def amend(series: Series, which: int, how: int) -> None:
    series.commit(amend=True)


@step
def check_out(series: Series, which: int, how: int) -> None:
    """Go back to an older commit; what was not committed is lost."""
    series.go_back(which, by_git=True)


@step
def put_back(series: Series, which: int, how: int) -> None:
    """Write the files of an older commit over today's, as `git stash` does."""
    series.go_back(which, by_git=False)


@step
def rewrite_history(series: Series, which: int, how: int) -> None:
    """Make the last commits one, as a rebase does: files stay, revisions vanish."""
    if series.versioned and len(series.history) > 1:
        series.net.git("reset", "-q", "--soft", series.history[which % len(series.history)][0])
        series.commit()
        series.net.git("reflog", "expire", "--expire=now", "--all")


@step
def touch(series: Series, which: int, how: int) -> None:
    """Give every file another time; nothing else changes."""
    for folder in ("content", "sites", THEME):
        for file in (series.net.root / folder).rglob("*"):
            os.utime(file, (1_700_000_000 + how, 1_700_000_000 + how))


@step
def edit_unseen(series: Series, which: int, how: int) -> None:
    """Change one letter of a text, and give the file its former size and time, as `cp --preserve` may."""
    entry = entry_of(series, which)
    if entry:
        entry.body = f"{entry.body}\n\nPhiên bản {how}a"
        series.save()
        series.incremental()
        file = series.net.root / f"{entry.stem}.{entry.lang}.md"
        before = file.stat()
        entry.body = f"{entry.body[:-1]}b"
        series.save()
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


# Builds in between.


@step
def build(series: Series, which: int, how: int) -> None:
    series.incremental()


@step
def build_some(series: Series, which: int, how: int) -> None:
    """Build one Site, or one language, or both."""
    name = one(series.facts.site_names(), which)
    lang = one(series.facts.languages(name), how)
    series.incremental(**one(({"sites": (name,)}, {"langs": (lang,)}, {"sites": (name,), "langs": (lang,)}), how))


@step
def build_release(series: Series, which: int, how: int) -> None:
    """Build for citizens into the same folder; mostly refused, for want of ids."""
    if how % 2:
        for name in series.facts.site_names():
            series.facts.site(name).update(emc_site_id="1", trust_label={"domain": "vi-du.vn"})
        series.save()
    series.incremental(profile=Profile.RELEASE)


def picked_entries(series: Series) -> list[Entry]:
    """Return the Items that nobody may edit without asking a Board again."""
    facts, found = series.facts, []
    for (site, number), given in series.answered.items():
        entry = facts.entries[number]
        if given.into and not given.ended and not given.refused and site in facts.offered(entry.offers):
            found.append(entry)
    return [entry for entry in found if "withdrawn" not in entry.fields]


@step
def build_after_a_slip(series: Series, which: int, how: int) -> list[str]:
    """Break a file, or edit a picked Item without asking again; build; mend it."""
    root, entry = series.net.root, entry_of(series, which)
    picked = picked_entries(series)
    if picked and how % 5 == 4:
        path = f"{one(picked, which).stem}.{one(picked, which).lang}.md"
        return series.fail(path, (root / path).read_bytes() + "\nThêm.\n".encode())
    if entry and how % 5 == 0:
        path = f"{entry.stem}.{entry.lang}.md"
        return series.fail(path, (root / path).read_bytes().replace(b"\ntitle:", b"\nheading:"))
    if entry and how % 5 == 1:
        path = f"{entry.stem}.{entry.lang}.md"
        return series.fail(path, (root / path).read_bytes() + "\n[không có](item:zzzzzzzzzzzz)\n".encode())
    if how % 5 == 2:
        path = one(("sites/_vocabulary.yaml", "sites/ha/portal.yaml"), which)
        return series.fail(path, (root / path).read_bytes() + b"unknown: 1\n")
    path = f"{THEME}/templates/base.html"
    return series.fail(path, (root / path).read_bytes() + b"{{ nobody.knows.this }}\n")


# Losses.


@step
def lose_a_file(series: Series, which: int, how: int) -> None:
    files = sorted(tree(series.net.output)[0])
    if files:
        (series.net.output / one(files, which * 31 + how)).unlink()


@step
def lose_a_folder(series: Series, which: int, how: int) -> None:
    folders = sorted(path for path in series.net.output.rglob("*") if path.is_dir())
    if folders:
        shutil.rmtree(one(folders, which * 31 + how))


@step
def lose_the_output(series: Series, which: int, how: int) -> None:
    shutil.rmtree(series.net.output, ignore_errors=True)


@step
def lose_the_state(series: Series, which: int, how: int) -> None:
    series.forgotten |= set(tree(series.net.output)[0])
    shutil.rmtree(series.net.root / STATE, ignore_errors=True)


@step
def damage_the_state(series: Series, which: int, how: int) -> None:
    """Cut one file of the state short, or write over it."""
    files = sorted(file for file in (series.net.root / STATE).rglob("*") if file.is_file())
    if files:
        series.forgotten |= set(tree(series.net.output)[0])
        _damage(one(files, which), how)


def _damage(file: Path, how: int) -> None:
    data = file.read_bytes()
    half = len(data) // 2
    noise = bytes((how * 7 + number * 31) % 256 for number in range(max(1, len(data) - half)))
    file.write_bytes(one((b"", data[:half], data[:half] + noise, noise), how))
