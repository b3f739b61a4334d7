"""Write `docs/reference.md` from the sources: commands, fields, exit codes, problem codes, settings.

    python tools/reference.py            write the file
    python tools/reference.py --check    exit with 1 when it is out of date

`tests/test_docs.py` runs the second.
"""

from __future__ import annotations

import ast
import html
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "reference.md"
# Before anything of Côngtin is imported: commands take their help in the language of that moment.
os.environ["CONGTIN_LANG"] = "en"
sys.path.insert(0, str(ROOT))

import click  # noqa: E402 (after the language is set)
from pydantic import BaseModel  # noqa: E402 (the same)

from congtin import errors  # noqa: E402 (the same)
from congtin.catalogue.kind_models import source_models  # noqa: E402 (the same)
from congtin.cli.main import main as congtin  # noqa: E402 (the same)
from congtin.kinds.declaration import KindOptions  # noqa: E402 (the same)
from congtin.kinds.load import load_kinds  # noqa: E402 (the same)
from congtin.network.alerts import PortalAlert, SiteAlert  # noqa: E402 (the same)
from congtin.network.options import Pick, PortalOptions, SiteOptions, Vocabulary  # noqa: E402 (the same)
from congtin.release.settings import Settings  # noqa: E402

_HEAD = """\
# Reference

Written by `python tools/reference.py` from the sources; do not edit it by hand. What the fields
mean stands in [content-format.md](content-format.md) and [sites-format.md](sites-format.md).
"""
# A bar inside a cell of a table.
BAR = r"\|"
_DEFAULTS = {"worker_count": "one for each processor", "output": "`output/`"}
# Every setting of ours that Pelican carries, and who puts it there.
_SETTINGS = {
    "CONGTIN_ROOT": "The repository, as an absolute path.",
    "CONGTIN_SITE": "The Site, as in `hanoi/portal`.",
    "CONGTIN_LANG": "The language of the Edition.",
    "CONGTIN_PROFILE": "`work`, `preview` or `release`.",
    "CONGTIN_NOW": "The clock of a plain Pelican run; empty means the real time.",
    "CONGTIN_JOB": "The Edition's plan and folders. `congtin build` sets it; a plain Pelican run makes it itself.",
    "CONGTIN_PICTURES": "Gives the bytes of files beside texts: pictures in the size asked for.",
    "CONGTIN_VIEWS": "What templates are given: the Site, pages, cards.",
    "CONGTIN_CONTEXTS": "What each kind of page is given beside that.",
    "CONGTIN_READ": "The Items whose pages were just written, as they were read: their data needs no second look.",
    "CONGTIN_APART": "Processes that write parts of a large Edition, while its own goes on.",
    "CONGTIN_SINK": "Collects the files of the Edition.",
    "CONGTIN_WRITTEN": "How many files there are and how many of them changed; set at the very end.",
    "CONGTIN_KEYS": "What each page can see, as digests: equal ones mean that it need not be rendered.",
    "CONGTIN_ENV": "The Jinja environment that all generators share.",
}
_SET_BY_CONF = ("CONGTIN_ROOT", "CONGTIN_SITE", "CONGTIN_LANG", "CONGTIN_PROFILE", "CONGTIN_NOW")
_ENVIRONMENT = {
    "SITE": "The Site a plain Pelican run builds, as in `hanoi/portal`. Required there.",
    "EDITION_LANG": "Its language; without it the Site's first language.",
    "CONGTIN_NOW": "The clock of a plain Pelican run, as `--now` is for `congtin`.",
    "CONGTIN_ROSTER": "The private repository of the Boards, where neither an option nor Git's configuration names it.",
    "CONGTIN_TRUST": "The trust root, likewise.",
    "CONGTIN_HOME": "The folder of the machine that publishes, where `--home` does not name it.",
    "CONGTIN_FORGE": "The file that says how a forge is reached ([forges](forges.md)).",
    "CONGTIN_LANG": "The language Côngtin speaks to the person: `vi` or `en`. Otherwise the first of `LC_ALL`, "
    "`LC_MESSAGES` and `LANG` that is set decides, and without any of them it is English.",
}


def reference() -> str:
    """Return the whole text of the page."""
    models = source_models(load_kinds(ROOT)[0])
    parts = [_HEAD, "## Commands\n", *commands(congtin, "congtin"), "## Exit codes\n", exit_codes()]
    parts += ["## Front matter\n", *(model_section(f"`{kind}`", model) for kind, model in models.originals.items())]
    parts += [model_section("Translation", models.translation)]
    parts += [nested([*models.originals.values(), models.translation])]
    parts += ["## `kind.yaml`\n", model_section("A kind", KindOptions), nested([KindOptions])]
    parts += ["## `sites/`\n", model_section("Site", SiteOptions)]
    parts += [model_section("`portal` in `portal.yaml`", PortalOptions)]
    parts += [model_section("Pick", Pick), model_section("`_vocabulary.yaml`", Vocabulary)]
    parts += [model_section("Alert of a Portal", PortalAlert), model_section("Alert of one Site", SiteAlert)]
    parts += [nested([SiteOptions, PortalOptions, Pick, Vocabulary, PortalAlert])]
    parts += ["## `publisher.yaml`\n", model_section("The machine that publishes", Settings), nested([Settings])]
    parts += ["## Problem codes\n", problem_codes(), "## Pelican settings\n", settings()]
    parts += ["## Environment variables\n", environment()]
    return "\n".join(part for part in parts if part)


