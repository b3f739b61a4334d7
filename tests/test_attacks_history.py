"""Attacks on history: main, branches, Approvals and log rewritten, forged commits, and a way around the hook.

`docs/security.md` lists every attack with its test.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

import pytest
from attacks import (
    LIM,
    approved,
    blockers,
    clean,
    commit_on,
    found_by_verification,
    fresh,
    last_entry,
    make_desk,
    merge_into,
    new_change,
    object_of,
    offered,
    published,
    push_with,
    raw_push,
    refs,
    repelled,
)
from desks import APPROVALS, LOG, clock, run
from network import article

from congtin.editorial import log
from congtin.editorial.desk import MAIN
from congtin.editorial.log import Event
from congtin.editorial.refs import write_commit, write_tree
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.errors import CongtinError

A, B = f"{LIM}/a.vi.md", f"{LIM}/b.vi.md"
POLICY = "workflows/editorial.yaml"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return a desk where one Change is published, and whose approver has signed the same words since."""
    made = make_desk(tmp_path_factory.mktemp("history"))
    published(made, {f"{LIM}/da-dang.vi.md": article(1)})
    offered(made, {f"{LIM}/lai.vi.md": article(1)}, by="lim-head")
    yield made
    made.close()


@pytest.fixture(scope="module")
def editor(desk):
    return fresh(desk, "lim-editor")


@pytest.fixture(scope="module")
def waiting(desk, editor):
    """Return a Change that is approved; tests forge its merge."""
    return approved(desk, {A: article(2)})


@pytest.fixture(scope="module")
def unapproved(desk, editor):
    """Return a Change that nobody has approved."""
    return offered(desk, {B: article(3)})


# --- main ------------------------------------------------------------------------------------------


def test_main_takes_no_commit_of_its_own(desk):
    """Pushed by the head, signed by the head, and yet no Change that was approved."""
    head = fresh(desk, "lim-head")
    commit = commit_on(head, head.changes.main(), {A: article(2).encode()})
    with repelled(desk, "is not the merge of one Change into main"):
        head.push(f"{commit}:{MAIN}")


def test_main_is_not_rewritten(desk, editor):
    """Forced back, forced to another history, deleted."""
    main = editor.changes.main()
    back = editor.changes.git.commit(main).parents[0]
    foreign = write_commit(editor.changes.git, editor.changes.git.tree(main).oid, [], "Root\n", at=clock())
    for move in (f"+{back}:{MAIN}", f"+{foreign}:{MAIN}", f":{MAIN}"):
        with repelled(desk, "The history of main cannot be rewritten or removed"):
            editor.push(move)


def test_a_merge_has_two_parents_in_their_order(desk, editor, waiting, unapproved):
    """An octopus that brings a second, unapproved Change along; the parents turned round; only one."""
    prev, head = editor.changes.main(), editor.changes.head(waiting)
    other = editor.changes.head(unapproved)
    for parents, words in (
        ([prev, head, other], "is not the merge of one Change"),
        ([head, prev], "is not the merge of one Change"),
        ([prev], "is not the merge of one Change"),
    ):
        merge = merge_into(editor, waiting, parents=parents)
        with repelled(desk, words):
            editor.push(f"{merge}:{MAIN}")


def test_parents_further_down_in_a_commit_are_none(desk, editor, waiting):
    """Git reads parents at the top of a commit only; a “parent” behind the committer is text."""
    git = editor.changes.git
    data = git.object(merge_into(editor, waiting, parents=[editor.changes.main()]))[1]
    line = f"\nparent {editor.changes.head(waiting)}\n\n".encode()
    forged = object_of(editor, "commit", data.replace(b"\n\n", line, 1))
    with repelled(desk, "is not the merge of one Change"):
        editor.push(f"{forged}:{MAIN}")


def test_a_commit_has_one_signature(desk, editor):
    """The member's signature behind the editor's own: neither counts."""
    git, main = editor.changes.git, editor.changes.main()
    first, second = (
        git.object(commit_on(editor, main, {A: b"x"}, key=desk.village.key(p)))[1] for p in ("lim-editor", "lim-member")
    )
    extra = second[second.index(b"gpgsig ") : second.index(b"-----END SSH SIGNATURE-----") + 27]
    forged = object_of(editor, "commit", first.replace(b"\n\n", b"\n" + extra + b"\n\n", 1))
    with repelled(desk, "This is no SSH signature"):
        editor.push(f"{forged}:refs/heads/change/{new_change()}")


