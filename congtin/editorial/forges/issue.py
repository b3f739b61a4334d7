"""Signed verdicts as files: congtin's service writes them where a web server shows them to pipelines."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.forges.models import StatusState
from congtin.editorial.forges.verdicts import Answer, Verdict, sign_verdict
from congtin.editorial.statements import second
from congtin.errors import UsageError
from congtin.messages import msg

# Long enough for a pipeline to start, short enough that a verdict that has changed does not outlive it by much.
HOLDS = timedelta(hours=1)
ANSWERS: Mapping[StatusState, Answer] = {
    StatusState.SUCCESS: "approved",
    StatusState.PENDING: "waiting",
    StatusState.FAILURE: "refused",
}


def issue(desk: Desk, folder: Path, repository: str, commit: str, answer: Answer, now: datetime) -> Path:
    """Write the verdict on a commit as `<folder>/<commit>.json`; raise UsageError when that fails."""
    head = desk.plain.ref(log.REF)
    if head is None:
        raise UsageError(msg("{path} has no log.", path=desk.plain.path))
    at = second(now)
    verdict = Verdict(commit=commit, answer=answer, repository=repository, log=head, at=at, until=at + HOLDS)
    data = sign_verdict(verdict, desk.key)
    file = folder / f"{commit}.json"
    temporary = folder / f".{file.name}.{os.getpid()}.tmp"
    try:
        temporary.write_bytes(data)
        temporary.replace(file)
    except OSError as error:
        raise UsageError(msg("The verdict {file} cannot be written.", file=file)) from error
    return file
