"""Forges: what is asked of them, what of their reviews may become an Approval, and what a bad answer does.

The server here answers in the shapes of the forges' documents and clients; none of it was seen live.
"""

from __future__ import annotations

import stat
import subprocess
from email.utils import format_datetime

import pytest
from click.testing import CliRunner
from forge_server import HEAD, MERGE, NEW, NOON, OLD, TOKEN, Answer, Clock, ForgeServer
from forge_worlds import BRANCH, REPOSITORY, GiteaWorld, GitHubWorld, GitLabWorld

from congtin.cli.context import Context
from congtin.cli.forge import forge_group
from congtin.editorial.forges.attest import Accounts, Attestation, Refusal, attestable
from congtin.editorial.forges.client import MOST_BYTES, Client, Patience
from congtin.editorial.forges.connect import connect
from congtin.editorial.forges.mainline import main_problems
from congtin.editorial.forges.models import (
    ForgeError,
    ForgeKind,
    HeadMoved,
    NoAnswer,
    NotFound,
    RateLimited,
    Refused,
    Status,
    StatusState,
)
from congtin.editorial.forges.notes import invitation
from congtin.editorial.forges.settings import load_settings, token_of
from congtin.editorial.forges.speak import to_say
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Attested, Statement, Type, parse_statement
from congtin.errors import ProblemsFound, UsageError
from congtin.validation import parse_time

DIGEST = "0123456789abcdef" * 4
PEOPLE = Accounts({"lan-nguyen": "lan", "Minh.Tran": "minh", "editor": "editor", "congtin-bot": "service"})
LATER = "2026-11-22T06:00:00Z"


@pytest.fixture
def server():
    with ForgeServer() as running:
        yield running


@pytest.fixture(params=[GitHubWorld, GiteaWorld, GitLabWorld], ids=["github", "forgejo", "gitlab"])
def world(request, server):
    return request.param(server)


@pytest.fixture(params=[GitHubWorld, GiteaWorld], ids=["github", "forgejo"])
def reviewing(request, server):
    """Return a forge whose reviews name their commit."""
    return request.param(server)


def judged(world, **changes):
    """Return what becomes of everything said, after one hand of the author's."""
    facts = {"head": HEAD, "digest": DIGEST, "accounts": PEOPLE, "excluded": ["editor"], **changes}
    forge = world.forge()
    return attestable(forge.kind, forge.repository, forge.conversation(7), **facts)


def codes(results):
    return [result.code if isinstance(result, Refusal) else f"yes {result.person}" for result in results]


def quick(clock, **more):
    return Patience(sleep=clock.sleep, clock=clock.time, **more)


# --- pull requests, statuses, merges ---------------------------------------------------------------


def test_a_change_gets_its_pull_request_into_main_once(world):
    """Opened when there is none; the one that is open is found again, and never a second made."""
    world.opened = False
    forge = world.forge()
    assert forge.find(BRANCH) is None
    first = forge.open(BRANCH, "Chợ hoa", "Xem giúp")
    again = forge.open(BRANCH, "Chợ hoa", "Xem giúp")
    assert first == again
    assert (first.number, first.branch, first.target, first.head, first.state, first.own) == (
        7, BRANCH, "main", HEAD, "open", True,
    )  # fmt: skip
    assert first.merged_as == ""
    assert forge.branch_head("main") == "f" * 40
    assert forge.branch_head("gone") is None


def test_a_pull_request_from_a_fork_is_not_the_changes(reviewing):
    """The branch of the same name in somebody's fork is another branch."""
    shown = reviewing.pull()
    shown["head"]["repo"]["full_name"] = "stranger/content"
    reviewing.pull = lambda: shown
    assert reviewing.forge().find(BRANCH) is None
    assert not reviewing.forge().pull_request(7).own


def test_the_status_stands_on_the_head(world, server):
    """Its name is fixed, its text is cut to what forges take, and a short commit id is refused."""
    forge = world.forge()
    forge.post_status(HEAD, Status(StatusState.FAILURE, "Chờ  Ban Biên tập\n" + "x" * 200, "https://example.vn/7"))
    (asked,) = server.sent("POST")
    assert asked.path.endswith(f"/statuses/{HEAD}")
    assert (asked.data.get("context") or asked.data.get("name")) == "editorial-board"
    assert asked.data["state"] == ("failed" if world.kind is ForgeKind.GITLAB else "failure")
    assert len(asked.data["description"]) == 140 and "\n" not in asked.data["description"]
    with pytest.raises(UsageError, match="full commit id"):
        forge.post_status("main", Status(StatusState.SUCCESS, "Được"))


