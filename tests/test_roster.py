"""Boards, people and keys: who may approve what and when, and every way a roster can be wrong."""

from __future__ import annotations

import html
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
from network import NOON, REPOSITORY, TinyNetwork
from rosters import FROM, Village, dump

from congtin.editorial import roster_report as report
from congtin.editorial.board import Board, BoardRole, Forge, Operations, Person, Provider
from congtin.editorial.codeowners import OwnedPath, board_team, codeowners_text, owned_paths, site_paths
from congtin.editorial.leaks import leaks
from congtin.editorial.policy import load_policy
from congtin.editorial.refs import RefMoved
from congtin.editorial.repository import GitRepository
from congtin.editorial.roster import load_roster
from congtin.editorial.roster_store import stored_roster
from congtin.editorial.strict_file import read_entry
from congtin.editorial.trust import load_trust
from congtin.errors import ProblemsFound, Severity, UsageError
from congtin.model import Profile
from congtin.network.load import load_network
from congtin.validation import parse_time

LIM, PATH = "ha/lim", "content/ha/lim/tin-tuc/2026/ten.vi.md"
LATER = NOON + timedelta(days=30)


class Files(dict):
    """Texts by path, read like a tree."""

    def read(self, path):
        return self[path].encode() if path in self else None

    def paths(self, below):
        return [path for path in self if path.startswith(below)]


@pytest.fixture
def village(tmp_path):
    return Village.create(tmp_path / "village")


@pytest.fixture
def files(village):
    """Return the files of a sound roster."""
    with village.repository as repository:
        tree = repository.tree(village.head())
        return Files({path: tree.read(path).decode() for path in tree.paths("")})


def changed(village, files, path, **fields):
    """Return the files with fields of one replaced; None takes a field away."""
    data = {**village.read(path), **fields}
    return Files({**files, path: dump({key: value for key, value in data.items() if value is not None})})


def defects(files):
    """Return the code and place of everything wrong with a roster."""
    try:
        load_roster(files)
    except ProblemsFound as error:
        for problem in error.problems:
            assert str(problem.message)
            assert problem.hint is None or str(problem.hint)
        return [(problem.code, problem.place) for problem in error.problems]
    return []


def line(files, path, text, number=0):
    """Return ``path:line`` of a text in a file."""
    found = [n for n, each in enumerate(files[path].split("\n"), 1) if text in each]
    return f"{path}:{found[number]}"


# --- who may what, when -----------------------------------------------------------------------------


def test_a_board_approves_for_its_own_site_only(village):
    """Head, deputy and member approve; an editor does not, and nobody does next door (E1, E2)."""
    roster = village.load()
    approving = [p for p in roster.people if roster.may_approve(p, LIM, PATH, NOON)]
    assert approving == ["lim-deputy", "lim-head", "lim-member"]
    assert roster.standing("lim-editor", LIM, NOON) == {BoardRole.EDITOR}
    assert roster.board_heads(NOON) == {"ha/portal": "portal-head", LIM: "lim-head", "ha/mai": "mai-head"}
    assert roster.technical_reviewers(NOON) == {"ha-reviewer"}
    assert roster.operators(NOON) == {"ha-operator"}


def test_scope_is_a_folder_or_a_file_and_not_a_beginning_of_a_name(village):
    """`tin-tuc` does not cover `tin-tuc-cu`."""
    village.add_member(LIM, "lim-news", "member", scope=["content/ha/lim/tin-tuc/", "sites/ha/lim.yaml"])
    roster = village.load()
    assert roster.may_approve("lim-news", LIM, PATH, NOON)
    assert roster.may_approve("lim-news", LIM, "sites/ha/lim.yaml", NOON)
    assert not roster.may_approve("lim-news", LIM, "content/ha/lim/tin-tuc-cu/2026/ten.vi.md", NOON)
    assert roster.standing("lim-news", LIM, NOON) == {BoardRole.MEMBER}


def test_a_bare_date_at_the_end_is_the_last_day(village):
    """“đến hết ngày 22/11”: the whole day counts, the next one does not (E5)."""
    village.end_membership(LIM, "lim-member", "2026-11-22")
    roster = village.load()
    assert roster.may_approve("lim-member", LIM, PATH, parse_time("2026-11-22T23:59:59+07:00"))
    assert not roster.may_approve("lim-member", LIM, PATH, parse_time("2026-11-23"))


def test_nobody_approves_before_the_first_day(village):
    """A membership that begins tomorrow is none today."""
    village.add_member(LIM, "lim-new", "member", valid_from="2026-11-23")
    assert not village.load().may_approve("lim-new", LIM, PATH, NOON)
    assert village.load().may_approve("lim-new", LIM, PATH, LATER)


