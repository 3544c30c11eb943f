"""S3-compatible storage on 127.0.0.1 for tests: moto's server, which keeps everything in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

BUCKET = "rushes-references"
REGION = "eu-north-1"
KEY_ID = "AKIATESTTESTTESTTEST"
SECRET = "marked-storage-secret"


@dataclass(frozen=True)
class Storage:
    """Where it answers, and what lies there."""

    url: str
    client: Any

    @property
    def settings(self) -> dict[str, str]:
        """The studio's settings that lead there."""
        return {
            "STUDIO_S3_BUCKET": BUCKET,
            "STUDIO_S3_ENDPOINT": self.url,
            "STUDIO_S3_REGION": REGION,
            "STUDIO_S3_ACCESS_KEY_ID": KEY_ID,
            "STUDIO_S3_SECRET_ACCESS_KEY": SECRET,
        }

    def names(self) -> list[str]:
        """The names of all objects, in order."""
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def head(self, name: str) -> dict[str, Any]:
        """What the storage says of an object."""
        answer: dict[str, Any] = self.client.head_object(Bucket=BUCKET, Key=name)
        return answer

    def put(self, name: str, content: bytes) -> None:
        """Put an object there from outside."""
        self.client.put_object(Bucket=BUCKET, Key=name, Body=content)

    def empty(self) -> None:
        """Take everything away."""
        for name in self.names():
            self.client.delete_object(Bucket=BUCKET, Key=name)


@contextmanager
def storage_on_loopback() -> Iterator[Storage]:
    """A running server with one empty bucket."""
    # Not before a test asks for storage: most of them never do.
    import boto3  # noqa: PLC0415
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    try:
        yield Storage(url, client)
    finally:
        client.close()
        server.stop()
