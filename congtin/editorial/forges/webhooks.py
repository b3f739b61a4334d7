"""Messages that a forge sends us: who sent them is proven first, then each is read once.

They are hints only. What is true is asked from the forge itself (`Forge.conversation`), because a message can be
late, lost or repeated, and GitLab's does not even prove its bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from congtin.editorial.forges.events import Event, parse_event
from congtin.editorial.forges.models import ForgeKind
from congtin.errors import CongtinError
from congtin.messages import Msg, msg

MOST_BYTES = 5 * 1024 * 1024
_MOST_HEADER = 200
_KEPT = 10_000

Headers = Iterable[tuple[str, str]]


class BadWebhook(CongtinError):
    """A message that is not taken; ``status`` is what the sender is answered."""

    def __init__(self, message: Msg, status: int) -> None:
        super().__init__(message)
        self.status = status


class Deliveries:
    """Remembers which messages were taken, in a file that outlives the process; the oldest are forgotten.

    The id stands in a header that no signature covers, so the digest of the bytes is remembered with it.
    """

    def __init__(self, file: Path | None = None, most: int = _KEPT) -> None:
        self._file = file
        self._lock = threading.Lock()
        known = file.read_text("utf-8", "replace").split("\n") if file and file.is_file() else []
        self._order = deque((line for line in known if line), maxlen=most)

    def take(self, *names: str) -> bool:
        """Remember a message by its names; return False when one of them is known already."""
        with self._lock:
            if any(name in self._order for name in names):
                return False
            self._order.extend(names)
            if self._file:
                temporary = self._file.with_name(f".{self._file.name}.{os.getpid()}.tmp")
                temporary.write_text("".join(f"{name}\n" for name in self._order), "utf-8")
                temporary.replace(self._file)
            return True


@dataclass(frozen=True)
class Receiver:
    """Takes the messages of one repository on one forge."""

    kind: ForgeKind
    repository: str
    secret: str = field(repr=False)
    deliveries: Deliveries = field(default_factory=Deliveries)
    most_bytes: int = MOST_BYTES

    def receive(self, headers: Headers, body: bytes) -> Event:
        """Return the event of a message; raise BadWebhook unless it is small, proven, new and of our repository."""
        if len(body) > self.most_bytes:
            raise BadWebhook(msg("The message is larger than {most} bytes.", most=f"{self.most_bytes:,}"), 413)
        named = _Named(headers)
        if not self._proven(named, body):
            raise BadWebhook(msg("The message is not signed with our secret."), 401)
        delivery = named.one(*_DELIVERY[self.kind])
        if not delivery:
            raise BadWebhook(msg("The message has no delivery id."), 400)
        data = _json(body)
        event = parse_event(self.kind, named.one(*_EVENT[self.kind]), data)
        if event.repository.lower() != self.repository.lower():
            text = msg("The message is about {repository}, not about ours.", repository=event.repository or "?")
            raise BadWebhook(text, 400)
        digest = hashlib.sha256(named.one(*_EVENT[self.kind]).encode() + b"\0" + body).hexdigest()
        if not self.deliveries.take(f"id {hashlib.sha256(delivery.encode()).hexdigest()}", f"body {digest}"):
            raise BadWebhook(msg("The message was taken before."), 409)
        return event

    def _proven(self, named: _Named, body: bytes) -> bool:
        """Compare in constant time, and always: how far a guess is right must not show in how long it takes."""
        if self.kind is ForgeKind.GITLAB:
            given = hashlib.sha256(named.one("x-gitlab-token").encode()).digest()
            return hmac.compare_digest(given, hashlib.sha256(self.secret.encode()).digest())
        wanted = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest().encode()
        if self.kind is ForgeKind.GITHUB:
            return hmac.compare_digest(named.one("x-hub-signature-256").encode(), b"sha256=" + wanted)
        # Forgejo signs under Gitea's name too; every signature that is there must fit.
        given_ones = [named.one(name) for name in _SIGNATURES[self.kind] if named.has(name)]
        fits = [hmac.compare_digest(one.encode(), wanted) for one in given_ones]
        return bool(fits) and all(fits)


_SIGNATURES = {
    ForgeKind.GITEA: ("x-gitea-signature",),
    ForgeKind.FORGEJO: ("x-forgejo-signature", "x-gitea-signature"),
}
_DELIVERY = {
    ForgeKind.GITHUB: ("x-github-delivery",),
    ForgeKind.GITLAB: ("x-gitlab-event-uuid", "x-gitlab-webhook-uuid"),
    ForgeKind.GITEA: ("x-gitea-delivery",),
    ForgeKind.FORGEJO: ("x-forgejo-delivery", "x-gitea-delivery"),
}
_EVENT = {
    ForgeKind.GITHUB: ("x-github-event",),
    ForgeKind.GITLAB: ("x-gitlab-event",),
    ForgeKind.GITEA: ("x-gitea-event",),
    ForgeKind.FORGEJO: ("x-forgejo-event", "x-gitea-event"),
}


class _Named:
    """Headers by name; one that stands twice is no header one can trust."""

    def __init__(self, headers: Headers) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in headers:
            self._values.setdefault(name.lower(), []).append(value)

    def has(self, name: str) -> bool:
        return name in self._values

    def one(self, *names: str) -> str:
        """Return the value of the first of these headers that is there; empty when none is."""
        for name in names:
            values = self._values.get(name, [])
            if len(values) > 1 or any(len(value) > _MOST_HEADER for value in values):
                raise BadWebhook(msg("The header {name} is not as it must be.", name=name), 400)
            if values and values[0]:
                return values[0]
        return ""


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadWebhook(msg("The message is not JSON."), 400) from error
    if not isinstance(data, dict):
        raise BadWebhook(msg("The message is not JSON."), 400)
    return data