def test_a_board_out_of_office_approves_nothing(village):
    """When the decision that set it up has ended, or the Board was dissolved (E3)."""
    decision = village.read(f"boards/{LIM}.yaml")["decision"]
    village.change(f"boards/{LIM}.yaml", decision={**decision, "valid_to": "2026-12-01"})
    village.change("boards/ha/mai.yaml", ended="2026-11-30")
    roster = village.load()
    assert roster.head(LIM, NOON) == "lim-head" and roster.head("ha/mai", NOON) == "mai-head"
    assert roster.board_heads(LATER) == {"ha/portal": "portal-head"}


def test_keys_count_while_they_are_valid_and_their_person_serves(village):
    """A key's person is known for ever; whether it counts depends on the day."""
    second = village.add_key("lim-head")
    village.revoke_key("lim-head", "2026-11-10T00:00:00+07:00")
    roster = village.load()
    first, spare = village.fingerprint("lim-head"), village.fingerprint(second.name)
    assert roster.person_of_key(first, parse_time("2026-11-09")) == "lim-head"
    assert roster.person_of_key(first, NOON) is None
    assert "2026-11-10" in str(roster.key_refusal(first, NOON))
    assert roster.owner_of_key(first) == roster.person_of_key(spare, NOON) == "lim-head"
    assert "not valid" in str(roster.key_refusal(spare, parse_time("2025-12-31")))
    assert "nobody’s" in str(roster.key_refusal(village.fingerprint("outsider"), NOON))


def test_who_has_left_has_no_key_no_login_and_no_post(village):
    """The person's own dates stand above everything else (E5, E9)."""
    for person in ("ha-reviewer", "lim-head"):
        village.change(f"people/{person}.yaml", valid_to="2026-11-20")
    roster = village.load()
    assert roster.technical_reviewers(NOON) == frozenset()
    assert roster.head(LIM, NOON) is None
    assert roster.person_of_key(village.fingerprint("lim-head"), NOON) is None
    assert "LIM-HEAD-GH".lower() not in roster.logins("github", NOON)
    assert roster.logins("gitea", NOON)["mai-head-gt"] == "mai-head"


def test_the_exception_of_one_person_needs_a_decision_that_holds(village):
    """A Board of one person may be excused (E22); once there are two, or the decision ends, it is not."""
    alone = [village.member("lim-head", "head")]
    excuse = {"decision": "99002/QĐ-TD", "until": "2026-12-01"}
    village.commit({"boards/ha/lim.yaml": village.board("lim", members=alone, composition_exception=excuse)})
    roster = village.load()
    assert roster.excepted(LIM, NOON)
    assert not roster.excepted(LIM, LATER)
    assert not roster.excepted("ha/mai", NOON) and not roster.excepted("ha/none", NOON)
    village.add_member(LIM, "lim-member", "member")
    assert not village.load().excepted(LIM, NOON)


# --- what is wrong with a roster --------------------------------------------------------------------


def test_one_key_for_two_persons_is_found_however_it_is_written(village, files):
    """Another comment or other spaces make no other key."""
    kind, blob = village.public("lim-head").line.split()
    path = "people/lim-member.yaml"
    twin = [{"key": f"{kind}   {blob} may-tinh-khac", "valid_from": FROM}]
    wrong = changed(village, files, path, keys=twin)
    assert defects(wrong) == [("key-twice", line(wrong, path, "key:"))]


def test_bytes_behind_a_key_do_not_make_another_one(village, files):
    """A key is read from its parts: whatever follows is damage."""
    kind, blob = village.public("lim-head").line.split()
    path = "people/lim-member.yaml"
    wrong = changed(village, files, path, keys=[{"key": f"{kind} {blob}AAAA", "valid_from": FROM}])
    assert defects(wrong) == [("wrong-key", line(wrong, path, "key:"))]


