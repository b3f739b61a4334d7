"""A bucket of S3-compatible storage: each file one object, put in one step, with the headers a browser needs."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from congtin.build.media_types import media_type
from congtin.errors import UsageError
from congtin.messages import Msg, msg
from congtin.release.targets import source
from congtin.release.targets.failures import TargetFailed
from congtin.release.targets.order import is_immutable, plain_name
from congtin.release.targets.settings import S3Target
from congtin.release.targets.wanted import Wanted, redirect_page

_FOR_EVER = "public, max-age=31536000, immutable"
# Types as browsers want them; what a machine's own tables say differs.
_TYPES = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
    ".xml": "application/xml", ".txt": "text/plain", ".csv": "text/csv", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json", ".atom": "application/atom+xml", ".ico": "image/x-icon",
    ".webp": "image/webp", ".avif": "image/avif", ".woff2": "font/woff2", ".pdf": "application/pdf",
}  # fmt: skip
_FEEDS = {
    "atom.xml": "application/atom+xml", "rss.xml": "application/rss+xml", "feed.json": "application/feed+json",
    "opensearch.xml": "application/opensearchdescription+xml",
}  # fmt: skip
_TEXT = (
    "text/",
    "application/json",
    "application/xml",
    "application/atom",
    "application/rss",
    "application/feed",
    "application/opensearch",
    "image/svg",
)
_PAGES = (".html", ".xml", ".txt", ".json", ".atom", ".csv")
_TABLE = mimetypes.MimeTypes()
_MISSING = {"NoSuchKey", "404", "NotFound"}
_DIGEST = "sha256"


def content_type(name: str) -> str:
    """Return the type of a file by its name."""
    last = plain_name(name).rpartition("/")[2]
    suffix = "." + last.rpartition(".")[2].lower()
    kind = _FEEDS.get(last) or _TYPES.get(suffix) or media_type(last) or _TABLE.guess_type(last, strict=True)[0]
    kind = kind or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind


@dataclass(frozen=True)
class S3Place:
    """Puts objects by the names of the files, below the prefix."""

    target: S3Target
    client: Any

    def read(self, names: Iterable[str]) -> Mapping[str, bytes]:
        found = {}
        for name in names:
            data = bytearray()
            if self._pour(name, data.extend):
                found[name] = bytes(data)
        return found

    def write(self, name: str, data: bytes) -> None:
        # Never from a cache: the next send begins with it.
        facts = {"ContentType": "text/plain; charset=utf-8", "CacheControl": "no-store"}
        self._put(name, BytesIO(data), hashlib.md5(data, usedforsecurity=False).digest(), facts)

    def send(self, wanted: Wanted, names: Sequence[str], unknown: frozenset[str]) -> int:
        def one(name: str) -> int:
            if name in unknown and self._is_there(wanted, name):
                return 0
            return self._send(wanted, name)

        return sum(self._each(one, names))

    def remove(self, names: Sequence[str]) -> None:
        def one(name: str) -> int:
            with self._failures(name):
                self.client.delete_object(Bucket=self.target.bucket, Key=self._key(name))
            return 0

        list(self._each(one, names))

    def sizes(self) -> dict[str, int]:
        """Return every object below the prefix with its size."""
        found = {}
        with self._failures(""):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.target.bucket, Prefix=self.target.prefix):
                for entry in page.get("Contents", ()):
                    found[entry["Key"].removeprefix(self.target.prefix)] = int(entry["Size"])
        return found

    def digests(self, names: Sequence[str]) -> dict[str, str]:
        """Return the digest of the bytes of objects, as they are there; without those that are not."""

        def one(name: str) -> tuple[str, str] | None:
            digest = hashlib.sha256()
            return (name, digest.hexdigest()) if self._pour(name, digest.update) else None

        return dict(each for each in self._each(one, names) if each is not None)

    # --- one object ----------------------------------------------------------------------------

    def _each(self, one: Callable[[str], Any], names: Sequence[str]) -> Iterator[Any]:
        pool = ThreadPoolExecutor(self.target.concurrency, thread_name_prefix=f"target-{self.target.name}")
        try:
            yield from pool.map(one, names)
        finally:
            # After a failure nothing new begins; what is on its way ends.
            pool.shutdown(wait=True, cancel_futures=True)

    def _send(self, wanted: Wanted, name: str) -> int:
        """Put one file; the service compares what arrives with the bytes that were hashed here."""
        facts = self._facts(wanted, name)
        if name in wanted.moved:
            data = redirect_page(wanted.moved[name])
            self._put(name, BytesIO(data), hashlib.md5(data, usedforsecurity=False).digest(), facts)
            return len(data)
        check = hashlib.md5(usedforsecurity=False)
        sealed = wanted.holder(name)
        with source.open_file(sealed, name) as stream:
            size = source.pour(sealed, name, stream, check.update)
            stream.seek(0)
            self._put(name, stream, check.digest(), facts)
        return size

    def _facts(self, wanted: Wanted, name: str) -> dict[str, Any]:
        """Return the headers of an object; its digest too, so that a stopped send finds what has arrived."""
        facts: dict[str, Any] = {
            "ContentType": "text/html; charset=utf-8" if name in wanted.moved else content_type(name),
            "CacheControl": self._caching(name),
            "Metadata": {_DIGEST: wanted.files[name]},
        }
        if plain_name(name) in wanted.files and plain_name(name) != name:
            facts["ContentEncoding"] = {"gz": "gzip", "br": "br"}[name.rpartition(".")[2]]
        if name in wanted.moved:
            facts["WebsiteRedirectLocation"] = wanted.moved[name]
        return facts

    def _caching(self, name: str) -> str:
        if is_immutable(name):
            return _FOR_EVER
        page = plain_name(name).endswith(_PAGES) or "." not in name.rpartition("/")[2]
        seconds = self.target.page_seconds if page else self.target.media_seconds
        return f"public, max-age={seconds}" if seconds else "no-cache"

    def _is_there(self, wanted: Wanted, name: str) -> bool:
        with self._failures(name):
            try:
                there = self.client.head_object(Bucket=self.target.bucket, Key=self._key(name))
            except self.client.exceptions.ClientError as error:
                if _code(error) in _MISSING:
                    return False
                raise
        facts = self._facts(wanted, name)
        size = len(redirect_page(wanted.moved[name])) if name in wanted.moved else wanted.file(name).stat().st_size
        meta = {key.lower(): value for key, value in there.get("Metadata", {}).items()}
        same = ("ContentType", "CacheControl", "ContentEncoding")
        return (
            meta.get(_DIGEST) == wanted.files[name]
            and there["ContentLength"] == size
            and all((there.get(each) or None) == facts.get(each) for each in same)
        )

    def _put(self, name: str, body: object, check: bytes, facts: Mapping[str, Any]) -> None:
        with self._failures(name):
            self.client.put_object(
                Bucket=self.target.bucket,
                Key=self._key(name),
                Body=body,
                ContentMD5=base64.b64encode(check).decode(),
                **facts,
            )

    def _pour(self, name: str, into: Callable[[bytes], object]) -> bool:
        """Hand an object's bytes on; return False when it is not there."""
        with self._failures(name):
            try:
                answer = self.client.get_object(Bucket=self.target.bucket, Key=self._key(name))
            except self.client.exceptions.ClientError as error:
                if _code(error) in _MISSING:
                    return False
                raise
            with closing(answer["Body"]) as body:
                for chunk in body.iter_chunks(1 << 20):
                    into(chunk)
        return True

    def _key(self, name: str) -> str:
        return self.target.prefix + name

    @contextmanager
    def _failures(self, name: str) -> Iterator[None]:
        """Turn what the client raises into what an operator can mend."""
        from botocore import exceptions

        try:
            yield
        except exceptions.ClientError as error:
            code = _code(error)
            cause = msg("the storage refuses {name}: {code}", name=name or self.target.bucket, code=code)
            raise TargetFailed(self.target.name, cause, _HINTS.get(code, _AGAIN)) from error
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
            raise TargetFailed(self.target.name, msg("there are no credentials for the storage."), _WHO) from error
        except exceptions.BotoCoreError as error:
            address = self.target.endpoint or self.target.bucket
            cause = msg("{name} cannot be sent to {address}: {detail}", name=name or self.target.bucket,
                        address=address, detail=str(error)[:300])  # fmt: skip
            raise TargetFailed(self.target.name, cause, _AGAIN) from error


