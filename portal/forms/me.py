"""What people set for themselves."""

from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from portal.forms.auth import NewPasswordForm, an_email
from portal.forms.base import PortalForm, ZoneField, at_most, choices

NOTICES = [("once", "At once"), ("digest", "Once a day, at eight in the morning"),
           ("never", "Not at all")]  # fmt: skip


class ProfileForm(PortalForm):
    """How the portal names somebody, and the clock they live by."""

    name = StringField(
        "Name",
        [DataRequired("Give your name."), at_most(200)],
        filters=[lambda text: text.strip() if text else text],
    )
    zone = ZoneField("Time zone", description="Times are shown to you in this zone.")
    notices = SelectField(
        "Mail of what happens", choices=choices(NOTICES),
        description="Reviews, comments and mentions. In the portal you are told in any case.",
    )  # fmt: skip


class ChangeEmailForm(PortalForm):
    """The new address, and the password."""

    email = EmailField("New e-mail", [InputRequired("Give an e-mail address."), an_email])
    current = PasswordField("Current password", [InputRequired("Give the password you have now.")])


class ChangePasswordForm(NewPasswordForm):
    """The old password, and a new one twice."""

    current = PasswordField("Current password", [InputRequired("Give the password you have now.")])