@pytest.mark.parametrize(
    ("path", "fields", "code", "at"),
    [
        ("people/lim-member.yaml", {"keys": []}, "wrong-value", "keys"),
        ("people/lim-member.yaml", {"keys": None}, "missing-field", "name"),
        ("people/lim-member.yaml", {"keys": [{"key": "ssh-dss AAAA", "valid_from": FROM}]}, "wrong-key", "key"),
        ("people/lim-member.yaml", {"forges": {"github": "LIM-HEAD-gh"}}, "login-twice", "github"),
        ("people/lim-member.yaml", {"forges": {"svn": "a"}}, "wrong-value", "svn"),
        ("people/lim-member.yaml", {"forges": {"github": "a b"}}, "wrong-value", "github"),
        ("people/lim-member.yaml", {"valid_to": "2025-12-01"}, "wrong-dates", "valid_to"),
        ("people/lim-member.yaml", {"valid_from": None}, "missing-field", "name"),
        (
            "people/lim-member.yaml",
            {"handover": {"date": FROM, "to": "lim-haed", "record": "x"}},
            "unknown-person",
            "to",
        ),
        ("people/lim-member.yaml", {"password": "x"}, "unknown-field", "password"),
        ("boards/ha/lim.yaml", {"decision": {"date": FROM, "issuer": "UBND"}}, "missing-field", "decision"),
        ("boards/ha/lim.yaml", {"decision": None}, "missing-field", "members"),
        ("boards/ha/lim.yaml", {"rules_url": "quy-che"}, "wrong-value", "rules_url"),
        ("boards/ha/lim.yaml", {"members": []}, "wrong-value", "members"),
        ("operations.yaml", {"roster_authorities": []}, "no-authority", "roster_authorities"),
        ("operations.yaml", {"kings": []}, "unknown-field", "kings"),
    ],
)
def test_wrong_fields_are_named_with_their_line(village, files, path, fields, code, at):
    """File, line, what is wrong, how to mend it."""
    wrong = changed(village, files, path, **fields)
    # With its colon: two letters alone stand in one key of a hundred.
    where = line(wrong, path, f"{at}:") if code != "missing-field" or at == "decision" else f"{path}:1"
    assert defects(wrong) == [(code, where)]


def members(village, *entries):
    """Return the members of a sound Board and more."""
    base = [village.member(p, p.rpartition("-")[2]) for p in village.board_people("lim")]
    return {"members": [*base, *entries]}


@pytest.mark.parametrize(
    ("entry", "code", "at"),
    [
        (("mai-head", "head"), "two-heads", "role"),
        (("lim-head", "member"), "two-roles", "role"),
        (("ha-operator", "member"), "operator-approves", "person"),
        (("lim-nobody", "member"), "unknown-person", "person"),
        (("mai-head", "king"), "wrong-value", "role"),
    ],
)
def test_wrong_members_are_named_with_their_line(village, files, entry, code, at):
    """Two heads, two roles of one person, operators, strangers, roles nobody knows (E4, E6)."""
    path = "boards/ha/lim.yaml"
    wrong = changed(village, files, path, **members(village, village.member(*entry)))
    assert defects(wrong) == [(code, line(wrong, path, f"{at}:", 4))]


@pytest.mark.parametrize("scope", ["../mai", "/content/ha", "content/*/x", "a//b", "content\\ha", ".git/config", ""])
def test_a_scope_is_a_plain_path(village, files, scope):
    """No way out of the repository, no patterns."""
    path = "boards/ha/lim.yaml"
    wrong = changed(village, files, path, **members(village, village.member("mai-head", "member", scope=[scope])))
    assert [code for code, _ in defects(wrong)] == ["wrong-value"]


def test_the_second_head_may_begin_when_the_first_has_ended(village, files):
    """A change of heads is two entries, one after the other."""
    path = "boards/ha/lim.yaml"
    after = village.member("mai-head", "head", valid_from="2026-07-01")
    fields = members(village, after)
    assert [code for code, _ in defects(changed(village, files, path, **fields))] == ["two-heads"]
    fields["members"][0]["valid_to"] = "2026-06-30"
    assert defects(changed(village, files, path, **fields)) == []


@pytest.mark.parametrize(
    ("roles", "codes"),
    [
        ({"deputy", "member"}, ["no-head"]),
        ({"head", "member"}, ["board-composition"]),
        ({"head"}, ["board-composition", "board-composition"]),
    ],
)
def test_a_board_has_head_deputy_and_member_unless_excused(village, files, roles, codes):
    """A decision excuses from deputy and member for a while, never from the head (E4)."""
    path = "boards/ha/lim.yaml"
    few = [village.member(f"lim-{role}", role) for role in sorted(roles)]
    assert [code for code, _ in defects(changed(village, files, path, members=few))] == codes
    excuse = {"decision": "99002/QĐ-TD", "until": "2026-12-31"}
    excused = changed(village, files, path, members=few, composition_exception=excuse)
    assert [code for code, _ in defects(excused)] == [code for code in codes if code == "no-head"]
    undated = changed(village, files, path, members=few, composition_exception={"decision": "99002/QĐ-TD"})
    assert "missing-field" in [code for code, _ in defects(undated)]


