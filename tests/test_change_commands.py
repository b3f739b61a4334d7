"""Every `congtin change …` command as a person types it, in both languages, and what is told when it cannot be."""

from __future__ import annotations

import json
import subprocess

import pytest
from desks import Work
from editorial_city import LIM, MAI, make_city, say
from network import article

from congtin.messages import translate

TALE = f"{LIM}/ke-chuyen.vi.md"
NOBODY = "zzzzzzzzzzzz"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """One city for all commands of this file."""
    made = make_city(tmp_path_factory.mktemp("commands") / "desk")
    yield made
    made.close()


def typed(work: Work, *words: str, **how: object) -> str:
    """Type a command about Changes with the person's key where one is needed."""
    signed = words[0] in {
        "edit", "submit", "approve", "request-changes", "reject", "withdraw", "require-confirmation", "confirm",
        "take-down", "confirm-take-down",
    }  # fmt: skip
    return say(work.root, "change", *words, *(["--key", str(work.key)] if signed else []), **how)


def test_a_change_from_start_to_merge_by_commands_alone(city):
    """Each command says what a person needs next; lists and verdicts are there for programs too."""
    editor, head, deputy = (city.work(f"lim-{role}") for role in ("editor", "head", "deputy"))
    change = typed(editor, "start", "--title", "Kể chuyện").strip()
    assert len(change) == 12
    editor.put(TALE, article(1, "Kể chuyện", body="Ngày xưa."))
    assert typed(editor, "edit", "-m", "Đoạn đầu").strip() == change
    said = typed(editor, "submit", "--declare", "--description", "Bài mới")
    assert f"Change {change}, 1 files" in said and "Digest " in said

    for lang in ("en", "vi"):
        said = typed(head, "list", lang=lang)
        assert change in said and "Kể chuyện" in said and translate("in review", lang) in said
        said = typed(head, "show", change, lang=lang)
        assert translate("State: {state}", lang).format(state=translate("in review", lang)) in said
        assert "Bài mới" in said and "ha/lim (" in said
        said = typed(head, "diff", change, lang=lang)
        assert "Ngày xưa." in said and "Kể chuyện" in said
    listed = json.loads(typed(head, "list", "--format", "json"))
    (found,) = [one for one in listed if one["change"] == change]
    assert (found["state"], found["title"], found["sites"]) == ("in_review", "Kể chuyện", ["ha/lim"])
    shown = json.loads(typed(head, "show", change, "--format", "json"))
    assert [(need["body"], need["missing"]) for need in shown["verdict"]["needs"]] == [("ha/lim", 1)]
    assert "lim-" not in json.dumps(shown), "no names: who acted stands in the log"
    assert "Ngày xưa." in json.dumps(json.loads(typed(head, "diff", change, "--format", "json")), ensure_ascii=False)

    said = typed(head, "request-changes", change, "--reason", "Thiếu đoạn kết.")
    assert f"Change {change}" in said
    assert "Thiếu đoạn kết." in typed(editor, "show", change)
    typed(editor, "edit", change)
    editor.put(TALE, article(1, "Kể chuyện", body="Ngày xưa.\n\nHết."))
    typed(editor, "submit", "--declare")

    refused = typed(deputy, "approve", change, status=2)
    assert "Hết." in refused and "Not confirmed; nothing was sent." in refused
    seen = shown["digest"]
    assert "edited after you looked at it; nothing was signed" in typed(
        deputy, "approve", change, "--digest", seen, status=2
    )
    digest = json.loads(typed(deputy, "show", change, "--format", "json"))["digest"]
    typed(deputy, "require-confirmation", change, "--unit", "ha/mai", "--reason", "Mai có mặt.")
    typed(city.work("mai-member"), "confirm", change, "--unit", "ha/mai")
    typed(deputy, "approve", change, "--digest", digest)
    assert "may be merged" in typed(editor, "show", change)

    commit = typed(editor, "merge", change).strip()
    assert commit == city.ref()
    assert typed(editor, "merge", change).strip() == commit, "asking again is no harm"
    history = typed(editor, "log", change)
    events = [line.split()[3] for line in history.splitlines()]
    assert events[0] == "edited" and events[-1] == "merged" and events.count("submitted") == 2
    assert translate("merged", "vi") in typed(editor, "log", change, lang="vi")
    assert change not in typed(editor, "list")
    assert change in typed(editor, "list", "--all")


def test_refusing_and_taking_back_by_command(city):
    """The pack is found by itself (E15, E16); a wrong code is answered with the right ones; an author withdraws."""
    editor, head = city.work("mai-editor"), city.work("mai-head")
    change = editor.propose("Trùng", {f"{MAI}/trung.vi.md": article(2, body="Một bài.")})
    said = typed(head, "reject", change, "--code", "untru", "--reason", "Sai.", status=1)
    assert "untrue" in said and "hanoi-cchc-2025" in said
    typed(head, "reject", change, "--code", "duplicate", "--reason", "Đã có.")
    assert "duplicate – Đã có." in typed(editor, "show", change)

    other = editor.propose("Nháp", {f"{MAI}/nhap.vi.md": article(3, body="Một bài khác.")})
    typed(editor, "withdraw", other, "--reason", "Viết lại.")
    assert json.loads(typed(editor, "show", other, "--format", "json"))["state"] == "withdrawn"
    assert "Missing option '--reason'" in typed(head, "reject", other, "--code", "untrue", status=2)


