"""HTTP to a forge: bounded in time, size and tries; the token goes to the one host it is for, and into no text."""

from __future__ import annotations

import json
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from congtin.editorial.forges.models import ForgeError, NoAnswer, NotFound, RateLimited, Refused
from congtin.editorial.forges.settings import LOOPBACK, is_safe_address
from congtin.errors import UsageError, list_of
from congtin.messages import msg

# What a forge calls a commit goes to Git: nothing else may stand there.
Oid = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
PAGE = 50
MOST_PAGES = 200
MOST_BYTES = 16 * 1024 * 1024
_TRIES = 3
_REDIRECTS = 3
_UNWELL = frozenset({502, 503, 504})
_RATE_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
# Where the environment may name authorities of its own.
_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_RATE_LEFT = ("x-ratelimit-remaining", "ratelimit-remaining")


class Shape(BaseModel):
    """Base of what is read from a forge's answers: fields nobody asked for are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


_Shape = TypeVar("_Shape", bound=Shape)


@dataclass(frozen=True)
class Patience:
    """How long and how often is waited; ``sleep`` and ``clock`` are the machine's unless a test has its own."""

    connect: float = 5.0
    answer: float = 20.0
    whole: float = 60.0
    """How long a rate limit may keep us, in all tries together."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time


@lru_cache
def _authorities() -> ssl.SSLContext:
    """Return the usual authorities; reading them takes longer than most of a forge's answers."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True)
class _Raw:
    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)