def test_administrators_of_two_kinds_are_two_persons(village, files):
    """E10; one after the other is no fault."""
    both = [village.post("ha-infrastructure")]
    wrong = changed(village, files, "operations.yaml", content_admins=both)
    place = line(wrong, "operations.yaml", "person: ha-infrastructure", 1)
    assert defects(wrong) == [("admin-twice", place)]
    both[0]["valid_to"] = "2026-01-31"
    first = [village.post("ha-infrastructure", valid_from="2026-02-01")]
    assert defects(changed(village, files, "operations.yaml", content_admins=both, infrastructure_admins=first)) == []


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("people/Lim.yaml", "name: A\n", "path-form"),
        ("people/a/b.yaml", "name: A\n", "path-form"),
        ("boards/lim.yaml", "members: []\n", "path-form"),
        ("notes.txt", "x", "path-form"),
        ("people/a.yaml", "name: [\n", "yaml-syntax"),
        ("people/a.yaml", "- a\n", "wrong-value"),
        ("people/a.yaml", "name: a\nname: b\n", "yaml-duplicate"),
        ("people/a.yaml", "name: &x a\n", "yaml-alias"),
        ("people/a.yaml", 'name: "a\\u202eb"\n', "invisible-character"),
        ("providers/a.yaml", "unit: Phòng A\nname: A\ntitle: Chuyên viên\n", "missing-field"),
        ("incidents/hom-nay.yaml", "at: 2026-01-01\n", "path-form"),
        (
            "incidents/2026-11-01-a.yaml",
            "at: 2026-11-01\nperson: nobody\nreason: a\n",
            "unknown-person",
        ),
    ],
)
def test_files_that_do_not_belong_or_cannot_be_read(files, path, text, code):
    """Broken YAML never counts as an empty roster."""
    assert [found for found, _ in defects(Files({**files, path: text}))] == [code]


def test_bytes_that_are_no_text(village, files):
    """The line of the first wrong byte is named."""

    class Broken(Files):
        def read(self, path):
            return b"name: A\n\xff\n" if path == "people/lim-head.yaml" else super().read(path)

    assert defects(Broken(files)) == [("not-utf8", "people/lim-head.yaml:2")]


def test_a_roster_without_operations_is_none(files):
    """It would have no authority."""
    del files["operations.yaml"]
    assert defects(files) == [("missing-file", "operations.yaml")]


def test_a_providers_record_stands_in_the_private_repository(village):
    """Unit, name, title and a way to reach them (D6); consent for re-used text (D7)."""
    record = {"unit": "Phòng A", "name": "Người X", "title": "Chuyên viên", "phone": "0900 000 000"}
    village.commit({"providers/phong-a.yaml": dump({**record, "items": ["aaaaaaaa2222"], "consent": "Phiếu 1"})})
    assert village.load().providers["phong-a"].phone == "0900 000 000"


def test_the_examples_of_the_document_are_valid(village):
    """What `docs/boards.md` shows can be written."""
    models = {"people": Person, "boards": Board, "operations.yaml": Operations, "providers": Provider}
    text = (
        (REPOSITORY / "docs/boards.md").read_text("utf-8").replace("ssh-ed25519 AAAA…", village.public("lim-head").line)
    )
    examples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 4
    for path, example in examples:
        problems = []
        assert read_entry(path, example.encode(), models[path.partition("/")[0]], problems), problems


def test_a_stored_roster_is_the_same_one(village, tmp_path):
    """Read back from the service's own folder; what is damaged there is read anew from Git."""
    village.revoke("lim-editor", NOON)
    decision = village.read(f"boards/{LIM}.yaml")["decision"]
    village.change(f"boards/{LIM}.yaml", decision={**decision, "valid_to": "2026-12-31"})
    read = []

    def load():
        read.append(1)
        return village.load()

    first = stored_roster(tmp_path, village.head(), load)
    assert stored_roster(tmp_path, village.head(), load) == first == village.load()
    (file,) = tmp_path.glob("roster-*.json")
    for damage in (b"", b"{}", file.read_bytes().replace(b'"format":1', b'"format":2'), file.read_bytes()[:-9]):
        file.write_bytes(damage)
        assert stored_roster(tmp_path, village.head(), load) == first
    assert len(read) == 5
    for number in range(10):
        stored_roster(tmp_path, f"{number:040d}", village.load)
    assert len(list(tmp_path.glob("roster-*"))) == 8


# --- what a day asks for ----------------------------------------------------------------------------