_WHO = msg(
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for this process, or name an entry of ~/.aws/credentials with "
    "“profile”."
)
_AGAIN = msg("What has arrived stays. The next send goes on from here: congtin target push")
_RIGHTS = msg("The account needs the right to list, read, write and delete in this bucket.")
_HINTS: dict[str, Msg] = {
    "NoSuchBucket": msg("Make the bucket, or mend “bucket” in publisher.yaml; it is not made by itself."),
    "InvalidAccessKeyId": _WHO,
    "SignatureDoesNotMatch": _WHO,
    "ExpiredToken": _WHO,
    "AccessDenied": _RIGHTS,
    "403": _RIGHTS,
    "EntityTooLarge": msg("The storage takes no file of this size in one step; 5 GB is the most."),
    "BadDigest": msg("The bytes changed on their way. Send again; when it happens again, look at the network."),
}


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def s3_place(target: S3Target) -> Iterator[S3Place]:
    """Open a bucket; raise UsageError when the settings name an entry of the credentials that is not there."""
    import boto3
    from botocore import exceptions
    from botocore.config import Config

    config = Config(
        connect_timeout=min(target.timeout, 30),
        read_timeout=target.timeout,
        max_pool_connections=target.concurrency,
        retries={"mode": "standard", "total_max_attempts": target.retries + 1},
        # The sums that only some services know are left out; Content-MD5, which all know, is sent.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": target.addressing},
    )
    try:
        session = boto3.session.Session(profile_name=target.profile)
        client = session.client("s3", endpoint_url=target.endpoint, region_name=target.region, config=config)
    except (exceptions.BotoCoreError, ValueError) as error:
        text = msg("Target “{target}”: {detail}", target=target.name, detail=str(error)[:300])
        raise UsageError(text, msg("See “endpoint”, “region” and “profile” in publisher.yaml.")) from error
    try:
        yield S3Place(target, client)
    finally:
        client.close()
