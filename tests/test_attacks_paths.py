"""Attacks on what lies where: paths that are not what they seem, files of other owners, too much of everything.

`docs/security.md` lists every attack with its test.
"""

from __future__ import annotations

import pytest
from attacks import (
    LIM,
    MAI,
    blockers,
    branch_with,
    commit_on,
    crafted_tree,
    fresh,
    last_entry,
    make_desk,
    merge_into,
    new_change,
    offered,
    raw_push,
    refs,
    repelled,
)
from desks import clock
from network import REPOSITORY, article, item_id

from congtin.editorial.desk import MAIN
from congtin.editorial.refs import write_blob, write_commit, write_tree
from congtin.editorial.repository import ABSENT

POLICY = "workflows/editorial.yaml"
# The real policy with small limits, so that little is too much.
SMALL = (
    (REPOSITORY / POLICY)
    .read_text("utf-8")
    .replace("bytes: 209715200", "bytes: 300000")
    .replace("files: 2000", "files: 40")
)
SHARED = {"missing:technical-reviewers", "missing:ha/portal"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("paths"), f"-- {POLICY} --\n{SMALL}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def editor(desk):
    return fresh(desk, "lim-editor")


def with_files(work, files):
    """Return a tree like main's with files, named by any text."""
    return write_tree(work.changes.git, work.changes.main(), files)


# --- names -----------------------------------------------------------------------------------------

NAMES = {
    "a name in capitals beside the same in small letters": (f"{LIM}/CU.vi.md", "twin"),
    "a folder in capitals": ("content/ha/Lim/tin-tuc/2026/a.vi.md", "twin"),
    "letters of full width": (f"{LIM}/\uff43\uff55.vi.md", "twin"),
    "a decomposed letter": (f"{LIM}/ca\u0301.vi.md", "path-form"),
    "an invisible letter": (f"{LIM}/c\u200bu.vi.md", "path-form"),
    "a mark that turns the reading direction": (f"{LIM}/a\u202edm.iv.md", "path-form"),
    "a line feed": (f"{LIM}/a\n.vi.md", "path-form"),
    "a tabulator": (f"{LIM}/a\t.vi.md", "path-form"),
    "bytes that are no UTF-8": (f"{LIM}/a\udcff.vi.md", "path-form"),
    "a backslash": (f"{LIM}/..\\..\\mai\\a.vi.md", "path-form"),
    "a dot at the end": (f"{LIM}/cu.vi.md.", "path-form"),
    "a name without end": (f"{LIM}/{'a' * 250}.vi.md", "path-form"),
    "a file that steers Git": (f"{LIM}/.gitattributes", "git-file"),
    "the same in capitals": (f"{LIM}/.GitAttributes", "git-file"),
    "a list of submodules": ("content/.gitmodules", "git-file"),
}


def test_names_that_are_not_what_they_seem(desk, editor):
    """All of them at once, and each is named; then the worst ones alone."""
    tree = with_files(editor, {path: b"x" for path, _ in NAMES.values()})
    with repelled(desk, *(f"[{code}]" for code in {code for _, code in NAMES.values()})):
        editor.push(branch_with(editor, new_change(), tree))
    for name in ("a line feed", "bytes that are no UTF-8", "a folder in capitals"):
        path, code = NAMES[name]
        with repelled(desk, code=code):
            editor.push(branch_with(editor, new_change(), with_files(editor, {path: article(1).encode()})))


@pytest.mark.parametrize(("path", "code"), NAMES.values(), ids=NAMES)
def test_each_such_name_is_refused_alone(desk, editor, path, code):
    """Without a push: the same function as the hook's, on a tree that really holds the name."""
    from congtin.editorial.policy import load_policy
    from congtin.editorial.shape import shape_problems

    git, main = editor.changes.git, editor.changes.main()
    tree = with_files(editor, {path: b"x"})
    found = shape_problems(git.tree(tree), git.differences(main, tree), load_policy(git.tree(main)))
    assert code in {problem.code for problem in found}


# --- kinds of files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "code"),
    [("120000", "symlink"), ("160000", "submodule"), ("100755", "executable")],
)
def test_only_ordinary_files(desk, editor, mode, code):
    """A link to another Site's text, a repository in the repository, a program."""
    git = editor.changes.git
    oid = editor.changes.main() if mode == "160000" else write_blob(git, b"../../../mai/tin-tuc/2026/cu.vi.md")
    tree = crafted_tree(editor, editor.changes.main(), LIM, mode, b"a.vi.md", oid)
    with repelled(desk, f"[{code}]", code=code):
        editor.push(branch_with(editor, new_change(), tree))