class Client:
    """Asks one forge; ``headers`` carry the token and are never shown."""

    def __init__(self, base: str, headers: Mapping[str, str], patience: Patience | None = None) -> None:
        if not is_safe_address(base):
            raise UsageError(
                msg("“{address}” is no address a token may be sent to.", address=base),
                msg("It must begin with https://; http:// is only for this machine itself."),
            )
        self.patience = patience or Patience()
        self._base = base.rstrip("/")
        self._origin = _origin(self._base)
        self._secrets = [word for value in headers.values() for word in value.split() if len(word) >= 16]
        # A proxy of the environment has nothing to do with this very machine.
        outside = urlsplit(base).hostname not in LOOPBACK
        self._http = httpx.Client(
            headers={"User-Agent": "congtin", "Accept": "application/json", **headers},
            timeout=httpx.Timeout(self.patience.answer, connect=self.patience.connect),
            follow_redirects=False,
            verify=(outside and any(map(os.environ.get, _TRUST))) or _authorities(),
            trust_env=outside,
        )

    def __repr__(self) -> str:
        return f"Client({self._base})"

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return what the forge says at ``path``; raise ForgeError."""
        return self._data(self._ask("GET", path, parameters, None))

    def pages(self, path: str, *, size: str = "per_page", **parameters: str | int) -> list[Any]:
        """Return the entries of all pages; raise ForgeError rather than leave any out.

        Asked until a page brings nothing new: some lists know no pages and come whole each time.
        """
        entries: dict[str, Any] = {}
        for number in range(1, MOST_PAGES + 1):
            page = self.get(path, **parameters, **{size: PAGE, "page": number})
            if not isinstance(page, list) or not all(isinstance(one, dict) for one in page):
                raise _misunderstood(path, "[]")
            new = {_identity(one): one for one in page if _identity(one) not in entries}
            if not new:
                return list(entries.values())
            entries.update(new)
        raise ForgeError(msg("The forge’s list {path} has more than {most} pages.", path=path, most=MOST_PAGES))

    def send(self, method: str, path: str, data: Mapping[str, Any]) -> Any:
        """Ask the forge to do something, once, and return what it says.

        Raise Refused when it says no, NoAnswer when nobody knows whether it did it. What it did is never asked twice.
        """
        return self._data(self._ask(method, path, {}, data), empty=True)

    def _ask(self, method: str, path: str, parameters: Mapping[str, str | int], data: Mapping[str, Any] | None) -> _Raw:
        url, waited, redirects = f"{self._base}{path}", 0.0, 0
        for attempt in range(1, 20):
            try:
                raw = self._once(method, url, parameters, data)
            except httpx.HTTPError as error:
                # Before the connection stood nothing was sent; after that only a question may be asked again.
                again = method == "GET" or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if again and attempt < _TRIES:
                    self.patience.sleep(float(attempt))
                    continue
                raise self._no_answer(error) from None
            if (pause := self._pause(raw)) is not None:
                waited += pause
                if waited > self.patience.whole or attempt >= 10:
                    raise self._limited(pause)
                self.patience.sleep(pause)
            elif raw.status in _UNWELL and method == "GET" and attempt < _TRIES:
                self.patience.sleep(float(attempt))
            elif raw.status in {301, 302, 303, 307, 308}:
                redirects += 1
                url, parameters = self._elsewhere(method, url, raw, redirects), {}
            else:
                return raw
        raise self._limited(waited)

    def _once(self, method: str, url: str, parameters: Mapping[str, str | int], data: Mapping[str, Any] | None) -> _Raw:
        started = self.patience.clock()
        with self._http.stream(method, url, params=parameters or None, json=data) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ForgeError(msg("The forge’s answer is larger than {most} bytes.", most=f"{MOST_BYTES:,}"))
                # A server that sends a byte a second never times out by itself.
                if self.patience.clock() - started > self.patience.whole:
                    raise httpx.ReadTimeout("slow")
            return _Raw(response.status_code, response.headers, bytes(body))

    def _pause(self, raw: _Raw) -> float | None:
        """Return how many seconds the forge asks us to wait; None when it does not."""
        headers = raw.headers
        spent = any(headers.get(name) == "0" for name in _RATE_LEFT)
        if raw.status != 429 and not (raw.status == 403 and (spent or "retry-after" in headers)):
            return None
        after = headers.get("retry-after", "")
        if after.isdigit():
            return float(after[:9])
        now = self.patience.clock()
        if after:
            try:
                return max(0.0, parsedate_to_datetime(after).timestamp() - now)
            except ValueError:
                return self.patience.whole + 1
        reset = next((headers[name] for name in _RATE_RESETS if headers.get(name, "").isdigit()), "")
        return max(1.0, float(reset[:12]) - now) if reset else 1.0

    def _limited(self, pause: float) -> RateLimited:
        text = msg("The forge takes no more requests for {seconds} seconds.", seconds=round(pause))
        return RateLimited(text, msg("Try again then; nothing was done."))

    def _elsewhere(self, method: str, url: str, raw: _Raw, redirects: int) -> str:
        try:
            target = str(httpx.URL(url).join(raw.headers.get("location", "")))
        except (httpx.InvalidURL, ValueError):
            target = ""
        if method != "GET" or redirects > _REDIRECTS or _origin(target) != self._origin:
            host = urlsplit(target).hostname or "?"
            raise ForgeError(
                msg("The forge sends us on to {host}; the token was not sent there.", host=host),
                msg("If the repository or the forge has moved, mend “address” and “repository” in the settings."),
            )
        return target

    def _no_answer(self, error: httpx.HTTPError) -> NoAnswer:
        host = urlsplit(self._base).netloc
        if isinstance(error, httpx.TimeoutException):
            return NoAnswer(msg("The forge {host} does not answer in time.", host=host))
        detail = self._clean(str(error)) or type(error).__name__
        return NoAnswer(msg("The forge {host} cannot be reached: {detail}", host=host, detail=detail))

    def _data(self, raw: _Raw, *, empty: bool = False) -> Any:
        if 200 <= raw.status < 300 and empty and not raw.body.strip():
            return None
        try:
            data = json.loads(raw.body)
        except ValueError:
            data = None
        if 200 <= raw.status < 300:
            if data is None:
                raise ForgeError(
                    msg("The forge answers with something that is not JSON."),
                    msg("Is “address” in the settings that of the forge itself?"),
                )
            return data
        detail = self._clean(_detail(data))
        if raw.status == 404:
            text = msg("The forge knows no such thing: {detail}", detail=detail or "404")
            raise NotFound(text, msg("Is the repository named rightly, and may congtin’s account see it?"))
        hint = None
        if raw.status in {401, 403}:
            hint = msg("Is the token still valid, and may congtin’s account do this?")
        elif raw.status >= 500:
            raise NoAnswer(msg("The forge is not well: it answers {status}.", status=raw.status))
        text = msg("The forge refused ({status}): {detail}", status=raw.status, detail=detail or "–")
        raise Refused(text, hint, raw.status)

    def _clean(self, text: str) -> str:
        """Return a forge's words fit to be shown: on one line, short, and without our secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", text).strip()[:300]


def read(model: type[_Shape], data: Any, what: str) -> _Shape:
    """Return a forge's answer as a model; raise ForgeError naming the fields that are not as documented."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = list_of(".".join(map(str, found["loc"])) or "{}" for found in error.errors())
        raise _misunderstood(what, fields) from error


def read_all(model: type[_Shape], entries: list[Any], what: str) -> Iterator[_Shape]:
    """Yield the entries of a list as models; raise ForgeError like `read`."""
    for entry in entries:
        yield read(model, entry, what)


def _misunderstood(what: str, fields: str) -> ForgeError:
    text = msg("The forge’s answer about {what} is not understood: {fields}.", what=what, fields=fields)
    return ForgeError(text, msg("Its version may be too old or too new; docs/forges.md says which were looked at."))


def _identity(entry: Mapping[str, Any]) -> str:
    """Return what tells an entry of a list from all others."""
    return str(entry["id"]) if "id" in entry else json.dumps(entry, sort_keys=True)


def _detail(data: Any) -> str:
    """Return what a forge says went wrong: GitHub `message` and `errors`, GitLab `message` or `error`."""
    if not isinstance(data, dict):
        return ""
    parts = []
    for key in ("message", "error", "error_description", "errors"):
        value = data.get(key)
        if value and not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False)
        if value:
            parts.append(value)
    return "; ".join(parts)


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ("", "", 0)
    return (parts.scheme, parts.hostname or "", port)
