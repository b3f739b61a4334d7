"""The blueprint holds: floors, who may import Pelican and Git, and rooms that stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the ground up; a module imports only from floors below its own or from its own package.
FLOORS = {
    "congtin.messages": 0,
    "congtin.errors": 1,
    "congtin.characters": 1,
    "congtin.languages": 1,
    "congtin.model": 1,
    "congtin.cores": 0,
    "congtin.ending": 0,
    "congtin.layout": 1.5,
    "congtin.engine": 1.7,
    "congtin.stored_problems": 1.7,
    "congtin.strict_yaml": 2,
    "congtin.locks": 2,
    "congtin.workers": 2,
    "congtin.sandbox": 2,
    "congtin.validation": 2,
    "congtin.media": 2,
    "congtin.rules": 3,
    "congtin.network": 3,
    "congtin.kinds": 3,
    "congtin.catalogue": 3.5,
    "congtin.crosspost": 4,
    "congtin.checks": 4.5,
    "congtin.build": 5,
    "congtin.editorial": 5,
    "congtin.release": 6,
    "plugins": 6,
    "congtin.cli": 7,
    "congtin.__main__": 8,
}
MOST_LINES = 300


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ("congtin", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def package(module: str) -> str:
    parts = module.split(".")
    return parts[0] if parts[0] == "plugins" else ".".join(parts[:2])


@pytest.mark.parametrize(("module", "path"), [pytest.param(m, p, id=m) for m, p in modules()])
def test_a_module_imports_only_from_lower_floors(module, path):
    """An arrow never points up."""
    own = package(module)
    if own == "congtin" or module == "congtin.__init__":
        return
    for imported in imports(path):
        target = package(imported)
        if target in FLOORS and target != own:
            assert FLOORS[target] <= FLOORS[own], f"{module} imports {imported}"
            assert FLOORS[target] < FLOORS[own] or FLOORS[own] <= 3, f"{module} imports {imported}"


@pytest.mark.parametrize(("module", "path"), [pytest.param(m, p, id=m) for m, p in modules()])
def test_modules_stay_small(module, path):
    """No room grows past about 300 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES, module


# Who starts the program `git`: in builds and checks; the objects of a repository, a person's work tree, new ones.
KNOW_GIT = {
    "congtin.catalogue.changes",
    "congtin.catalogue.tree",
    "congtin.editorial.repository",
    "congtin.editorial.worktree",
    "congtin.editorial.founding",
}


def starts_git(path: Path) -> bool:
    """Tell whether a module holds the name of the program as a word of a command."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.List | ast.Call)]
    words = [call.elts if isinstance(call, ast.List) else call.args for call in calls]
    return any(each and isinstance(each[0], ast.Constant) and each[0].value == "git" for each in words)


def test_only_a_few_modules_know_pelican_and_git():
    """Pelican: plugins, build.edition, build.writer. Git: what KNOW_GIT names."""
    pelican = {m for m, p in modules() if any(i.split(".")[0] == "pelican" for i in imports(p))}
    assert {m for m in pelican if not m.startswith("plugins.")} == {"congtin.build.edition", "congtin.build.writer"}
    assert {m for m, p in modules() if starts_git(p)} == KNOW_GIT


def test_every_package_is_on_a_floor():
    """A new package gets its place before it gets code."""
    assert {package(m) for m, _ in modules()} - set(FLOORS) <= {"congtin", "congtin.__init__"}