# --- commands ----------------------------------------------------------------------------------


def commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """Yield a section for a command, then one for each below it."""
    context = click.Context(command, parent=parent, info_name=name.rpartition(" ")[2])
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    text = f"### `{name}`\n\n{command.help}\n\n```text\n{usage}\n```\n"
    rows = [row for parameter in command.params if (row := parameter_row(parameter, context))]
    if rows:
        text += "\n" + table(("", "Meaning", "Default"), rows)
    yield text
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            if below:
                yield from commands(below, f"{name} {each}", context)


def parameter_row(parameter: click.Parameter, context: click.Context) -> tuple[str, str, str] | None:
    """Return (how it is written, meaning, default) of an option or argument."""
    if isinstance(parameter, click.Argument):
        return f"`{parameter.make_metavar(context)}`", "required" if parameter.required else "may be left out", ""
    if not isinstance(parameter, click.Option):
        return None
    written = ", ".join(f"`{name}`" for name in parameter.opts)
    if not parameter.is_flag:
        written += f" `{parameter.make_metavar(context)}`"
    notes = [parameter.help or ""]
    if parameter.required:
        notes.append("Required.")
    elif parameter.prompt:
        notes.append("Asked for when it is not given.")
    return written, " ".join(notes), default_of(parameter)


def default_of(option: click.Option) -> str:
    """Return the default as people read it."""
    default = option.default
    if callable(default):
        return _DEFAULTS.get(getattr(default, "__name__", ""), "")
    if option.is_flag or option.multiple or default is None or type(default).__name__ == "Sentinel":
        return ""
    return f"`{default}`"


def exit_codes() -> str:
    """Return the table of exit codes: those of our errors, and success."""
    rows = [("0", "", "Done.")]
    tree = [errors.CongtinError, *errors.CongtinError.__subclasses__()]
    rows += [(str(kind.exit_code), f"`{kind.__name__}`", first_line(kind.__doc__)) for kind in tree]
    text = table(("Code", "Error", "Meaning"), sorted(rows, key=lambda row: row[0]))
    return f"{text}\n`congtin check` exits with 1 when it finds an error; warnings and notices do not count.\n"


# --- fields ------------------------------------------------------------------------------------


def model_section(title: str, model: type[BaseModel]) -> str:
    """Return a section with the fields of one file."""
    return f"### {title}\n\n{fields_table(model)}"


def fields_table(model: type[BaseModel] | Mapping[str, Any]) -> str:
    """Return the table of fields: name, type, whether it must be there."""
    schema = model if isinstance(model, Mapping) else model.model_json_schema(by_alias=True)
    required = set(schema.get("required", ()))
    rows = [
        (f"`{name}`", type_of(each), "yes" if name in required else "")
        for name, each in schema["properties"].items()
        if type_of(each) != "nothing"
    ]
    return table(("Field", "Type", "Required"), rows)


def nested(models: Sequence[type[BaseModel]]) -> str:
    """Return the fields of what stands inside the fields of these models."""
    found: dict[str, Any] = {}
    for model in models:
        found.update(model.model_json_schema(by_alias=True).get("$defs", {}))
    parts = [f"**{name}**\n\n{fields_table(each)}" for name, each in sorted(found.items()) if "properties" in each]
    parts += [f"**{name}**: {choices(each)}.\n" for name, each in sorted(found.items()) if "enum" in each]
    return "\n".join(parts)


def choices(schema: Mapping[str, Any]) -> str:
    """Return the values a field may have."""
    return ", ".join(f"`{value}`" for value in schema["enum"])


def type_of(schema: Mapping[str, Any]) -> str:
    """Return a JSON Schema type in words."""
    match schema:
        case {"$ref": name}:
            words = str(name).rpartition("/")[2]
        case {"anyOf": several}:
            words = " or ".join(type_of(each) for each in several if each.get("type") != "null")
        case {"enum": _}:
            words = choices(schema)
        case {"const": value}:
            words = f"`{value}`"
        case {"type": "array", "items": items}:
            words = f"list of {type_of(items)}" + (", at least one" if schema.get("minItems") else "")
        case {"type": "object", "additionalProperties": values}:
            words = f"map to {type_of(values)}"
        case {"type": "object", "patternProperties": patterns}:
            words = f"map to {type_of(next(iter(patterns.values())))}"
        case {"format": "date-time"}:
            words = "time"
        case {"format": "date"}:
            words = "date"
        case _:
            words = plain_type(schema)
    return words


