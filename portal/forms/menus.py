"""A menu: its name, where it is shown, and its rows as they were typed."""

from flask import request
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired

from portal.content.menu_rows import ADDRESS_LENGTH, LABEL_LENGTH, Row, in_shape
from portal.content.menus import ITEM_LIMIT
from portal.forms.base import PortalForm, at_most, choices, on_one_line

PLACES = (("main", "On top of every page"), ("footer", "Below every page"), ("", "Nowhere yet"))
_NOT_STORABLE = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class _Name:
    name = StringField(
        "Name", [DataRequired("Give the menu a name."), at_most(200)],
        description="For you and the trail; readers do not see it.",
    )  # fmt: skip


class StartMenuForm(_Name, PortalForm):
    """A new menu."""

    place = SelectField("Shown", choices=choices(PLACES))


class MenuForm(_Name, PortalForm):
    """A menu being edited; its rows are read by `typed_rows`."""

    based_on = HiddenField()
    find = StringField("Page, tag or category", [at_most(200)])
    words = StringField("Words", [at_most(LABEL_LENGTH)])
    address = StringField("Address", [at_most(ADDRESS_LENGTH)])


def typed_rows() -> list[Row]:
    """Return the rows as they were sent, one more than a menu may have at most."""
    sent = (request.form.getlist(name)[: ITEM_LIMIT + 1] for name in ("label", "to", "depth"))
    return in_shape(
        [Row(_clean(label), _clean(to), _depth(depth)) for label, to, depth in zip(*sent)]  # noqa: B905  what lacks a part is no row
    )


def _clean(text: str) -> str:
    return str(on_one_line(text)).translate(_NOT_STORABLE).strip()


def _depth(text: str) -> int:
    return int(text) if text in {"0", "1", "2"} else 0
