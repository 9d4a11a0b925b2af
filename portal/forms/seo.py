"""The part of the editor's form about search engines and social cards."""

from typing import Any

from wtforms import BooleanField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.content.choosing import OFFERED, files_found
from portal.content.seo import (
    ADDRESS_LENGTH,
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Seo,
    is_address,
    seo_of,
    with_seo,
)
from portal.forms.base import at_most
from portal.forms.finding import Finding, offer, words_for
from tenants.accounts import AccountRef
from tenants.decisions import Actor

TEXTS = ("title", "description", "canonical", "picture")
WRONG = "Write a whole address (https://…), or one that begins with a single “/”, without spaces."


def _an_address(_form: Form, field: StringField) -> None:
    field.data = (field.data or "").strip()
    if not is_address(field.data):
        raise ValidationError(WRONG)


class SeoFields:
    """Mixed into the editor's form."""

    seo_title = StringField(
        "Search title", [at_most(TITLE_LENGTH)],
        description="Instead of the title. About 60 characters are shown.",
    )  # fmt: skip
    seo_description = TextAreaField(
        "Search description", [at_most(DESCRIPTION_LENGTH)],
        description="Instead of the summary. About 155 characters are shown.",
    )  # fmt: skip
    seo_canonical = StringField(
        "Original address", [at_most(ADDRESS_LENGTH), _an_address],
        description="Only when this text was published first somewhere else.",
    )  # fmt: skip
    seo_picture = StringField(
        "Social picture", [at_most(ADDRESS_LENGTH), _an_address],
        description="The address of a picture. One of the library is cut to 1200 × 630 pixels "
        "around its focal point.",
    )  # fmt: skip
    seo_library = SelectField(
        "Or a picture of the library", [_an_address], choices=[], validate_choice=False, default="",
        description="Find one by its name. What is chosen takes the place of the address above.",
    )  # fmt: skip
    seo_noindex = BooleanField("Ask search engines not to list this page")


def offer_pictures(form: Any, account: AccountRef, by: Actor) -> None:
    """Offer the pictures of the library that are looked for, and the one chosen.

    No statement where nothing is looked for or chosen, else one.
    """
    field = form.seo_library
    words = words_for(field) or field.data or ""
    files = files_found(account, words, by=by) if words else ()
    pairs = [(each.id, each.title) for each in files[:OFFERED] if each.type == "image"]
    offer(field, pairs, [("", "As the address says")], cut=len(files) > OFFERED)
    field.find = Finding(words_for(field), len(files) > OFFERED, len(pairs))


def fill_seo(form: Any, fields: Any) -> None:
    """Show what further fields say."""
    seo = seo_of(fields)
    for name in (*TEXTS, "noindex"):
        form[f"seo_{name}"].data = getattr(seo, name)


def read_seo(form: Any, fields: Any) -> dict[str, Any]:
    """Return further fields as the form has them; as they were when it was sent without."""
    if not any(form[f"seo_{name}"].raw_data for name in TEXTS):
        return dict(fields)
    return with_seo(fields, typed_seo(form))


def typed_seo(form: Any) -> Seo:
    """Return what stands in the form."""
    texts = {name: " ".join((form[f"seo_{name}"].data or "").split()) for name in TEXTS}
    texts["picture"] = form.seo_library.data or texts["picture"]
    return Seo(noindex=bool(form.seo_noindex.data), **texts)
