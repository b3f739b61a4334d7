"""Rule packs: what the four regulations say, how packs combine, and what is told of broken ones."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network import REPOSITORY

from congtin.editorial.repository import CommitTree, GitRepository
from congtin.errors import Problem, ProblemsFound, Severity, UsageError
from congtin.kinds.load import load_kinds
from congtin.network.load import load_network
from congtin.rules.combine import BOARD_ROLES, Need, _strictest, rules_of
from congtin.rules.pack_rules import Rule, Step, Way, Window
from congtin.rules.packs import FOLDER, PackFields, RuleBook
from congtin.rules.site_packs import kind_problems, pack_problems
from congtin.validation import parse_time

NOW = parse_time("2026-11-22T12:00:00+07:00")
HANOI = ("hanoi-2025",)
CCHC = ("hanoi-2025", "hanoi-cchc-2025")


class Texts:
    """A tree held in memory: `-- name --` lines, each followed by the pack of that name."""

    def __init__(self, text: str) -> None:
        parts = re.split(r"^-- (\S+) --\n", text, flags=re.MULTILINE)
        self.files = {f"{FOLDER}/{name}": body for name, body in zip(parts[1::2], parts[2::2], strict=True)}

    def read(self, path: str) -> bytes | None:
        body = self.files.get(path)
        return None if body is None else body.encode("utf-8", "surrogateescape")

    def paths(self, below: str) -> Iterator[str]:
        return (path for path in self.files if path.startswith(f"{below}/"))


class Folder:
    """The work tree."""

    def read(self, path: str) -> bytes | None:
        file = REPOSITORY / path
        return file.read_bytes() if file.is_file() else None

    def paths(self, below: str) -> list[str]:
        return [file.relative_to(REPOSITORY).as_posix() for file in (REPOSITORY / below).rglob("*") if file.is_file()]


KINDS = load_kinds(REPOSITORY)[0]
SHIPPED = RuleBook.load(Folder())


def pack(name: str, rules: str = "", **changed: object) -> str:
    """Return the marked text of a pack; every one is of a regulation of its own and always in force."""
    fields = {
        "id": name,
        "title": f"{{vi: Quy chế {name}}}",
        "cite_as": f"Quy chế {name}",
        "regulation": name,
        "number": "null",
        "issued": "null",
        "issuer": "UBND",
        "valid_from": "null",
        "valid_to": "null",
        "specificity": 10,
        "status": "verified",
        **changed,
    }
    return f"-- {name}.yaml --\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + rules


def book(*texts: str) -> RuleBook:
    return RuleBook.load(Texts("".join(texts)))


def refused(*texts: str) -> list[str]:
    """Return code, file name and line of each problem of packs that cannot be read."""
    with pytest.raises(ProblemsFound) as raised:
        book(*texts)
    return [short(problem) for problem in raised.value.problems]


def short(problem: Problem) -> str:
    return f"{problem.code} {problem.place.removeprefix(f'{FOLDER}/')}"


# --- what the regulations say --------------------------------------------------------------------


def test_every_site_names_packs_that_hold_today():
    """The Sites of the three cities name regulations that are known and in force."""
    network = load_network(REPOSITORY)
    for site in network.sites.values():
        assert site.options.rule_packs, site.id
        assert not list(pack_problems(SHIPPED, site.options.rule_packs, NOW, site.file)), site.id


def test_a_board_of_hanoi_refuses_for_five_reasons_that_of_the_reform_site_for_nine():
    """Điều 14 khoản 3 of the one, Điều 3 khoản 9 of the other; the more specific list replaces the general one."""
    hanoi, reform = (rules_of(SHIPPED, names, NOW) for names in (HANOI, CCHC))
    assert [entry.rule.id for entry in hanoi.refusal_codes] == [
        "against-policy",
        "secret-or-not-public",
        "untrue",
        "unclear-origin-or-quality",
        "other-by-law",
    ]
    assert len(reform.refusal_codes) == 9
    assert {entry.pack for entry in reform.refusal_codes} == {"hanoi-cchc-2025"}
    assert reform.refusal_code("duplicate").source == "Quy chế Trang thông tin CCHC Hà Nội 2025, Điều 3 khoản 9"
    assert hanoi.refusal_code("untrue").source == "Quy chế Cổng TTĐT Hà Nội 2025, Điều 14 khoản 3 điểm c"


def test_a_reason_that_the_regulation_does_not_list_is_marked_as_derived():
    """Hải Phòng and Hưng Yên list no reasons for refusing an article."""
    for name, article in (("haiphong-2025", "against-law"), ("hungyen-2025", "inaccurate")):
        assert rules_of(SHIPPED, [name], NOW).refusal_code(article).rule.derived
    assert rules_of(SHIPPED, ["hungyen-2025"], NOW).refusal_code("banned-by-cybersecurity-law").status == "unverified"


@pytest.mark.parametrize(
    ("packs", "quoting", "complaints"),
    [
        (HANOI, "forbidden", None),
        (CCHC, "official_sources", "forward"),
        (("haiphong-2025",), None, "refuse"),
        (("hungyen-2025",), None, None),
    ],
)
def test_quoting_and_complaints_differ_by_regulation(packs, quoting, complaints):
    """D8 and H6; where a regulation is silent, nothing is made up."""
    rules = rules_of(SHIPPED, packs, NOW)
    assert (rules.quoting and rules.quoting.rule.policy) == quoting
    assert (rules.complaints and rules.complaints.rule.policy) == complaints


@pytest.mark.parametrize(
    ("row", "packs", "name", "event", "limit", "unit"),
    [
        ("G1", HANOI, "news", "occurred", None, "immediately"),
        ("G2", HANOI, "legal-guidance", "issued", 2, "working_days"),
        ("G3", HANOI, "documents-of-the-issuer", "issued", 2, "working_days"),
        ("G4", HANOI, "documents-of-the-governed", "issued", 5, "working_days"),
        ("G5", HANOI, "plans-and-procurement", "approved", 10, "working_days"),
        ("G6", HANOI, "questions-forwarded", "received", 2, "working_days"),
        ("G7", HANOI, "questions-out-of-scope", "received", None, "same_working_day"),
        ("G8", HANOI, "questions-answered", "received", 15, "working_days"),
        ("G9", HANOI, "science-approved", "approved", 20, "working_days"),
        ("G9", HANOI, "science-accepted", "accepted", 20, "working_days"),
        ("G10", HANOI, "statistics", "announced", 10, "working_days"),
        ("G11", HANOI, "foreign-languages", "changed", None, "immediately"),
        ("G12", HANOI, "on-request", "requested", None, "immediately"),
        ("G13", CCHC, "event-news", "occurred", 48, "hours"),
        ("G14", CCHC, "documents", "issued", 72, "hours"),
        ("G15", CCHC, "approved", "approved", None, "immediately"),
        ("G18", CCHC, "maintenance", "stop", 5, "working_days"),
        ("G19", ("hungyen-2025",), "data-restored", "incident", 24, "hours"),
        ("H10", ("haiphong-2025",), "dialogue-announced", "session", None, "working_days"),
    ],
)
def test_the_deadlines_are_those_of_the_regulations(row, packs, name, event, limit, unit):
    """Each measured demand stands in a pack with its article."""
    entry = next(entry for entry in rules_of(SHIPPED, packs, NOW).deadlines if entry.rule.id == name)
    assert (entry.rule.event, entry.rule.limit, entry.rule.unit) == (event, limit, unit), row
    assert re.search(r", Điều \d+ khoản \d", entry.source)


def test_a_portal_is_renewed_three_times_a_day_a_component_twice_a_working_day_at_times_nobody_has_set():
    """G16, G17: the regulation names parts of the day and no clock times."""
    windows = {entry.rule.id: entry.rule for entry in rules_of(SHIPPED, HANOI, NOW).update_windows}
    assert {name: (rule.days, len(rule.windows)) for name, rule in windows.items()} == {
        "portal": ("every_day", 3),
        "components": ("working_days", 2),
    }
    assert {(window.begins, window.ends) for rule in windows.values() for window in rule.windows} == {(None, None)}


def test_no_number_or_date_was_made_up():
    """The texts at hand carry no numbers; only two of them say from when they hold. All blanks are told."""
    facts = {name: (p.fields.number, p.fields.issued, str(p.fields.valid_from)) for name, p in SHIPPED.packs.items()}
    assert facts == {
        "haiphong-2025": (None, None, "2025-11-20"),
        "hanoi-2025": (None, None, "None"),
        "hanoi-cchc-2025": (None, None, "None"),
        "hungyen-2025": (None, None, "2025-10-01"),
    }
    notices = list(SHIPPED.notices())
    assert {notice.severity for notice in notices} == {Severity.NOTICE}
    assert all(notice.line for notice in notices)
    told = [str(notice.message) for notice in notices]
    assert told.count(str(notices[0].message)) == 4  # “number”
    chosen = [notice for notice in notices if notice.code == "pack-chosen"]
    assert [notice.path for notice in chosen] == [f"{FOLDER}/hanoi-2025.yaml"]  # how often fixed pages are reviewed


def test_every_rule_is_cited_and_every_text_is_vietnamese():
    """A person who is refused something can look it up."""
    for one in SHIPPED.packs.values():
        for where, rule in one.rules():
            assert rule.source.startswith("Điều "), (one.id, where)
            label = getattr(rule, "label", None)
            assert label is None or label["vi"], (one.id, where)


# --- approvals -----------------------------------------------------------------------------------


def test_a_dialogue_plan_of_hai_phong_needs_the_head():
    """H9: any member approves news, only the head a plan."""
    rules = rules_of(SHIPPED, ["haiphong-2025"], NOW)
    assert not rules.approvals("article").missing(["member"])
    assert rules.approvals("dialogue").missing(["member", "deputy"]) == (Need(frozenset({"head"}), 1),)
    assert not rules.approvals("dialogue").missing(["head"])
    assert "Quy chế Cổng TTĐT Hải Phòng 2025, Điều 8 khoản 2" in rules.approvals("dialogue").sources


def test_without_any_pack_a_board_still_approves_and_authors_do_not():
    """E1 and E22 are Côngtin's own floor; only a pack with an exception opens it."""
    rules = rules_of(book(), [], NOW)
    for kind in KINDS:
        assert rules.approvals(kind).missing([]) == (Need(frozenset(BOARD_ROLES), 1),)
        assert rules.approvals(kind).missing(["editor", "desk", "contributor"])
    assert not rules.author_is_not_approver.exception
    assert rules_of(SHIPPED, HANOI, NOW).author_is_not_approver.exception


