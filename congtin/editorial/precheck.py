"""What the checks say of a Change before its Boards see it (E25): the same look as the gate's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from congtin.editorial import refs
from congtin.editorial.changes import BRANCH, Changes
from congtin.editorial.mainline import Mainline
from congtin.editorial.policy import load_policy
from congtin.editorial.shape import shape_problems
from congtin.errors import Problem, ProblemsFound, UsageError
from congtin.messages import msg

FOLDER = "review"


def check_submission(changes: Changes, state: Path, now: datetime) -> list[Problem]:
    """Return what is wrong with the Change in the work tree, merged into what is published.

    Raise MergeConflict when somebody else published other words for the same lines.
    """
    changes.tree.fetch()
    main = changes.main()
    head = changes.git.resolve(f"refs/heads/{BRANCH}{changes.current()}")
    tree = refs.merged_tree(changes.git, main, head)
    differences = changes.git.differences(main, tree)
    found = list(shape_problems(changes.git.tree(tree), differences, load_policy(changes.git.tree(main))))
    if found:
        return found
    try:
        with Mainline(changes.git, state / FOLDER) as mainline:
            return list(mainline.view(main, tree, differences, now).problems)
    except ProblemsFound as error:
        return list(error.problems)


def most_specific_pack(mainline: Mainline, main: str, sites: Iterable[str], now: datetime) -> str:
    """Return the pack whose refusal codes hold for a Change (E15, E16); raise UsageError when none has any."""
    rules = mainline.rules(main, now)
    known = mainline.side(main).network.sites
    packs = {code.pack for site in sites if site in known for code in rules(site).refusal_codes}
    if len(packs) != 1:
        hint = msg("Name the pack with --pack: {packs}", packs=", ".join(sorted(packs)) or "–")
        raise UsageError(msg("It is not clear which rules the refusal rests on."), hint)
    return packs.pop()