def said(problems):
    return [(p.code, p.path, p.severity) for p in problems]


def test_a_board_that_loses_people_is_told_so_and_the_others_go_on(village):
    """Taking the head's access away does not stop the network: it is a finding of that Board (E4, E8)."""
    village.revoke("lim-head", NOON)
    village.revoke("lim-member", NOON)
    roster = village.load()
    found = said(report.composition_problems(roster, NOON))
    path = "boards/ha/lim.yaml"
    assert found == [("no-head", path, Severity.ERROR), ("board-composition", path, Severity.ERROR)]
    assert roster.may_approve("mai-head", "ha/mai", PATH, NOON)
    assert said(report.composition_problems(roster, NOON, ["ha/mai"])) == []


def test_an_expired_exception_is_an_error(village):
    """Until its last day it excuses; then the Board needs its people."""
    few = [village.member("lim-head", "head"), village.member("lim-deputy", "deputy")]
    excuse = {"decision": "99002/QĐ-TD", "until": "2026-11-30"}
    village.commit({"boards/ha/lim.yaml": village.board("lim", members=few, composition_exception=excuse)})
    roster = village.load()
    assert said(report.composition_problems(roster, NOON)) == []
    late = list(report.composition_problems(roster, LATER))
    assert [p.code for p in late] == ["expired-exception", "board-composition"]
    assert "2026-11-30" in str(late[0].message)


def test_what_ends_within_sixty_days_is_warned_of(village):
    """Decisions, memberships, keys, posts, people (E3, E5); the number of days is the caller's."""
    decision = village.read(f"boards/{LIM}.yaml")["decision"]
    village.change(f"boards/{LIM}.yaml", decision={**decision, "valid_to": "2026-12-31"})
    village.end_membership("ha/mai", "mai-member", "2027-01-10")
    village.change("people/ha-reviewer.yaml", valid_to="2027-06-30")
    roster = village.load()
    texts = [str(p.message) for p in report.ending_soon(roster, NOON)]
    assert len(texts) == 2
    assert "2026-12-31" in texts[0] and "2027-01-10" in texts[1]
    assert len(list(report.ending_soon(roster, NOON, 40))) == 1
    assert len(list(report.ending_soon(roster, NOON, 365))) == 3
    assert {p.severity for p in report.ending_soon(roster, NOON)} == {Severity.WARNING}


def test_an_approver_without_a_valid_key_is_named(village):
    """They stand on the Board and cannot sign."""
    village.revoke_key("lim-head", "2026-11-10T00:00:00+07:00")
    path = "people/lim-head.yaml"
    assert said(report.keyless_approvers(village.load(), NOON)) == [("no-valid-key", path, Severity.WARNING)]


def test_stale_keys_and_missing_handovers_are_reported(village):
    """E9: what nobody uses is asked about; who left has handed over."""
    roster = village.load()
    acts = {f: NOON for f in roster.keys if f != village.fingerprint("mai-deputy")}
    found = list(report.stale_accounts(roster, acts, NOON))
    assert [p.path for p in found] == ["people/mai-deputy.yaml"]
    assert list(report.stale_accounts(roster, acts, NOON, days=400)) == []
    village.end_membership("ha/mai", "mai-deputy", "2026-11-01")
    assert [p.path for p in report.missing_handovers(village.load(), NOON)] == ["people/mai-deputy.yaml"]
    record = {"date": "2026-11-01", "to": "mai-head", "record": "Biên bản 1 (trình diễn)"}
    village.change("people/mai-deputy.yaml", handover=record)
    assert list(report.missing_handovers(village.load(), NOON)) == []


def test_two_of_one_name_are_asked_about(village):
    """One person in two files could approve themselves."""
    village.change("people/mai-editor.yaml", name=village.read("people/lim-head.yaml")["name"].upper())
    found = list(report.same_names(village.load(), NOON))
    assert [p.path for p in found] == ["people/mai-editor.yaml"] and "lim-head" in str(found[0].message)
    village.change("people/mai-editor.yaml", valid_to="2026-11-01")
    assert list(report.same_names(village.load(), NOON)) == []


def test_training_is_due_every_year(village):
    """O1: whoever stands for a Site and was not trained within 365 days is listed."""
    village.change("people/lim-head.yaml", training=[{"date": "2026-03-01", "topic": "Nghiệp vụ"}])
    village.change("people/lim-editor.yaml", training=[{"date": "2025-03-01", "topic": "Nghiệp vụ"}])
    due = [p.path for p in report.training_due(village.load(), NOON)]
    assert "people/lim-head.yaml" not in due and "people/lim-editor.yaml" in due


