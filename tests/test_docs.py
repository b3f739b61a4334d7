"""The documents say what is so: commands parse, links lead somewhere, fields and codes are all there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import unicodedata

import click
import pytest
from babel.messages.pofile import read_po
from network import REPOSITORY

from congtin import strict_yaml
from congtin.build.listings import PAGE_SIZE
from congtin.catalogue.files import MOST_MEDIA_BYTES, MOST_SOURCE_BYTES
from congtin.catalogue.front_matter import MODELS, Translation, split
from congtin.catalogue.kind_models import source_models
from congtin.catalogue.paths import MEDIA_TYPES
from congtin.cli.main import main as congtin
from congtin.cli.schema import schema_models, schema_text
from congtin.kinds.load import load_kinds
from congtin.network.hosts import RESERVED_PARTS
from congtin.network.options import PortalOptions, SiteOptions

DOCS = REPOSITORY / "docs"
PAGES = [*(REPOSITORY / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG")), *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^(```|~~~) ?(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def name_of(page):
    return page.relative_to(REPOSITORY).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def code_lines(text):
    """Yield every line of a block of code, put together where it ends with a backslash."""
    for _, _, block in FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()


def inline_code(text):
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def anchors(text):
    """Return the ids GitHub and GitLab give to headings."""
    found = set()
    for heading in re.findall(r"^#{1,6} (.+)$", FENCE.sub("", text), re.MULTILINE):
        plain = unicodedata.normalize("NFC", re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading)).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (name := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(name)
    return found


@every_page
def test_every_link_leads_somewhere(page):
    """Relative links name files that exist; anchors name headings that exist."""
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} in {name_of(page)}"
        assert target.is_relative_to(REPOSITORY), link
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{link} in {name_of(page)}"


@every_page
def test_every_make_target_exists(page):
    """What is to be typed after `make` stands in the Makefile."""
    known = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = page.read_text("utf-8")
    for code in [*code_lines(text), *inline_code(text)]:
        named = re.match(r"\s*(?:\$ )?make ([a-z][a-z-]*)", code)
        assert not named or named[1] in known, f"{code} in {name_of(page)}"


def commands_in(lines):
    """Yield (line, words after `congtin`) of every command line."""
    for line in lines:
        if re.match(r"\s*(\$ )?([A-Z_]+=\S+ )*(\.venv/bin/)?congtin( |$)", line):
            words = shlex.split(re.split(r" [|>] ", line)[0], comments=True)
            yield line, words[next(i for i, word in enumerate(words) if word.endswith("congtin")) + 1 :]


def resolve(words):
    """Return (command, context, parsed values, words left over); raise UsageError for unknown options and commands."""
    command, context = congtin, click.Context(congtin, info_name="congtin")
    while True:
        values, rest, _ = command.make_parser(context).parse_args(list(words))
        if not isinstance(command, click.Group) or not rest:
            return command, values, rest
        name, command, words = command.resolve_command(context, rest)
        context = click.Context(command, info_name=name, parent=context)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "reference.md"], ids=name_of)
def test_every_command_shown_can_be_typed(page):
    """Each line of a block is a whole command; inside a sentence, arguments may be left out."""
    text = page.read_text("utf-8")
    for line, words in commands_in(code_lines(text)):
        if words[:2] == ["new", "market"]:
            continue  # a kind that only test_kinds_shipped.py has, which types the whole page
        command, values, rest = resolve(words)
        alone = not isinstance(command, click.Group) or command.invoke_without_command
        assert alone or {"help", "version"} & values.keys(), line
        assert not rest, line
        for parameter in command.params:
            value = values.get(parameter.name)
            if isinstance(parameter, click.Argument) and parameter.required:
                assert value, f"{parameter.name} is missing: {line}"
            if isinstance(parameter.type, click.Choice) and isinstance(value, str):
                assert value in parameter.type.choices, line
    for code in inline_code(text):
        for _, words in commands_in([code]):
            assert resolve_inline(words), f"{code} in {name_of(page)}"


def resolve_inline(words):
    """Tell whether a command mentioned in a sentence, perhaps without the value of its last option, exists."""
    try:
        resolve(words)
    except click.BadOptionUsage:
        resolve([*words, "VALUE"])
    return True


def test_the_reference_is_that_of_the_sources():
    """`docs/reference.md` is what `tools/reference.py` writes."""
    run = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def fields(model):
    return [info.alias or name for name, info in model.model_fields.items()]


def test_every_field_of_a_site_is_explained():
    """Nobody has to read the sources to describe a Site or a Portal."""
    text = (DOCS / "sites-format.md").read_text("utf-8")
    for model in (SiteOptions, PortalOptions):
        for field in fields(model):
            assert f"`{field}`" in text, field


def test_every_field_of_front_matter_is_explained():
    """Nobody has to read the sources to write a Source."""
    text = (DOCS / "content-format.md").read_text("utf-8")
    for model in (*MODELS.values(), Translation):
        for field in fields(model):
            assert f"`{field}`" in text, field


def test_reserved_addresses_are_explained():
    """Whoever names a section can read which names are taken."""
    text = (DOCS / "addresses.md").read_text("utf-8")
    for part in RESERVED_PARTS:
        assert f"`{part}`" in text, part


def test_numbers_in_the_documents_are_those_of_the_engine():
    """Sizes and limits that are written down follow the sources."""
    architecture, content = ((DOCS / name).read_text("utf-8") for name in ("architecture.md", "content-format.md"))
    assert f"With {PAGE_SIZE} entries a page" in architecture
    assert f"newest {PAGE_SIZE} to {2 * PAGE_SIZE - 1} entries" in architecture
    assert f"A text has at most {MOST_SOURCE_BYTES >> 20} MiB, a medium {MOST_MEDIA_BYTES >> 20} MiB" in content
    for kind in MEDIA_TYPES:
        assert re.search(rf"\b{kind}\b", content), kind


def test_published_schemas_are_those_of_the_models():
    """`docs/schemas/` is what `congtin schema --output docs/schemas` writes, and nothing else."""
    published = {file.name: file.read_text("utf-8") for file in (DOCS / "schemas").iterdir()}
    assert published == {f"{name}.schema.json": schema_text(model) for name, model in schema_models(REPOSITORY).items()}


@every_page
def test_examples_of_sources_are_valid(page):
    """Whole Sources shown as examples have the front matter of their kind."""
    for _, language, block in FENCE.findall(page.read_text("utf-8")):
        if language == "markdown" and block.startswith("---\n"):
            data = strict_yaml.load(split(block)[0])
            models = source_models(load_kinds(REPOSITORY)[0])
            model = models.translation if "translated_from" in data else models.originals[data["kind"]]
            assert model.model_validate(data)


def test_the_guide_quotes_messages_as_they_are():
    """Messages in the Vietnamese guide are those the program prints, whatever stands in their places."""
    catalogue = REPOSITORY / "congtin/translations/vi/LC_MESSAGES/congtin.po"
    with catalogue.open("rb") as stream:
        texts = [m.string for m in read_po(stream) if m.id and isinstance(m.string, str) and m.string]
    said = re.compile("|".join(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)) for text in texts))
    quoted, hint_follows = 0, False
    for line in code_lines((DOCS / "huong-dan.md").read_text("utf-8")):
        found = re.match(r"(?:content|sites)/.+?: (?:lỗi|cảnh báo|lưu ý): (.+) \[[a-z-]+\]$", line)
        if found:
            quoted += 1
            assert said.fullmatch(found[1]), line
        elif hint_follows and line.startswith("    "):
            assert said.fullmatch(line.strip()), line
        hint_follows = bool(found)
    assert quoted >= 10


@every_page
def test_no_page_names_a_folder_of_some_machine(page):
    """What is written holds on every machine."""
    assert not re.search(r"(?<![\w.<>/])/(work|tmp|home|root|usr)/", page.read_text("utf-8"))