def test_the_exception_holds_only_if_every_pack_that_speaks_of_it_allows_it():
    allowed = pack("a", "author_is_not_approver: {exception: composition-exception, source: Điều 1}\n")
    packs = book(allowed, pack("b", "author_is_not_approver: {exception: null, source: Điều 2}\n"), pack("c"))
    assert rules_of(packs, ["a", "c"], NOW).author_is_not_approver.exception
    assert not rules_of(packs, ["a", "b"], NOW).author_is_not_approver.exception


def test_a_kind_that_no_pack_names_needs_the_board_all_the_same():
    """A new kind of Items is not open to everybody because no regulation knows it yet."""
    assert rules_of(SHIPPED, HANOI, NOW).approvals("poem").missing([]) == (Need(frozenset(BOARD_ROLES), 1),)


def test_a_pack_that_names_a_kind_nobody_has_is_told_with_its_line():
    """A rule for a misspelt kind would hold for nothing, and nobody would notice."""
    assert not list(kind_problems(SHIPPED, KINDS))
    rule = pack("a", "approvals: [{kinds: [article, dialoge], roles: [head], source: Điều 1}]\n")
    (problem,) = kind_problems(book(rule), KINDS)
    assert (problem.code, problem.path, problem.line) == ("unknown-kind", "workflows/rulepacks/a.yaml", 12)
    assert problem.hint and "dialogue" in str(problem.hint)


