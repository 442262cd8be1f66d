"""A store behind the S3 protocol: MinIO, Huawei OBS, Ceph, or whatever else speaks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from hotline.kept.errors import Absent, StoreError

AT_ONCE = 1 << 20  # bytes that are fetched at a time
PAGE = 1000  # names that are listed at a time, the most there are
_GONE = frozenset({"404", "NoSuchKey"})


@dataclass(frozen=True)
class Address:
    """Where a bucket is, and with which key it opens; of `s3://KEY:SECRET@host[:port]/bucket[/folder]`, or `s3+http://`
    for a server without TLS; `?region=` and `?style=virtual` for those who ask for them."""

    endpoint: str
    bucket: str
    prefix: str
    key: str
    secret: str = field(repr=False)
    region: str = "us-east-1"
    style: str = "path"


def address(given: str) -> Address:
    """The address that a text is; ValueError when it is none."""
    parts = urlsplit(given)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if parts.scheme not in ("s3", "s3+http") or not (parts.hostname and bucket and parts.username and parts.password):
        raise ValueError("an address as s3://KEY:SECRET@host/bucket")
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    scheme, prefix = "http" if parts.scheme == "s3+http" else "https", f"{prefix}/" if prefix else ""
    return Address(f"{scheme}://{host}", bucket, prefix, unquote(parts.username), unquote(parts.password), **asked)


class Bucket:
    """A store in a bucket."""

    def __init__(self, at: Address) -> None:
        import boto3
        from botocore.config import Config

        # Since 1.36 its own checksums are refused by Huawei OBS, MinIO and others; ours are made and proven by us.
        config = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2, "mode": "standard"},
                        request_checksum_calculation="when_required", response_checksum_validation="when_required",
                        s3={"addressing_style": at.style}, max_pool_connections=32)  # fmt: skip
        self._at = at
        self._client: Any = boto3.session.Session().client(
            "s3", endpoint_url=at.endpoint, aws_access_key_id=at.key, aws_secret_access_key=at.secret,
            region_name=at.region, config=config,
        )  # fmt: skip

    def put(self, name: str, file: BinaryIO) -> None:
        with self._asked():
            self._client.put_object(**self._of(name), Body=file)

    def open(self, name: str) -> "Fetched":
        with self._asked(name):
            head = self._client.head_object(**self._of(name))
        return Fetched(self, name, int(head["ContentLength"]))

    def fetch(self, name: str, start: int, length: int) -> bytes:
        """That many bytes from there."""
        with self._asked(name):
            answer = self._client.get_object(**self._of(name), Range=f"bytes={start}-{start + length - 1}")
            content: bytes = answer["Body"].read()
        return content

    def delete(self, name: str) -> None:
        with self._asked():
            self._client.delete_object(**self._of(name))

    def names(self) -> Iterator[tuple[str, int]]:
        with self._asked():
            pages = self._client.get_paginator("list_objects_v2")
            listed = {"Bucket": self._at.bucket, "Prefix": self._at.prefix, "PaginationConfig": {"PageSize": PAGE}}
            for page in pages.paginate(**listed):
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(self._at.prefix), one["Size"]

    def _of(self, name: str) -> dict[str, str]:
        return {"Bucket": self._at.bucket, "Key": self._at.prefix + name}

    @contextmanager
    def _asked(self, name: str = "") -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as fault:
            code = str(fault.response.get("Error", {}).get("Code", ""))
            if name and code in _GONE:
                raise Absent(f"{name} isn't kept") from None
            raise StoreError(f"{self._at.endpoint} refuses: {code}") from None
        except (BotoCoreError, OSError) as fault:
            raise StoreError(f"{self._at.endpoint} can't be reached: {type(fault).__name__}") from None


class Fetched:
    """An object of a bucket, fetched a stretch at a time as it is read."""

    def __init__(self, bucket: Bucket, name: str, size: int) -> None:
        self._bucket, self._name, self.size = bucket, name, size
        self._start, self._stretch = 0, b""

    def part(self, start: int, length: int) -> bytes:
        end = min(start + length, self.size)
        if start >= end:
            return b""
        if not (self._start <= start and end <= self._start + len(self._stretch)):
            wanted = min(max(AT_ONCE, end - start), self.size - start)
            self._start, self._stretch = start, self._bucket.fetch(self._name, start, wanted)
        return self._stretch[start - self._start : end - self._start]

    def close(self) -> None:
        self._stretch = b""