def test_a_merge_names_its_change_and_the_log_once(desk, editor, waiting, unapproved):
    log_head, first = editor.changes.git.ref(LOG), f"Merge Change {waiting}\n\n"
    for message, words in (
        ("Merge\n", "does not name its Change"),
        (f"{first}Change: {waiting}\nChange: {unapproved}\nLog: {log_head}\n", "does not name its Change"),
        (f"{first}Change: {waiting}\n", "does not name the head of the log"),
        (f"{first}Change: {waiting}\nLog: -\n", "does not name an entry of the log"),
        (f"{first}Change: {waiting}\nLog: {editor.changes.main()}\n", "does not name an entry of the log"),
        (f"Merge Change {unapproved}\n\nChange: {unapproved}\nLog: {log_head}\n", "has been edited since"),
        (f"{first}Change: ../{waiting}\nLog: {log_head}\n", "does not name its Change"),
    ):
        merge = merge_into(editor, waiting, message=message)
        with repelled(desk, words):
            editor.push(f"{merge}:{MAIN}")


def test_a_merge_names_an_entry_behind_what_it_rests_on(desk, editor, waiting):
    """With the log's first entry in it, nothing would show that the Approvals' entries were cut off later."""
    first = desk.log()[0].oid
    message = f"Merge Change {waiting}\n\nChange: {waiting}\nLog: {first}\n"
    with repelled(desk, "older than what it rests on"):
        editor.push(f"{merge_into(editor, waiting, message=message)}:{MAIN}")


def test_a_merge_says_nothing_of_its_own(desk, editor, waiting):
    """Words, names and numbers in the message of a merge would stand in main for ever, seen by no Board."""
    honest = editor.changes.git.commit(merge_into(editor, waiting)).message
    for message in (
        honest.replace("Merge Change", "Gọi 0912 345 678! Merge Change"),
        f"Trưởng Ban đã duyệt\n\n{honest}",
    ):
        merge = merge_into(editor, waiting, message=message)
        with repelled(desk, "says more than which Change it merges"):
            editor.push(f"{merge}:{MAIN}")
    git, parents = editor.changes.git, [editor.changes.main(), editor.changes.head(waiting)]
    tree = git.tree(merge_into(editor, waiting)).oid
    named = write_commit(git, tree, parents, honest, at=clock(), author="Nguyen Van A <a@ha.gov.vn>")
    with repelled(desk, "says more than which Change it merges"):
        editor.push(f"{named}:{MAIN}")


def test_an_unapproved_step_does_not_hide_among_approved_ones(desk, editor, waiting, unapproved):
    """Several merges in one push are judged one by one: all or none."""
    git = editor.changes.git
    first = merge_into(editor, unapproved)
    head, message = editor.changes.head(waiting), git.commit(merge_into(editor, waiting)).message
    tree = write_tree(git, first, {A: article(2).encode()})
    second = write_commit(git, tree, [first, head], message, at=clock())
    with repelled(desk, f"The Change {unapproved} is not approved as it is"):
        editor.push(f"{second}:{MAIN}")


# --- Approvals, log, other refs --------------------------------------------------------------------


def test_statements_are_only_added(desk, editor, waiting):
    """A statement removed, changed, the ref rewound, forked, merged, deleted."""
    editor.changes.tree.fetch()
    git = editor.changes.git
    now = git.ref(APPROVALS)
    path = git.tree(now).paths("")[0]
    removed = write_commit(git, write_tree(git, now, {path: None}), [now], "x\n", at=clock())
    changed = write_commit(git, write_tree(git, now, {path: b"{}"}), [now], "x\n", at=clock())
    lone = write_commit(git, write_tree(git, now, {"aa/x.json": b"{}"}), [now], "x\n", at=clock())
    before = git.commit(now).parents[0]
    merged = write_commit(git, git.tree(now).oid, [now, before], "x\n", at=clock())
    for move, words in (
        (f"{removed}:{APPROVALS}", "Statements can only be added"),
        (f"{changed}:{APPROVALS}", "Statements can only be added"),
        (f"{lone}:{APPROVALS}", "is no statement with its signature"),
        (f"{merged}:{APPROVALS}", "without merges"),
        (f"+{before}:{APPROVALS}", "their history cannot be rewritten"),
        (f":{APPROVALS}", "their history cannot be rewritten"),
    ):
        with repelled(desk, words):
            editor.push(move)


