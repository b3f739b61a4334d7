"""Take one Item down from a person's work tree, at once (E24): the tombstone, the order, and the merge."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

import yaml

from congtin.catalogue.front_matter import ID_ALPHABET, ID_LENGTH
from congtin.editorial import refs
from congtin.editorial.changes import BRANCH, Bytes, Changes
from congtin.editorial.emergency import read_front
from congtin.editorial.repository import CommitTree
from congtin.editorial.statements import Type
from congtin.errors import UsageError
from congtin.messages import msg


def take_down(changes: Changes, item: str, reason: str, document: str | None = None) -> str:
    """Withdraw one Item at once on the word of the person, a head (E24); return the Change.

    Raise PushRefused when the person is no head, UsageError when there is no such Item.
    """
    change, found, id_ = _tombstone_change(changes, item, reason, document)
    changes.say(change, found, Type.TAKEDOWN, f"{found.head}:refs/heads/{BRANCH}{change}", item=id_, reason=reason)
    changes.merge(change)
    return change


def confirm_take_down(changes: Changes, change: str, reason: str | None = None) -> None:
    """Confirm, as a second person, that an Item stays down (E24); raise UsageError when nobody took one down."""
    changes.tree.fetch()
    orders = [s.statement for s in changes.statements(change) if s.statement.type is Type.TAKEDOWN]
    if not orders:
        raise UsageError(msg("The Change {change} takes nothing down.", change=change))
    order = orders[0]
    about = Bytes(order.base, order.head, order.digest, order.files)
    changes.say(change, about, Type.TAKEDOWN_CONFIRMATION, item=order.item, reason=reason)


def _tombstone_change(changes: Changes, item: str, reason: str, document: str | None) -> tuple[str, Bytes, str]:
    """Store a Change that only withdraws one Item; return (id, its bytes, the Item's id). Nothing is sent yet."""
    changes.tree.fetch()
    main = changes.main()
    tree = changes.git.tree(main)
    path, data = _original(tree, item)
    new = add_tombstone(data, changes.now(), reason, document)
    written = refs.write_tree(changes.git, main, {path: new})
    key: Path = changes.tree.key()
    head = refs.write_commit(changes.git, written, [main], f"Withdraw {path}\n", at=changes.now(), signing_key=key)
    change = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
    front = read_front(data)
    return change, changes.bytes_at(head), str(front[0]["id"]) if front else item


def add_tombstone(data: bytes, at: datetime, reason: str, document: str | None) -> bytes:
    """Return a Source with “withdrawn” at the end of its front matter, and not a byte else changed.

    Raise UsageError when it is withdrawn already or has no front matter.
    """
    found = read_front(data)
    if found is None:
        raise UsageError(msg("The file has no front matter."))
    if "withdrawn" in found[0]:
        raise UsageError(msg("The Item is withdrawn already."))
    facts = {"at": at.isoformat(timespec="seconds"), "reason": reason, "document": document}
    said = {name: value for name, value in facts.items() if value}
    lines = yaml.safe_dump({"withdrawn": said}, allow_unicode=True, sort_keys=False, width=10_000)
    text = data.decode("utf-8")
    end = text.replace("\r\n", "\n").find("\n---\n", 3)
    if "\r\n" in text or end < 0:
        raise UsageError(msg("The file's line ends are those of Windows; withdraw it by an ordinary Change."))
    return (text[: end + 1] + lines + text[end + 1 :]).encode()


def _original(tree: CommitTree, item: str) -> tuple[str, bytes]:
    """Return path and bytes of an Item's original, named by its path or its id."""
    wanted = item.encode()
    for path in [item] if item.startswith("content/") else tree.paths("content"):
        data = tree.read(path) if path.endswith(".md") else None
        if data is None or (path != item and b"id: " + wanted not in data[:2000]):
            continue
        front = read_front(data)
        if front and "kind" in front[0] and item in (path, front[0].get("id")):
            return path, data
    raise UsageError(msg("There is no published Item “{item}”.", item=item), msg("Name its file or its id."))
