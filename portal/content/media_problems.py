"""What keeps a text with files from being published, in sentences for whoever publishes it."""

import html as entities
import re
import uuid
from collections.abc import Collection

from portal.content.fields import texts_in
from portal.content.media_uses import ADDRESS, named_in, usable
from portal.content.pages import Page, Revision
from tenants.db import db

_IMAGE = re.compile(r"<img((?: [a-z]+=\"[^\"<>]*\")*)>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
MOST = 20


def media_problems(revision: Revision) -> list[str]:
    """Return what is wrong with the pictures and files of a revision; nothing if all is well.

    Every picture needs an alternative text, unless its file says that it is decoration; every file
    named must be the account's own, there, and allowed on this page. At most two statements.
    """
    ids = named_in(revision.body, revision.fields)
    further = list(texts_in(revision.fields or {}))
    rich = [revision.body, *(text for text in further if text.startswith("<"))]
    if not ids and not any("<img" in text for text in rich):
        return []
    page = db.session.get(Page, revision.page_id) if ids else None
    known = {row.id: row for row in usable(page, ids)} if page is not None else {}
    decorative = {str(row.id) for row in known.values() if row.decorative}
    problems = [problem for text in rich for problem in unsaid_pictures(text, decorative)]
    alone = {uuid.UUID(found[2]) for text in further if (found := ADDRESS.fullmatch(text))}
    problems += [
        f"The picture “{row.name[:80]}” has no alternative text. Write it in the library."
        for row in known.values()
        if row.id in alone and row.kind == "image" and not (row.alt.strip() or row.decorative)
    ]
    missing = len(ids - known.keys())
    if missing:
        problems.append(
            f"{missing} {'files are' if missing > 1 else 'file is'} not in this account’s library, "
            "in the trash, or in a folder that whoever wrote this does not see. Choose anew."
        )
    return problems[:MOST]


def unsaid_pictures(body: str, decorative: Collection[str]) -> list[str]:
    """Return a sentence for each picture of a clean body that needs an alternative text.

    `decorative` are the ids of files that tell nothing.
    """
    images = [dict(_ATTRIBUTE.findall(found[1])) for found in _IMAGE.finditer(body)]
    return [_unsaid(image) for image in images if not _says(image, decorative)]


def _says(image: dict[str, str], decorative: Collection[str]) -> bool:
    if entities.unescape(image.get("alt", "")).strip():
        return True
    ours = ADDRESS.search(image.get("src", ""))
    return ours is not None and ours[2] in decorative


def _unsaid(image: dict[str, str]) -> str:
    name = entities.unescape(image.get("src", "")).rpartition("/")[2] or "without a name"
    ours = ADDRESS.search(image.get("src", ""))
    which = "A picture of the library" if ours else f"The picture “{name[:80]}”"
    return f"{which} has no alternative text. Say what it shows, for those who do not see it."
