"""The forms that take an export file, and that ask for one."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField

from portal.forms.base import PortalForm, choices


class ImportForm(PortalForm):
    """One file. It is tried out first; nothing is written by handing it in."""

    file = FileField(
        "File",
        [
            FileRequired(
                "Choose a file: WordPress’s .xml, a ZIP of Markdown files, or a .csv table."
            )
        ],
        description="WordPress’s .xml, Markdown files in a ZIP, or a .csv table.",
    )
    publish = BooleanField(
        "What was live there goes live here",
        description="Otherwise everything comes as a draft.",
    )


class ExportForm(PortalForm):
    """What to take along, and as what."""

    format = RadioField(
        "As",
        choices=choices(
            [
                ("markdown", "Markdown files in a ZIP"),
                ("csv", "CSV table"),
                ("wordpress", "WordPress export (XML)"),
            ]
        ),
        default="markdown",
    )
    which = RadioField(
        "Which texts",
        choices=choices([("drafts", "The newest drafts"), ("live", "What readers see")]),
        default="drafts",
    )
    media = RadioField(
        "Files of the library",
        choices=choices(
            [("used", "Those that the texts use"), ("all", "All of them"), ("none", "None")]
        ),
        default="used",
    )
