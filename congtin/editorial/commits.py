"""Commit objects, read as Git reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Commit:
    """A commit as its object says."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    message: str
    signature: bytes = b""
    payload: bytes = b""
    """What the signature is over."""

    def trailer(self, name: str) -> str:
        """Return the value of a trailer in the last paragraph, empty when it is absent or stands there twice."""
        last = self.message.rstrip("\n").rpartition("\n\n")[2]
        values = [line.split(": ", 1)[1] for line in last.split("\n") if line.startswith(f"{name}: ")]
        return values[0].strip() if len(values) == 1 else ""


def parse_commit(oid: str, data: bytes) -> Commit:
    """Return what a commit object says, and what its signature is over."""
    head, _, message = data.partition(b"\n\n")
    tree, parents, signature, payload, inside, links = "", [], [], [], False, True
    for number, line in enumerate(head.split(b"\n")):
        inside = line.startswith(b"gpgsig ") or (inside and line.startswith(b" "))
        if inside:
            signature.append(line.removeprefix(b"gpgsig").removeprefix(b" "))
            continue
        payload.append(line)
        # Like Git: the tree is the first line, parents follow it; such words further down mean nothing.
        links = links and (number == 0 or line.startswith(b"parent "))
        if number == 0 and line.startswith(b"tree "):
            tree = line[5:].decode()
        elif links and number:
            parents.append(line[7:].decode())
    signed = b"\n".join(payload) + b"\n\n" + message
    text = message.decode("utf-8", "replace")
    return Commit(oid, tree, tuple(parents), text, b"\n".join(signature), signed)