def test_taking_down_what_is_not_there_is_refused(city):
    """An id nobody has, and a Change that takes nothing down; the way itself is told in test_board_stories."""
    head = city.work("lim-head")
    assert "There is no published Item" in typed(head, "take-down", NOBODY, "--reason", "x", status=2)
    assert "takes nothing down" in typed(head, "confirm-take-down", NOBODY, status=2)


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize(
    "words",
    [
        ["show", NOBODY], ["diff", NOBODY], ["edit", NOBODY], ["approve", NOBODY, "--yes"], ["log", NOBODY],
        ["merge", NOBODY], ["withdraw", NOBODY], ["reject", NOBODY, "--code", "untrue", "--reason", "x"],
        ["show", "../../main"], ["edit", "main"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_unknown_change_is_said_to_be_unknown(city, words, lang):
    """Whatever the command, the same sentence with the id that was typed."""
    said = typed(city.work("lim-editor"), *words, lang=lang, status=2)
    assert translate("There is no Change “{change}”.", lang).format(change=words[1]) in said


def test_outside_a_change_a_command_says_how_to_begin_one(city):
    """The work tree is on main: nothing is guessed."""
    work = city.work("lim-member")
    for words in (["submit", "--declare"], ["edit", "-m", "x"], ["show"], ["merge"], ["approve", "--yes"]):
        said = typed(work, *words, status=2)
        assert "The work tree is on no Change." in said and "congtin change start" in said
    assert work.git("status", "--porcelain") == ""


def test_without_a_key_nothing_is_signed_and_the_edits_are_kept(city):
    """No key, or one that is not there: the command says which setting names it."""
    work = city.work("mai-member")
    typed(work, "start", "--title", "Không khóa")
    work.put(f"{MAI}/khong-khoa.vi.md", article(4))
    said = say(work.root, "change", "submit", "--declare", status=2)
    assert "git config congtin.signingkey" in said
    said = say(work.root, "change", "submit", "--declare", "--key", str(work.root / "khong-co"), status=2)
    assert "khong-co" in said and "ssh-keygen -t ed25519" in said
    assert (work.root / f"{MAI}/khong-khoa.vi.md").read_text() == article(4)
    assert work.git("log", "--oneline", "origin/main..HEAD") == ""


def test_a_stranger_is_told_that_the_key_is_nobodys(city):
    """A key that is not on the roster brings nothing in; the edits stay in the Change."""
    work, key = city.work("mai-deputy"), city.village.make_key("outsider")
    change = typed(work, "start", "--title", "Lạ").strip()
    work.put(f"{MAI}/la.vi.md", article(5))
    said = say(work.root, "change", "submit", "--declare", "--key", str(key), status=1)
    assert "nobody’s on the roster" in said
    assert city.ref(f"refs/heads/change/{change}") is None


def test_what_is_not_fit_to_publish_is_not_sent(city):
    """The checks run before the Board sees anything (E25); file and line are named, the edits kept."""
    work = city.work("lim-member")
    change = typed(work, "start", "--title", "Hỏng").strip()
    work.put(f"{LIM}/hong.vi.md", article(6).replace("title: Tiêu đề", "titel: Tiêu đề"))
    said = typed(work, "submit", "--declare", status=2)
    assert f"{LIM}/hong.vi.md:4" in said and "nothing was sent" in said
    assert city.ref(f"refs/heads/change/{change}") is None
    assert "declare" in typed(work, "submit", status=2)


def test_a_folder_that_is_no_work_tree_of_a_desk_is_refused(city, tmp_path):
    """No repository of Côngtin, no Git, no remote, a remote that is gone: four sentences."""
    work = city.work("son-editor")
    assert "There is no Côngtin repository here" in say(tmp_path, "change", "list", status=2)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "_defaults.yaml").write_text("languages: [vi]\n")
    assert "is not a Git repository" in say(tmp_path, "change", "list", status=2)
    work.git("remote", "rename", "origin", "xa")
    assert "git remote add origin" in say(work.root, "change", "list", status=2)
    work.git("remote", "rename", "xa", "origin")
    work.git("remote", "set-url", "origin", str(tmp_path / "gone.git"))
    assert "gone.git" in say(work.root, "change", "list", status=2)
    work.git("remote", "set-url", "origin", str(city.content))


def test_a_desk_is_made_whole_or_not_at_all(city, tmp_path):
    """Never into a folder that holds something; an unknown Site is named; what was made works at once."""
    source, full = city.network.root, tmp_path / "full"
    full.mkdir()
    (full / "a.txt").write_text("mine")
    assert "is not empty" in say(source, "desk", "init", str(full), status=2)
    assert [file.name for file in full.iterdir()] == ["a.txt"]
    assert "ha/lim" in say(source, "desk", "init", str(tmp_path / "new"), "--site", "ha/lin", status=2)
    assert "no-such" in say(source, "desk", "init", str(tmp_path / "new"), "--revision", "no-such", status=2)
    assert [file.name for file in tmp_path.iterdir()] == ["full"], "nothing half-made is left"

    said = say(source, "desk", "init", str(tmp_path / "new"), "--site", "ha/lim")
    assert str(tmp_path / "new" / "work") in said
    work, keys = tmp_path / "new" / "work", tmp_path / "new" / "keys"
    assert "There are no open Changes." in say(work, "change", "list")
    assert (keys / "lim-head").stat().st_mode & 0o077 == 0
    done = subprocess.run(
        ["git", "-C", str(work), "push", "-q", "origin", "HEAD:refs/heads/other"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode and "has no place here" in done.stderr
