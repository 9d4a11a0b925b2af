"""Signing in, and getting a new password by mail."""

from typing import Any

from wtforms import EmailField, Field, PasswordField
from wtforms.validators import EqualTo, InputRequired, StopValidation

from portal.forms.base import PortalForm
from portal.identity.passwords import MINIMUM
from tenants.people import BadEmail, normal_email


def an_email(_form: Any, field: Field) -> None:
    """Refuse what cannot be an e-mail address, with its sentence."""
    try:
        normal_email(field.data or "")
    except BadEmail as error:
        raise StopValidation(str(error)) from error


class SignInForm(PortalForm):
    """Who, and the password."""

    email = EmailField("E-mail", [InputRequired("Give your e-mail address."), an_email])
    password = PasswordField("Password", [InputRequired("Give your password.")])


class AskResetForm(PortalForm):
    """Whose password is forgotten."""

    email = EmailField("E-mail", [InputRequired("Give your e-mail address."), an_email])


class NewPasswordForm(PortalForm):
    """A new password, twice."""

    password = PasswordField(
        "New password",
        [InputRequired("Give a new password.")],
        description=f"At least {MINIMUM} characters; three or four words do well.",
    )
    repeated = PasswordField(
        "The same again", [EqualTo("password", "The two passwords differ. Type them again.")]
    )
