"""Archives are kept and handed out, never unpacked; those made to hurt whoever does are refused."""

import io
import stat
import zipfile

from portal.content.problems import Problem

ENTRIES = 10_000
UNPACKED = 512 * 2**20
RATIO = 200
"""How many bytes one byte of an archive may become."""


def check_archive(data: bytes) -> None:
    """Raise Problem when an archive is damaged, or is a bomb, or would write outside its folder.

    Only its table of contents is read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OverflowError,
        EOFError,
    ) as problem:
        raise Problem("The archive is damaged or cut off. Pack it again.") from problem
    if len(entries) > ENTRIES:
        raise Problem(f"The archive holds {len(entries):,} files; {ENTRIES:,} are the most.")
    for entry in entries:
        _check_entry(entry)
    _check_sizes(entries, len(data))


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\x00" in name:
        raise Problem(
            "The archive would write outside the folder it is unpacked in. Pack it again."
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Problem("The archive holds links to other places on a disk. Pack it without them.")


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED or unpacked > RATIO * size:
        raise Problem(
            f"The archive would become {unpacked // 2**20:,} MB when unpacked, far more than it is."
        )
    if sum(entry.compress_size for entry in entries) > size:
        raise Problem("The archive counts the same bytes several times: it is made to overflow.")
