"""The roster moves forward only, signed by whom the roster before it names; nothing in it is ever erased."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from network import NOON
from rosters import MAIN, Village, dump

from congtin.editorial.receive import Update
from congtin.editorial.refs import write_commit
from congtin.editorial.repository import ABSENT
from congtin.editorial.roster_history import check_roster_history
from congtin.editorial.roster_push import install, receive
from congtin.errors import UsageError
from congtin.validation import parse_time

LIM = "boards/ha/lim.yaml"
HEAD = "people/lim-head.yaml"


@pytest.fixture
def village(tmp_path):
    return Village.create(tmp_path / "village")


def found(village, head=None):
    """Return the codes of everything wrong with the history; each names its commit."""
    with village.repository as repository:
        problems = check_roster_history(repository, village.trust(), head, NOON)
    assert all("roster.git@" in p.path and str(p.message) for p in problems)
    return [p.code for p in problems]


def place(village):
    return f"roster.git@{village.head()[:12]}"


def test_a_history_signed_by_authorities_with_decisions_is_sound(village):
    """Adding people, members and keys, ending and revoking them."""
    village.add_member("ha/lim", "lim-new", "member")
    village.add_key("lim-new")
    village.revoke_key("lim-head", "2026-11-20T00:00:00+07:00", 0)
    village.end_membership("ha/lim", "lim-editor", "2026-11-21")
    village.revoke("mai-editor", parse_time("2026-11-22T11:30:00+07:00"))
    assert found(village) == []


def test_the_first_commit_is_signed_by_a_root_key(village):
    """Whoever makes a roster of their own has no root key."""
    text = village.trust_file.read_text("utf-8")
    other = text.replace(village.public("ha-authority").line, village.public("ha-reviewer").line)
    village.trust_file.write_text(other, "utf-8")
    assert found(village) == ["not-signed"]


def test_a_whole_other_history_is_named(village, tmp_path):
    """A roster that does not begin at the trust root is foreign, however well it is signed."""
    shutil.rmtree(village.roster)
    other = Village.create(tmp_path / "other")
    shutil.copytree(other.roster, village.roster)
    village.trust_file.write_text(village.trust_file.read_text("utf-8"), "utf-8")
    data = yaml.safe_load(village.trust_file.read_text("utf-8"))
    village.trust_file.write_text(dump({**data, "roster_root": "2" * 40}), "utf-8")
    assert found(village) == ["foreign-history"]


def test_a_history_cut_back_before_its_root_is_foreign(village):
    """The root itself must be reached."""
    root = village.head()
    village.add_person("lim-new")
    village.write_trust(content_root="1" * 40, roster_root=village.head())
    assert found(village, root) == ["foreign-history"]


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (None, "not-signed"),
        ("outsider", "wrong-signer"),
        ("lim-head", "wrong-signer"),
        ("ha-operator", "wrong-signer"),
        ("service", "wrong-signer"),
    ],
)
def test_only_an_authority_of_the_roster_before_signs(village, by, code):
    """Neither the head of a Board nor the operator nor the service appoints anybody."""
    village.commit({"people/lim-new.yaml": village.person("lim-new")}, by=by)
    assert found(village) == [code]


def test_nobody_makes_themselves_an_authority(village):
    """The roster before the commit decides who may sign it."""
    posts = village.read("operations.yaml")
    posts["roster_authorities"].append(village.post("ha-operator"))
    village.commit({"operations.yaml": dump(posts)}, by="ha-operator")
    assert found(village) == ["wrong-signer"]
    village.commit({"people/lim-new.yaml": village.person("lim-new")}, by="ha-operator")
    assert found(village) == ["wrong-signer"]  # the first commit stays the fault


def test_an_authority_whose_time_is_over_signs_no_more(village):
    """By the dates of the roster before, at the time of the commit."""
    posts = village.read("operations.yaml")
    posts["roster_authorities"] = [
        {**posts["roster_authorities"][0], "valid_to": "2026-11-22T11:30:00+07:00"},
        village.post("ha-reviewer"),
    ]
    village.commit({"operations.yaml": dump(posts)})
    late = parse_time("2026-11-22T11:45:00+07:00")
    village.commit({"people/lim-new.yaml": village.person("lim-new")}, at=late)
    assert found(village) == ["wrong-signer"]


def test_a_revoked_key_of_an_authority_signs_no_more(village):
    """Nor does it help to say that the commit is older: time does not go back."""
    village.add_key("ha-authority")
    village.revoke_key("ha-authority", "2026-11-22T10:00:00+07:00")
    village.commit({"people/lim-new.yaml": village.person("lim-new")}, at=parse_time("2026-11-22T09:00:00+07:00"))
    assert found(village) == ["backdated"]
    village.commit({"people/lim-neu.yaml": village.person("lim-neu")})
    assert found(village) == ["backdated", "wrong-signer"]


def test_a_commit_from_the_future_is_refused(village):
    """Clock skew is named."""
    village.commit({"people/lim-new.yaml": village.person("lim-new")}, at=NOON + timedelta(days=1))
    assert found(village) == ["from-the-future"]


@pytest.mark.parametrize("trailer", ["", "Decision:", "Decision: 1\nDecision: 2", "decision: 1"])
def test_a_commit_names_one_decision(village, trailer):
    """None, an empty one or two are no decision."""
    village.commit({"people/lim-new.yaml": village.person("lim-new")}, trailer=trailer)
    assert found(village) == ["no-decision"]


def test_there_are_no_side_branches(village):
    """A merge would bring what nobody looked at."""
    first = village.head()
    village.add_person("lim-new")
    village.commit({"people/lim-neu.yaml": village.person("lim-neu")}, parents=[village.head(), first])
    assert found(village) == ["wrong-parents"]


def erase_member(village):
    members = village.read(LIM)["members"]
    village.change(LIM, members=[m for m in members if m["person"] != "lim-editor"])


def backdate_member(village):
    members = village.read(LIM)["members"]
    members[3]["valid_from"] = "2025-01-01"
    village.change(LIM, members=members)


def raise_member(village):
    members = village.read(LIM)["members"]
    members[3]["role"] = "member"
    village.change(LIM, members=members)


def revive_member(village):
    village.end_membership("ha/lim", "lim-editor", "2026-11-20")
    members = village.read(LIM)["members"]
    del members[3]["valid_to"]
    village.change(LIM, members=members)


def revive_key(village):
    village.add_key("lim-head")
    village.revoke_key("lim-head", "2026-11-20T00:00:00+07:00")
    keys = village.read(HEAD)["keys"]
    del keys[0]["revoked"]
    village.change(HEAD, keys=keys)


def replace_key(village):
    village.make_key("lim-head.2")
    keys = village.read(HEAD)["keys"]
    keys[0]["key"] = village.public("lim-head.2").line
    village.change(HEAD, keys=keys)


def give_key_away(village):
    keys = village.read("people/mai-editor.yaml")["keys"]
    mine = village.make_key("mai-editor.2")
    village.commit(
        {
            "people/mai-editor.yaml": village.person(
                "mai-editor", keys=[{**keys[0], "key": village.public(mine.name).line}]
            ),
            "people/lim-new.yaml": village.person("lim-new", keys=keys),
        }
    )


def erase_person(village):
    village.end_membership("ha/lim", "lim-editor", "2026-11-20")
    members = [m for m in village.read(LIM)["members"] if m["person"] != "lim-editor"]
    village.commit({LIM: village.board("lim", members=members), "people/lim-editor.yaml": None})


def erase_incident(village):
    village.revoke("lim-editor", parse_time("2026-11-22T10:00:00+07:00"))
    (name,) = village.load().incidents
    village.commit({f"incidents/{name}.yaml": None})


def rewrite_incident(village):
    village.revoke("lim-editor", parse_time("2026-11-22T10:00:00+07:00"))
    (name,) = village.load().incidents
    village.change(f"incidents/{name}.yaml", reason="Nghỉ việc")


def erase_post(village):
    village.change("operations.yaml", content_admins=[])


@pytest.mark.parametrize(
    "act",
    [
        erase_member, backdate_member, raise_member, revive_member, revive_key, replace_key, give_key_away,
        erase_incident, rewrite_incident, erase_post, lambda v: v.commit({"boards/ha/mai.yaml": None}),
    ],
)  # fmt: skip
def test_nothing_is_erased_or_rewritten(village, act):
    """Not even by an authority with a decision: ended and revoked, never gone."""
    act(village)
    assert set(found(village)) == {"not-appended"}


def test_a_person_is_never_erased(village):
    """Nor the entry on the Board that named them."""
    erase_person(village)
    assert found(village) == ["not-appended", "not-appended"]


def test_an_incident_may_be_reported_later(village):
    """To whom is entered when it was done (E8)."""
    village.revoke("lim-editor", parse_time("2026-11-22T10:00:00+07:00"))
    (name,) = village.load().incidents
    village.change(f"incidents/{name}.yaml", reported_to="Văn phòng (trình diễn)")
    assert found(village) == []


def test_a_decision_does_not_make_a_board_without_a_head(village):
    """E4 at the time of the commit; only an incident may leave one behind."""
    village.end_membership("ha/lim", "lim-head", "2026-11-20")
    assert found(village) == ["no-head"]


def test_a_roster_that_cannot_be_read_is_named_with_file_and_line(village):
    """The commit, the file, the line."""
    village.commit({LIM: "members: [\n"})
    with village.repository as repository:
        problems = check_roster_history(repository, village.trust())
    assert [p.place for p in problems] == [f"{place(village)}:{LIM}:2"]
    village.commit({LIM: village.board("lim")})
    assert "yaml-syntax" in found(village)


# --- incidents --------------------------------------------------------------------------------------


def incident(village, files, *, by="ha-operator", name="2026-11-22-thu", record=True):
    """Commit an operator's incident with more or other files than the command writes."""
    text = dump({"at": "2026-11-22T11:00:00+07:00", "person": "lim-head", "reason": "Mất máy"})
    more = {f"incidents/{name}.yaml": text} if record else {}
    village.commit({**files, **more}, by=by, trailer=f"Incident: {name}")