def test_only_the_service_writes_the_log(desk, editor):
    """One more entry, the last one cut off, all of it deleted: also when the service's key was stolen."""
    editor.changes.tree.fetch()
    git = editor.changes.git
    with GitRepository(editor.root) as own:
        entry = log.append(own, [Event("approval", person="lim-head")], clock(), desk.village.key("service"))[-1].oid
    before = git.commit(desk.ref(LOG)).parents[0]
    for move in (f"{entry}:{LOG}", f"+{before}:{LOG}", f":{LOG}"):
        with repelled(desk, "Only the service writes to the log"):
            editor.push(move)
    editor.git("update-ref", "-d", LOG)
    editor.changes.tree.fetch()


def test_no_other_refs(desk, editor):
    """Tags, notes, a twin of main, branches and refs of one's own: what is no Change has no place."""
    main = editor.changes.main()
    names = ["refs/tags/v1", "refs/notes/commits", "refs/heads/Main", "refs/heads/change/ABC", "refs/congtin/x"]
    names.append(f"refs/replace/{main}")
    for name in names:
        with repelled(desk, "A ref of this name has no place here"):
            editor.push(f"{main}:{name}")


def test_a_branch_only_moves_forward(desk, editor, unapproved):
    """Rewound, replaced, deleted; begun from nothing; on the history of something else."""
    git, main = editor.changes.git, editor.changes.main()
    ref = f"refs/heads/change/{unapproved}"
    other = commit_on(editor, main, {B: article(4).encode()})
    root = write_commit(git, git.tree(main).oid, [], "Root\n", at=clock(), signing_key=editor.key)
    for move, words in (
        (f"+{main}:{ref}", "A Change only moves forward"),
        (f"+{other}:{ref}", "A Change only moves forward"),
        (f":{ref}", "A Change that is not merged is kept"),
        (f"{root}:refs/heads/change/{new_change()}", "has no parent"),
    ):
        with repelled(desk, words):
            editor.push(move)


def test_what_a_client_claims_of_refs_is_not_believed(desk, editor, waiting):
    """A client of one's own names other old values, or moves one ref twice: no ref moves, no merge is logged."""
    merge, main = merge_into(editor, waiting), editor.changes.main()
    before = editor.changes.git.commit(main).parents[0]
    now, told = refs(desk), last_entry(desk).seq
    said = raw_push(desk, editor, (before, merge, MAIN))
    assert "Somebody else was faster" in said
    branch = f"refs/heads/change/{new_change()}"
    head = editor.changes.head(waiting)
    assert "moves one ref twice" in raw_push(desk, editor, (ABSENT, head, branch), (ABSENT, main, branch))
    assert refs(desk) == now
    assert (last_entry(desk).seq, last_entry(desk).event) == (told + 2, "refused")


def test_names_that_are_no_text_are_refused_and_logged(desk, editor):
    """Names of refs are bytes; one that JSON cannot hold must not keep the refusal out of the log."""
    main = editor.changes.main()
    told = last_entry(desk).seq
    done = run_bytes(editor, f"{main}:refs/heads/".encode() + b"\xff\xfe")
    assert done.returncode
    assert (last_entry(desk).seq, last_entry(desk).event) == (told + 1, "refused")


def run_bytes(work, move):
    import subprocess

    command = [b"git", b"-C", os.fsencode(work.root), b"push", b"-q", b"origin", move]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env=clean())


# --- the pusher's environment ----------------------------------------------------------------------


