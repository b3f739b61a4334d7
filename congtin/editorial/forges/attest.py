"""Which reviews at a forge may become Approvals (E1): decided from what was read, without asking anybody.

A review is a hint until congtin's service has found it here and signed an attestation; the Approval ref decides.
Whoever administers a forge can write any review there. Who does not trust it signs with the person's own key.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from congtin.editorial.forges.models import MAIN, Comment, Conversation, ForgeKind, Review, ReviewState
from congtin.messages import Msg, msg

APPROVE = "congtin approve"
REQUEST_CHANGES = "congtin request-changes"
_APPROVE = re.compile(rf"`?{APPROVE} ([0-9a-fA-F]{{64}})`?")
_REQUEST = re.compile(rf"`?{REQUEST_CHANGES}`?(?:\s+(?P<reason>.+))?", re.DOTALL)
# Forges compare logins without regard to case; beyond these letters “case” means more than one thing.
_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_MOST_REASON = 2000
# Where no review names a commit. Elsewhere comments have times in whole seconds, and whoever may write to the
# repository may edit them: a program could rewrite somebody's words within the second in which they were said.
COMMENTS_APPROVE = frozenset({ForgeKind.GITLAB})


@dataclass(frozen=True)
class Accounts:
    """Whose accounts these are, as the roster says; an id outlives a rename, a login can pass to somebody else."""

    logins: Mapping[str, str]
    """Person by login."""
    ids: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """Person by the forge's number of the account, where the roster has it."""

    def person(self, login: str, user_id: int | None) -> str | None:
        """Return whose account this is; None when it is nobody's on the roster."""
        if user_id is not None and user_id in self.ids:
            return self.ids[user_id]
        person = self._by_login().get(login.lower()) if _LOGIN.fullmatch(login) else None
        # The person's account has another number: this login was given up, and somebody else took it.
        return None if person in self.ids.values() else person

    def taken_over(self, login: str, user_id: int | None) -> bool:
        """Tell whether the roster knows this login, but as another account."""
        return self.person(login, user_id) is None and login.lower() in self._by_login()

    def _by_login(self) -> dict[str, str]:
        found: dict[str, str] = {}
        twice: set[str] = set()
        for login, person in self.logins.items():
            if found.setdefault(login.lower(), person) != person:
                twice.add(login.lower())
        return {login: person for login, person in found.items() if login not in twice}


@dataclass(frozen=True)
class Attestation:
    """A review that may become an Approval: what the service signs, with the Change's base, head and files."""

    forge: str
    """``github:city/content#7``"""
    review: str
    """``review/123`` or ``comment/45``"""
    person: str
    head: str
    digest: str
    at: datetime


@dataclass(frozen=True)
class Refusal:
    """A review or comment that becomes no Approval, and why."""

    review: str
    login: str
    code: str
    reason: Msg
    person: str | None = None
    withdraws: bool = False
    """The person's last word is no: an Approval attested earlier must be followed by “changes requested”."""
    said: str = ""
    """The person's own reason, where one was given."""


@dataclass(frozen=True)
class _Word:
    """Somebody's say: an approval or an objection, by review or by comment."""

    review: str
    login: str
    user_id: int | None
    at: datetime | None
    approves: bool
    of: Review | Comment
    digest: str = ""
    said: str = ""

    def order(self) -> tuple[bool, float, bool, str]:
        """Sort the last word last; what has no time counts as now, and of one second an objection is the last."""
        return (self.at is None, self.at.timestamp() if self.at else 0.0, not self.approves, self.review)


def place_of(kind: ForgeKind, repository: str, number: int) -> str:
    """Return how attestations name a pull request: ``github:city/content#7``."""
    return f"{kind.value}:{repository}#{number}"


def attestable(
    kind: ForgeKind,
    repository: str,
    said: Conversation,
    *,
    head: str,
    digest: str,
    accounts: Accounts,
    excluded: Collection[str],
) -> tuple[Attestation | Refusal, ...]:
    """Return for every review and command what becomes of it: an Attestation, or a Refusal with its reason.

    ``head`` and ``digest`` are those of the Change's last submission, computed by ourselves; ``excluded`` are the
    submitter and every signer of its commits, and whoever opened the pull request is added. Of each person only the
    last word counts, whatever is older: an approval followed by a request for changes is none.
    """
    place = place_of(kind, repository, said.pull.number)
    opener = accounts.person(said.pull.login, said.pull.user_id)
    authors = {*excluded, *([opener] if opener else [])}
    results: list[Attestation | Refusal] = []
    by_person: dict[str, list[_Word]] = defaultdict(list)
    for word in _words(said):
        person = accounts.person(word.login, word.user_id)
        if person is None:
            results.append(_stranger(accounts, word))
        else:
            by_person[person].append(word)
    for person in sorted(by_person):
        commenting = kind in COMMENTS_APPROVE
        results += _judged(place, said, by_person[person], person, head, digest, authors, commenting=commenting)
    return tuple(results)