def ended(village, path, number, **fields):
    data = village.read(path)
    data["members"][number] = {**data["members"][number], "valid_to": "2026-11-22T11:00:00+07:00", **fields}
    return {path: dump(data)}


def test_an_operator_may_take_rights_away_without_a_decision(village):
    """First the access, then the report (E8)."""
    incident(village, ended(village, LIM, 0))
    assert found(village) == []


def test_an_incident_needs_its_record_and_an_operator(village):
    """Neither a Board's head nor an operator without words."""
    incident(village, ended(village, LIM, 0), record=False)
    assert found(village) == ["no-incident"]
    incident(village, {}, by="mai-head")
    assert found(village)[1:] == ["wrong-signer"]


def test_an_old_incident_excuses_nothing_new(village):
    """Each has its own record."""
    incident(village, ended(village, LIM, 0))
    incident(village, ended(village, LIM, 1))
    assert found(village) == ["no-incident"]


@pytest.mark.parametrize(
    "gift",
    [
        lambda v: ended(v, LIM, 3, role="member"),
        lambda v: {LIM: dump({**v.read(LIM), "members": [*v.read(LIM)["members"], v.member("mai-head", "member")]})},
        lambda v: {LIM: v.board("lim", composition_exception={"decision": "1", "until": "2027-01-01"})},
        lambda v: {LIM: v.board("lim", rules_url="https://ha.gov.vn/quy-che")},
        lambda v: {"boards/ha/moi.yaml": v.board("lim")},
        lambda v: {"providers/a.yaml": dump({"unit": "A", "name": "B", "title": "C", "phone": "0"})},
        lambda v: {"people/lim-new.yaml": v.person("lim-new")},
        lambda v: {HEAD: dump({**v.read(HEAD), "name": "Người khác (trình diễn)"})},
        lambda v: {HEAD: dump({**v.read(HEAD), "forges": {"github": "someone-else"}})},
        lambda v: {HEAD: dump({**v.read(HEAD), "valid_from": "2025-01-01"})},
        lambda v: {
            "operations.yaml": dump({**v.read("operations.yaml"), "technical_reviewers": [v.post("ha-operator")]})
        },
    ],
)
def test_an_incident_gives_nothing(village, gift):
    """No role, member, exception, Board, person, login or post comes with it."""
    incident(village, gift(village))
    assert "rights-given" in found(village)