def test_the_pushers_settings_do_not_switch_the_hook_off(desk, editor, unapproved, tmp_path):
    """Git's own configuration, in files and in variables, as it reaches the other side of a local push."""
    merge = merge_into(editor, unapproved)
    own = tmp_path / "gitconfig"
    own.write_text("[core]\n\thooksPath = /dev/null\n[receive]\n\tfsckObjects = false\n")
    paths = tmp_path / "bin"
    paths.mkdir()
    fake = paths / "ssh-keygen"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    evil = tmp_path / "python" / "congtin"
    evil.mkdir(parents=True)
    (evil / "__init__.py").write_text("raise SystemExit(0)\n")
    pairs = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"}
    environments = [
        {"GIT_CONFIG_GLOBAL": str(own)},
        {"GIT_CONFIG_SYSTEM": str(own)},
        {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        pairs,
        {"GIT_CONFIG_PARAMETERS": "'core.hooksPath'='/dev/null'"},
        {"PYTHONPATH": str(evil.parent), "PYTHONSTARTUP": str(evil / "__init__.py")},
        {"PATH": f"{paths}:{os.environ['PATH']}"},
    ]
    shutil.copy(own, tmp_path / ".gitconfig")
    before, told = refs(desk), last_entry(desk).seq
    for environment in environments:
        done = push_with(editor, environment, f"{merge}:{MAIN}")
        assert "1 still missing" in done.stderr, environment
    assert refs(desk) == before
    assert last_entry(desk).seq == told + len(environments)


def test_a_false_ssh_keygen_in_the_path_signs_nobody_in(desk, unapproved, tmp_path):
    """A program that says “good signature” to everything, in front of OpenSSH's own."""
    fake = tmp_path / "ssh-keygen"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    work = fresh(desk, "lim-editor")
    main = work.changes.main()
    data = work.changes.git.object(commit_on(work, main, {A: b"x"}))[1]
    forged = object_of(work, "commit", data.replace(b"Edit", b"Evil"))
    before = refs(desk)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = push_with(work, path, f"{forged}:refs/heads/change/{new_change()}")
    assert "does not fit" in done.stderr
    assert refs(desk) == before


def test_a_shallow_clone_does_not_cut_history_off(desk, editor, tmp_path):
    """A push from a shallow clone would tell the server where history “begins”."""
    shallow = tmp_path / "shallow"
    run(["git", "clone", "-q", "--depth", "1", f"file://{desk.content}", str(shallow)])
    before = refs(desk)
    assert "shallow" in {p.name for p in (shallow / ".git").iterdir()}
    git = ["git", "-C", str(shallow), "-c", "user.name=x", "-c", "user.email=x@example.vn"]
    run([*git, "commit", "-q", "--allow-empty", "-m", "x"])
    done = run([*git, "push", "-q", "origin", f"HEAD:refs/heads/change/{new_change()}"], check=False)
    assert done.returncode
    assert refs(desk) == before
    assert not (desk.content / "shallow").exists()


# --- around the hook: somebody has broken into the machine ------------------------------------------


@contextmanager
def broken_into(desk):
    """Put every ref back afterwards."""
    with GitRepository(desk.content) as git:
        before = git.refs("refs/")
    yield before
    with GitRepository(desk.content) as git:
        for name in git.refs("refs/").keys() - before.keys():
            desk.git("update-ref", "-d", name)
    for name, oid in before.items():
        desk.git("update-ref", name, oid)


def codes(desk, copy=None):
    return {problem.code for problem in found_by_verification(desk, copy)}


def bring(desk, work, oid):
    """Copy objects into the bare repository, as somebody with a shell there does."""
    desk.git("fetch", "-q", "--no-tags", str(work.root), oid)
    return oid


@pytest.fixture(scope="module")
def copy(desk, tmp_path_factory):
    """Return the copy at the second place, made while all was well."""
    place = tmp_path_factory.mktemp("second") / "copy.git"
    run(["git", "clone", "-q", "--mirror", str(desk.content), str(place)])
    return place


def test_an_honest_history_verifies(desk, copy):
    assert codes(desk, copy) == set()


def test_verification_finds_what_was_written_around_the_hook(desk, editor, unapproved):
    """Main moved by hand to an unapproved merge."""
    with broken_into(desk):
        merge = bring(desk, editor, merge_into(editor, unapproved))
        desk.git("update-ref", MAIN, merge)
        found = found_by_verification(desk)
    assert {"unlogged-step"} <= {problem.code for problem in found}
    assert any(merge[:12] in problem.path for problem in found)


def test_verification_finds_a_merge_that_the_services_key_vouches_for(desk, editor, unapproved):
    """The log's key was stolen too: the entry is good, and still nobody of the Board has signed."""
    with broken_into(desk) as before:
        merge = bring(desk, editor, merge_into(editor, unapproved))
        with desk.open() as opened:
            event = Event(
                "merged", change=unapproved, roster=opened.roster_head, approvals=before[APPROVALS],
                refs={MAIN: (before[MAIN], merge)}, detail={"digest": "0" * 64},
            )  # fmt: skip
            opened.record([event])
        desk.git("update-ref", MAIN, merge)
        found = found_by_verification(desk)
    assert "not-approved" in {problem.code for problem in found}
    assert any("ha/lim: 1" in str(problem.message) for problem in found)


def test_verification_finds_the_logs_end_cut_off(desk, copy):
    """The last entries are gone: here the refs tell of it, and the copy does even where they would not."""
    with broken_into(desk) as before:
        desk.git("update-ref", LOG, f"{before[LOG]}~1")
        assert "cut-off" in codes(desk, copy)
        with GitRepository(desk.content) as git:
            merged = next(r for r in log.entries(git, before[LOG]) if r.entry.event == "merged")
        desk.git("update-ref", LOG, f"{merged.oid}~1")
        assert {"unlogged-step", "approvals-moved"} <= codes(desk)


def test_verification_finds_another_log(desk, copy):
    """All of it written anew: with a key of one's own, and with the service's own."""
    for key, wanted in (("outsider", "log-damaged"), ("service", "forked")):
        with broken_into(desk) as before:
            with GitRepository(desk.content) as git:
                told = [r.entry for r in log.entries(git, before[LOG])]
                desk.git("update-ref", "-d", LOG)
                again = [
                    Event(e.event, e.change, e.person, e.key, e.sites, e.roster, e.approvals, e.refs, e.detail)
                    for e in told if e.event != "refused"
                ]  # fmt: skip
                log.append(git, again, clock(), desk.village.key(key))
            assert wanted in codes(desk, copy)


def test_verification_finds_a_changed_entry(desk):
    """One entry says another thing; the next ones still stand behind it."""
    with broken_into(desk) as before, GitRepository(desk.content) as git:
        last = log.read(git, before[LOG])
        words = last.entry.to_bytes().replace(b'"event":"', b'"event":"x')
        tree = write_tree(git, before[LOG], {"entry.json": words})
        desk.git("update-ref", LOG, write_commit(git, tree, git.commit(before[LOG]).parents, "x\n", at=clock()))
        found = found_by_verification(desk)
    assert any(p.code == "log-damaged" and f"Entry {last.entry.seq}" in str(p.message) for p in found)


def test_verification_finds_missing_and_foreign_statements(desk, editor):
    """A statement taken out, the ref put back, one put in that no log tells of."""
    with broken_into(desk) as before, GitRepository(desk.content) as git:
        path = git.tree(before[APPROVALS]).paths("")[0]
        tree = write_tree(git, before[APPROVALS], {path: None})
        desk.git("update-ref", APPROVALS, write_commit(git, tree, [before[APPROVALS]], "x\n", at=clock()))
        assert "approvals-damaged" in codes(desk)
        desk.git("update-ref", APPROVALS, f"{before[APPROVALS]}~1")
        assert "statement-without-effect" in codes(desk)
        desk.git("update-ref", "-d", APPROVALS)
        assert "approvals-moved" in codes(desk)


def test_verification_finds_main_put_back(desk, copy):
    """What was published is gone, as if it had never been."""
    with broken_into(desk) as before:
        desk.git("update-ref", MAIN, f"{before[MAIN]}~1")
        assert "cut-off" in codes(desk, copy)
        assert codes(desk) & {"main-went-back", "step-without-effect"}


def test_a_reader_notices_another_history(desk, editor, unapproved):
    """A fork shown to one reader: who has fetched once takes no history that does not build on it."""
    reader = fresh(desk, "mai-editor")
    with broken_into(desk) as before:
        for ref in (MAIN, APPROVALS, LOG):
            with GitRepository(desk.content) as git:
                fork = write_commit(git, git.tree(before[ref]).oid, [f"{before[ref]}~1"], "fork\n", at=clock())
            desk.git("update-ref", ref, git_resolve(desk, fork))
            with pytest.raises(CongtinError, match="The published history was rewritten"):
                reader.changes.tree.fetch()
            desk.git("update-ref", ref, before[ref])


def git_resolve(desk, oid):
    return desk.git("rev-parse", oid).stdout.strip()


def test_replacement_refs_and_grafts_deceive_nobody(desk, unapproved, editor):
    """Another policy, another parent, a shorter history: shown by Git's own means, not by the objects."""
    main = desk.ref() or ABSENT
    loose = desk.read(POLICY).replace("newest_bytes, not_author", "newest_bytes").encode()
    with broken_into(desk), GitRepository(desk.content) as git:
        policy = desk.git("rev-parse", f"{main}:{POLICY}").stdout.strip()
        evil = git.run("hash-object", "-w", "--stdin", given=loose).decode().strip()
        desk.git("update-ref", f"refs/replace/{policy}", evil)
        (desk.content / "info").mkdir(exist_ok=True)
        (desk.content / "info" / "grafts").write_text(f"{main}\n")
        (desk.content / "shallow").write_text(f"{main}\n")
        try:
            assert blockers(desk, unapproved) == ["missing:ha/lim"]
            assert codes(desk) == set()
            with GitRepository(desk.content) as other:
                assert other.tree(main).read(POLICY) == desk_policy(desk, policy)
        finally:
            (desk.content / "info" / "grafts").unlink()
            (desk.content / "shallow").unlink()


def desk_policy(desk, oid):
    return run(["git", "--no-replace-objects", f"--git-dir={desk.content}", "cat-file", "blob", oid]).stdout.encode()
