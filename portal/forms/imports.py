"""The form that takes an export file."""

from flask_wtf.file import FileField, FileRequired

from portal.forms.base import PortalForm


class ImportForm(PortalForm):
    """One file. It is tried out first; nothing is written by handing it in."""

    file = FileField(
        "Export file",
        [FileRequired("Choose the .xml file that WordPress gave you.")],
        description="In WordPress: Tools, Export, All content, Download export file.",
    )