def test_an_incident_does_not_put_an_end_off(village):
    """Neither a key's nor a membership's nor a person's."""
    far = {"valid_to": "2027-01-01"}
    village.change(HEAD, **far, keys=[{**village.read(HEAD)["keys"][0], **far}])
    village.end_membership("ha/lim", "lim-editor", "2027-01-01")
    keys = [{**village.read(HEAD)["keys"][0], "valid_to": "2028-01-01"}]
    for files in (
        {HEAD: dump({**village.read(HEAD), "keys": keys})},
        {HEAD: dump({**village.read(HEAD), "valid_to": "2028-01-01"})},
        ended(village, LIM, 3, valid_to="2028-01-01"),
    ):
        base = village.head()
        incident(village, files)
        assert found(village) == ["rights-given"]
        subprocess.run(["git", "-C", str(village.roster), "update-ref", MAIN, base], check=True, timeout=30)


def test_an_incident_leaves_an_authority(village):
    """An operator cannot lock the roster for ever."""
    posts = village.read("operations.yaml")
    posts["roster_authorities"][0]["valid_to"] = "2026-11-22T11:00:00+07:00"
    incident(village, {"operations.yaml": dump(posts)})
    assert found(village) == ["no-authority"]


def test_giving_back_what_an_incident_took_needs_a_decision(village):
    """A new entry and a new key, by an authority; the operator's own try is refused."""
    village.revoke("lim-head", parse_time("2026-11-22T10:00:00+07:00"))
    village.make_key("lim-head.2")
    person, board = village.read(HEAD), village.read(LIM)
    del person["valid_to"]
    person["keys"].append({"key": village.public("lim-head.2").line, "valid_from": "2026-11-22"})
    again = village.member("lim-head", "head", valid_from="2026-11-22T11:00:00+07:00", decision="99003/QĐ-TD")
    back = {HEAD: dump(person), LIM: dump({**board, "members": [*board["members"], again]})}
    before = village.head()
    incident(village, back)
    assert set(found(village)) == {"rights-given"}
    subprocess.run(["git", "-C", str(village.roster), "update-ref", MAIN, before], check=True, timeout=30)
    village.commit(back, trailer="Decision: 99003/QĐ-TD")
    assert found(village) == []
    assert village.load().head("ha/lim", NOON) == "lim-head"
    assert village.load().person_of_key(village.fingerprint("lim-head"), NOON) is None


