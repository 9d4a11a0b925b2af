"""Where files are kept, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FileSettings:
    """A bucket behind the S3 API, or with no bucket the folder `media` in PORTAL_VAR."""

    bucket: str = ""
    endpoint: str = ""
    region: str = ""
    prefix: str = ""
    key_id: str = ""
    secret: str = ""


def file_settings(env: Mapping[str, str]) -> FileSettings:
    """Read S3_BUCKET and what belongs to it. Raises ValueError with one sentence."""
    found = FileSettings(
        bucket=env.get("S3_BUCKET", ""), endpoint=env.get("S3_ENDPOINT_URL", ""),
        region=env.get("S3_REGION", ""), prefix=env.get("S3_PREFIX", ""),
        key_id=env.get("S3_ACCESS_KEY_ID", ""), secret=env.get("S3_SECRET_ACCESS_KEY", ""),
    )  # fmt: skip
    if not found.bucket and (found.endpoint or found.key_id):
        raise ValueError("S3_ENDPOINT_URL or a key is set without S3_BUCKET; name the bucket.")
    if found.endpoint and not found.endpoint.startswith(("http://", "https://")):
        raise ValueError("S3_ENDPOINT_URL must start with https:// or http://; correct it.")
    if bool(found.key_id) != bool(found.secret):
        raise ValueError("Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither.")
    return found