def _judged(
    place: str,
    said: Conversation,
    words: list[_Word],
    person: str,
    head: str,
    digest: str,
    authors: Collection[str],
    *,
    commenting: bool,
) -> Iterator[Attestation | Refusal]:
    """Yield what becomes of one person's words: approvals count only when no objection follows them."""
    words = sorted(words, key=_Word.order)
    since = max((at + 1 for at, word in enumerate(words) if not word.approves), default=0)
    for word in words[:since]:
        if word.approves:
            text = msg("The same person has asked for changes since.")
            yield Refusal(word.review, word.login, "superseded", text, person)
    if words and since == len(words):
        last = words[-1]
        text = msg("The person asks for changes, or has taken the approval back.")
        yield Refusal(last.review, last.login, "objection", text, person, withdraws=True, said=last.said)
    good: list[Attestation] = []
    for word in words[since:]:
        found = (
            _own(person, authors) or _place(said, head) or _substance(said, word, head, digest, commenting=commenting)
        )
        if found:
            yield Refusal(word.review, word.login, found[0], found[1], person)
        elif word.at is not None:
            good.append(Attestation(place, word.review, person, head, digest, word.at))
    yield from good[-1:]


def _words(said: Conversation) -> Iterator[_Word]:
    for review in said.reviews:
        if review.state is not ReviewState.COMMENTED:
            approves = review.state is ReviewState.APPROVED and not review.dismissed
            yield _Word(f"review/{review.id}", review.login, review.user_id, review.submitted_at, approves, review)
    for comment in said.comments:
        text = comment.body.strip()
        place = (f"comment/{comment.id}", comment.login, comment.user_id, comment.created_at)
        if found := _APPROVE.fullmatch(text):
            yield _Word(*place, approves=True, of=comment, digest=found[1].lower())
        elif found := _REQUEST.fullmatch(text):
            reason = " ".join((found["reason"] or "").split())[:_MOST_REASON]
            yield _Word(*place, approves=False, of=comment, said=reason)


def _stranger(accounts: Accounts, word: _Word) -> Refusal:
    if accounts.taken_over(word.login, word.user_id):
        text = msg("The login {login} belongs to another account than the roster says.", login=word.login)
        return Refusal(word.review, word.login, "login-taken-over", text)
    text = msg("The account {login} is nobody’s on the roster.", login=word.login or "?")
    return Refusal(word.review, word.login, "not-on-roster", text)


def _own(person: str, authors: Collection[str]) -> tuple[str, Msg] | None:
    if person in authors:
        return "own-work", msg("Nobody approves a Change that he or she wrote, submitted or opened.")
    return None


def _place(said: Conversation, head: str) -> tuple[str, Msg] | None:
    pull = said.pull
    if pull.state != "open":
        return "not-open", msg("The pull request is no longer open.")
    if pull.target != MAIN:
        return "other-target", msg("The pull request is aimed at {branch}, not at main.", branch=pull.target)
    if pull.head != head:
        return "head-moved", msg("The pull request has another head than the Change that was submitted.")
    return None


def _substance(said: Conversation, word: _Word, head: str, digest: str, *, commenting: bool) -> tuple[str, Msg] | None:
    if isinstance(word.of, Review):
        return _review_substance(said, word.of, head, digest)
    if not commenting:
        return "use-review", msg("Comments approve nothing here: approve with a review, or sign.")
    if word.of.foreign:
        return "edited", msg("The comment was edited, imported or made by a program; write a new one.")
    if word.digest != digest:
        return "other-digest", msg("The comment approves other bytes than those submitted.")
    return None


def _review_substance(said: Conversation, review: Review, head: str, digest: str) -> tuple[str, Msg] | None:
    if not review.commit:
        command = f"{APPROVE} {digest}"
        text = msg("This forge does not say which commit was approved: sign, or comment “{command}”.", command=command)
        return "no-commit", text
    if review.stale or review.commit != head:
        return "stale", msg("The review is of {commit}, not of the head {head}.", commit=review.commit, head=head)
    if review.submitted_at is None:
        return "no-time", msg("The forge does not say when this was approved.")
    if said.retargeted_at is not None and review.submitted_at <= said.retargeted_at:
        return "retargeted", msg("The pull request was aimed at another branch when this was approved; approve again.")
    return None