def test_gitlab_says_no_to_a_status_it_has_already(server):
    """That is as good as yes; any other no is not."""
    world = GitLabWorld(server)
    path = r"/api/v4/projects/city%2Fcontent/statuses/[0-9a-f]+"
    said = 'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'
    server.on("POST", path, Answer(400, {"message": said}))
    world.forge().post_status(HEAD, Status(StatusState.PENDING, "Chờ"))
    server.on("POST", path, Answer(400, {"message": "name is too long"}))
    with pytest.raises(Refused, match="too long"):
        world.forge().post_status(HEAD, Status(StatusState.PENDING, "Chờ"))


def test_exactly_the_expected_head_is_merged_with_a_merge_commit(world, server):
    """No squash, no waiting for checks, no branch removed: one merge commit, and its id comes back."""
    assert world.forge().merge(7, HEAD, "Chợ hoa", "Change: aaaabbbbcccc\nLog: " + OLD) == MERGE
    asked = [one for one in server.asked if one.path.endswith("/merge")]
    assert len(asked) == 1
    data = asked[0].data
    assert (data.get("sha") or data.get("head_commit_id")) == HEAD
    assert data.get("squash", False) is False and data.get("merge_when_checks_succeed", False) is False
    assert data.get("merge_method", data.get("Do", "merge")) == "merge"
    text = str(data)
    assert "Change: aaaabbbbcccc" in text and "Chợ hoa" in text


@pytest.mark.parametrize("status", [405, 409])
def test_a_head_that_moved_is_not_merged(world, status):
    """Whatever number the forge answers with, a second look says why."""
    world.head = NEW
    world.wrong_head = status
    with pytest.raises(HeadMoved, match=r"new head c+"):
        world.forge().merge(7, HEAD, "Chợ hoa", "")


def test_a_merge_refused_for_another_reason_says_that_reason(world, server):
    """The head is right, a check is missing."""
    world.merge = lambda asked: Answer(405, {"message": 'Required status check "editorial-board" is expected.'})
    world.serve()
    with pytest.raises(Refused, match="editorial-board") as refused:
        world.forge().merge(7, HEAD, "Chợ hoa", "")
    assert not isinstance(refused.value, HeadMoved)


def test_a_merge_whose_answer_was_lost_is_looked_up_not_repeated(world, server):
    """The forge merged, and the gateway before it gave up."""

    def merged_unheard(asked):
        world.state, world.merged_as = "merged", MERGE
        return Answer(504, body=b"<html>Gateway Timeout</html>")

    world.merge = merged_unheard
    world.serve()
    assert world.forge().merge(7, HEAD, "Chợ hoa", "") == MERGE
    assert len([one for one in server.asked if one.path.endswith("/merge")]) == 1


def test_somebody_else_merged_another_head(world):
    """That is told apart from a head that only moved: publishing must stop."""
    world.head, world.state, world.merged_as, world.wrong_head = NEW, "merged", MERGE, 405
    with pytest.raises(ForgeError, match=r"was merged at c+") as error:
        world.forge().merge(7, HEAD, "Chợ hoa", "")
    assert not isinstance(error.value, HeadMoved)


def test_a_change_that_is_over_closes_its_pull_request(world):
    """Then the forge removes its preview."""
    world.forge().close(7)
    assert world.forge().pull_request(7).state == "closed"


def test_a_forge_cannot_put_words_into_gits_mouth(world, server):
    """A commit id that is none ends in an error, not on a command line."""
    world.head = "--output=/etc/passwd"
    with pytest.raises(ForgeError, match="not understood"):
        world.forge().pull_request(7)


def test_main_at_the_forge_is_compared_with_ours(server, tmp_path):
    """Behind is a warning; any commit that congtin did not merge is an error, a Change's own too."""
    world = GiteaWorld(server)
    folder = tmp_path / "content"

    def git(*words):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.vn"]
        command = ["git", *who, "-C", str(folder), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    folder.mkdir()
    git("init", "--quiet", "--initial-branch", "main")
    git("commit", "--quiet", "--allow-empty", "--message", "one")
    one = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "-b", "change/x")
    git("commit", "--quiet", "--allow-empty", "--message", "of the Change")
    change = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "main")
    git("merge", "--quiet", "--no-ff", "--message", "two", "change/x")
    two = git("rev-parse", "HEAD")

    def found(theirs):
        answer = {"name": "main", "commit": {"id": theirs}} if theirs else Answer(404, {})
        server.on("GET", "/api/v1/repos/city/content/branches/main", lambda asked: answer)
        with GitRepository(folder / ".git") as content:
            return [(problem.code, problem.severity.value) for problem in main_problems(world.forge(), content)]

    assert found(two) == []
    assert found(one) == [("forge-behind", "warning")] == found(None)
    assert found(change) == [("foreign-commit", "error")] == found("e" * 40)


# --- reviews that become Approvals, and those that do not ----------------------------------------


