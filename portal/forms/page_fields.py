"""Between the editor's form and a revision's text."""

import uuid
from collections.abc import Collection
from typing import Any

from portal.content.drafting import Text
from portal.content.field_values import FieldProblem
from portal.content.fields import as_id
from portal.content.filing import categories_of, possible_parents, tags_named, terms_by_ids
from portal.content.pages import Page, Revision
from portal.forms.base import add_error, choices
from portal.forms.finding import offer, words_for
from portal.forms.pages import PageForm
from portal.forms.seo import fill_seo, read_seo
from portal.forms.typed import kept_body, show_field_problem, typed_values
from tenants.accounts import AccountRef


def offer_choices(form: PageForm, account_id: uuid.UUID, page_id: uuid.UUID | None) -> None:
    """Fill the selects with what this account has, what the form holds already among it.

    A browser drops what is not offered: whatever was chosen before would be lost by saving.
    """
    offer_parents(form.parent, account_id, page_id)
    ticked = {found for each in form.categories.data or () if (found := as_id(each))}
    terms, more = categories_of(account_id, ticked, words_for(form.categories))
    offer(form.categories, ((str(term.id), term.name) for term in terms), cut=more)


def offer_parents(field: Any, account_id: uuid.UUID, page_id: uuid.UUID | None = None,
                  without: Collection[str] = ()) -> None:  # fmt: skip
    """Fill a select with the pages that another may stand below, but for some."""
    found, more = possible_parents(account_id, page_id, as_id(field.data), words_for(field))
    titles = [(str(page), title or "(untitled)") for page, title in found]
    kept = [each for each in titles if each[0] not in without]
    offer(field, kept, [("", "Top of the site")], cut=more)


def offer_chosen(
    form: PageForm, account_id: uuid.UUID, page_id: uuid.UUID, draft: Revision | None
) -> None:
    """Offer what is chosen where the draft has it: it was asked for before. Else `offer_choices`.

    Enough to validate what was sent; to show the form, offer all.
    """
    parents = ["", str(draft.parent_id or "")] if draft else [""]
    terms = draft.term_ids if draft else []
    if form.parent.data in parents and set(form.categories.data or ()) <= set(terms):
        form.parent.choices = choices((each, "") for each in parents)
        form.categories.choices = choices((each, "") for each in terms)
    else:
        offer_choices(form, account_id, page_id)


def let_go_of_gone(form: PageForm, theirs: Revision) -> list[str]:
    """Put what stands in `theirs` where something was chosen that is not there any more.

    Returns a sentence for each.
    """
    told = []
    if form.parent.data not in _values(form.parent):
        form.parent.data = str(theirs.parent_id or "")
        form.parent.choices = choices([(form.parent.data, "")])
        told.append("The page that it was to stand below is gone, so it stays where it was.")
    there, wanted = _values(form.categories), form.categories.data or []
    if not there.issuperset(wanted):
        form.categories.data = [each for each in wanted if each in there]
        told.append("A category that was chosen is gone.")
    return told


def _values(field: Any) -> set[str]:
    return {choice.value for choice in field.choices or ()}


def fill(form: PageForm, page: Page, draft: Revision | None, account_id: uuid.UUID) -> None:
    """Show what the draft says."""
    form.based_on.data = str(page.draft_revision_id or "")
    if draft is None:
        return
    form.parent.data = str(draft.parent_id or "")
    for name in ("title", "body", "excerpt", "slug", "byline"):
        form[name].data = getattr(draft, name)
    fill_seo(form, draft.fields)
    terms = terms_by_ids(account_id, draft.term_ids)
    form.tags.data = ", ".join(t.name for t in terms if t.taxonomy == "tag")
    form.categories.data = [str(t.id) for t in terms if t.taxonomy == "category"]


def read_text(form: PageForm, account: AccountRef, draft: Revision | None = None) -> Text:
    """Return what was typed into a form of `typed_form`. Starts new tags. Raises Problem.

    What the form did not ask for stays as it is in the draft.
    """
    tags = tags_named(account, (form.tags.data or "").split(","))
    return Text(
        title=form.title.data or "",
        slug=form.slug.data or "",
        body=form.body.data or kept_body(form),
        excerpt=form.excerpt.data or "",
        byline=form.byline.data or "",
        parent_id=uuid.UUID(form.parent.data) if form.parent.data else None,
        term_ids=(*(str(t.id) for t in tags), *(form.categories.data or [])),
        fields=read_seo(form, typed_values(form, draft.fields or {} if draft else {})),
    )


def show_problem(form: PageForm, problem: ValueError) -> None:
    """Show why the page could not be saved, at the field it is about."""
    message = str(problem)
    if isinstance(problem, FieldProblem) and show_field_problem(form, problem.key, message):
        return
    first = message.split(" ")[1] if message.startswith("The ") else ""
    about = {"title": form.title, "body": form.body, "excerpt": form.excerpt, "tag": form.tags}
    field = about.get(first) or (form.slug if "address" in message else form.title)
    add_error(form.parent if "parent" in message else field, message)
