"""What people set for themselves."""

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from portal.forms.auth import NewPasswordForm, an_email
from portal.forms.base import PortalForm, ZoneField, at_most


class ProfileForm(PortalForm):
    """How the portal names somebody, and the clock they live by."""

    name = StringField(
        "Name",
        [DataRequired("Give your name."), at_most(200)],
        filters=[lambda text: text.strip() if text else text],
    )
    zone = ZoneField("Time zone", description="Times are shown to you in this zone.")


class ChangeEmailForm(PortalForm):
    """The new address, and the password."""

    email = EmailField("New e-mail", [InputRequired("Give an e-mail address."), an_email])
    current = PasswordField("Current password", [InputRequired("Give the password you have now.")])


class ChangePasswordForm(NewPasswordForm):
    """The old password, and a new one twice."""

    current = PasswordField("Current password", [InputRequired("Give the password you have now.")])
