"""`workflows/editorial.yaml`: what it must say, whose each path is, and what is told of a broken one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from network import REPOSITORY

from congtin.editorial.board import APPROVING, BoardRole
from congtin.editorial.policy import FILE, Act, EditorialRole, Guard, OwnerKind, Policy, State, load_policy
from congtin.errors import Problem, ProblemsFound
from congtin.rules.combine import BOARD_ROLES

TEXT = (REPOSITORY / FILE).read_text("utf-8")


class Held:
    """A tree that holds one policy, or none."""

    def __init__(self, text: str | bytes | None) -> None:
        self.data = text.encode() if isinstance(text, str) else text

    def read(self, path: str) -> bytes | None:
        return self.data if path == FILE else None

    def paths(self, below: str) -> Iterator[str]:
        yield from ()


def policy(*changes: tuple[str, str]) -> Policy:
    """Return the shipped policy with some words replaced; each must be there."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return load_policy(Held(text))


def refused(*changes: tuple[str, str], text: str | bytes | None = TEXT) -> list[Problem]:
    if isinstance(text, str):
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
    with pytest.raises(ProblemsFound) as raised:
        load_policy(Held(text))
    return list(raised.value.problems)


def line_of(words: str) -> int:
    return TEXT[: TEXT.index(words)].count("\n") + 1


SHIPPED = policy()


# --- what it says ----------------------------------------------------------------------------------


def test_the_policy_is_the_only_place_of_states_transitions_roles_and_guards():
    """Every state, act and role the engine knows stands in the file, and nothing else can."""
    assert set(SHIPPED.states) == set(State)
    assert set(SHIPPED.transitions) == set(Act)
    assert set(SHIPPED.roles) == set(EditorialRole)
    assert {guard for t in SHIPPED.transitions.values() for guard in t.guards} == set(Guard)
    assert {role.value for role in SHIPPED.approving} == {"member", "deputy", "head"}


def test_every_state_is_reached_from_draft_and_only_the_gate_publishes():
    """No way leads to “published” or “scheduled” around the gate, but a tombstone (E24)."""
    reached = {State.DRAFT}
    for _ in State:
        reached |= {t.to for t in SHIPPED.transitions.values() if reached & set(t.from_)}
    assert reached == set(State)
    for act, transition in SHIPPED.transitions.items():
        if transition.to in {State.PUBLISHED, State.SCHEDULED}:
            assert Guard.GATE in transition.guards or act in {Act.TAKE_DOWN, Act.CONFIRM_TAKE_DOWN}, act


@pytest.mark.parametrize(
    ("path", "owner", "names"),
    [
        ("content/ha/lim/tin-tuc/2026/a.vi.md", OwnerKind.BOARD, {"portal": "ha", "site": "lim"}),
        ("content/ha/portal/tin-tuc/2026/a.files/b/c.png", OwnerKind.BOARD, {"portal": "ha", "site": "portal"}),
        ("sites/ha/portal.yaml", OwnerKind.PORTAL, {"portal": "ha"}),
        ("sites/ha/lim.yaml", OwnerKind.BOARD, {"portal": "ha", "site": "lim"}),
        ("sites/ha/lim/picks/aaaaaaaa2222.yaml", OwnerKind.BOARD, {"portal": "ha", "site": "lim"}),
        ("themes/base/page.html", OwnerKind.SHARED, {}),
        ("themes/hanoi/logo.svg", OwnerKind.BRAND, {"brand": "hanoi"}),
        ("sites/_defaults.yaml", OwnerKind.SHARED, {}),
        ("workflows/rulepacks/hanoi-2025.yaml", OwnerKind.SHARED, {}),
        ("plugins/x/y.py", OwnerKind.SHARED, {}),
        ("congtin/editorial/gate.py", OwnerKind.SHARED, {}),
        (".github/workflows/publish.yml", OwnerKind.SHARED, {}),
        ("pelicanconf.py", OwnerKind.SHARED, {}),
        (".gitattributes", OwnerKind.SHARED, {}),
    ],
)
def test_whose_a_path_is(path, owner, names):
    """The first line that fits decides."""
    assert SHIPPED.owner(path) == (owner, names)


@pytest.mark.parametrize(
    "path",
    [
        "content/a.md", "content/ha/a.md", "content/ha/lim/", "sites/ha/lim/picks/deep/a.yaml",
        "sites/ha/lim/other/a.yaml", "sites/ha/a.txt", "other/a", "themes/a.html", "",
    ],
)  # fmt: skip
def test_what_nobody_owns_is_nobodys(path):
    """Such a path is refused, never left to whoever comes."""
    assert SHIPPED.owner(path) is None


def test_a_name_in_a_pattern_is_one_folder_only():
    """“{site}” never swallows a slash, a dot is a dot, and a line feed hides nothing."""
    assert SHIPPED.owner("sites/ha/x/lim.yaml") is None
    assert SHIPPED.owner("sites/haxportalyyaml") is None
    assert SHIPPED.owner("pelicanconf.py\n") == (OwnerKind.SHARED, {})
    assert SHIPPED.owner("content/ha/lim/a\nb.md") == (OwnerKind.BOARD, {"portal": "ha", "site": "lim"})