def test_an_approval_of_the_head_by_a_board_member_may_become_one(reviewing):
    """It names forge, review, person and bytes; the login's letters may be large or small."""
    reviewing.review(5, "Lan-Nguyen", "approved")
    (found,) = judged(reviewing)
    place = f"{reviewing.kind.value}:{REPOSITORY}#7"
    assert found == Attestation(place, "review/5", "lan", HEAD, DIGEST, parse_time("2026-11-22T12:00:00+07:00"))


def test_a_stale_review_is_none(reviewing):
    """It is of an earlier commit."""
    reviewing.review(5, "lan-nguyen", "approved", commit=OLD)
    assert codes(judged(reviewing)) == ["stale"]


def test_forgejo_calls_a_review_stale_itself(server):
    """Then it is none, even where the commit looks right."""
    world = GiteaWorld(server)
    world.review(5, "lan-nguyen", "approved", stale=True)
    assert codes(judged(world)) == ["stale"]


def test_a_dismissed_review_is_none_and_says_so_later_too(reviewing):
    """It withdraws what may have been attested before."""
    reviewing.review(5, "lan-nguyen", "dismissed")
    (refusal,) = judged(reviewing)
    assert (refusal.code, refusal.withdraws, refusal.person) == ("objection", True, "lan")


def test_strangers_and_deleted_accounts_are_none(reviewing):
    """Who is not on the roster approves nothing; nor does a letter that only looks like k."""
    reviewing.review(5, "stranger", "approved")
    reviewing.review(6, "lan-nguyen\u212a", "approved")
    reviewing.review(8, "ghost", "approved")
    reviewing.reviews[-1]["user"] = None
    assert codes(judged(reviewing)) == ["not-on-roster"] * 3


def test_nobody_approves_own_work(reviewing):
    """Neither the submitter, nor a signer, nor whoever opened the pull request."""
    reviewing.review(5, "editor", "approved")
    assert codes(judged(reviewing)) == ["own-work"]
    opened = reviewing.pull() | {"user": {"login": "Lan-Nguyen", "id": 77}}
    reviewing.pull = lambda: opened
    reviewing.review(6, "lan-nguyen", "approved")
    assert codes(judged(reviewing, excluded=[])) == ["yes editor", "own-work"]


def test_the_last_word_of_a_person_counts(reviewing):
    """Changes asked for after an approval undo it; an approval after them stands; others are not touched."""
    reviewing.review(5, "lan-nguyen", "approved", at=NOON)
    reviewing.review(6, "lan-nguyen", "changes", at=LATER)
    reviewing.review(7, "minh.tran", "changes", at=NOON)
    reviewing.review(8, "minh.tran", "approved", at=LATER)
    reviewing.review(9, "minh.tran", "talk", at="2026-11-22T07:00:00Z")
    assert codes(judged(reviewing)) == ["superseded", "objection", "yes minh"]


def test_changes_asked_for_in_the_same_second_win(reviewing):
    """Forges count in seconds; doubt is no."""
    reviewing.review(6, "lan-nguyen", "changes")
    reviewing.review(7, "lan-nguyen", "approved")
    assert codes(judged(reviewing)) == ["superseded", "objection"]


def test_objections_to_an_older_head_still_count(reviewing):
    """Who asked for changes while the head moved has not approved it."""
    reviewing.review(5, "lan-nguyen", "approved", at=NOON)
    reviewing.review(6, "lan-nguyen", "changes", commit=OLD, at=LATER)
    assert codes(judged(reviewing)) == ["superseded", "objection"]


def test_a_request_to_review_is_no_review(server):
    """Gitea lists them among the reviews."""
    world = GiteaWorld(server)
    world.review(5, "lan-nguyen", "REQUEST_REVIEW", commit="")
    world.review(6, "lan-nguyen", "PENDING")
    assert judged(world) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"head": NEW}, "head-moved"), ({"state": "closed"}, "not-open")],
    ids=["another head", "closed"],
)
def test_a_pull_request_that_is_not_the_change_any_more(reviewing, change, code):
    """What the forge shows must be what was submitted."""
    reviewing.review(5, "lan-nguyen", "approved")
    for name, value in change.items():
        setattr(reviewing, name, value)
    assert codes(judged(reviewing)) == [code]


def test_a_pull_request_aimed_elsewhere_showed_other_bytes(reviewing):
    """Aimed at a branch that holds most of it, it looks harmless; approvals from then do not count."""
    event = {"id": 1, "created_at": LATER}
    name = "type" if isinstance(reviewing, GiteaWorld) else "event"
    kind = "change_target_branch" if isinstance(reviewing, GiteaWorld) else "base_ref_changed"
    reviewing.events.append({**event, name: kind})
    reviewing.review(5, "lan-nguyen", "approved", at=NOON)
    assert codes(judged(reviewing)) == ["retargeted"]
    reviewing.review(6, "lan-nguyen", "approved", at="2026-11-22T07:00:00Z")
    assert codes(judged(reviewing)) == ["retargeted", "yes lan"]
    reviewing.events.clear()
    aimed = reviewing.pull()
    aimed["base"]["ref"] = "helper"
    reviewing.pull = lambda: aimed
    assert set(codes(judged(reviewing))) == {"other-target"}


