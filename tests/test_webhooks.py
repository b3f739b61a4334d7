"""Messages from forges: proven, small, new, about our repository, and never more than a hint. Not seen live."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import pytest

from congtin.editorial.forges.events import EventType, parse_event
from congtin.editorial.forges.listener import PATH, Listener
from congtin.editorial.forges.models import ForgeKind
from congtin.editorial.forges.webhooks import BadWebhook, Deliveries, Receiver

SECRET = "a-long-secret-of-webhooks"
HEAD = "a" * 40
REVIEW = {
    "action": "submitted",
    "review": {"id": 5, "state": "approved", "commit_id": HEAD, "user": {"login": "lan-nguyen", "id": 2}},
    "pull_request": {"number": 7, "head": {"ref": "change/aaaabbbbcccc", "sha": HEAD}, "base": {"ref": "main"}},
    "repository": {"id": 5, "full_name": "City/Content"},
    "sender": {"login": "lan-nguyen", "id": 2},
}
GITLAB_REVIEW = {
    "object_kind": "merge_request",
    "event_type": "merge_request",
    "user": {"id": 2, "username": "lan-nguyen"},
    "project": {"id": 5, "path_with_namespace": "City/Content"},
    "object_attributes": {
        "iid": 7, "action": "approved", "source_branch": "change/aaaabbbbcccc", "target_branch": "main",
        "last_commit": {"id": HEAD},
    },
}  # fmt: skip
KINDS = list(ForgeKind)


def signature(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def message(kind, data=None, *, delivery="one", secret=SECRET, event=None):
    """Return headers and body as this forge sends them."""
    data = data or (GITLAB_REVIEW if kind is ForgeKind.GITLAB else REVIEW)
    body = json.dumps(data).encode()
    signed = signature(body, secret)
    if kind is ForgeKind.GITHUB:
        return [
            ("X-GitHub-Event", event or "pull_request_review"),
            ("X-GitHub-Delivery", delivery),
            ("X-Hub-Signature-256", f"sha256={signed}"),
        ], body
    if kind is ForgeKind.GITLAB:
        return [
            ("X-Gitlab-Event", event or "Merge Request Hook"),
            ("X-Gitlab-Event-UUID", delivery),
            ("X-Gitlab-Token", secret),
        ], body
    names = ["Gitea", "Forgejo"] if kind is ForgeKind.FORGEJO else ["Gitea"]
    headers = [("X-GitHub-Event", "pull_request"), ("X-Hub-Signature-256", f"sha256={signed}")]
    for name in names:
        headers += [
            (f"X-{name}-Event", event or "pull_request_approved"),
            (f"X-{name}-Delivery", delivery),
            (f"X-{name}-Signature", signed),
        ]
    return headers, body


def receiver(kind, **more):
    return Receiver(kind, "city/content", SECRET, **more)


def refused(taker, headers, body):
    with pytest.raises(BadWebhook) as error:
        taker.receive(headers, body)
    assert SECRET not in str(error.value) and SECRET not in repr(taker)
    return error.value.status


def replaced(headers, name, value):
    return [(n, value if n.lower() == name else v) for n, v in headers]


SIGNATURES = {
    ForgeKind.GITHUB: "x-hub-signature-256",
    ForgeKind.GITLAB: "x-gitlab-token",
    ForgeKind.GITEA: "x-gitea-signature",
    ForgeKind.FORGEJO: "x-forgejo-signature",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_proven_message_says_where_to_look(kind):
    """Somebody reviewed pull request 7; what the review is worth is asked from the forge."""
    event = receiver(kind).receive(*message(kind))
    assert (event.type, event.number, event.login) == (EventType.REVIEW, 7, "lan-nguyen")
    assert (event.branch, event.after) == ("change/aaaabbbbcccc", HEAD)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_with_another_secret_is_refused(kind):
    """And one that is not signed at all, or by an empty secret."""
    assert refused(receiver(kind), *message(kind, secret="a-wrong-secret-of-webhooks")) == 401
    headers, body = message(kind)
    name = SIGNATURES[kind]
    for value in ("", "sha256=", "sha256=" + "0" * 64, "\u0111" * 64, signature(body, ""), signature(body)[:-1]):
        assert refused(receiver(kind), replaced(headers, name, value), body) == 401
    without = [(n, v) for n, v in headers if "signature" not in n.lower() and "token" not in n.lower()]
    assert refused(receiver(kind), without, body) == 401


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not ForgeKind.GITLAB])
def test_changed_bytes_are_refused(kind):
    """The signature is over the whole body."""
    headers, body = message(kind)
    assert refused(receiver(kind), headers, body.replace(b"lan-nguyen", b"lan-nguyon")) == 401


def test_forgejos_two_signatures_must_both_fit():
    """One of them wrong means that somebody meddled."""
    headers, body = message(ForgeKind.FORGEJO)
    for name in ("x-gitea-signature", "x-forgejo-signature"):
        assert refused(receiver(ForgeKind.FORGEJO), replaced(headers, name, "0" * 64), body) == 401


def test_a_signature_for_another_kind_of_forge_does_not_count():
    """A GitHub-like header is no proof where Gitea's is expected."""
    headers, body = message(ForgeKind.GITHUB)
    assert refused(receiver(ForgeKind.GITEA), headers, body) == 401


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_that_stands_twice_is_refused(kind):
    """Another program may believe the other one."""
    headers, body = message(kind)
    twice = [*headers, (SIGNATURES[kind].upper(), "x")]
    assert refused(receiver(kind), twice, body) == 400


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_taken_once(kind, tmp_path):
    """Even after a restart, and even under a new delivery id: that stands in a header nobody signed."""
    file = tmp_path / "deliveries"
    taker = receiver(kind, deliveries=Deliveries(file))
    taker.receive(*message(kind))
    assert refused(taker, *message(kind)) == 409
    again = receiver(kind, deliveries=Deliveries(file))
    assert refused(again, *message(kind)) == 409
    assert refused(again, *message(kind, delivery="two")) == 409


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_message_is_not_remembered(kind):
    """Else a stranger could keep the true one out."""
    taker = receiver(kind)
    refused(taker, *message(kind, secret="a-wrong-secret-of-webhooks"))
    assert taker.receive(*message(kind)).number == 7