# --- what is told of a broken one --------------------------------------------------------------------


def test_a_missing_file_says_where_to_take_one_from():
    (problem,) = refused(text=None)
    assert (problem.code, problem.path) == ("missing-file", FILE) and problem.hint


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("format: 1", "format: 2", None, "format: 1"),
        ("states:\n", "states: [\n", None, None),
        ("  reject:\n", "  reject:\n  reject:\n", "yaml-duplicate", None),
        ("format: 1\n", "owner: all\nformat: 1\n", "unknown-field", "format: 1"),
        ("roles: [member, deputy, head]", "roles: [member, deputy, chief]", None, "roles: [member, deputy, head]"),
        ("guards: [is_author]", "guards: [is_autor]", None, "guards: [is_author]"),
        ("to: in_review", "to: in_rewiew", None, "to: in_review"),
        ("  draft: {", "  daft: {", None, None),
        ("  withdraw:\n", "  withdrow:\n", None, None),
        ("owner: board", "owner: everybody", None, "owner: board"),
        ("files: 2000", "files: 0", None, "files: 2000"),
        ("files: 2000", "files: many", None, "files: 2000"),
        ("clock_tolerance_hours: 24", "clock_tolerance_hours: null", None, "clock_tolerance_hours"),
        ("every_portal: head", "every_portal: nobody", None, "every_portal: head"),
        ("pick: target", "pick: origin", None, "pick: target"),
    ],
)
def test_a_slip_is_named_with_its_line(old, new, code, at):
    """Broken YAML, unknown words, wrong numbers: file, line, what is wrong; nothing is half read."""
    problems = refused((old, new))
    assert all(problem.path == FILE and str(problem.message) for problem in problems)
    if code:
        assert code in {problem.code for problem in problems}
    if at:
        assert line_of(at.strip("\n")) in {problem.line for problem in problems}, problems


def test_bytes_that_are_no_text_are_named():
    (problem,) = refused(text=b"format: 1\nroles: \xff\n")
    assert (problem.code, problem.line) == ("not-utf8", 2)
    (problem,) = refused(text="- a\n- b\n")
    assert problem.code == "wrong-value"


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        (TEXT[TEXT.index("  take_down:") : TEXT.index("  confirm_take_down:")], "", "missing-field", "take_down"),
        ("  scheduled: {label: {vi: Hẹn giờ đăng, en: Scheduled}}\n", "", "missing-field", "scheduled"),
        ("  operator: {label: {vi: Đơn vị vận hành, en: Operator}}", "  operator: {label: {vi: x}, approves: true}",
         "wrong-role", "E6"),
        ("    guards: [newest_bytes, not_author]", "    guards: [newest_bytes]", "missing-guard", "not_author"),
        ("    guards: [gate]", "    guards: []", "missing-guard", "gate"),
        ("    guards: [tombstone_only, reason]", "    guards: [reason]", "missing-guard", "tombstone_only"),
        ("    guards: [reason, refusal_code]", "    guards: [reason]", "missing-guard", "refusal_code"),
        ("    roles: [head]\n", "    roles: [head, editor]\n", "wrong-role", "editor"),
        ('  - {path: "sites/{portal}/portal.yaml", owner: portal}', '  - {path: "sites/*/portal.yaml", owner: portal}',
         "wrong-value", "sites/*/portal.yaml"),
        ('"themes/{brand}/**"', '"themes/{brant}/**"', "wrong-value", "brant"),
    ],
)  # fmt: skip
def test_a_policy_that_would_open_the_gate_is_refused(old, new, code, word):
    """Valid words are not enough: without these roles and guards the gate would have a hole."""
    found = [problem for problem in refused((old, new)) if problem.code == code]
    assert found and any(word in str(problem.message) for problem in found)
    assert all(problem.path == FILE and problem.line for problem in found)


def test_every_error_is_told_at_once():
    """A person mends the file in one go."""
    problems = refused(("roles: [head]", "roles: [editor]"), ("guards: [gate]", "guards: []"))
    assert {"wrong-role", "missing-guard"} <= {problem.code for problem in problems}


@pytest.mark.parametrize("name", re.findall(r"(?m)^ +([a-z_]+): +(?:origin|target)\b", TEXT))
def test_each_rule_of_copies_is_asked_for(name):
    """Left out, the file is not read."""
    text = re.sub(rf"(?m)^  {name}: .*\n", "", TEXT, count=1)
    assert any(name in str(problem.message) for problem in refused(text=text))


def test_all_places_that_name_roles_name_the_same():
    """The policy, the roster and the rule packs."""
    roster = {role.value for role in BoardRole}
    assert {role.value for role in EditorialRole} == roster | {"operator"}
    assert {role.value for role in APPROVING} == set(BOARD_ROLES)
