"""The gate and a Change of kinds: whose it is, and that each commit is judged by its own declarations."""

from __future__ import annotations

import re

import pytest
from desks import TinyDesk, clock
from kind_network import KIND, KIND_FILE, PLACE, hearing
from network import SITES, article

from congtin.checks.change import ChangeView
from congtin.editorial.mainline import Mainline
from congtin.editorial.repository import GitRepository
from congtin.errors import Severity

ITEM = f"{PLACE}/gop-y.vi.md"
NEWS = "content/ha/portal/tin-tuc/2026/a.vi.md"
_PARTS = re.split(r"^-- (\S+) --\n", KIND, flags=re.MULTILINE)
_KIND = {path: text for path, text in zip(_PARTS[1::2], _PARTS[2::2], strict=True) if path.startswith("themes/")}
PORTAL = re.split(r"^-- (\S+) --\n", SITES, flags=re.MULTILINE)
SECTION = "    lay-y-kien: {label: {vi: Lấy ý kiến}, kind: hearings}\n    van-ban: {label"
FILES = {**_KIND, PORTAL[5]: PORTAL[6].replace("    van-ban: {label", SECTION)}
STRICTER = FILES[KIND_FILE].replace("seats: {type: integer,", "seats: {type: integer, required: true,")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = TinyDesk.create(tmp_path_factory.mktemp("kinds") / "desk", f"-- {NEWS} --\n{article(9)}", code=True)
    yield made
    made.close()


def errors(view: ChangeView) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in view.problems if problem.severity is Severity.ERROR]


def test_each_side_of_a_change_is_judged_by_its_own_kinds(desk, tmp_path):
    """A kind appears with an Item; a stricter one makes that Item wrong, though nobody touches the Item."""
    work = desk.work("portal-editor")
    change = work.draft("Loại mới", {**FILES, ITEM: hearing(1)})
    branch = f"refs/heads/change/{change}"
    with GitRepository(work.root) as git, Mainline(git, tmp_path) as mainline:
        main, first = git.ref("refs/remotes/origin/main") or "", git.ref(branch) or ""
        view = mainline.view(main, first, git.differences(main, first), clock())
        assert errors(view) == []
        assert [item.kind for item in view.after.catalogue.items.values() if item.path == ITEM] == ["hearing"]
        assert ("ha/portal", "gained") in [(placed.site, placed.change) for placed in view.placed]
        work.edit({KIND_FILE: STRICTER})
        work.changes.record("Số chỗ bắt buộc")
        second = git.ref(branch) or ""
        view = mainline.view(first, second, git.differences(first, second), clock())
        assert errors(view) == [("lost-address", ITEM), ("missing-field", ITEM)]
        assert errors(mainline.view(second, first, git.differences(second, first), clock())) == []
        # The store follows the kinds as it follows the texts.
        mainline.bring_to(second)
        assert [row.kind for row in mainline.store.rows_of_paths([ITEM])] == ["unread"]
        mainline.bring_to(first)
        assert [row.kind for row in mainline.store.rows_of_paths([ITEM])] == ["hearing"]
        mainline.bring_to(main)
        assert mainline.store.known_paths([ITEM]) == []


def test_a_kind_belongs_to_all_sites(desk):
    """A technical reviewer and the head of every Portal decide; a Site's own Board does not."""
    change = desk.work("portal-editor").propose("Loại mới", _KIND)
    needs = {(state.need.body, state.need.roles) for state in desk.verdict(change).needs}
    assert needs == {("technical-reviewers", frozenset()), ("ha/portal", frozenset({"head"}))}