def test_no_live_site_without_a_board_decision(tiny, village):
    """An error for a release, a warning for the work tree; a retired Site needs none (E3)."""
    network = tiny()
    number = "board_decision: {number: 99001/QĐ-TD, date: 2026-01-01, issuer: UBND}\n"
    network.put("sites/ha/lim.yaml", (network.root / "sites/ha/lim.yaml").read_text("utf-8") + number)
    network.put(
        "sites/ha/mai.yaml",
        (network.root / "sites/ha/mai.yaml").read_text("utf-8")
        + "status: retired\nretired_on: 2026-07-01\nsuccessor: ha/lim\n",
    )
    network.put("sites/ha/bac.yaml", "kind: ward\nname: {vi: Phường Bắc}\nshort_name: {vi: Bắc}\nlabel: bac\n" + number)
    sites = load_network(network.root).sites.values()
    roster = village.load()
    found = said(report.sites_without_board(sites, roster, NOON, Profile.RELEASE))
    assert sorted(found) == [
        ("no-board", "sites/ha/bac.yaml", Severity.ERROR),
        ("no-board-decision", "sites/ha/portal.yaml", Severity.ERROR),
    ]
    assert {s for *_, s in said(report.sites_without_board(sites, roster, NOON, Profile.WORK))} == {Severity.WARNING}
    assert [code for code, *_ in said(report.sites_without_board(sites, None, NOON, Profile.WORK))] == [
        "no-board-decision"
    ]
    decision = village.read(f"boards/{LIM}.yaml")["decision"]
    village.change(f"boards/{LIM}.yaml", decision={**decision, "number": "99009/QĐ-TD"})
    codes = {code for code, *_ in said(report.sites_without_board(sites, village.load(), NOON, Profile.WORK))}
    assert "decision-differs" in codes


# --- the trust root ---------------------------------------------------------------------------------


def test_the_trust_root_knows_its_keys_by_their_dates(village):
    """A service key counts within its dates; a root key is no service key."""
    trust = village.trust()
    assert trust.is_root_key(village.fingerprint("ha-authority"))
    assert trust.is_service_key(village.fingerprint("service"), NOON)
    assert not trust.is_service_key(village.fingerprint("service"), parse_time("2025-12-31"))
    assert not trust.is_service_key(village.fingerprint("ha-authority"), NOON)


def test_a_trust_root_that_is_absent_or_wrong_is_an_error(village, tmp_path):
    """No default, no half trust."""
    with pytest.raises(UsageError, match="cannot be read"):
        load_trust(tmp_path / "none.yaml")
    text = village.trust_file.read_text("utf-8")
    root, service = village.public("ha-authority").line, village.public("service").line
    for old, new, code in (
        ("content_root: '", "content_root: 'x", "wrong-value"),
        (service, root, "key-twice"),
        (service, "ssh-ed25519 AAAA", "wrong-key"),
        ("service_keys:", "service_key:", "unknown-field"),
        ("'2026-01-01'", "2026-01-01\n  valid_to: 2025-01-01", "wrong-dates"),
    ):
        assert old in text
        village.trust_file.write_text(text.replace(old, new), "utf-8")
        with pytest.raises(ProblemsFound) as found:
            village.trust()
        assert code in [p.code for p in found.value.problems]


# --- CODEOWNERS -------------------------------------------------------------------------------------


def test_codeowners_names_teams_and_the_most_particular_line_stands_last(tiny, village):
    """Every Board, every Portal's brand, the shared parts; no person of the roster (E2, E7)."""
    network = tiny()
    network.git("init", "-q")
    network.git("add", "workflows/editorial.yaml")
    network.git("commit", "-qm", "policy")
    with GitRepository(network.root) as repository:
        policy = load_policy(repository.tree(repository.resolve("HEAD")))
    owned = owned_paths(policy, load_network(network.root))
    text = codeowners_text(owned, Forge.GITHUB, "thanh-pho")
    lines = text.splitlines()
    assert "/content/ha/lim/ @thanh-pho/ha-lim-board" in lines
    assert "/sites/ha/portal.yaml @thanh-pho/ha-portal-board" in lines
    shared = "/workflows/ @thanh-pho/technical-reviewers @thanh-pho/ha-portal-head"
    assert lines.index(shared) < lines.index("/content/ha/lim/ @thanh-pho/ha-lim-board")
    assert leaks({"CODEOWNERS": text.encode()}, village.load()) == []