def test_two_of_any_and_the_head_are_two_persons():
    """The most is asked for: both packs are satisfied, and the head counts among the two."""
    packs = book(
        pack("a", "approvals: [{kinds: [article], roles: [member, deputy, head], count: 2, source: Điều 1}]\n"),
        pack("b", "approvals: [{kinds: [article], roles: [head], source: Điều 2}]\n"),
    )
    rule = rules_of(packs, ["a", "b"], NOW).approvals("article")
    assert rule.missing(["member", "member"]) == (Need(frozenset({"head"}), 1),)
    assert rule.missing(["head"]) == (Need(frozenset(BOARD_ROLES), 1),)
    assert not rule.missing(["head", "deputy"])
    assert rule.sources == ("Quy chế a, Điều 1", "Quy chế b, Điều 2")


NEEDS = st.builds(Need, st.frozensets(st.sampled_from(BOARD_ROLES), min_size=1), st.integers(1, 3))


@given(st.lists(NEEDS, min_size=1, max_size=5), st.lists(st.sampled_from([*BOARD_ROLES, "editor"]), max_size=6))
def test_dropping_what_others_include_changes_no_answer(needs, given_roles):
    """However many packs say something, all of it holds."""

    def fulfilled(asked):
        return all(sum(role in need.roles for role in given_roles) >= need.count for need in asked)

    assert fulfilled(_strictest(needs)) == fulfilled(needs)


