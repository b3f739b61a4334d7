"""From a review on a forge to a published page: the real hook, gate and log, and a forge that is not seen live."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from desks import TinyDesk, clock
from editorial_city import LIM, make_city
from forge_server import NEW, NOON, TOKEN, Answer, ForgeServer
from forge_worlds import GiteaWorld, GitLabWorld
from network import article

from congtin.cli.context import Context
from congtin.cli.forge import forge_group
from congtin.editorial.forges.attest import Refusal
from congtin.editorial.forges.models import StatusState
from congtin.editorial.forges.service import sync
from congtin.editorial.statements import Type
from congtin.errors import UsageError


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = make_city(tmp_path_factory.mktemp("city") / "desk")
    yield made
    made.close()


@pytest.fixture
def server():
    with ForgeServer() as running:
        yield running


class Meeting:
    """A Change of the ward's editor, and its pull request 7."""

    def __init__(self, city: TinyDesk, world, number: int) -> None:
        self.city = city
        self.path = f"{LIM}/tin-{number}.vi.md"
        self.world = world
        self.change = city.work("lim-editor").propose("Tin", {self.path: article(number)})
        self.bring()

    def bring(self) -> None:
        """Let the forge show the branch as it is."""
        self.world.head = self.city.ref(f"refs/heads/change/{self.change}")
        shown = self.world.pull
        branch = f"change/{self.change}"
        if isinstance(self.world, GitLabWorld):
            self.world.pull = lambda: {**shown(), "source_branch": branch}
        else:
            self.world.pull = lambda: {**shown(), "head": {**shown()["head"], "ref": branch}}

    def sync(self):
        return sync(self.city.content, self.world.forge(), self.change, clock)

    def statuses(self) -> list[str]:
        return [one.data["state"] for one in self.world.server.asked if "/statuses/" in one.path]

    def statements(self) -> list[tuple[Type, str | None]]:
        with self.city.open() as desk:
            found = desk.standing(self.change, desk.plain.ref("refs/congtin/approvals")).statements
            said = [one.signed.statement for one in found]
        return [(one.type, one.attested.person if one.attested else None) for one in said]


def codes(synced):
    return [result.code if isinstance(result, Refusal) else result.person for result in synced.results]


def test_a_review_becomes_an_approval_and_the_change_is_published(city, server):
    """Waiting, approved on the forge, attested, logged with forge and review, merged; asked again, nothing is added."""
    meeting = Meeting(city, GiteaWorld(server), 21)
    synced = meeting.sync()
    assert synced.said == () and synced.status.state is StatusState.PENDING and "ha/lim" in synced.status.description
    meeting.world.review(5, "lim-head-gt", "approved", commit=meeting.world.head)
    synced = meeting.sync()
    assert codes(synced) == ["lim-head"] and len(synced.said) == 1 and not synced.not_said
    assert synced.status.state is StatusState.SUCCESS
    assert "lim-head" not in synced.status.description, "a forge may be public"
    assert meeting.statements() == [(Type.SUBMISSION, None), (Type.APPROVAL, "lim-head")]
    assert meeting.sync().said == ()
    assert meeting.statuses() == ["pending", "success", "success"]
    city.work("lim-editor").merge(meeting.change)
    assert city.read(meeting.path) is not None
    entry = next(r.entry for r in city.log() if r.entry.event == "approval" and r.entry.change == meeting.change)
    assert entry.person == "lim-head"
    assert entry.detail["attested"]["forge"] == "forgejo:city/content#7"
    assert entry.detail["attested"]["review"] == "review/5"


def test_reviews_that_do_not_count_open_no_gate(city, server):
    """The author's own, a stranger's, an old one's, one by somebody of another Board."""
    meeting = Meeting(city, GiteaWorld(server), 22)
    world = meeting.world
    world.review(5, "lim-editor-gt", "approved", commit=world.head)
    world.review(6, "stranger", "approved", commit=world.head)
    world.review(7, "lim-head-gt", "approved", commit=NEW)
    world.review(8, "mai-head-gt", "approved", commit=world.head)
    synced = meeting.sync()
    assert sorted(codes(synced)) == ["mai-head", "not-on-roster", "own-work", "stale"]
    assert synced.status.state is StatusState.PENDING
    with pytest.raises(Exception, match="not approved"):
        city.work("lim-editor").merge(meeting.change)


def test_an_edit_after_the_review_needs_another(city, server):
    """The review is of the older head, whatever the forge shows of it."""
    meeting = Meeting(city, GiteaWorld(server), 23)
    meeting.world.review(5, "lim-head-gt", "approved", commit=meeting.world.head)
    city.work("lim-editor").amend(meeting.change, {meeting.path: article(23, body="Khác.")})
    assert codes(meeting.sync()) == ["head-moved"], "the forge has not heard of the edit yet"
    meeting.bring()
    synced = meeting.sync()
    assert codes(synced) == ["stale"] and synced.status.state is StatusState.PENDING


def test_an_objection_on_the_forge_closes_the_gate_again(city, server):
    """Approved and attested, then changes asked for there: the Approval no longer opens anything."""
    meeting = Meeting(city, GiteaWorld(server), 30)
    meeting.world.review(5, "lim-head-gt", "approved", commit=meeting.world.head, at=NOON)
    assert meeting.sync().status.state is StatusState.SUCCESS
    meeting.world.review(6, "lim-head-gt", "changes", commit=meeting.world.head, at="2026-11-22T06:00:00Z")
    synced = meeting.sync()
    assert synced.status.state is StatusState.FAILURE
    assert [statement.type for statement in synced.said] == [Type.CHANGES_REQUESTED]
    with pytest.raises(Exception, match="not approved"):
        city.work("lim-editor").merge(meeting.change)
    assert meeting.sync().said == ()
    meeting.world.review(7, "lim-head-gt", "approved", commit=meeting.world.head, at="2026-11-22T07:00:00Z")
    assert meeting.sync().status.state is StatusState.SUCCESS