def test_a_tag_or_a_tree_is_no_roster(village):
    """What is not a commit is named, not stumbled over."""
    with village.repository as repository:
        tree = repository.tree(village.head()).oid
        other = write_commit(repository, tree, [], "Roster\n\nDecision: 1\n", at=NOON)
    assert found(village, other) == ["foreign-history"]
    assert found(village, tree) == ["foreign-history"]


# --- pushes -----------------------------------------------------------------------------------------


def pushed(village, *updates, now=NOON):
    """Return the codes with which the hook would refuse updates (ref, old, new)."""
    install(village.roster, village.trust_file)
    return [p.code for p in receive(village.roster, [Update(*update) for update in updates], now)]


def test_the_hook_lets_in_what_the_history_allows(village):
    """The first push and every later one; nothing but main, forward only."""
    first = village.head()
    second = village.add_person("lim-new")
    assert pushed(village, (MAIN, ABSENT, second)) == []
    assert pushed(village, (MAIN, first, second)) == []
    assert pushed(village, (MAIN, second, first)) == ["not-forward"]
    assert pushed(village, (MAIN, second, ABSENT)) == ["wrong-ref"]
    assert pushed(village, ("refs/heads/other", ABSENT, second)) == ["wrong-ref"]
    assert pushed(village, ("refs/tags/v1", ABSENT, second)) == ["wrong-ref"]


def test_a_commit_that_arrives_is_signed_by_somebody_who_may_sign_now(village):
    """An authority of last month does not help themselves with an old date."""
    posts = village.read("operations.yaml")
    mine = posts["roster_authorities"][0]
    first = village.head()
    posts["roster_authorities"] = [{**mine, "valid_to": "2026-11-10"}, village.post("ha-reviewer")]
    ending = village.commit({"operations.yaml": dump(posts)}, at=parse_time("2026-11-01T08:00:00+07:00"))
    old = parse_time("2026-11-02T08:00:00+07:00")
    late = village.commit({"people/lim-new.yaml": village.person("lim-new")}, at=old)
    assert pushed(village, (MAIN, first, ending), now=parse_time("2026-11-01T09:00:00+07:00")) == []
    assert found(village) == []
    assert pushed(village, (MAIN, ending, late)) == ["wrong-signer"]


def test_a_real_push_is_judged_before_it_counts(village, tmp_path):
    """What is refused leaves the roster as it was, and says why."""
    work = tmp_path / "work.git"
    shutil.copytree(village.roster, work)
    install(village.roster, village.trust_file)
    there = Village(village.folder)
    here = Village(tmp_path / "here")
    here.folder.mkdir()
    shutil.copytree(village.keys, here.keys)
    work.rename(here.roster)
    before = there.head()

    def push():
        command = ["git", "-C", str(here.roster), "push", str(there.roster), "main"]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "CONGTIN_LANG": "en"}
        )

    good = here.commit({"people/lim-new.yaml": here.person("lim-new")}, at=datetime.now(UTC))
    assert push().returncode == 0 and there.head() == good != before
    here.commit({"people/lim-neu.yaml": here.person("lim-neu")}, at=datetime.now(UTC), by="lim-head")
    done = push()
    assert done.returncode != 0 and "no roster authority" in done.stderr
    assert there.head() == good


def test_only_a_bare_roster_with_a_trust_root_is_guarded(village, tmp_path):
    """The command says what is missing."""
    subprocess.run(["git", "init", "-q", str(tmp_path / "work")], check=True, timeout=30)
    with pytest.raises(UsageError, match="bare"):
        install(tmp_path / "work", village.trust_file)
    with pytest.raises(UsageError, match="cannot be read"):
        install(village.roster, tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="trust root"):
        receive(village.roster, [], NOON)