def test_steps_are_given_in_their_order_by_their_roles():
    """E23: the lead signs after the review."""
    packs = book(
        pack(
            "a",
            """\
approvals:
  - kinds: [document]
    roles: [member, deputy, head]
    count: 2
    steps:
      - {id: review, label: {vi: Thẩm định}, roles: [member, deputy]}
      - {id: lead, label: {vi: Duyệt}, roles: [head]}
    source: Điều 1
""",
        )
    )
    rule = rules_of(packs, ["a"], NOW).approvals("document")
    assert [step.id for step in rule.missing_steps([])] == ["review", "lead"]
    assert [step.id for step in rule.missing_steps([("lead", "head"), ("review", "member")])] == ["lead"]
    assert [step.id for step in rule.missing_steps([("review", "head"), (None, "member")])] == ["review", "lead"]
    assert not rule.missing_steps([("review", "member"), ("lead", "head")])
    assert not rules_of(packs, ["a"], NOW).approvals("article").steps


# --- how packs combine ---------------------------------------------------------------------------

DEADLINE = (
    "  - {{id: {id}, label: {{vi: Hạn}}, subject: {subject}, action: publish, event: issued, {rest}, source: Điều 1}}\n"
)


def deadline(name: str, rest: str, subject: str = "documents") -> str:
    return DEADLINE.format(id=name, subject=subject, rest=rest)


def test_of_two_deadlines_the_shortest_holds_and_of_two_notices_the_earliest():
    """Both keep the citizen from waiting."""
    packs = book(
        pack(
            "a",
            "deadlines:\n"
            + deadline("slow", "limit: 5, unit: working_days")
            + deadline("stop", "limit: 3, unit: working_days, before: true", "stop")
            + deadline("other", "limit: 9, unit: working_days", "other"),
        ),
        pack(
            "b",
            "deadlines:\n"
            + deadline("fast", "limit: 2, unit: working_days")
            + deadline("early", "limit: 5, unit: working_days, before: true", "stop")
            + deadline("hours", "limit: 72, unit: hours"),
        ),
    )
    rules = rules_of(packs, ["a", "b"], NOW)
    assert [(entry.rule.id, entry.pack) for entry in rules.deadlines] == [
        ("fast", "b"),
        ("early", "b"),
        ("other", "a"),
        ("hours", "b"),
    ]


def test_the_union_the_most_frequent_and_the_longest_hold():
    """Sections are added, backups taken as often as the strictest pack asks, what is permanent stays."""
    rules = rules_of(SHIPPED, CCHC, NOW)
    assert {"phat-ngon", "kinh-nghiem"} <= {entry.rule.id for entry in rules.required_sections}
    assert rules.backup and rules.backup.rule.times_per_week == 2
    assert rules.retention and rules.retention.rule.policy == "permanent"
    assert [text for entry in rules.attribution for text in entry.rule.texts] == [
        "Nguồn: Trang thông tin Cải cách hành chính"
    ]


def test_the_more_specific_pack_decides_however_packs_are_named():
    assert rules_of(SHIPPED, CCHC, NOW) == rules_of(SHIPPED, CCHC[::-1], NOW)


def test_every_type_of_rule_says_how_it_combines():
    ways = {model.__name__: model.way for model in Rule.__subclasses__()}
    assert ways == {
        "Approval": Way.MOST,
        "Separation": Way.MOST,
        "RefusalCode": Way.MOST_SPECIFIC,
        "Quoting": Way.MOST_SPECIFIC,
        "Complaints": Way.MOST_SPECIFIC,
        "Deadline": Way.SHORTEST,
        "RequiredSection": Way.UNION,
        "UpdateWindows": Way.UNION,
        "Review": Way.SHORTEST,
        "Backup": Way.MOST,
        "Retention": Way.MOST,
        "Attribution": Way.UNION,
    }


# --- dates ---------------------------------------------------------------------------------------


def problems(packs: RuleBook, names: list[str], day: str) -> list[str]:
    return [short(problem) for problem in pack_problems(packs, names, parse_time(day), "sites/ha/lim.yaml", 7)]