def plain_type(schema: Mapping[str, Any]) -> str:
    """Return the words for text, numbers and yes or no, with their limits."""
    word = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "nothing",
    }[schema["type"]]
    if "maxLength" in schema:
        word += f", at most {schema['maxLength']} characters"
    if "pattern" in schema:
        word += f", form `{schema['pattern']}`"
    return word


# --- problem codes -----------------------------------------------------------------------------


def problem_codes() -> str:
    """Return the table of every code an editor can meet, with its sentences."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    levels: dict[str, str] = {}
    for file in sorted((ROOT / "congtin").rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for code, sentences, level in codes_of(tree):
            found[code].update(dict.fromkeys(sentences))
            levels.setdefault(code, level)
        for code, sentences in pydantic_codes(tree):
            found[code].update(dict.fromkeys(sentences))
            levels.setdefault(code, "error")
    rows = [
        (f"`{code}`", levels[code], "<br>".join(html.escape(text, quote=False) for text in found[code]))
        for code in sorted(found)
    ]
    lead = "An error stops a build, a warning asks for work, a notice informs. Texts in braces are filled in.\n\n"
    return lead + table(("Code", "Severity", "Sentence"), rows)


def codes_of(tree: ast.Module) -> Iterator[tuple[str, list[str], str]]:
    """Yield (code, sentences, severity) of every problem a module makes."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        seen = 0
        for call in sorted(calls_in(function), key=lambda c: c.lineno):
            code = text_of(call.args[0]) if call.args else None
            if code is None or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
                continue
            sentences = sentences_of(call, function, seen)
            seen = call.lineno
            yield code, sentences, severity_of(call)


def calls_in(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Yield the calls that take a problem code first."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in {"Problem", "BadPath", "BadMedia", "YamlProblem", "fail"}:
                yield node


def sentences_of(call: ast.Call, function: ast.FunctionDef, after: int) -> list[str]:
    """Return what the call says, or what was put into the variable it says."""
    said = call.args[1] if len(call.args) > 1 else None
    if isinstance(said, ast.Call):
        return [text for text in [text_of(said.args[0])] if text] if said.args else []
    given = [
        (node.lineno, text)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and isinstance(said, ast.Name)
        and any(isinstance(target, ast.Name) and target.id == said.id for target in node.targets)
        and isinstance(node.value, ast.Call)
        and (text := text_of(node.value.args[0]))
        and node.lineno < call.lineno
    ]
    recent = [text for line, text in sorted(given) if line > after]
    return recent or [text for _, text in sorted(given)[-1:]]


def severity_of(call: ast.Call) -> str:
    """Return the severity a call names; errors name none."""
    values = [*call.args[5:], *(keyword.value for keyword in call.keywords if keyword.arg == "severity")]
    return next((value.attr.lower() for value in values if isinstance(value, ast.Attribute)), "error")


def pydantic_codes(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield the sentences `congtin.validation` has for what pydantic finds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "_MESSAGES":
            if not isinstance(node.value, ast.Dict):
                raise TypeError("_MESSAGES is no plain dictionary any more")
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                said = [text for c in ast.walk(value) if is_message(c) and (text := text_of(c.args[0]))]
                yield ("missing-field" if key and text_of(key) == "missing" else "wrong-value"), said


def is_message(node: ast.AST) -> TypeGuard[ast.Call]:
    """Tell whether a node is a call of `msg`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "msg"


def text_of(node: ast.AST) -> str | None:
    """Return a literal text, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# --- settings ----------------------------------------------------------------------------------


def settings() -> str:
    """Return the table of our Pelican settings; fail when one is not explained, or no longer there."""
    sources = [*(ROOT / "congtin").rglob("*.py"), *(ROOT / "plugins").glob("*.py")]
    used = {
        text
        for file in sources
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (text := text_of(node)) and re.fullmatch("CONGTIN_[A-Z_]+", text)
    }
    used -= _ENVIRONMENT.keys() - _SETTINGS.keys()
    if used != set(_SETTINGS):
        raise SystemExit(f"{__file__}: settings to explain or to forget: {sorted(used ^ set(_SETTINGS))}")
    rows = [
        (f"`{name}`", "`pelicanconf.py`, `publishconf.py`" if name in _SET_BY_CONF else "the plugins", meaning)
        for name, meaning in _SETTINGS.items()
    ]
    return table(("Setting", "Set by", "Meaning"), rows)


def environment() -> str:
    """Return the table of environment variables."""
    return table(("Variable", "Meaning"), [(f"`{name}`", meaning) for name, meaning in _ENVIRONMENT.items()])


# --- form --------------------------------------------------------------------------------------


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', BAR) for cell in line)} |\n" for line in lines)


def first_line(text: str | None) -> str:
    """Return the first line of a docstring."""
    return (text or "").strip().partition("\n")[0]


def run(arguments: list[str]) -> int:
    """Write or compare the page and return the exit code."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = reference()
    if not arguments:
        FILE.write_text(text, "utf-8")
        return 0
    if FILE.is_file() and FILE.read_text("utf-8") == text:
        return 0
    print("docs/reference.md is out of date; run: python tools/reference.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