def test_gitea_reads_regular_expressions(village):
    """The same owners in its form, dots and stars included."""
    owned = [*site_paths("content/{portal}/{site}/**", [LIM]), OwnedPath("*", ("ky-thuat",))]
    text = codeowners_text(owned, Forge.GITEA, "tp")
    shared, own = [entry.split(" ")[0] for entry in text.splitlines()[1:]]
    assert re.fullmatch(own, PATH) and not re.fullmatch(own, "content/ha/limx/a")
    assert re.fullmatch(shared, "Makefile") and not re.fullmatch(shared, "docs/a.md")
    assert codeowners_text([OwnedPath(".ci/*.yaml", ("a",))], Forge.GITEA, "tp").endswith("[.]ci/[^/]*[.]yaml @tp/a\n")


@pytest.mark.parametrize("organisation", ["", "a b", "x\n* @ai", "tp/"])
def test_a_wrong_organisation_is_refused(organisation):
    """A line break would add an owner."""
    with pytest.raises(UsageError):
        codeowners_text([OwnedPath("content/ha/lim/**", (board_team(LIM),))], Forge.GITHUB, organisation)


# --- leaks ------------------------------------------------------------------------------------------


def test_every_kind_of_leak_is_found(village):
    """Ids, names in any letters, logins, keys, fingerprints, signatures, providers' addresses (E7)."""
    record = {"unit": "Phòng A", "name": "Người X", "title": "Chuyên viên", "email": "x@ha.example"}
    village.commit({"providers/phong-a.yaml": dump(record)})
    roster = village.load()
    name = roster.people["lim-head"].name
    texts = {
        "person": b"approved by lim-head.",
        "name": f"<p>{name.upper()}</p>".encode(),
        "html": html.escape(name).encode("ascii", "xmlcharrefreplace"),
        "json": json.dumps(name).encode(),
        "address": quote(name).encode(),
        "login": b"https://forge/Lim-Head-GH/x",
        "key": village.public("lim-head").line.encode(),
        "fingerprint": village.fingerprint("lim-head").encode(),
        "signature": village.sign("lim-head", b"text", "git"),
        "provider": b"mailto:x@ha.example",
        "clean": b"lim-headline, lim-head2 and slim-head are other words",
    }
    found = leaks(texts, roster)
    assert {leak.where for leak in found} == set(texts) - {"clean"}
    assert all(
        leak.kind == leak.where for leak in found if leak.where in {"person", "name", "login", "key", "signature"}
    )
    assert [leak.what for leak in leaks({"a": b"Ban bi\xc3\xaan t\xe1\xba\xadp"}, roster, more=["ban biên tập"])]


# --- the command line -------------------------------------------------------------------------------


@pytest.fixture
def town(tiny, village):
    """Return a network that knows its roster, its trust root and an operator's key."""
    network: TinyNetwork = tiny()
    network.git("init", "-q")
    network.git("add", "workflows", "sites")
    network.git("commit", "-qm", "first")
    network.git("config", "congtin.roster", str(village.roster))
    network.git("config", "congtin.trust", str(village.trust_file))
    network.git("config", "congtin.signingkey", str(village.key("ha-operator")))
    return network


