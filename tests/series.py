"""A network under a random series of steps, and the judge who holds every incremental build against a clean one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from network import REPOSITORY, TinyNetwork, item_id, read_repository
from series_world import THEME, Answer, Facts

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.checks.registry import Repository
from congtin.crosspost.picks import write_pick, write_refusal
from congtin.errors import BuildError, Problem, ProblemsFound
from congtin.model import Profile

STATE = ".congtin"
STAGING = ".staging"
# What two builds of the same facts may tell differently: how much work it was.
_EFFORT = ("built", "skipped", "changed", "removed", "seconds", "store", "rendered")
_WRITTEN = ("content", "sites", THEME)


@dataclass(frozen=True)
class Outcome:
    """What a build left behind: its files, folders without files, and the report or what stopped it."""

    files: dict[str, bytes]
    empty: set[str]
    report: dict[str, object]
    built: bool

    def differences(self, clean: Outcome) -> list[str]:
        """Tell in lines where this is not what a clean build leaves."""
        found = [f"empty folder: {name}" for name in sorted(self.empty - clean.empty)]
        for name in sorted(self.files.keys() | clean.files.keys()):
            if name not in clean.files:
                found.append(f"orphan: {name}")
            elif self.files.get(name) != clean.files[name]:
                found.append(f"{'stale' if name in self.files else 'missing'}: {name}")
        return found + report_differences(self.report, clean.report)


_CLEAN: dict[bytes, Outcome] = {}
_MOST_REMEMBERED = 20


def report_differences(ours: dict[str, object], clean: dict[str, object]) -> list[str]:
    """Tell in lines where two reports differ."""
    keys = sorted(ours.keys() | clean.keys())
    return [f"{key}: {ours.get(key)}, clean: {clean.get(key)}" for key in keys if ours.get(key) != clean.get(key)]


@dataclass
class Series:
    """One network on which steps are done; ``facts`` say what its files hold."""

    net: TinyNetwork
    versioned: bool
    facts: Facts = field(default_factory=Facts.start)
    history: list[tuple[str, Facts]] = field(default_factory=list)
    answered: dict[tuple[str, int], Answer] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    """Files of a tree whose state was destroyed: nobody can know any more whose they are."""
    built: int = 0
    refused: int = 0

    @classmethod
    def create(cls, folder: Path, *, versioned: bool) -> Series:
        net = TinyNetwork.create(folder / "network")
        (net.root / "themes").unlink()
        shutil.copytree(REPOSITORY / "themes", net.root / "themes")
        series = cls(net, versioned)
        if versioned:
            net.put(".gitignore", f"/output/\n/{STATE}/\n/plugins\n")
            net.git("init", "-q")
        series.save()
        return series

    # Files.

    def save(self) -> None:
        """Write what the facts say, and only what differs, as an editor does; then renew the picks."""
        wanted = self.facts.files(self.net.now)
        # Picks are not among the facts: they follow from the rest.
        on_disk = {path: data for path, data in self.inputs() if "/picks/" not in path}
        for path in on_disk.keys() - wanted.keys():
            self.delete(path)
        for path, data in wanted.items():
            if on_disk.get(path) != data:
                self.net.put(path, data)
        if on_disk != wanted or self.answered != self.facts.standing_answers():
            self.renew_answers()

    def inputs(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file a build may read."""
        for folder in _WRITTEN:
            for file in sorted((self.net.root / folder).rglob("*")):
                if file.is_file():
                    yield file.relative_to(self.net.root).as_posix(), file.read_bytes()

    def delete(self, path: str) -> None:
        self.net.remove(path)
        for parent in (self.net.root / path).parents:
            if parent.name == "ha" or any(parent.iterdir()):
                break
            parent.rmdir()

    def renew_answers(self) -> None:
        standing = self.facts.standing_answers()
        names = {f"sites/{site}/picks/{item_id(number)}.yaml" for site, number in standing}
        for file in sorted(self.net.root.glob("sites/*/*/picks/*.yaml")):
            path = file.relative_to(self.net.root).as_posix()
            if path not in names:
                self.delete(path)
        if standing:
            repository = self.read()
            for (site, number), answer in standing.items():
                self.write_answer(repository, site, number, answer)
        self.answered = {key: replace(answer) for key, answer in standing.items()}

    def read(self) -> Repository:
        return read_repository(self.net.root, self.net.root.parent / "aside", self.net.now, Profile.WORK)

    def write_answer(self, repository: Repository, site: str, number: int, answer: Answer) -> None:
        target, name = repository.network.sites[site], item_id(number)
        if answer.refused:
            write_refusal(repository.network, repository.catalogue, target, name, answer.refused)
        elif site in self.facts.offered(self.facts.entries[number].offers):
            file = write_pick(repository.network, repository.catalogue, target, name, answer.into, answer.mode)
            if answer.ended:
                file.write_text(f"{file.read_text('utf-8')}ended: {answer.ended}\n", "utf-8")

    # History.

    def commit(self, *, amend: bool = False) -> None:
        """Keep the facts, in Git when there is Git."""
        revision = ""
        if self.versioned:
            self.net.git("add", "-A")
            self.net.git("commit", "-q", "--allow-empty", "-m", "x", *(["--amend"] if amend and self.history else []))
            revision = self.net.git("rev-parse", "HEAD").strip()
        if amend and self.history:
            self.history.pop()
        self.history.append((revision, self.facts.snapshot()))

    def go_back(self, which: int, *, by_git: bool) -> None:
        """Make the files those of an older commit, by Git or by writing them."""
        if not self.history:
            return
        revision, facts = self.history[which % len(self.history)]
        if by_git and self.versioned:
            self.net.git("checkout", "-q", "-f", revision)
            self.net.git("clean", "-fdq", "--", *_WRITTEN)
        self.facts = facts.snapshot()
        self.answered = {}

    # Builds.

    def request(self, output: Path, state: Path) -> BuildRequest:
        return BuildRequest(self.net.root, output, state, self.net.now, Profile.WORK, workers=2)

    def attempt(self, request: BuildRequest) -> Outcome:
        """Build; a refused build is an outcome too."""
        try:
            report = dict(vars(build(request)))
            built = True
        except (ProblemsFound, BuildError) as error:
            report = {"problems": getattr(error, "problems", ()), "error": str(error)}
            built = False
        kept = {key: value for key, value in report.items() if key not in _EFFORT}
        kept["problems"] = [_told(problem) for problem in report["problems"]]
        return Outcome(*tree(request.output), kept, built)

    def incremental(self, **changes: object) -> Outcome:
        return self.attempt(replace(self.request(self.net.output, self.net.root / STATE), **changes))  # type: ignore[arg-type]

    def clean(self) -> Outcome:
        """Build into an empty folder; what was asked for lately is remembered, for many steps change no input."""
        asked = hashlib.sha256(self.net.now.isoformat().encode())
        for path, data in self.inputs():
            asked.update(f"\0{path}\0{len(data)}\0".encode() + data)
        key = asked.digest()
        if key not in _CLEAN:
            folder = self.net.root.parent / "clean"
            shutil.rmtree(folder, ignore_errors=True)
            _CLEAN[key] = self.attempt(self.request(folder / "output", folder / STATE))
            while len(_CLEAN) > _MOST_REMEMBERED:
                del _CLEAN[next(iter(_CLEAN))]
        return _CLEAN[key]

    def compare(self) -> list[str]:
        """Return where the incremental build differs from a clean one, in files, in folders or in words."""
        before, _ = tree(self.net.output)
        ours, clean = self.incremental(), self.clean()
        if not clean.built:
            self.refused += 1
            left = [] if ours.files == before else ["a refused build changed the output"]
            return left + report_differences(ours.report, clean.report)
        self.built += 1
        orphans = self.forgotten & (ours.files.keys() - clean.files.keys())
        self.forgotten = set()
        for name in orphans:
            (self.net.output / name).unlink()
        if orphans:
            remove_empty(self.net.output)
        return replace(ours, files=tree(self.net.output)[0], empty=tree(self.net.output)[1]).differences(clean)

    def fail(self, path: str, data: bytes) -> list[str]:
        """Break one file, build, mend it: nothing may have changed, and the reasons are those of a clean build."""
        file = self.net.root / path
        good, before = file.read_bytes(), tree(self.net.output)
        self.net.put(path, data)
        ours = self.incremental()
        found = [] if tree(self.net.output) == before else ["a failed build changed the output"]
        found += ["a broken file was built"] if ours.built else []
        if ours.report["problems"]:
            found += report_differences(ours.report, self.clean().report)
        self.net.put(path, good)
        return found


def _told(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.severity.value} {problem.place}: {problem.message}{hint} [{problem.code}]"


def tree(output: Path) -> tuple[dict[str, bytes], set[str]]:
    """Return every file of an output tree and the folders that hold nothing."""
    files: dict[str, bytes] = {}
    empty: set[str] = set()
    for path in output.rglob("*"):
        name = path.relative_to(output).as_posix()
        if path.is_file():
            files[name] = path.read_bytes()
        elif name != STAGING and not any(path.iterdir()):
            empty.add(name)
    return files, empty


def remove_empty(folder: Path) -> None:
    """Remove the folders below that hold nothing, and those that then hold nothing."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name != STAGING and not any(path.iterdir()):
            path.rmdir()