def test_every_page_of_reviews_is_read(reviewing, server):
    """The objection stands on the third page."""
    reviewing.review(1, "lan-nguyen", "approved")
    for number in range(2, 130):
        reviewing.review(number, f"reader{number}", "talk")
    reviewing.review(130, "lan-nguyen", "changes", at=LATER)
    assert codes(judged(reviewing)) == ["superseded", "objection"]
    assert {one.query.get("page") for one in server.asked if one.path.endswith("/reviews")} >= {"1", "2", "3"}


def test_a_login_taken_over_by_somebody_else(reviewing):
    """The roster has the account's number: a rename keeps it, a new owner of the login does not have it."""
    accounts = Accounts({"lan-nguyen": "lan"}, {4711: "lan"})
    reviewing.review(5, "lan-nguyen", "approved", user_id=9999)
    assert codes(judged(reviewing, accounts=accounts)) == ["login-taken-over"]
    reviewing.reviews.clear()
    reviewing.review(6, "nguyen-thi-lan", "approved", user_id=4711)
    assert codes(judged(reviewing, accounts=accounts)) == ["yes lan"]


def test_one_login_for_two_persons_is_nobodys():
    """The roster's own check refuses it; here it opens no door either."""
    accounts = Accounts({"lan": "lan", "Lan": "minh"})
    assert accounts.person("lan", None) is None
    assert Accounts({"lan": "lan", "Lan": "lan"}).person("LAN", 3) == "lan"


# --- the digest in a comment: where reviews name no commit ----------------------------------------


def test_gitlab_approvals_name_no_commit(server):
    """None of them becomes an Approval; the refusal tells what to write instead."""
    world = GitLabWorld(server)
    world.approve("lan-nguyen", 2)
    (refusal,) = judged(world)
    assert refusal.code == "no-commit" and f"congtin approve {DIGEST}" in str(refusal.reason)


def test_a_comment_with_the_digest_approves(server):
    """Exactly these bytes, in a comment of its own, by somebody on the roster."""
    world = GitLabWorld(server)
    world.say(41, "lan-nguyen", f"  congtin approve {DIGEST.upper()}\n")
    world.say(42, "minh.tran", f"I read it.\ncongtin approve {DIGEST}")
    world.say(43, "stranger", f"congtin approve {DIGEST}")
    world.say(44, "editor", f"`congtin approve {DIGEST}`")
    world.say(45, "congtin-bot", invitation(world.kind, HEAD, DIGEST))
    assert codes(judged(world)) == ["not-on-roster", "own-work", "yes lan"]


def test_a_comment_on_top_of_gitlabs_own_button(server):
    """Who presses the button too has said nothing against it."""
    world = GitLabWorld(server)
    world.approve("lan-nguyen", 1041)
    world.say(41, "lan-nguyen", f"congtin approve {DIGEST}")
    assert codes(judged(world)) == ["no-commit", "yes lan"]


@pytest.mark.parametrize("state", ["requested_changes", "unapproved"])
def test_gitlabs_reviewers_can_take_it_back(server, state):
    """Their state has no time, so it counts until they change it."""
    world = GitLabWorld(server)
    world.say(41, "lan-nguyen", f"congtin approve {DIGEST}")
    world.reviewer("lan-nguyen", 1041, state)
    assert codes(judged(world)) == ["superseded", "objection"]


def test_where_reviews_name_their_commit_comments_approve_nothing(reviewing):
    """Times are in whole seconds there: a program could rewrite somebody's words within the same one."""
    reviewing.say(41, "lan-nguyen", f"congtin approve {DIGEST}")
    assert codes(judged(reviewing)) == ["use-review"]
    assert "congtin approve" not in invitation(reviewing.kind, HEAD, DIGEST)
    reviewing.review(5, "lan-nguyen", "approved")
    assert codes(judged(reviewing)) == ["use-review", "yes lan"]
    reviewing.say(42, "lan-nguyen", "congtin request-changes Sai ngày.", at=LATER)
    assert codes(judged(reviewing)) == ["superseded", "superseded", "objection"]


def test_a_comment_can_take_it_back(server):
    """With its reason, and until a new approval."""
    world = GitLabWorld(server)
    world.say(41, "lan-nguyen", f"congtin approve {DIGEST}", at=NOON)
    world.say(42, "lan-nguyen", "congtin request-changes\n\nSai ngày   họp.", at=LATER)
    results = judged(world)
    assert codes(results) == ["superseded", "objection"]
    assert results[-1].said == "Sai ngày họp." and results[-1].withdraws
    world.say(43, "lan-nguyen", f"congtin approve {DIGEST}", at="2026-11-22T07:00:00Z")
    assert codes(judged(world)) == ["superseded", "yes lan"]


