"""Files behind the S3 API: Amazon's, or any server that speaks it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, BinaryIO

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from portal.content.storage import PART, NotStored, StoreDown, checked

AT_ONCE = 1000
PATIENCE = Config(
    s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=20,
    retries={"max_attempts": 3, "mode": "standard"},
    request_checksum_calculation="when_required", response_checksum_validation="when_required",
)  # fmt: skip
_ABSENT = {"NoSuchKey", "404", "NotFound"}


class S3Storage:
    """Objects in one bucket, below a prefix. Without keys, what the environment offers is used."""

    def __init__(
        self, bucket: str, *, prefix: str = "", endpoint: str = "", region: str = "",
        key_id: str = "", secret: str = "",
    ) -> None:  # fmt: skip
        self._bucket, self._prefix = bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._settings = {
            "endpoint_url": endpoint or None, "region_name": region or "us-east-1",
            "aws_access_key_id": key_id or None, "aws_secret_access_key": secret or None,
        }  # fmt: skip

    @cached_property
    def _client(self) -> Any:
        return boto3.session.Session().client("s3", config=PATIENCE, **self._settings)

    def put(self, key: str, data: bytes, mime: str) -> None:
        with _answering():
            self._client.put_object(
                Bucket=self._bucket, Key=self._name(key), Body=data, ContentType=mime
            )

    def put_file(self, key: str, file: BinaryIO, mime: str) -> None:
        with _answering():
            self._client.upload_fileobj(
                file, self._bucket, self._name(key), ExtraArgs={"ContentType": mime}
            )

    def read(self, key: str) -> bytes:
        with _answering():
            answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key))
            return bytes(answer["Body"].read())

    def parts(self, key: str) -> Iterator[bytes]:
        with _answering():
            answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key))
        return iter(answer["Body"].iter_chunks(PART))

    def delete(self, keys: Iterable[str]) -> None:
        names = [{"Key": self._name(key)} for key in keys]
        for start in range(0, len(names), AT_ONCE):
            with _answering():
                part = {"Objects": names[start : start + AT_ONCE], "Quiet": True}
                answer = self._client.delete_objects(Bucket=self._bucket, Delete=part)
            if any(each.get("Code") not in _ABSENT for each in answer.get("Errors", ())):
                raise StoreDown(_FAR)

    def keys(self, prefix: str = "") -> Iterator[tuple[str, datetime]]:
        with _answering():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    key = each["Key"].removeprefix(self._prefix)
                    yield key, each["LastModified"].astimezone(UTC)

    def _name(self, key: str) -> str:
        return self._prefix + checked(key)


_FAR = "The store of files is out of reach. Nothing was kept; try again in a minute."


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except ClientError as problem:
        if problem.response.get("Error", {}).get("Code") in _ABSENT:
            raise NotStored(str(problem)) from problem
        raise StoreDown(_FAR) from problem
    except (BotoCoreError, Boto3Error) as problem:
        raise StoreDown(_FAR) from problem
