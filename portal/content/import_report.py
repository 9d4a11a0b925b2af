"""What an import tells: a line for everything that is not carried as it was, and the sums."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from portal.content.import_links import uses_of
from portal.content.import_plan import GROUPS, Line, PlannedPage
from portal.content.imports import ImportRun
from portal.content.wordpress.documents import Attachment, Document, Export, Lost
from tenants.accounts import AccountRef
from tenants.decisions import Actor, can
from tenants.permissions import Permission

TOLD_ELSEWHERE = frozenset({"author", "file", "password"})
UNTOLD = "What is told of people stays with those who may see people here."
COLUMNS = ("Group", "Kind", "Title", "What happens")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def file_lines(export: Export) -> Iterator[Line]:
    """Yield the fate of each file of the media library: none is fetched."""
    uses = uses_of(export.attachments, export.documents)
    featured = {d.featured_image for d in export.documents}
    for file in export.attachments:
        yield Line("attachments", "file", file.title or file.filename, _fate(file, uses, featured))


def _fate(file: Attachment, uses: Mapping[int, int], featured: set[int | None]) -> str:
    count = uses[file.source_id]
    shown = {0: "no text uses it", 1: "1 text shows it from there"}.get(
        count, f"{count} texts show it from there"
    )
    where = f"the file stays at {file.url}" if file.url else "the export gives no address of it"
    also = " It was a featured image." if file.source_id in featured else ""
    return f"Not fetched: {where}; {shown}.{also}"


def left_lines(export: Export) -> Iterator[Line]:
    """Yield what of a bundle does not come along, by its row or file."""
    for left in export.bundle.left if export.bundle else ():
        yield Line("left", left.where, left.title or left.where, left.sentence)


def body_lines(pages: Iterable[PlannedPage]) -> Iterator[Line]:
    """Yield for each new text what of it is not carried, and what cleaning took out."""
    for page in pages:
        document = page.document
        if document.body.lost:
            yield _body("bodies", document, [lost.sentence for lost in document.body.lost])
        removed = [*document.body.removed, *page.body.removed]
        if removed:
            yield _body("markup", document, [removal.sentence for removal in removed])


def _body(group: str, document: Document, sentences: Sequence[str]) -> Line:
    said = "; ".join(sentence.rstrip(".") for sentence in sentences)
    title = document.title or f"(no title, number {document.source_id})"
    return Line(group, document.kind, title, f"{said}.")


def note_lines(notes: Iterable[Lost]) -> Iterator[Line]:
    """Yield what the reader says of the whole file and no other line tells."""
    for note in notes:
        if note.kind not in TOLD_ELSEWHERE:
            yield Line("notes", note.kind, note.name, f"{note.sentence.rstrip('.')}.")


def page_counts(pages: Sequence[PlannedPage]) -> dict[str, int]:
    """Return the sums of what is new, by type and state."""

    def count(kind: str = "", state: str = "") -> int:
        return sum(kind in {"", page.document.kind} and state in {"", page.state} for page in pages)

    return {
        "created": len(pages),
        "posts": count("post"),
        "pages": count("page"),
        "published_posts": count("post", "published"),
        "published_pages": count("page", "published"),
        "scheduled": count(state="scheduled"),
        "drafts": count(state="draft"),
    }


def lines_for(run: ImportRun, account: AccountRef, *, by: Actor) -> list[dict[str, str]]:
    """Return the lines of a stored report as far as they are for `by`.

    Who of a file is known here is told to whoever handed it in and to who may see people; to others
    one line says that it is left out.
    """
    lines: list[dict[str, str]] = run.lines
    own = run.person_id is not None and run.person_id == by.person_id
    if own or can(by, Permission.ACCESS_VIEW, account).allowed:
        return lines
    told = [line for line in lines if line["group"] != "authors"]
    if len(told) == len(lines):
        return lines
    return [*told, {"group": "authors", "kind": "author", "title": "", "sentence": UNTOLD}]


def narrowed(
    lines: Sequence[Mapping[str, str]], group: str, search: str
) -> list[Mapping[str, str]]:
    """Return the lines of a stored report that are in a group and hold a text, any if empty."""
    wanted = search.casefold()
    return [
        line
        for line in lines
        if group in {"", line["group"]}
        and wanted in f"{line['kind']} {line['title']} {line['sentence']}".casefold()
    ]


def as_rows(lines: Iterable[Mapping[str, str]]) -> Iterator[list[str]]:
    """Yield the lines of a stored report as rows of a table that no spreadsheet runs."""
    yield list(COLUMNS)
    for line in lines:
        group = GROUPS.get(line["group"], line["group"])
        yield [_plain(cell) for cell in (group, line["kind"], line["title"], line["sentence"])]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
