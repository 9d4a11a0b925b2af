"""Signing in, and getting a new password by mail."""

from typing import Any

from wtforms import EmailField, Field, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, StopValidation

from portal.forms.base import PortalForm, at_most
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


class Named:
    """How the portal is to name somebody."""

    name = StringField(
        "Your name",
        [DataRequired("Give your name."), at_most(200)],
        filters=[lambda text: text.strip() if text else text],
    )


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


class JoinForm(Named, NewPasswordForm):
    """What a new person gives to accept an invitation."""


class AcceptForm(PortalForm):
    """The button of somebody who is here already."""
