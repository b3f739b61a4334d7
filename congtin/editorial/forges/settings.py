"""Where a forge is and who we are there: a YAML file of the operators, and a token that stands elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from congtin import strict_yaml
from congtin.editorial.forges.models import ForgeKind
from congtin.errors import Problem, ProblemsFound, UsageError
from congtin.messages import msg
from congtin.validation import StrictModel, problems_of

FILE_VARIABLE = "CONGTIN_FORGE"
_LEAST_SECRET = 16
_MOST_SECRET = 4096
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_safe_address(value: str) -> bool:
    """Tell whether a token may travel there: https, or http to this very machine; no user name, query or fragment."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password) and not re.search(r"[\s\\]", value)
    return bool(host) and plain and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _address(value: str) -> str:
    if not is_safe_address(value):
        raise PydanticCustomError("bad_url", "bad url")
    return value.rstrip("/")


def _kind(value: object) -> object:
    return ForgeKind(value) if isinstance(value, str) and value in set(ForgeKind) else value


_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(\[bot\])?$")]
_Repository = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$", max_length=300)
]
_Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]


class ForgeSettings(StrictModel):
    """The file `forge.yaml` of the operators; it holds no secret, only where each is."""

    forge: Annotated[str, Field(pattern=r"^(github|gitlab|gitea|forgejo)$")]
    address: Annotated[str, AfterValidator(_address)]
    """Of the forge for people: https://git.example.vn; the interface's address follows from it."""
    repository: _Repository
    account: _Name
    """Congtin's own account there: the only one that merges."""
    token_file: str | None = None
    token_variable: _Variable | None = None
    webhook_secret_file: str | None = None
    webhook_secret_variable: _Variable | None = None

    @property
    def kind(self) -> ForgeKind:
        return ForgeKind(self.forge)


def load_settings(file: Path | None, environ: Mapping[str, str] = os.environ) -> ForgeSettings:
    """Read the settings from ``file`` or from where CONGTIN_FORGE points; raise UsageError or ProblemsFound."""
    named = file or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    if named is None:
        hint = msg("Name the file with --settings, or in the variable {name}.", name=FILE_VARIABLE)
        raise UsageError(msg("Which forge? There are no settings."), hint)
    try:
        text = named.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = msg("docs/forges.md shows what it holds.")
        raise UsageError(msg("The settings {file} cannot be read.", file=named), hint) from error
    try:
        return ForgeSettings.model_validate(strict_yaml.load(text))
    except strict_yaml.YamlProblem as error:
        raise ProblemsFound([Problem(error.code, error.message, str(named), error.line, error.hint)]) from error
    except ValidationError as error:

        def locate(steps: Sequence[str | int]) -> tuple[str, int]:
            return str(named), strict_yaml.line_of(text, steps)

        raise ProblemsFound(problems_of(error, locate, list(ForgeSettings.model_fields))) from error


def token_of(settings: ForgeSettings, environ: Mapping[str, str] = os.environ) -> str:
    """Return the token; raise UsageError when it is nowhere, readable by others, or kept in a repository."""
    return _secret("token", settings.token_file, settings.token_variable, environ)


def webhook_secret_of(settings: ForgeSettings, environ: Mapping[str, str] = os.environ) -> str:
    """Return the secret that webhooks are signed with; raise UsageError like `token_of`."""
    return _secret("webhook_secret", settings.webhook_secret_file, settings.webhook_secret_variable, environ)


def _secret(name: str, file: str | None, variable: str | None, environ: Mapping[str, str]) -> str:
    if bool(file) == bool(variable):
        raise UsageError(
            msg(
                "Exactly one of “{file}” and “{variable}” must be set.",
                file=f"{name}_file",
                variable=f"{name}_variable",
            )
        )
    value = _of_file(Path(file)) if file else environ.get(variable or "", "")
    value = value.strip()
    if not _LEAST_SECRET <= len(value) <= _MOST_SECRET or not re.fullmatch(r"[!-~]+", value):
        where = file or f"${variable}"
        text = msg(
            "There is no usable secret in {where}: at least {least} characters.", where=where, least=_LEAST_SECRET
        )
        raise UsageError(text, msg("One word without spaces; make a new one with: openssl rand -hex 32"))
    return value


def _of_file(file: Path) -> str:
    try:
        status = file.stat()
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(msg("The secret {file} cannot be read.", file=file)) from error
    if status.st_mode & 0o077:
        raise UsageError(msg("Others may read the secret {file}.", file=file), msg("Run: chmod 600 {file}", file=file))
    for folder in file.resolve().parents:
        if (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir()):
            raise UsageError(
                msg("The secret {file} lies inside the repository {folder}.", file=file, folder=folder),
                msg("Keep it where nobody can commit it, such as below /etc."),
            )
    return text
