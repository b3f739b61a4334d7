"""What a push may do to the branch of a Change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from congtin.editorial import authors
from congtin.editorial.commits import Commit
from congtin.editorial.desk import Desk, Refused
from congtin.editorial.repository import ABSENT, Difference
from congtin.editorial.shape import shape_problems
from congtin.editorial.signatures import BadSignature
from congtin.editorial.statements import sites_of
from congtin.errors import ProblemsFound
from congtin.messages import msg

# The log keeps who brought each version of a file, also of those that later commits take away again: for as many
# Changes of the largest size, so that nobody fills the log with files that come and go.
_VERSIONS = 10


@dataclass(frozen=True)
class Pushed:
    """What a push brings to a Change."""

    brought: dict[str, list[str]]
    """The keys that signed commits which bring a file, by its blob id."""
    paths: frozenset[str]
    people: frozenset[str]

    @property
    def person(self) -> str | None:
        """Who brings it, when it is one person."""
        return next(iter(self.people)) if len(self.people) == 1 else None


def require_merged(desk: Desk, head: str, change: str) -> None:
    """Refuse to remove a branch that main does not hold."""
    if not desk.content.is_ancestor(head, desk.main()):
        text = msg("A Change that is not merged is kept: what was refused can be asked about (E19).")
        raise Refused(text, msg("congtin change withdraw {change}", change=change))


def judge_branch(desk: Desk, old: str, new: str, change: str) -> Pushed:
    """Return what a push brings; raise Refused or ProblemsFound when it may not be."""
    content = desk.content
    if old != ABSENT and not content.is_ancestor(old, new):
        hint = msg("Add commits to it instead: congtin change edit {change}", change=change)
        raise Refused(msg("A Change only moves forward; what was submitted stays visible."), hint)
    known = [old] if old != ABSENT else []
    commits = [content.commit(oid) for oid in content.commits(new, desk.main(), *known)]
    if len(commits) > authors.MOST_COMMITS:
        raise Refused(msg("The push holds more than {most} commits.", most=authors.MOST_COMMITS))
    brought: dict[str, list[str]] = {}
    most = _VERSIONS * desk.policy(desk.main()).limits.files
    paths, people = set(), set()
    for commit in commits:
        key = _signer(desk, commit)
        people.add(desk.roster.owner_of_key(key) or "")
        for difference in _own_differences(desk, commit):
            brought.setdefault(difference.new, []).append(key)
            paths.add(difference.path)
        if len(brought) > most:
            raise Refused(msg("The commits of one push hold more than {most} versions of files.", most=most))
    if known:
        _may_join(desk, old, people)
    _require_shape(desk, new)
    keys = {blob: sorted(set(found)) for blob, found in brought.items()}
    return Pushed(keys, frozenset(paths), frozenset(people) - {""})


@dataclass(frozen=True)
class _Branch:
    prev: str
    head: str


def _may_join(desk: Desk, old: str, people: Iterable[str]) -> None:
    """Refuse strangers: an edit voids what is approved, so only authors and people of the Sites touched make one."""
    main = desk.main()
    base = desk.content.merge_base(main, old) or main
    sites = sites_of(difference.path for difference in desk.content.differences(base, old))
    known = authors.of_commits(desk.content, _Branch(main, old), desk.roster).people
    reviewers = desk.roster.technical_reviewers(desk.now)
    for person in people:
        at_home = any(desk.roster.standing(person, site, desk.now) for site in sites)
        if not (person in known or at_home or person in reviewers):
            hint = msg("Propose it as a Change of your own: congtin change start")
            raise Refused(msg("The Change is somebody else’s, about Sites you do not work for."), hint)


def _signer(desk: Desk, commit: Commit) -> str:
    """Return the key that signed a new commit; only keys that count today bring anything new."""
    try:
        key = authors.signer_of(commit)
    except BadSignature as error:
        hint = msg("“congtin change edit” and “congtin change submit” sign with your key.")
        text = msg("The commit {commit}: {detail}", commit=commit.oid[:12], detail=error.message)
        raise Refused(text, hint) from error
    refusal = desk.roster.key_refusal(key, desk.now)
    if refusal:
        raise Refused(msg("The commit {commit}: {detail}", commit=commit.oid[:12], detail=refusal))
    return key


def _own_differences(desk: Desk, commit: Commit) -> list[Difference]:
    """Return the files that a commit itself brings: those that none of its parents has so."""
    sides = [
        {(d.path, d.new): d for d in desk.content.differences(parent, commit.oid) if not d.deleted}
        for parent in commit.parents
    ]
    if not sides:
        raise Refused(msg("The commit {commit} has no parent.", commit=commit.oid[:12]))
    shared = set.intersection(*(set(side) for side in sides))
    return [sides[0][key] for key in sorted(shared)]


def _require_shape(desk: Desk, new: str) -> None:
    """Refuse files of a wrong kind early, before anybody reads them."""
    content, main = desk.content, desk.main()
    base = content.merge_base(main, new)
    if base is None:
        raise Refused(msg("The Change does not build on what is published."))
    found = list(shape_problems(content.tree(new), content.differences(base, new), desk.policy(main)))
    if found:
        raise ProblemsFound(found)
