"""A host name to be claimed."""

from wtforms import StringField
from wtforms.validators import DataRequired

from portal.forms.base import PortalForm, at_most


class HostForm(PortalForm):
    """The name as people write it."""

    host = StringField(
        "Host name", [DataRequired("Give the host name, such as www.example.org."), at_most(300)],
        description="A name of your own domain, such as www.example.org, without https://.",
    )  # fmt: skip