def test_a_pack_holds_from_its_first_to_its_last_day():
    """The day is that of Hà Nội, whatever the offset of the time."""
    packs = book(pack("a", valid_from="2025-10-01", valid_to="2026-09-30"))
    outside = ["pack-not-in-force sites/ha/lim.yaml:7"]
    assert problems(packs, ["a"], "2025-09-30T23:59:59+07:00") == outside
    assert problems(packs, ["a"], "2025-09-30T17:00:00+00:00") == []
    assert problems(packs, ["a"], "2026-09-30T23:59:59+07:00") == []
    assert problems(packs, ["a"], "2026-10-01") == outside
    with pytest.raises(ProblemsFound, match="2026-10-01"):
        rules_of(packs, ["a"], parse_time("2026-10-01"))


def test_a_site_may_name_the_old_and_the_new_version_of_its_regulation():
    """Their dates decide, so that nobody has to edit hundreds of Sites at midnight."""
    packs = book(
        pack("old", "quoting: {policy: forbidden, source: Điều 1}\n", regulation="r", valid_to="2026-06-30"),
        pack("new", "quoting: {policy: official_sources, source: Điều 1}\n", regulation="r", valid_from="2026-07-01"),
    )
    for day, policy in (("2026-06-30", "forbidden"), ("2026-07-01", "official_sources")):
        rules = rules_of(packs, ["old", "new"], parse_time(day))
        assert rules.quoting and rules.quoting.rule.policy == policy


@pytest.mark.parametrize("begins", ["2026-06-30", "null"])
def test_two_packs_of_one_regulation_never_hold_on_the_same_day(begins):
    assert refused(
        pack("a-old", regulation="r", valid_to="2026-06-30"), pack("b-new", regulation="r", valid_from=begins)
    ) == ["overlapping-packs b-new.yaml:8"]


# --- bad input -----------------------------------------------------------------------------------


def test_a_pack_nobody_has_is_told_with_the_place_that_names_it():
    found = list(pack_problems(SHIPPED, ["hanoi-2024"], NOW, "sites/hanoi/portal.yaml", 24))
    assert [short(problem) for problem in found] == ["unknown-pack sites/hanoi/portal.yaml:24"]
    assert found[0].hint and "hanoi-2025" in found[0].hint.in_language("en")


def test_packs_of_equal_rank_that_contradict_each_other_cannot_be_used_together():
    """Nobody could say which one holds; a third, more specific pack would decide."""
    one = pack("a", "quoting: {policy: forbidden, source: Điều 1}\n")
    other = pack("b", "quoting: {policy: official_sources, source: Điều 2}\n")
    same = pack("c", "quoting: {policy: forbidden, source: Điều 3}\n")
    third = pack("d", "quoting: {policy: forbidden, source: Điều 4}\n", specificity=20)
    packs = book(one, other, same, third)
    assert problems(packs, ["a", "b"], "2026-11-22") == ["contradicting-packs b.yaml:12"]
    assert problems(packs, ["a", "c"], "2026-11-22") == []
    assert problems(packs, ["a", "b", "d"], "2026-11-22") == []


def test_packs_that_give_one_step_to_different_roles_contradict_each_other():
    step = """\
approvals:
  - {{kinds: [article], roles: [head], source: Điều 1, steps: [{{id: lead, label: {{vi: Duyệt}}, roles: [{role}]}}]}}
"""
    packs = book(pack("a", step.format(role="head")), pack("b", step.format(role="deputy")))
    assert problems(packs, ["a", "b"], "2026-11-22") == ["contradicting-packs b.yaml:13"]


def test_an_unknown_reason_for_refusal_is_told_with_those_there_are():
    with pytest.raises(UsageError, match="untrue") as raised:
        rules_of(SHIPPED, HANOI, NOW).refusal_code("untru")
    assert "Did you mean" in raised.value.hint.in_language("en")


