"""The forms of the library: uploading, describing, deleting, folders, and an account's logo."""

from flask_wtf.file import FileField, FileRequired, MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from portal.content.media_upload import ALT_LENGTH, CAPTION_LENGTH, NAME_LENGTH
from portal.forms.access import in_known_years
from portal.forms.base import Between, PortalForm, at_most

PERCENT = Between(0, 100, message="Use a whole number from 0 to 100.")


class UploadForm(PortalForm):
    """Any number of files, and where they shall stand."""

    files = MultipleFileField("Files")
    folder = SelectField("Folder", choices=[], default="")


class DescribeForm(PortalForm):
    """What people say about a file."""

    name = StringField("Name", [DataRequired("Give the file a name."), at_most(NAME_LENGTH)])
    alt = TextAreaField(
        "Alternative text", [at_most(ALT_LENGTH)],
        description="What the picture shows, for those who do not see it. Texts start from it.",
    )  # fmt: skip
    decorative = BooleanField(
        "Decoration only", description="It tells nothing; screen readers leave it out."
    )
    caption = TextAreaField("Caption", [at_most(CAPTION_LENGTH)])
    focal_x = IntegerField(
        "Focal point from the left, in %", [InputRequired(PERCENT.message), PERCENT]
    )
    focal_y = IntegerField(
        "Focal point from the top, in %", [InputRequired(PERCENT.message), PERCENT]
    )
    folder = SelectField("Folder", choices=[], default="")


class ReplaceForm(PortalForm):
    """Another file in place of this one."""

    file = FileField("New file", [FileRequired("Choose the file that takes its place.")])


class TrashForm(PortalForm):
    """Putting a file into the trash, if need be although it is used."""

    force = BooleanField("Delete it although it is used")
    reason = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")


class FolderForm(PortalForm):
    """A folder's name, where it stands, and whether everybody sees it."""

    name = StringField("Name", [DataRequired("Give the folder a name."), at_most(100)])
    parent = SelectField("Stands in", choices=[], default="")
    restricted = BooleanField(
        "Restricted", description="Only those named on it see it and all that is in it, and those "
        "who look after folders. Of a folder in a restricted one, only who sees both.",
    )  # fmt: skip


class LetInForm(PortalForm):
    """Who sees a folder."""

    bearer = SelectField("Role, group or person", choices=[])
    until = DateField(
        "Until the end of", [Optional(), in_known_years], description="Empty: with no end."
    )
    because = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")


class LogoForm(PortalForm):
    """A picture."""

    file = FileField("Logo", [FileRequired("Choose a picture.")])
