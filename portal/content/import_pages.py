"""Posts and pages of an export: what is new, in which state it comes, and what is left alone."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from portal.content.clean_html import proven
from portal.content.drafting import BODY_LENGTH, EXCERPT_LENGTH, TITLE_LENGTH, Text
from portal.content.exchange.links import OwnLinks
from portal.content.freezing import FreezeRef
from portal.content.import_authors import Authors
from portal.content.import_links import Links
from portal.content.import_places import Places, Placing, parents_first
from portal.content.import_plan import Line, PlannedPage, Remembered, State
from portal.content.import_standing import Standing
from portal.content.import_terms import Terms
from portal.content.moments import Moment, end_of_day, moment_at
from portal.content.scheduling import YEARS_AHEAD
from portal.content.wordpress.documents import Document, Export
from portal.content.wordpress.times import zone_for

SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Fate:
    """The state a document comes in, when it goes live if scheduled, and why it differs."""

    state: State
    moment: Moment | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What deciding needs: the clock, the account's zone, and whether the importer publishes.

    `reviewed` says that a workflow asks for approvals first, `asked` that what was live is to go
    live, `freezes` what holds at the account or will. `author_id` is whose texts those of nobody
    here are.
    """

    now: datetime
    zone: str
    may_publish: bool
    reviewed: bool = False
    asked: bool = True
    author_id: uuid.UUID | None = None
    freezes: tuple[FreezeRef, ...] = ()

    def frozen(self, moment: datetime) -> str:
        """Return the name of the freeze that an instant falls into, or nothing."""
        return next((f.name for f in self.freezes if f.since <= moment < f.until), "")


class Pages:
    """Finds each document's fate and place; `plan` then makes what is written of it."""

    def __init__(self, export: Export, standing: Standing, around: Around) -> None:
        self._around = around
        self.places = Places(standing)
        self.lines: list[Line] = []
        self.there = 0
        self.left = 0
        self._new: list[tuple[Document, Placing]] = []
        for document in parents_first(export.documents):
            self._sort(document)

    def plan(
        self, terms: Terms, authors: Authors, links: Links | OwnLinks
    ) -> Iterable[PlannedPage]:
        """Yield what is new, parents before children, and add its line."""
        for document, placing in self._new:
            page, remarks = _planned(document, placing, self._around, terms, authors, links)
            self._say("created", document, " ".join([_sentence(page), *placing.remarks, *remarks]))
            yield page

    def remembered(self) -> list[Remembered]:
        """Return what to remember of the new documents."""
        return [
            Remembered(document.kind, document.known_as, placing.place.id)
            for document, placing in self._new
        ]

    def _sort(self, document: Document) -> None:
        if self.places.keep(document):
            self.there += 1
            here = self.places.of.get(document.source_id)
            where = f" at {here.address}" if here else ", and is gone since"
            self._say("there", document, f"Imported before{where}. It is left alone.")
        elif document.state == "trashed":
            self.left += 1
            self._say("left", document, "Is in the trash there, so it does not come along.")
        else:
            self._new.append((document, self.places.give(document)))

    def _say(self, group: str, document: Document, sentence: str) -> None:
        title = document.title or f"(no title, number {document.source_id})"
        self.lines.append(Line(group, document.kind, title, sentence))


def fate_of(document: Document, around: Around) -> Fate:
    """Decide the state: never more than the importer may do, never a time that has passed."""
    if document.state not in {"published", "scheduled"}:
        return Fate("draft")
    if why := _held_back(document, around):
        return Fate("draft", None, why)
    if not document.title and not document.body.html:
        return Fate("draft", None, "It has neither title nor text, so it cannot go live.")
    if document.state == "published":
        return Fate("published")
    return _scheduled(document, around)


def _held_back(document: Document, around: Around) -> str:
    if not around.may_publish:
        was = "Was live there" if document.state == "published" else "Was scheduled there"
        return f"{was}; it comes as a draft, since you may not publish here."
    if document.type:
        return "Content of this type comes as a draft, to be looked over."
    if not around.asked:
        return "Was live there; it comes as a draft, since nobody asked for it to go live."
    if around.reviewed:
        return "It comes as a draft: texts here are approved first."
    name = around.frozen(around.now) if document.state == "published" else ""
    return f"It comes as a draft: the freeze “{name}” lets nothing go live." if name else ""


