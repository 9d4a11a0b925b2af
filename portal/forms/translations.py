"""The language of a page, and the pages that say the same in others."""

from typing import Any

from flask import flash, request
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from portal.content.drafting import TITLE_LENGTH
from portal.content.pages import Page
from portal.content.problems import Problem
from portal.content.translating import confirm
from portal.forms.base import PortalForm, at_most, choices
from portal.forms.languages import a_language
from portal.forms.merging import uuid_or_none
from portal.requests import current

HINT = "A language tag (BCP 47), like “de” or “pt-BR”."


class LanguageField(StringField):
    """A language tag."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            label, [InputRequired("Say which language."), a_language], description=HINT, **kwargs
        )


class SpeakForm(PortalForm):
    """Which language the page is in."""

    language = LanguageField("This page is in")


class TranslateForm(PortalForm):
    """Into which language, and what the draft is called."""

    into = LanguageField("Into")
    title = StringField(
        "Title", [at_most(TITLE_LENGTH)],
        description="As it is in the source when left empty. The address is made from it.",
    )  # fmt: skip


class LinkForm(PortalForm):
    """Another page of the account that says the same, and in which language."""

    other = SelectField("Page", [DataRequired("Choose a page.")], choices=[])
    way = RadioField(
        "Which is made from which?",
        choices=choices([("it", "It is a translation of this page"),
                         ("this", "This page is a translation of it")]),
        default="it",
    )  # fmt: skip
    spoken = LanguageField("The translation is in")
    fresh = BooleanField("The translation says what the source says now")


class UpToDateForm(PortalForm):
    """The source's revision that was looked at."""

    seen = HiddenField()


def brought_up_to_date(page: Page) -> None:
    """Say that a page just saved is up to date with its source, when its editor asked for that."""
    if request.form.get("act") != "up_to_date":
        return
    try:
        seen = uuid_or_none(request.form.get("source_seen"))
        confirm(page, current.here, seen, by=current.person)
    except Problem as problem:
        flash(f"Your text is saved. {problem}", "warn")
    else:
        flash("It is up to date with its source.", "good")