@pytest.mark.parametrize("name", [b"..", b".git", b"git~1", b"a/b", b"cu.vi.md"])
def test_a_tree_made_by_hand_leads_nowhere_else(desk, editor, name):
    """Folders that lead up, Git's own, a slash in a name, one name twice (of which a difference shows one only).

    Git itself refuses such objects before the hook is asked: `receive.fsckObjects` is set by the installer.
    """
    blob = write_blob(editor.changes.git, article(1).encode())
    tree = crafted_tree(editor, editor.changes.main(), LIM, "100644", name, blob)
    with repelled(desk, logged=False):
        editor.push(branch_with(editor, new_change(), tree))


def test_a_pointer_to_a_file_elsewhere_is_no_file(desk, editor):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"
    with repelled(desk, code="lfs-pointer"):
        editor.push(branch_with(editor, new_change(), with_files(editor, {f"{LIM}/a.files/a.jpg": pointer})))


# --- too much --------------------------------------------------------------------------------------


def test_a_change_has_limits(desk, editor):
    """Too many bytes, too many files."""
    with repelled(desk, "more than 300,000 bytes", code="too-large"):
        editor.push(branch_with(editor, new_change(), with_files(editor, {f"{LIM}/a.files/a.bin": b"x" * 300_001})))
    many = {f"{LIM}/a.files/{number}.txt": b"x" for number in range(41)}
    with repelled(desk, "touches 41 files; 40 are allowed", code="too-many-files"):
        editor.push(branch_with(editor, new_change(), with_files(editor, many)))


def test_ten_thousand_refs_are_one_refusal(desk, editor):
    before, head = refs(desk), commit_on(editor, editor.changes.main(), {f"{LIM}/a.vi.md": b"x"})
    said = raw_push(desk, editor, *((ABSENT, head, f"refs/heads/change/{new_change()}") for _ in range(10_000)))
    assert "pre-receive hook declined" in said
    assert refs(desk) == before
    entry = last_entry(desk)
    assert (entry.event, entry.detail["reason"]) == ("refused", "The push moves 10000 refs; 20 are allowed.")
    assert len(entry.to_bytes()) < 10_000


def test_a_branch_does_not_flood_the_log(desk, editor):
    """Many files come and go within one branch: what is left is small, what the log would hold of it is not."""
    git, main = editor.changes.git, editor.changes.main()
    many = with_files(editor, {f"{LIM}/a.files/{number}.txt": str(number).encode() for number in range(450)})
    full = write_commit(git, many, [main], "Edit\n", at=clock(), signing_key=editor.key)
    empty = write_commit(git, git.tree(main).oid, [full], "Edit\n", at=clock(), signing_key=editor.key)
    with repelled(desk, "more than 400 versions of files"):
        editor.push(f"{empty}:refs/heads/change/{new_change()}")
    assert len(last_entry(desk).to_bytes()) < 10_000


# --- whose it is -----------------------------------------------------------------------------------


def test_an_item_does_not_move_to_another_site_on_one_boards_word(desk):
    """Renaming across Sites takes from one and gives to the other: both Boards are asked."""
    words = desk.read(f"{LIM}/cu.vi.md")
    taken = offered(desk, {f"{LIM}/cu.vi.md": None, f"{MAI}/cuop.vi.md": words}, "mai-head", by="mai-editor")
    assert "missing:ha/lim" in blockers(desk, taken)
    given = offered(desk, {f"{LIM}/cu.vi.md": None, f"{MAI}/cho.vi.md": words}, "lim-head")
    assert "missing:ha/mai" in blockers(desk, given)
    with repelled(desk, "ha/mai", "1 still missing"):
        desk.work("lim-editor").merge(given)


SHARED_FILES = [
    "themes/base/templates/article.html", "plugins/strict.py", "congtin/editorial/gate.py", "pelicanconf.py",
    "publishconf.py", ".github/workflows/congtin-publish.yml", ".gitlab-ci.yml", ".gitattributes",
    "workflows/rulepacks/hanoi-2025.yaml", "workflows/pipelines/x.yml", "sites/_defaults.yaml", "tools/x.py",
]  # fmt: skip


def test_a_wards_board_does_not_write_what_all_share(desk, editor):
    """Template, plugin, engine, conf, pipeline, rule pack: a technical reviewer and the head of every Portal."""
    git, main = editor.changes.git, editor.changes.main()
    from congtin.editorial.policy import OwnerKind, load_policy

    policy = load_policy(git.tree(main))
    owners = {path: policy.owner(path) for path in SHARED_FILES}
    assert {path for path, owner in owners.items() if owner and owner[0] is OwnerKind.SHARED} == set(SHARED_FILES)
    files = {"docs/x.md": "x", "congtin/x.py": "x", f"{LIM}/a.vi.md": article(2)}
    change = offered(desk, files, "lim-head", "lim-deputy", "lim-member")
    assert set(blockers(desk, change)) == SHARED
    with repelled(desk, "Technical reviewers", "ha/portal (head)"):
        editor.merge(change)