def test_a_comment_somebody_could_have_rewritten_is_none(server):
    """Maintainers can edit what others said; GitLab tells times in thousandths."""
    world = GitLabWorld(server)
    world.say(
        41, "lan-nguyen", f"congtin approve {DIGEST}", at="2026-11-22T05:00:00.101Z", edited="2026-11-22T05:00:00.377Z"
    )
    assert codes(judged(world)) == ["edited"]


def test_a_comment_over_other_bytes_is_none(server):
    """The digest of an earlier submission approves nothing now; half a digest is no command."""
    world = GitLabWorld(server)
    world.say(41, "lan-nguyen", f"congtin approve {'f' * 64}")
    world.say(42, "minh.tran", f"congtin approve {DIGEST[:12]}")
    assert codes(judged(world)) == ["other-digest"]


def test_imported_comments_are_none(server):
    """An import can say anything in anybody's name."""
    world = GitLabWorld(server)
    world.say(41, "lan-nguyen", f"congtin approve {DIGEST}", imported=True)
    assert codes(judged(world)) == ["edited"]


def test_a_list_that_comes_whole_is_read_once(server):
    """Gitea's comments know no pages; asking on for ever would be the end of it."""
    world = GiteaWorld(server)
    for number in range(1, 121):
        world.say(number, "reader", "Hay")
    assert len(world.forge().conversation(7).comments) == 120
    assert len([one for one in server.asked if one.path.endswith("/comments")]) == 2


# --- what the service then signs --------------------------------------------------------------------

SUBMISSION = Statement(
    type=Type.SUBMISSION, change="aaaabbbbcccc", base=OLD, head=HEAD, digest=DIGEST,
    files={"content/a.vi.md": "0" * 64},
    at=parse_time("2026-11-22T11:00:00+07:00"), title="Chợ hoa", declaration=True,
)  # fmt: skip
PLACE = "forgejo:city/content#7"


def said(world, known):
    now = parse_time("2026-11-22T14:00:00.5+07:00")
    return list(to_say(PLACE, judged(world), SUBMISSION, known, now))


def test_an_attestation_is_said_once(server):
    """It names forge, review and person, and is about the bytes that were submitted."""
    world = GiteaWorld(server)
    world.review(5, "lan-nguyen", "approved")
    world.review(6, "stranger", "approved")
    (statement,) = said(world, [SUBMISSION])
    assert (statement.type, statement.head, statement.digest, statement.files) == (
        Type.APPROVAL, HEAD, DIGEST, SUBMISSION.files,
    )  # fmt: skip
    assert statement.attested == Attested(forge=PLACE, review="review/5", person="lan")
    assert statement.at == parse_time("2026-11-22T14:00:00+07:00")
    assert parse_statement(statement.to_bytes()) == statement
    assert said(world, [SUBMISSION, statement]) == []


def test_an_objection_follows_an_approval_and_is_said_once(server):
    """The old approval does not come back when the objection is dismissed: the person approves anew."""
    world = GiteaWorld(server)
    world.review(5, "lan-nguyen", "approved")
    known = [SUBMISSION, *said(world, [SUBMISSION])]
    world.review(6, "lan-nguyen", "changes", at=LATER)
    (objection,) = said(world, known)
    assert (objection.type, objection.attested.person, objection.attested.review) == (
        Type.CHANGES_REQUESTED, "lan", "review/6",
    )  # fmt: skip
    assert objection.reason
    known.append(objection)
    assert said(world, known) == []
    world.reviews.pop()
    assert said(world, known) == []
    world.review(7, "lan-nguyen", "approved", at="2026-11-22T07:00:00Z")
    (again,) = said(world, known)
    assert again.type is Type.APPROVAL and again.attested.review == "review/7"


# --- protection -----------------------------------------------------------------------------------


def test_main_is_protected_and_read_back(world, server):
    """Squash, rebase and forced pushes off, the status required, congtin the only one that merges."""
    assert world.forge().protect("congtin-bot") == []
    said = " ".join(str(one.data) for one in server.asked if one.data)
    if world.kind is ForgeKind.GITLAB:
        assert world.settings["squash_option"] == "never" and world.settings["merge_method"] == "merge"
        assert world.settings["only_allow_merge_if_pipeline_succeeds"] is True
        assert world.rule["push_access_levels"][0]["access_level"] == 0
    else:
        assert (
            world.settings["allow_squash_merge"] is False
            and world.settings["allow_merge_commits" if world.kind is ForgeKind.FORGEJO else "allow_merge_commit"]
            is True
        )
        assert "editorial-board" in said and "congtin-bot" in said
    assert world.forge().protect("congtin-bot") == [], "a second time changes nothing"