def _scheduled(document: Document, around: Around) -> Fate:
    due = document.due_at
    if due is None:
        return Fate("draft", None, "It was scheduled without a time.")
    moment = moment_at(due.utc, zone_for(due, around.zone))
    if due.utc <= around.now + SOON:
        return Fate("draft", None, f"Its time, {moment.sentence}, has passed: publish it by hand.")
    if due.utc.year > around.now.year + YEARS_AHEAD:
        return Fate("draft", None, f"Its time, {moment.sentence}, is too far ahead to schedule.")
    if name := around.frozen(due.utc):
        return Fate("draft", None, f"Its time, {moment.sentence}, falls into the freeze “{name}”.")
    return Fate("scheduled", moment)


def _planned(
    document: Document, placing: Placing, around: Around, terms: Terms, authors: Authors,
    links: Links | OwnLinks,
) -> tuple[PlannedPage, list[str]]:  # fmt: skip
    credit, before = authors.credit(document), links.changed
    body, fields = links.body(document), links.fields(document)
    if too_long := len(body.html) > BODY_LENGTH:
        body, links.changed = proven(document.body.html), before
    fate = fate_of(document, around)
    if fate.state == "published" and (why := links.why_not_live(body, fields)):
        fate = Fate("draft", None, why)
    owner = authors.owner(document)
    review_by, due = _review_by(document.review_by, around.zone)
    remarks = [*document.remarks, *(each for each in (fate.remark, due) if each)]
    if changed := links.changed - before:
        links_lead = "1 link leads" if changed == 1 else f"{changed} links lead"
        remarks.append(f"{links_lead} to pages of this site.")
    if too_long:
        remarks.append("Its links are left as they are: with those of here it would be too long.")
    if document.password:
        remarks.append("Its password is kept.")
    text = Text(
        title=_cut("title", document.title, TITLE_LENGTH, remarks),
        slug=placing.slug,
        excerpt=_cut("excerpt", document.excerpt, EXCERPT_LENGTH, remarks),
        byline=credit.byline,
        parent_id=placing.parent.id if placing.parent else None,
        term_ids=_term_ids(document, terms),
        fields=fields,
    )
    published = document.published_at
    page = PlannedPage(
        id=placing.place.id, document=document, state=fate.state, address=placing.place.address,
        text=text, body=body, parent_id=placing.parent.id if placing.parent else None,
        author_id=credit.person_id or around.author_id, moment=fate.moment,
        published_at=_not_after(published.utc if published else around.now, around.now),
        owner=owner, review_by=review_by,
    )  # fmt: skip
    return page, remarks


def _review_by(when: date | None, zone: str) -> tuple[datetime | None, str]:
    if when is None:
        return None, ""
    at = when.astimezone(UTC) if isinstance(when, datetime) else end_of_day(when, zone)
    return at, f"To be reviewed by {moment_at(at, zone).sentence}."


def _term_ids(document: Document, terms: Terms) -> tuple[str, ...]:
    used = [("category", name) for name in document.categories]
    used += [("tag", name) for name in document.tags]
    return tuple(dict.fromkeys(str(terms.ids[key]) for key in used if key in terms.ids))


def _sentence(page: PlannedPage) -> str:
    if page.state == "scheduled" and page.moment is not None:
        return f"Scheduled to go live at {page.address} on {page.moment.sentence}."
    if page.state == "published" and page.published_at is not None:
        return f"Live at {page.address}, published on {page.published_at:%-d %B %Y}."
    return f"A draft, for {page.address}."


def _not_after(moment: datetime, now: datetime) -> datetime:
    return min(moment, now)


def _cut(name: str, text: str, length: int, remarks: list[str]) -> str:
    if len(text) <= length:
        return text
    remarks.append(f"The {name} is cut from {len(text):,} to {length:,} characters.")
    return text[: length - 1] + "…"