def test_board_check_reads_roster_history_and_sites(town, village):
    """In order: warnings only. With a broken Board: status 1."""
    done = town.congtin("board", "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no-board-decision" in done.stdout and "0 errors" in done.stdout
    assert town.congtin("board", "check", "--release").returncode == 1
    village.revoke("lim-head", NOON)
    done = town.congtin("board", "check")
    assert done.returncode == 1 and "boards/ha/lim.yaml: error: The Board has no head." in done.stdout


def test_a_clone_finds_the_roster_of_its_content_repository(town, village, tmp_path):
    """Where the bare repository lies on the same machine; relative paths begin at its top."""
    bare = tmp_path / "content.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(town.root), str(bare)], check=True, timeout=30)
    subprocess.run(
        ["git", "-C", str(bare), "config", "congtin.roster", "../village/roster.git"], check=True, timeout=30
    )
    town.git("config", "--unset", "congtin.roster")
    assert town.congtin("board", "show", LIM).returncode == 2
    town.git("remote", "add", "origin", str(bare))
    assert town.congtin("board", "show", LIM).returncode == 0


def test_board_show_and_codeowners(town):
    """Who, in which role; and CODEOWNERS without them."""
    done = town.congtin("board", "show", LIM)
    assert done.returncode == 0, done.stderr
    assert "lim-head" in done.stdout and "99001/QĐ-TD" in done.stdout
    assert '"role": "deputy"' in town.congtin("board", "show", LIM, "--format", "json").stdout
    done = town.congtin("board", "show", "ha/lin")
    assert done.returncode == 2 and "Did you mean" in done.stderr
    done = town.congtin("board", "codeowners", "--forge", "gitlab", "--organisation", "tp")
    assert "/content/ha/lim/ @tp/ha-lim-board" in done.stdout and "lim-head" not in done.stdout


def test_one_command_takes_a_person_away_everywhere(town, village):
    """All Boards, posts and keys, at once, in one signed commit with the record of the incident (E8)."""
    village.add_member("ha/mai", "lim-head", "member")
    before = village.head()
    done = town.congtin("board", "revoke", "lim-head", "--reason", "Mất máy")
    assert done.returncode == 0, done.stderr
    assert "boards/ha/lim.yaml" in done.stdout and "boards/ha/mai.yaml" in done.stdout
    roster = village.load()
    assert not any(roster.standing("lim-head", site, NOON) for site in roster.boards)
    assert roster.person_of_key(village.fingerprint("lim-head"), NOON) is None
    (incident,) = roster.incidents.values()
    assert (incident.person, incident.operator, incident.reason) == ("lim-head", "ha-operator", "Mất máy")
    with village.repository as repository:
        assert repository.commit(village.head()).parents == (before,)
    assert town.congtin("board", "check").returncode == 1  # both Boards go on, one without its head


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["lim-haed", "--reason", "x"], "Did you mean"),
        (["lim-head", "--reason", "  "], "Say why"),
        (["lim-head", "--reason", "x", "--site", "ha/lin"], "no Board"),
        (["lim-head", "--reason", "x", "--site", "ha/mai"], "is nothing for"),
        (["ha-authority", "--reason", "x"], "No roster authority"),
    ],
)
def test_what_revoke_refuses_writes_nothing(town, village, words, text):
    """Unknown persons and Boards, no reason, the last roster authority."""
    before = village.head()
    done = town.congtin("board", "revoke", *words)
    assert done.returncode != 0 and text in done.stderr
    assert village.head() == before


def test_only_operators_and_authorities_revoke(town, village):
    """Neither a Board's head nor a stranger."""
    for name, text in (("lim-head", "Only an operator"), ("outsider", "nobody’s")):
        done = town.congtin("board", "revoke", "mai-head", "--reason", "x", "--key", str(village.key(name)))
        assert done.returncode == 2 and text in done.stderr


def test_revoke_of_one_site_leaves_the_rest_and_the_keys(village):
    """E8: service for one Site."""
    village.add_member("ha/mai", "lim-head", "member")
    village.revoke("lim-head", NOON, site="ha/mai")
    roster = village.load()
    assert roster.standing("lim-head", LIM, NOON) and not roster.standing("lim-head", "ha/mai", NOON)
    assert roster.person_of_key(village.fingerprint("lim-head"), NOON) == "lim-head"


def test_revoke_keeps_what_people_wrote(village):
    """Comments, quotation marks and the order of fields; what had not begun never does."""
    path = "boards/ha/lim.yaml"
    text = "# Ban Biên tập phường Lim\n" + village.board("lim")
    text += "- {person: mai-editor, role: desk, decision: '1', valid_from: 2027-01-01} # từ năm sau\n"
    village.commit({path: text})
    village.revoke("mai-editor", NOON)
    with village.repository as repository:
        now = repository.tree(village.head()).read(path).decode()
    assert now.replace(", valid_to: 2027-01-01T00:00:00+07:00", "") == text


def test_several_who_revoke_at_once_lose_nothing(village):
    """Whoever comes second is told, and nothing of theirs is half there."""

    def take(person):
        try:
            village.revoke(person, NOON)
        except RefMoved:
            return None
        return person

    people = ["lim-member", "mai-member", "portal-member", "lim-editor"]
    with ThreadPoolExecutor(4) as pool:
        done = {person for person in pool.map(take, people) if person}
    roster = village.load()
    assert done and {incident.person for incident in roster.incidents.values()} == done
    assert {person for person in people if not roster.present(person, NOON)} == done


def test_where_the_roster_is_must_be_said(tiny):
    """Nobody guesses a private repository."""
    network = tiny()
    subprocess.run(["git", "init", "-q"], cwd=network.root, check=True, timeout=30)
    done = network.congtin("board", "check")
    assert done.returncode == 2 and "git config congtin.roster" in done.stderr
    done = network.congtin("board", "check", "--roster", str(network.root / "none"))
    assert done.returncode == 2 and "no roster at" in done.stderr