NO_COUNT = "approvals: [{kinds: [article], roles: [head], count: 0, source: Điều 1}]\n"
LATE = "{id: y, label: {vi: y}, begins: '25:00'}"
WINDOW = f"update_windows: [{{id: x, label: {{vi: x}}, days: every_day, source: Điều 1, windows: [{LATE}]}}]\n"
CODE = "  - {id: x, label: {vi: x}, source: Điều 1}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (pack("a", "approvals: [\n"), "yaml-syntax a.yaml:13"),
        (pack("a", "quoting: &x {policy: forbidden, source: Điều 1}\n"), "yaml-alias a.yaml:12"),
        (pack("a", "id: a\n"), "yaml-duplicate a.yaml:12"),
        ("-- a.yaml --\n- a\n", "wrong-value a.yaml:1"),
        ("-- a.yaml --\ntext: \udcff\n", "not-utf8 a.yaml:1"),
        ("-- a.yml --\nid: a\n", "path-form a.yml"),
        ("-- x/a.yaml --\nid: a\n", "path-form x/a.yaml"),
        (pack("a", id="b"), "pack-file a.yaml:1"),
        (pack("a", id="Ha Noi"), "wrong-value a.yaml:1"),
        (pack("a", valid_from="2026-02-30"), "wrong-value a.yaml:8"),
        (pack("a", valid_from="2026-02-02", valid_to="2026-02-01"), "wrong-value a.yaml:9"),
        (pack("a", specificity="high"), "wrong-value a.yaml:10"),
        (pack("a", "approval: []\n"), "unknown-field a.yaml:12"),
        (pack("a", "approvals: [{kinds: [article], roles: [chief], source: Điều 1}]\n"), "wrong-value a.yaml:12"),
        (pack("a", "approvals: [{kinds: [Bài thơ], roles: [head], source: Điều 1}]\n"), "wrong-value a.yaml:12"),
        (pack("a", "approvals: [{kinds: [], roles: [head], source: Điều 1}]\n"), "wrong-value a.yaml:12"),
        (pack("a", NO_COUNT), "wrong-value a.yaml:12"),
        (pack("a", "quoting: {policy: forbidden}\n"), "missing-field a.yaml:12"),
        (pack("a", "author_is_not_approver: {exception: always, source: Điều 1}\n"), "wrong-value a.yaml:12"),
        (pack("a", "quoting: {policy: forbidden, chosen: [polcy], source: Điều 1}\n"), "unknown-field a.yaml:12"),
        (pack("a", "deadlines:\n" + deadline("x", "unit: working_days")), "wrong-value a.yaml:13"),
        (pack("a", "deadlines:\n" + deadline("x", "unit: immediately, limit: 1")), "wrong-value a.yaml:13"),
        (pack("a", "deadlines:\n" + deadline("x", "unit: hours, limit: 1") * 2), "duplicate-id a.yaml:14"),
        (pack("a", WINDOW), "wrong-value a.yaml:12"),
        (pack("a", "refusal_codes:\n" + CODE * 2), "duplicate-id a.yaml:14"),
        (pack("a") + pack("b", id="a"), "duplicate-id b.yaml:1"),
    ],
)  # fmt: skip
def test_a_broken_pack_is_told_with_its_line(text, told):
    """Nothing is half-read: any problem keeps all packs from being used."""
    assert told in refused(text)


def test_the_hint_for_an_id_speaks_of_packs_not_of_items():
    with pytest.raises(ProblemsFound) as raised:
        book(pack("a", "refusal_codes: [{id: Không, label: {vi: x}, source: Điều 1}]\n"))
    hint = raised.value.problems[0].hint
    assert hint and hint.in_language("en").startswith("Use lower-case letters")


# --- where packs are read ------------------------------------------------------------------------


def test_policy_is_read_out_of_a_commit_whatever_the_work_tree_says(tmp_path: Path):
    """The gate asks the packs of the commit before, not those a Change brings."""

    def git(*words: str) -> str:
        run = subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True, text=True)
        return run.stdout.strip()

    git("init", "-q")
    file = tmp_path / FOLDER / "a.yaml"
    file.parent.mkdir(parents=True)
    strict = "approvals: [{kinds: [article], roles: [head], source: Điều 1}]\n"
    file.write_text(pack("a", strict).partition("\n")[2], "utf-8")
    git("add", ".")
    git("-c", "user.name=An", "-c", "user.email=an@example.vn", "commit", "-qm", "Policy")
    file.write_text(pack("a").partition("\n")[2], "utf-8")
    with GitRepository(tmp_path) as repository:
        packs = RuleBook.load(CommitTree(repository, git("rev-parse", "HEAD")))
    assert rules_of(packs, ["a"], NOW).approvals("article").missing(["deputy"])


def test_a_tree_without_packs_has_none():
    assert not book().packs


def test_the_documentation_explains_every_field_and_every_word():
    """Nobody has to read the sources to write a pack."""
    text = (REPOSITORY / "docs" / "rule-packs.md").read_text("utf-8")
    for model in (PackFields, Step, Window, *Rule.__subclasses__()):
        for name in model.model_fields:
            assert f"`{name}`" in text, f"{model.__name__}.{name}"
    for word in ("dialogue", "question", *BOARD_ROLES, *Way):
        assert f"`{word}`" in text, word