def test_github_names_what_is_still_open(server):
    """A merge queue, and somebody else who may push."""
    world = GitHubWorld(server)
    at = "/api/v3/repos/city/content"
    server.on("GET", f"{at}/rules/branches/main", lambda asked: [{"type": "merge_queue", "ruleset_id": 3}])
    protect = world.protect

    def with_another(asked):
        answer = protect(asked)
        world.rule["restrictions"]["users"].append({"login": "mayor", "id": 9})
        return answer

    server.on("PUT", f"{at}/branches/main/protection", with_another)
    texts = [str(problem.message) for problem in world.forge().protect("congtin-bot")]
    assert len(texts) == 2 and "mayor" in texts[0] and "merge queue" in texts[1]


def test_a_personal_repository_cannot_name_who_merges(server):
    """GitHub answers 422; the rest is set all the same, and the gap is told."""
    world = GitHubWorld(server)

    def personal(asked):
        if asked.data["restrictions"] is not None:
            return Answer(
                422, {"message": "Validation Failed", "errors": ["Only organization repositories can have users"]}
            )
        asked.data["restrictions"] = {"users": [], "teams": [], "apps": []}
        answer = GitHubWorld.protect(world, asked)
        del world.rule["restrictions"]
        return answer

    server.on("PUT", "/api/v3/repos/city/content/branches/main/protection", personal)
    (problem,) = world.forge().protect("congtin-bot")
    assert "organisation" in str(problem.message)


def test_gitlab_names_the_other_maintainers_and_mends_an_older_rule(server):
    """The free edition cannot name single persons: everybody with the role could merge."""
    world = GitLabWorld(server)
    world.rule = {
        "id": 1, "name": "main", "allow_force_push": True,
        "push_access_levels": [{"access_level": 40}], "merge_access_levels": [{"access_level": 30}],
    }  # fmt: skip
    world.members.append({"id": 2, "username": "mayor", "access_level": 50, "state": "active"})
    (problem,) = world.forge().protect("congtin-bot")
    assert "mayor" in str(problem.message)
    assert world.rule["allow_force_push"] is False


# --- answers that are none -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        lambda now: {"Retry-After": "7"},
        lambda now: {"Retry-After": format_datetime(parse_time("2099-01-01").astimezone(), usegmt=False)},
        lambda now: {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(now) + 9)},
        lambda now: {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(now) + 4000)},
    ],
    ids=["seconds", "a day in 2099", "reset soon", "reset in an hour"],
)
@pytest.mark.parametrize("status", [429, 403])
def test_a_rate_limit_is_waited_for_but_not_for_ever(world, server, status, headers):
    """Up to a minute, then a clear sentence; what was to be done has not been done."""
    clock = Clock()
    said = headers(clock.now)
    server.first = [Answer(status, {"message": "API rate limit exceeded"}, said)]
    forge = world.forge(quick(clock))
    if ("Retry-After" in said and said["Retry-After"] != "7") or "RateLimit-Reset" in said:
        with pytest.raises(RateLimited, match="no more requests"):
            forge.pull_request(7)
    else:
        assert forge.pull_request(7).number == 7
        assert 5 < sum(clock.slept) < 12


def test_a_forge_that_limits_for_ever_ends_too(world, server):
    """Each answer asks for a little more patience."""
    clock = Clock()
    server.first = [Answer(429, {}, {"Retry-After": "10"}) for _ in range(30)]
    with pytest.raises(RateLimited):
        world.forge(quick(clock)).pull_request(7)
    assert sum(clock.slept) <= 60


def test_a_denied_request_is_not_taken_for_a_rate_limit(world, server):
    """403 without the limit's words is a matter of rights."""
    server.first = [Answer(403, {"message": f"Resource not accessible with {TOKEN}"})]
    with pytest.raises(Refused, match=r"not accessible with \*\*\*") as refused:
        world.forge(quick(Clock())).pull_request(7)
    assert TOKEN not in str(refused.value) and "token" in str(refused.value.hint)


def test_a_silent_forge_is_given_up(world, server):
    """A question is asked three times; a merge is not asked twice."""
    clock = Clock()
    patience = Patience(connect=0.5, answer=0.2, sleep=clock.sleep, clock=clock.time)
    server.first = [Answer(wait=3) for _ in range(3)]
    with pytest.raises(NoAnswer, match="does not answer in time"):
        world.forge(patience).pull_request(7)
    assert len(server.asked) == 3
    server.asked.clear()
    server.first = [Answer(wait=3)]
    with pytest.raises(NoAnswer):
        world.forge(patience).comment(7, "Xin chào")
    assert len(server.asked) == 1


def test_a_forge_that_drips_is_given_up(server):
    """A byte now and then never times out by itself."""
    clock = Clock()

    def hurried():
        clock.now += 40
        return clock.now

    server.on("GET", "/x", Answer(body=b"[" + b" " * 1_000_000 + b"]"))
    client = Client(server.address, {}, Patience(sleep=clock.sleep, clock=hurried))
    with pytest.raises(NoAnswer, match="in time"):
        client.get("/x")


