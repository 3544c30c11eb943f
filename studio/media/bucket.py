"""The S3-compatible bucket through which gateways fetch references: put, sign, delete. Remembers nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from studio.lib.english import english

FOLDER = "references"


class BucketTrouble(OSError):
    """The storage did not do what was asked; trying again later makes sense."""


def new_name(filename: str) -> str:
    """A name that nobody can guess, ending in the file's own."""
    return f"{FOLDER}/{secrets.token_urlsafe(32)}/{filename}"


def put(name: str, path: Path, *, content_type: str) -> None:
    """Put a file there whole; raises BucketTrouble, or OSError when the file cannot be read."""
    with path.open("rb") as file:
        put_content(name, file, content_type=content_type)


def put_content(name: str, content: bytes | BinaryIO, *, content_type: str) -> None:
    """The same for what is already open or in memory."""
    with _troubles("put"):
        _client().put_object(
            Bucket=settings.STUDIO_S3_BUCKET, Key=name, Body=content, ContentType=content_type, CacheControl="no-store"
        )


def signed_link(name: str, *, seconds: float) -> str:
    """The address under which anybody may fetch the object for so long; asks nobody."""
    wanted = {"Bucket": settings.STUDIO_S3_BUCKET, "Key": name}
    with _troubles("sign"):
        link: str = _client().generate_presigned_url("get_object", Params=wanted, ExpiresIn=int(seconds))
    return link


def delete(name: str) -> None:
    """Take the object away; one that is gone already is fine."""
    with _troubles("delete"):
        _client().delete_object(Bucket=settings.STUDIO_S3_BUCKET, Key=name)


@contextmanager
def _troubles(act: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  (see _made)

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise BucketTrouble(
            english("The storage answered %(answer)s to %(act)s.", answer=code or english("with an error"), act=act)
        ) from error
    except BotoCoreError as error:
        # Its own words may hold addresses; the kind says enough.
        raise BucketTrouble(
            english("The storage could not be used to %(act)s (%(kind)s).", act=act, kind=type(error).__name__)
        ) from error


def _client() -> Any:
    return _made(
        settings.STUDIO_S3_ENDPOINT,
        settings.STUDIO_S3_REGION,
        settings.STUDIO_S3_ACCESS_KEY_ID,
        settings.STUDIO_S3_SECRET_ACCESS_KEY,
    )


@lru_cache(maxsize=1)
def _made(endpoint: str, region: str, access_key_id: str, secret_access_key: str) -> Any:
    # Not before it is needed: the library takes its time and memory, and most studios have no bucket.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=Config(
            signature_version="s3v4",
            # A bucket's name as a host is for Amazon; others are sure to know it in the path only.
            s3={"addressing_style": "path" if endpoint else "virtual"},
            connect_timeout=5,
            read_timeout=30,
            retries={"total_max_attempts": 3, "mode": "standard"},
            # Many a storage does not know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            # Where it goes is said by our settings, and by nothing else in the environment.
            ignore_configured_endpoint_urls=True,
            proxies={},
        ),
    )
