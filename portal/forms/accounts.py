"""Opening an account, and confirming what is done with one."""

from typing import Any

from wtforms import EmailField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional, StopValidation

from portal.forms.auth import an_email
from portal.forms.base import PortalForm, ZoneField, at_most, choices
from tenants.accounts import BadHandle, check_handle


def _a_handle(_form: Any, field: Any) -> None:
    try:
        check_handle(field.data or "")
    except BadHandle as problem:
        raise StopValidation(str(problem)) from problem


class OpenForm(PortalForm):
    """What the account is called and where it is found."""

    name = StringField("Name", [DataRequired("Give the account a name."), at_most(200)])
    handle = StringField(
        "Handle", [DataRequired("Give the account a handle."), at_most(63), _a_handle],
        description="Part of its addresses, for good: lower-case letters, digits and hyphens.",
    )  # fmt: skip
    zone = ZoneField("Time zone", description="The clock that new schedules start from.")


class OpenSecondaryForm(OpenForm):
    """And who manages it besides those above."""

    first = RadioField(
        "First account admin",
        choices=choices([
            ("nobody", "Nobody yet: whoever manages this account manages the new one too"),
            ("me", "I am"),
            ("invite", "Somebody I invite by e-mail"),
        ]),
        default="nobody",
    )  # fmt: skip
    email = EmailField("E-mail of the first admin", [Optional(), an_email])


class OpenMasterForm(OpenForm):
    """And who is its first admin: a new customer begins with somebody who can give roles."""

    email = EmailField(
        "E-mail of the first admin", [DataRequired("Name the first account admin."), an_email]
    )
    person = StringField(
        "Name of the first admin", [at_most(200)],
        description="Needed when nobody has this e-mail address yet. A mail lets them set a "
        "password.",
    )  # fmt: skip


class Seen:
    """What was shown beforehand travels with the form: only that is confirmed."""

    seen = HiddenField()


class ConfirmForm(Seen, PortalForm):
    """A change of the tree, with a reason for the trail."""

    reason = TextAreaField(
        "Reason", [at_most(2000)], description="Stands in the trail, for whoever asks later."
    )


class SuspendForm(Seen, PortalForm):
    """Why an account is suspended."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why."), at_most(2000)],
        description="The account's admins read it above every page.",
    )  # fmt: skip


class CloseForm(Seen, PortalForm):
    """The handle, typed, so that nobody closes another account than he means."""

    handle = StringField(
        "Type the account's handle", [DataRequired("Type the handle."), at_most(63)]
    )
    reason = TextAreaField(
        "Reason", [DataRequired("Say why."), at_most(2000)],
        description="Stands in the trail and in the certificate.",
    )  # fmt: skip


class PlaceForm(PortalForm):
    """Below which account another is put."""

    to = StringField(
        "Handle of the new place", [at_most(63)],
        description="The account it shall stand below, by its handle. Of one you do not know, type "
        "a word of the name.",
    )  # fmt: skip