def test_nobody_listens_there(world, server):
    """The machine is up, the forge is not."""
    forge = world.forge(quick(Clock()))
    server.__exit__()
    with pytest.raises(NoAnswer, match="cannot be reached"):
        forge.pull_request(7)
    server.http, server.thread = ForgeServer().http, server.thread
    server.http.server_close()
    server.http.shutdown = lambda: None


def test_an_unwell_forge_is_asked_again(world, server):
    """A gateway's hiccup costs a second, not the work."""
    clock = Clock()
    server.first = [Answer(502, body=b"<html>Bad Gateway</html>"), Answer(503, body=b"")]
    assert world.forge(quick(clock)).pull_request(7).number == 7


def test_the_token_is_not_sent_to_another_host(world, server):
    """Nor to another port of the same one; the error names where it was to go."""
    with ForgeServer() as thief:
        server.first = [Answer(302, headers={"Location": f"{thief.address}/api"})]
        with pytest.raises(ForgeError, match="the token was not sent there") as error:
            world.forge().pull_request(7)
        assert not thief.asked
        server.first = [Answer(307, headers={"Location": f"{thief.address}/api"})]
        with pytest.raises(ForgeError, match="not sent there"):
            world.forge().comment(7, "Xin chào")
        assert not thief.asked and TOKEN not in str(error.value)


def test_a_redirect_within_the_forge_is_followed_for_questions_only(world, server):
    """A renamed repository answers there; writing waits until the settings are mended."""
    server.on("GET", "/new/7", lambda asked: world.pull())
    server.first = [Answer(301, headers={"Location": "/new/7"})]
    assert world.forge().pull_request(7).number == 7
    server.first = [Answer(301, headers={"Location": "/new/7"})]
    with pytest.raises(ForgeError, match=r"mend|not sent"):
        world.forge().comment(7, "Xin chào")
    server.on("GET", "/round", Answer(302, headers={"Location": "/round"}))
    server.first = [Answer(302, headers={"Location": "/round"})]
    with pytest.raises(ForgeError):
        world.forge().pull_request(7)


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (Answer(body=b"<!DOCTYPE html><title>Sign in</title>", headers={"Content-Type": "text/html"}), "not JSON"),
        (Answer(body=b""), "not JSON"),
        (Answer(data=[]), "not understood"),
        (Answer(data={"number": "seven"}), "not understood: .*(head|source_branch|web_url)"),
        (Answer(404, {"message": "404 Project Not Found"}), "knows no such thing"),
        (Answer(body=b'{"a": "' + b"x" * (MOST_BYTES + 10) + b'"}'), "larger than"),
        (Answer(500, body=b"<html>"), "not well"),
    ],
    ids=["html", "empty", "list", "other fields", "not found", "huge", "500"],
)
def test_an_answer_that_is_none_is_an_error_not_an_approval(world, server, answer, match):
    """A proxy's login page is the usual one."""
    server.first = [answer] * 3
    with pytest.raises(ForgeError, match=match):
        world.forge(quick(Clock())).conversation(7)


def test_a_list_that_is_no_list_is_an_error(reviewing, server):
    """A page that cannot be read must not look like the last one."""
    server.on("GET", r".*/pulls/7/reviews", {"message": "soon"})
    with pytest.raises(ForgeError, match="not understood"):
        reviewing.forge().conversation(7)


def test_a_list_without_end_is_an_error(server):
    """Rather than leave an objection unread."""
    server.on("GET", "/endless", lambda asked: [{"id": int(asked.query["page"])}])
    with pytest.raises(ForgeError, match="more than 200 pages"):
        Client(server.address, {}).pages("/endless")


def test_what_a_forge_says_is_shown_on_one_line_without_tricks(server):
    """Escape codes and direction marks of a hostile answer do not reach the terminal."""
    server.on("GET", "/x", Answer(400, {"message": "a\x1b[31mb\u202ec\nd" + "x" * 900}))
    with pytest.raises(Refused) as refused:
        Client(server.address, {}).get("/x")
    text = str(refused.value)
    assert "\x1b" not in text and "\u202e" not in text and "\n" not in str(refused.value.message) and len(text) < 400


def test_not_found_is_its_own_error(server):
    """A branch that is not there is an answer; a repository that is not there is not."""
    with pytest.raises(NotFound):
        Client(server.address, {}).get("/nowhere")


# --- settings and token ---------------------------------------------------------------------------

SETTINGS = """\
forge: forgejo
address: {address}
repository: city/content
account: congtin-bot
token_file: {token}
"""


def settings_file(tmp_path, address, token=TOKEN, mode=0o600):
    secret = tmp_path / "token"
    secret.write_text(f"{token}\n")
    secret.chmod(mode)
    file = tmp_path / "forge.yaml"
    file.write_text(SETTINGS.format(address=address, token=secret))
    return file