def test_a_policy_is_not_loosened_by_the_change_that_needs_it(desk, editor):
    """The same Change lets editors approve, and is approved by an editor… or by the ward's whole Board."""
    editor_role, guards = "label: {vi: Biên tập viên, en: Editor}", "guards: [newest_bytes, not_author]"
    loose = SMALL.replace(editor_role, f"{editor_role}, approves: true")
    loose = loose.replace(f"[member, deputy, head]\n    {guards}", f"[editor, member, deputy, head]\n    {guards}")
    assert loose.count("approves: true") == SMALL.count("approves: true") + 1
    files = {POLICY: loose, f"{LIM}/a.vi.md": article(3)}
    with repelled(desk, "“approve” needs one of these roles"):
        offered(desk, files, "mai-editor")
    change = offered(desk, files, "lim-head", "lim-deputy", "portal-member")
    assert set(blockers(desk, change)) == SHARED
    with repelled(desk, "Technical reviewers"):
        editor.merge(change)


def test_a_policy_without_a_lock_cannot_be_brought_in_by_anybody(desk):
    """Not even by all who decide over it: a gate without “gate” would be none."""
    open_ = SMALL.replace("guards: [gate]", "guards: []")
    change = offered(desk, {POLICY: open_}, "portal-head", "ha-reviewer")
    assert "missing-guard" in blockers(desk, change)
    with repelled(desk, code="missing-guard"):
        desk.work("lim-editor").merge(change)


def test_a_sites_board_does_not_choose_its_own_rules(desk, editor):
    """Host, kind, name, rule packs, trust ids are the Portal's too."""
    lim = desk.read("sites/ha/lim.yaml")
    change = offered(desk, {"sites/ha/lim.yaml": f"{lim}code: H99\nrule_packs: []\n"}, "lim-head")
    assert "missing:ha/portal" in blockers(desk, change)
    with repelled(desk, "ha/portal", "code, rule_packs"):
        editor.merge(change)


def test_a_wards_board_makes_no_site(desk, editor):
    """A new Site with texts of its own needs its Portal's Board; the gate can judge it."""
    site = "kind: ward\nname: {vi: Phường Mới}\nshort_name: {vi: Mới}\nlabel: moi\n"
    files = {"sites/ha/moi.yaml": site, "content/ha/moi/tin-tuc/2026/a.vi.md": article(4)}
    change = offered(desk, files, "lim-head")
    assert set(blockers(desk, change)) == {"missing:ha/portal"}
    with repelled(desk, "ha/portal", "1 still missing"):
        editor.merge(change)


def test_a_wards_board_does_not_pick_for_another(desk, editor):
    pick = f"item: {item_id(800)}\ninto: tin-tuc\nsources: {{vi: {'0' * 40}}}\n"
    change = offered(desk, {f"sites/ha/portal/picks/{item_id(800)}.yaml": pick}, "lim-head")
    assert "missing:ha/portal" in blockers(desk, change)
    with repelled(desk, "ha/portal"):
        editor.merge(change)


def test_what_nobody_owns_does_not_get_in(desk, editor):
    for path in ("content/a.vi.md", "anywhere/a.txt"):
        change = offered(desk, {path: "x"}, "lim-head", "portal-head", "ha-reviewer")
        assert "nobodys-path" in blockers(desk, change), path
    with repelled(desk, "Nobody owns this path", code="nobodys-path"):
        editor.merge(change)


def test_an_item_does_not_take_the_id_of_another(desk, editor):
    """With the id of mai's Item, what was said of that one (picks, translations, log) would be said of this one."""
    change = offered(desk, {f"{LIM}/a.vi.md": article(801)}, "lim-head")
    with repelled(desk, "", code="duplicate-id"):
        editor.merge(change)


def test_a_merge_brings_no_other_kind_of_file_than_the_branch(desk, editor):
    """The branch is approved as it is; the merge commit alone turns a text into a link."""
    change = offered(desk, {f"{LIM}/a.vi.md": article(5)}, "lim-head")
    git = editor.changes.git
    fresh(desk, "lim-editor")
    honest = merge_into(editor, change)
    link = write_blob(git, b"../../../mai/tin-tuc/2026/cu.vi.md")
    merge = merge_into(editor, change, tree=crafted_tree(editor, honest, LIM, "120000", b"z.vi.md", link))
    with repelled(desk, code="symlink"):
        editor.push(f"{merge}:{MAIN}")
