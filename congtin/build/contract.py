"""The contract between engine and theme: a template sees what `theme.yaml` declares for it, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from congtin import strict_yaml
from congtin.build.template_facts import TemplateFacts
from congtin.errors import Problem, did_you_mean, list_of
from congtin.kinds.load import load_kinds
from congtin.layout import THEME
from congtin.messages import msg
from congtin.validation import StrictModel, problems_of

CONTRACT = "theme.yaml"
# What every template may use besides: the words of the interface, parts of the frame, addresses of static files.
GLOBALS = frozenset({"_", "gettext", "ngettext", "once", "asset", "integrity", "range", "dict", "namespace"})
# What the engine has for each kind of page; `site` and `page` it has for all.
_LIST = ("cards", "listing", "listing_key", "feed_path", "calendar_path", "pager")
_ITEM = ("item", "body")
OFFERED: Mapping[str, tuple[str, ...]] = {
    "404": (),
    "accessibility": (),
    "archive": _LIST,
    "archives": ("years",),
    "article": _ITEM,
    "contact": ("board", "contact", "portal_contact"),
    "directory": ("groups", "total", "retired"),
    "document": _ITEM,
    "home": ("latest", "blocks", "references", "services_url", "directory_counts"),
    "library": (*_LIST, "filters", "current", "library_url"),
    "page": _ITEM,
    "pages": _LIST,
    "redirect": ("target",),
    "search": ("latest", "links", "portal_search"),
    "section": _LIST,
    "sitemap": ("blocks", "links"),
    "tag": _LIST,
    "tags": ("counts",),
    "withdrawn": _ITEM,
}


# What the templates in the folder of a kind may ask for: there is nothing to declare, they are all alike.
OF_KINDS: Mapping[str, tuple[str, ...]] = {"item": ("site", "page", *_ITEM), "list": ("site", "page", *_LIST)}


class Contract(StrictModel):
    """What a theme declares: names by page template, and by part of the frame."""

    templates: dict[str, list[str]]
    parts: dict[str, list[str]] = {}


def contract_problems(
    root: Path, trees: Mapping[str, TemplateFacts], reached: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """Yield what templates ask for beyond their contract; ``reached`` has what each template pulls in."""
    path = f"{THEME}/{CONTRACT}"
    try:
        text = (root / path).read_text("utf-8")
        contract = Contract.model_validate(strict_yaml.load(text))
    except FileNotFoundError:
        hint = msg("It declares what each template may see; docs/themes.md shows how.")
        yield Problem("missing-file", msg("The file is missing."), path, 0, hint)
        return
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        hint = msg("Save the file as UTF-8 (Unicode).")
        yield Problem("not-utf8", msg("The file is not UTF-8 text."), path, line, hint)
        return
    except strict_yaml.YamlProblem as error:
        yield Problem(error.code, error.message, path, error.line, error.hint)
        return
    except ValidationError as error:
        yield from problems_of(error, lambda steps: (path, strict_yaml.line_of(text, steps)), ["templates", "parts"])
        return
    yield from _declared(contract, path, text)
    yield from _of_kinds(root, contract, trees, reached)
    for name, declared in (*contract.templates.items(), *contract.parts.items()):
        if f"{name}.html" in trees:
            # What is rendered by itself has a contract of its own.
            apart = {f"{part}.html" for part in contract.parts if part != name}
            own = {other: trees[other] for other in sorted(set(reached[f"{name}.html"]) - apart) if other in trees}
            yield from _asked(name, own, set(declared))


def template_path(name: str) -> str:
    """Return where a template lies below the repository's root."""
    return f"{THEME}/{name}" if name.startswith("kinds/") else f"{THEME}/templates/{name}"


def _of_kinds(
    root: Path, contract: Contract, trees: Mapping[str, TemplateFacts], reached: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """Yield templates that a kind lacks, or has and is never asked for, and what they may not see."""
    kinds, found = load_kinds(root)
    yield from found
    wanted = {f"{kind.item_template}.html" for kind in kinds.declared.values()}
    lists = {kinds.list_template(section) for section in kinds.sections}
    wanted |= {f"{name}.html" for name in lists if name.startswith("kinds/")}
    for name in sorted(wanted - trees.keys()):
        hint = msg("docs/kinds-and-lists.md shows how a kind is added.")
        yield Problem("missing-file", msg("The file is missing."), template_path(name), 0, hint)
    apart = {f"{part}.html" for part in contract.parts}
    for name in sorted(trees):
        if name in wanted:
            own = {other: trees[other] for other in sorted(set(reached[name]) - apart) if other in trees}
            yield from _asked(name, own, set(OF_KINDS[name.rpartition("/")[2].removesuffix(".html")]))
        elif name.startswith("kinds/") and not name.rpartition("/")[2].startswith("_"):
            text = msg("No page is made with “{name}”.", name=name)
            hint = msg("A kind has item.html, and list.html unless its kind.yaml says “list: false”.")
            yield Problem("theme-contract", text, template_path(name), 0, hint)


def _declared(contract: Contract, path: str, text: str) -> Iterator[Problem]:
    """Yield declarations of what there is not, and templates without a declaration."""
    for name, declared in contract.templates.items():
        offered = ("site", "page", *OFFERED.get(name, ()))
        line = strict_yaml.line_of(text, ["templates", name])
        if name not in OFFERED:
            hint = did_you_mean(name, OFFERED)
            yield Problem("theme-contract", msg("No page is made with “{name}”.", name=name), path, line, hint)
            continue
        for wanted in declared:
            if wanted not in offered:
                what = msg("“{name}” is not given to “{template}”.", name=wanted, template=name)
                hint = did_you_mean(wanted, offered) or msg("Known are: {words}.", words=list_of(offered))
                yield Problem("theme-contract", what, path, line, hint)
    for name in OFFERED.keys() - contract.templates.keys():
        yield Problem("theme-contract", msg("“{name}” is not declared.", name=name), path, 1)


def _asked(name: str, trees: Mapping[str, TemplateFacts], declared: set[str]) -> Iterator[Problem]:
    """Yield the names that a template, or one it pulls in, asks for and that it does not declare."""
    made = declared.union(GLOBALS, *(tree.made for tree in trees.values()))
    for template, tree in trees.items():
        for wanted in tree.asked.keys() - made:
            text = msg(
                "The template asks for “{name}”, which “{template}” does not declare.", name=wanted, template=name
            )
            hint = msg("Declare it in {file}, or do without it.", file=f"{THEME}/{CONTRACT}")
            yield Problem("theme-contract", text, template_path(template), tree.asked[wanted], hint)