def test_settings_lead_to_the_right_forge(tmp_path, server):
    """A file of the operators; the token stands in another."""
    world = GiteaWorld(server)
    read = load_settings(settings_file(tmp_path, server.address))
    forge = connect(read, token_of(read))
    assert forge.kind is ForgeKind.FORGEJO and forge.pull_request(7).head == HEAD
    assert server.asked[0].headers["authorization"] == f"token {TOKEN}"
    assert TOKEN not in repr(read) + repr(forge) + repr(vars(forge)) and world.kind is forge.kind


@pytest.mark.parametrize(
    "address",
    [
        "http://git.example.vn",
        "https://congtin:secret@git.example.vn",
        "https://git.example.vn?x=1",
        "ftp://git.example.vn",
        "git.example.vn",
        "https://git.example.vn\\@evil.example",
        "http://localhost.evil.example",
    ],
)
def test_a_token_travels_only_over_https(tmp_path, address):
    """Or to this very machine."""
    file = settings_file(tmp_path, "https://git.example.vn")
    file.write_text(SETTINGS.format(address=f'"{address}"', token="x"))
    with pytest.raises(ProblemsFound) as found:
        load_settings(file)
    assert found.value.problems[0].line == 2
    with pytest.raises(UsageError):
        Client(address, {})


def test_a_token_others_can_read_or_commit_is_refused(tmp_path):
    """A secret in a repository is everybody's sooner or later."""
    file = settings_file(tmp_path, "https://git.example.vn", mode=0o640)
    with pytest.raises(UsageError, match="Others may read"):
        token_of(load_settings(file))
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o640
    (tmp_path / "token").chmod(0o600)
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match="inside the repository"):
        token_of(load_settings(file))


@pytest.mark.parametrize("token", ["", "short", "two words in one token file", "đây-là-một-mật-khẩu-dài"])
def test_a_token_that_cannot_be_one_is_refused(tmp_path, token):
    """Empty, short, or not one word."""
    with pytest.raises(UsageError, match="no usable secret"):
        token_of(load_settings(settings_file(tmp_path, "https://git.example.vn", token)))


def test_a_token_from_the_environment(tmp_path):
    """One source, not two."""
    file = tmp_path / "forge.yaml"
    text = SETTINGS.format(address="https://git.example.vn", token="x").replace("token_file: x", "token_variable: T")
    file.write_text(text)
    assert token_of(load_settings(file), {"T": TOKEN}) == TOKEN
    with pytest.raises(UsageError, match="no usable secret"):
        token_of(load_settings(file), {})
    file.write_text(text + "token_file: /x\n")
    with pytest.raises(UsageError, match="Exactly one"):
        token_of(load_settings(file), {"T": TOKEN})
    with pytest.raises(UsageError, match="CONGTIN_FORGE"):
        load_settings(None, {})


# --- the command line -----------------------------------------------------------------------------


def run(*arguments, now="2026-11-22T12:00:00+07:00"):
    return CliRunner().invoke(forge_group, arguments, obj=Context(None, parse_time(now)), catch_exceptions=False)


def test_the_commands_do_what_they_say(tmp_path, server, monkeypatch):
    """From an open pull request to the merge."""
    world = GiteaWorld(server)
    monkeypatch.setenv("CONGTIN_FORGE", str(settings_file(tmp_path, server.address)))
    monkeypatch.setenv("CONGTIN_LANG", "en")
    assert "Pull request 7" in run("open", "aaaabbbbcccc", "--title", "Chợ hoa").output
    assert "Posted" in run("status", HEAD, "--state", "pending", "--description", "Chờ").output
    world.review(5, "stranger", "approved")
    shown = run("reviews", "7", "--head", HEAD, "--digest", DIGEST).output
    assert "stranger" in shown and "not-on-roster" in shown
    content = tmp_path / "content.git"
    subprocess.run(["git", "init", "-q", "--bare", str(content)], check=True, timeout=60)
    assert MERGE in run("merge", "7", "--head", HEAD, "--content", str(content)).output
    protected = run("protect")
    assert protected.exit_code == 0 and "protected" in protected.output


def test_open_protection_ends_with_one(tmp_path, server, monkeypatch):
    """So that a script notices."""
    world = GiteaWorld(server)
    monkeypatch.setenv("CONGTIN_FORGE", str(settings_file(tmp_path, server.address)))
    at = "/api/v1/repos/city/content/branch_protections"
    server.on("POST", at, lambda asked: Answer(201, {}))
    world.rule = None
    server.on("GET", f"{at}/main", lambda asked: {"enable_push": True} if server.sent("POST") else Answer(404, {}))
    protected = run("protect")
    assert protected.exit_code == 1 and "forge-protection" in protected.output