def test_the_oldest_deliveries_are_forgotten(tmp_path):
    """The file does not grow for ever."""
    file = tmp_path / "deliveries"
    deliveries = Deliveries(file, most=4)
    for number in range(10):
        assert deliveries.take(f"id {number}", f"body {number}")
    assert len(file.read_text().splitlines()) == 4
    assert not Deliveries(file, most=4).take("id 9") and Deliveries(file, most=4).take("id 1")


def test_deliveries_are_taken_once_by_many_threads():
    """The same message through two workers at the same time."""
    deliveries = Deliveries()
    taken = []
    threads = [threading.Thread(target=lambda: taken.append(deliveries.take("id"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_too_large_strange_or_foreign_is_refused(kind):
    """By its size before its signature is worked out; by its content only after."""
    headers, body = message(kind)
    assert refused(receiver(kind, most_bytes=len(body) - 1), headers, body) == 413
    other = json.loads(json.dumps(GITLAB_REVIEW if kind is ForgeKind.GITLAB else REVIEW).replace("City/Content", "x/y"))
    assert refused(receiver(kind), *message(kind, other)) == 400
    delivery = "x-gitlab-event-uuid" if kind is ForgeKind.GITLAB else None
    bare = [(n, v) for n, v in headers if "delivery" not in n.lower() and n.lower() != delivery]
    assert refused(receiver(kind), bare, body) == 400
    for junk in (b"", b"\xff", b"[]", b"[" * 100_000, b"NaN"):
        signed = [(n, v) for n, v in headers if n.lower() != SIGNATURES[kind] and "signature" not in n.lower()]
        proof = SECRET if kind is ForgeKind.GITLAB else signature(junk)
        proof = f"sha256={proof}" if kind is ForgeKind.GITHUB else proof
        assert refused(receiver(kind), [*signed, (SIGNATURES[kind], proof)], junk) == 400


def event_of(kind, name, data):
    base = {"repository": {"full_name": "city/content"}, "sender": {"login": "editor"}}
    return parse_event(kind, name, {**base, **data})


def test_every_kind_of_message_finds_its_type():
    """Pushes, comments, pull requests; what is unknown is nothing."""
    pull = {"pull_request": {"number": 7, "head": {"ref": "change/x", "sha": HEAD}}}
    github = ForgeKind.GITHUB
    push = {"ref": "refs/heads/main", "before": "b" * 40, "after": HEAD, "pusher": {"name": "mayor"}}
    pushed = event_of(github, "push", push)
    assert (pushed.type, pushed.branch, pushed.after) == (EventType.PUSH, "main", HEAD)
    assert pushed.is_foreign("congtin-bot") and not pushed.is_foreign("Mayor")
    assert not event_of(github, "push", {**push, "ref": "refs/heads/change/x"}).is_foreign("congtin-bot")
    closed = event_of(github, "pull_request", {"action": "closed", **pull})
    assert closed.type is EventType.PULL_REQUEST and closed.closes
    commented = event_of(github, "issue_comment", {"issue": {"number": 7, "pull_request": {"url": "x"}}})
    assert (commented.type, commented.number) == (EventType.COMMENT, 7)
    assert event_of(github, "issue_comment", {"issue": {"number": 8}}).type is EventType.OTHER
    assert event_of(github, "ping", {}).type is EventType.OTHER
    gitea = event_of(ForgeKind.GITEA, "issue_comment", {"issue": {"number": 7, "pull_request": {}}, "is_pull": True})
    assert (gitea.type, gitea.number) == (EventType.COMMENT, 7)
    gitlab = {"project": {"path_with_namespace": "city/content"}, "user": {"username": "lan"}}
    note = parse_event(ForgeKind.GITLAB, "", {**gitlab, "object_kind": "note", "merge_request": {"iid": 7}})
    assert (note.type, note.number, note.login) == (EventType.COMMENT, 7, "lan")
    merged = {**gitlab, "object_kind": "merge_request", "object_attributes": {"iid": 7, "action": "merge"}}
    assert parse_event(ForgeKind.GITLAB, "", merged).closes
    by = {"user_username": "mayor", "project": gitlab["project"], "object_kind": "push", "ref": "refs/heads/main"}
    assert parse_event(ForgeKind.GITLAB, "", by).is_foreign("congtin-bot")


@pytest.mark.parametrize("value", [None, 7, [], {}, "x" * 1000, True, -1, 2**70])
def test_fields_of_another_kind_do_no_harm(value):
    """A hostile message is proven too, where the forge lets people name things."""
    data = {"pull_request": value, "repository": value, "sender": value, "ref": value, "issue": value, "action": value}
    for kind in KINDS:
        for name in ("push", "pull_request", "pull_request_review", "issue_comment", ""):
            event = parse_event(
                kind, name, {**data, "object_kind": value, "object_attributes": value, "project": value}
            )
            assert len(event.repository) <= 300 and event.number == 0


# --- the listener ----------------------------------------------------------------------------------


@pytest.fixture
def listening():
    taken = []
    with Listener(receiver(ForgeKind.GITHUB), taken.append).running() as port:
        yield port, taken


def post(port, headers, body, path=PATH):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("POST", path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(body)
    response = connection.getresponse()
    assert response.read() == b"", "a refusal tells a stranger nothing"
    connection.close()
    return response.status


def test_the_listener_takes_what_is_proven(listening):
    """Once; all else is a number and no word."""
    port, taken = listening
    headers, body = message(ForgeKind.GITHUB)
    length = [("Content-Length", str(len(body)))]
    assert post(port, [*headers, *length], body) == 202
    assert post(port, [*headers, *length], body) == 409
    assert [event.number for event in taken] == [7]
    assert post(port, [*replaced(headers, "x-hub-signature-256", "sha256=0"), *length], body) == 401
    assert post(port, [*headers, *length], body, path="/other") == 404
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 411),
        ([("Content-Length", "-1")], 411),
        ([("Content-Length", "\u0663")], 411),
        ([("Content-Length", "9" * 30)], 413),
        ([("Content-Length", str(6 * 1024 * 1024))], 413),
        ([("Content-Length", "5"), ("Transfer-Encoding", "chunked")], 411),
    ],
)
def test_the_listener_reads_no_more_than_it_must(listening, headers, status):
    """Lengths that are none, too large, or two at once."""
    port, taken = listening
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        text = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers) + "\r\n"
        connection.sendall(text.encode())
        assert connection.recv(100).split()[1] == str(status).encode()
    assert taken == []


def test_the_command_prints_each_message_once(tmp_path):
    """A line of JSON for what is proven; a foreign commit on main sounds the alarm."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    settings = tmp_path / "forge.yaml"
    settings.write_text(
        "forge: github\naddress: https://github.com\nrepository: city/content\naccount: congtin-bot\n"
        f"token_variable: T\nwebhook_secret_file: {secret}\n"
    )
    words = ["forge", "webhook", "--port", "0", "--remember", str(tmp_path / "taken"), "--settings", str(settings)]
    command = [sys.executable, "-m", "congtin", *words]
    environment = {**os.environ, "CONGTIN_LANG": "en"}
    push = {"ref": "refs/heads/main", "after": HEAD, "pusher": {"name": "mayor"}, "repository": REVIEW["repository"]}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listener:
        try:
            port = int(re.search(r"127\.0\.0\.1:(\d+)", listener.stderr.readline())[1])
            for headers, body in (
                message(ForgeKind.GITHUB),
                message(ForgeKind.GITHUB),
                message(ForgeKind.GITHUB, push, delivery="two", event="push"),
            ):
                post(port, [*headers, ("Content-Length", str(len(body)))], body)
            first, second = json.loads(listener.stdout.readline()), json.loads(listener.stdout.readline())
        finally:
            listener.send_signal(signal.SIGINT)
        assert listener.wait(10) == 0
    assert (first["type"], first["number"]) == ("review", 7) and "alarm" not in first
    assert (second["type"], second["alarm"], second["login"]) == ("push", "foreign-commit", "mayor")