def test_on_gitlab_the_digest_is_commented(city, server):
    """The button alone is nothing; the digest in a comment is."""
    meeting = Meeting(city, GitLabWorld(server), 24)
    meeting.world.approve("lim-head-gl", 2)
    synced = meeting.sync()
    assert codes(synced) == ["no-commit"]
    digest = city.work("lim-editor").changes.bytes_of(meeting.change).digest
    meeting.world.say(41, "lim-head-gl", f"congtin approve {digest}")
    synced = meeting.sync()
    assert synced.status.state is StatusState.SUCCESS and len(synced.said) == 1


def test_what_the_hook_does_not_take_is_told(city, server):
    """An editor of the ward is no approver: the service's signature does not change that."""
    meeting = Meeting(city, GiteaWorld(server), 25)
    meeting.world.review(5, "mai-editor-gt", "approved", commit=meeting.world.head)
    synced = meeting.sync()
    assert synced.said == () and len(synced.not_said) == 1
    assert "role" in str(synced.not_said[0].why)


def test_a_conflict_is_the_status_and_attests_nothing(city, server):
    """Somebody else changed the same text meanwhile."""
    meeting = Meeting(city, GiteaWorld(server), 26)
    other = city.work("mai-editor").propose("Tin", {meeting.path: article(27, body="Khác hẳn.")})
    city.work("lim-head").approve(other)
    city.work("mai-editor").merge(other)
    meeting.world.review(5, "lim-head-gt", "approved", commit=meeting.world.head)
    synced = meeting.sync()
    assert synced.status.state is StatusState.FAILURE and synced.results == () and synced.said == ()


def test_a_pull_request_of_another_branch_is_not_taken(city, server):
    """Its reviews are about something else."""
    meeting = Meeting(city, GiteaWorld(server), 28)
    shown = meeting.world.pull()
    shown["head"]["ref"] = "change/zzzzzzzzzzzz"
    meeting.world.pull = lambda: shown
    with pytest.raises(UsageError, match="no open pull request"):
        meeting.sync()
    with pytest.raises(UsageError, match="not of this Change"):
        sync(city.content, meeting.world.forge(), meeting.change, clock, number=7)
    with pytest.raises(UsageError, match="no Change"):
        sync(city.content, meeting.world.forge(), "zzzzzzzzzzzz", clock)


def settings_of(tmp_path, server, monkeypatch):
    """Let the commands find this forge."""
    (tmp_path / "forge.yaml").write_text(
        f"forge: forgejo\naddress: {server.address}\nrepository: city/content\naccount: congtin-bot\n"
        "token_variable: FORGE_TOKEN\n"
    )
    monkeypatch.setenv("CONGTIN_FORGE", str(tmp_path / "forge.yaml"))
    monkeypatch.setenv("CONGTIN_LANG", "en")
    monkeypatch.setenv("FORGE_TOKEN", TOKEN)


def run(tmp_path, *words):
    return CliRunner().invoke(forge_group, words, obj=Context(tmp_path, clock()), catch_exceptions=False)


def test_pipelines_read_signed_verdicts(city, server, tmp_path, monkeypatch):
    """Waiting, approved, and after the merge main itself: each signed by the service, none naming a person."""
    settings_of(tmp_path, server, monkeypatch)
    meeting = Meeting(city, GiteaWorld(server), 31)
    folder = tmp_path / "verdicts"
    folder.mkdir()
    content = ["--content", str(city.content), "--verdicts", str(folder)]
    key = (city.folder / "keys/service.pub").read_text()

    def pipeline(commit, answer):
        server.on("GET", f"/verdicts/{commit}.json", Answer(body=(folder / f"{commit}.json").read_bytes()))
        words = ["verdict", commit, "--answer", answer, "--repository", "city/content"]
        return run(tmp_path, *words, "--service", server.address, "--key", key).exit_code

    head = meeting.world.head
    run(tmp_path, "sync", meeting.change, *content)
    assert pipeline(head, "approved") == 1
    meeting.world.review(5, "lim-head-gt", "approved", commit=head)
    run(tmp_path, "sync", meeting.change, *content)
    assert pipeline(head, "approved") == 0 and pipeline(head, "merged") == 1
    main = city.work("lim-editor").merge(meeting.change)
    server.on("GET", "/api/v1/repos/city/content/branches/main", {"name": "main", "commit": {"id": main}})
    done = run(tmp_path, "main", *content)
    assert done.exit_code == 0, done.output
    assert pipeline(main, "merged") == 0
    assert "lim-" not in "".join(file.read_text() for file in folder.iterdir())
    server.on("GET", "/api/v1/repos/city/content/branches/main", {"name": "main", "commit": {"id": NEW}})
    (folder / f"{main}.json").unlink()
    assert run(tmp_path, "main", *content).exit_code == 1 and not (folder / f"{main}.json").exists()


def test_the_command_says_what_it_did(city, server, tmp_path, monkeypatch):
    """One line for each review, one for the status."""
    meeting = Meeting(city, GiteaWorld(server), 29)
    settings_of(tmp_path, server, monkeypatch)
    meeting.world.review(5, "lim-head-gt", "approved", commit=meeting.world.head, at=NOON)
    meeting.world.review(6, "stranger", "approved", commit=meeting.world.head)
    done = run(tmp_path, "sync", meeting.change, "--content", str(city.content))
    assert "review/5: approved by lim-head" in done.output and "not-on-roster" in done.output
    assert "success" in done.output
