"""How long what was published is kept: `workflows/retention.yaml` and the Sites' rule packs (J1, J6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from congtin.errors import Problem, ProblemsFound
from congtin.messages import msg
from congtin.network.options import LocalText, Words
from congtin.rules.combine import SiteRules
from congtin.rules.reading import Reader, read_model
from congtin.validation import StrictModel

FILE = "workflows/retention.yaml"
Term = Literal["permanent"] | Annotated[int, Field(ge=1, le=200)]


class RetentionClass(StrictModel):
    """One class: how long, and which document says so."""

    label: LocalText
    term: Term | None = None
    source: Words | None = None


class RetentionPolicies(StrictModel):
    """A class for each policy that a rule pack can name, and for Sites whose packs name none."""

    permanent: RetentionClass
    state_archives: RetentionClass
    none: RetentionClass


class RetentionKinds(StrictModel):
    """A class for each kind of Item."""

    article: RetentionClass
    page: RetentionClass
    document: RetentionClass
    other: RetentionClass = RetentionClass(label={"vi": "Thông tin khác", "en": "Other information"})
    """Every other kind; without a term somebody has still to ask the state's archive."""


class RetentionTable(StrictModel):
    """Everything in the file."""

    format: Literal[1]
    policies: RetentionPolicies
    kinds: RetentionKinds


@dataclass(frozen=True)
class Retention:
    """What holds for one Item; without a ``term`` somebody has still to ask the state's archive."""

    policy: str
    kind: str
    label: str
    term: str | int | None
    source: str | None

    def data(self) -> dict[str, object]:
        """Return this as JSON can hold it."""
        return {
            "policy": self.policy,
            "kind": self.kind,
            "label": self.label,
            "term": self.term,
            "source": self.source,
        }


def load_retention(reader: Reader) -> RetentionTable:
    """Read the table of a commit; raise ProblemsFound when it is missing, wrong, or a term has no source."""
    _, table, problems = read_model(reader, FILE, RetentionTable)
    for group, rows in (("policies", table.policies), ("kinds", table.kinds)) if table else ():
        for name, row in rows:
            if row.term is not None and row.source is None:
                text = msg("“{field}” has a term but no source.", field=f"{group}.{name}")
                problems.append(Problem("no-source", text, FILE, 0, msg("Name the document that gives the term.")))
    if problems or table is None:
        raise ProblemsFound(problems)
    return table


def retention_of(table: RetentionTable, kind: str, rules: SiteRules) -> Retention:
    """Return what holds for the Items of a kind on a Site: the policy's term first, the kind's where it has none."""
    in_force = rules.retention
    policy = in_force.rule.policy if in_force else "none"
    of_policy: RetentionClass = getattr(table.policies, policy)
    of_kind: RetentionClass = getattr(table.kinds, kind, table.kinds.other)
    chosen = of_policy if of_policy.term is not None else of_kind
    # The pack's own article is nearer to the Site than the table's.
    source = in_force.source if in_force and chosen is of_policy else chosen.source
    label = f"{of_kind.label['vi']} – {of_policy.label['vi']}"
    return Retention(policy, kind, label, chosen.term, source)
