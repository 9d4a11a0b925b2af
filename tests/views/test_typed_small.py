"""Groups whose names begin alike, a distance from UTC that is typed, a picture by its name."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.defining_fields import FieldWords, add_field
from portal.content.field_kinds import Unfit, read
from portal.content.fields import Field
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.media.scene import uploaded
from tests.views.test_drafts_cost import counted
from tests.views.test_pages import edited, page_id, revisions
from tests.views.typed_scene import NEW, TYPED, do, fields_of, make_type, row_of

MOMENT = Field(uuid.uuid4(), "begins", "Begins", "moment")
BERLIN = "Europe/Berlin"


def test_groups_whose_keys_begin_alike_keep_their_own_entries(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    """Of the second group's third entry the first one once made an entry of its own."""
    made = make_type(app, cast)

    def second() -> str:
        group = add_field(
            row_of(made, cast), cast.acme, FieldWords("Speakers 2", "group"), by=TESTS
        )
        words = FieldWords("Name", "text")
        add_field(row_of(made, cast), cast.acme, words, by=TESTS, group_id=group.id)
        return group.key

    key = do(app, cast, second)
    assert key == "speakers-2"
    typed = TYPED | {f"g-{key}-{number}-p-name": f"Of the second {number}" for number in range(3)}
    answer = sign_in(client, cast.author).post(NEW, data=typed)
    kept = fields_of(app, cast, answer.location)
    assert [row["name"] for row in kept["speakers"]] == ["Ada"]
    assert [row["name"] for row in kept[key]] == [f"Of the second {n}" for n in range(3)]
    again = client.post(NEW, data=typed | {"rows": "add:speakers"}).text
    assert len(re.findall(r'name="g-speakers-\d+-p-name"', again)) == 3


@pytest.mark.parametrize(
    ("wall", "at"),
    [("2026-03-28T19:30+01:00", "2026-03-28T18:30:00+00:00"),
     ("2026-10-25T02:30+02:00", "2026-10-25T00:30:00+00:00"),
     ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00+00:00")],
)  # fmt: skip
def test_a_distance_from_utc_that_fits_is_honoured(wall: str, at: str) -> None:
    assert read(MOMENT, {"wall": wall, "zone": BERLIN})["at"] == at
    assert read(MOMENT, {"wall": "2026-03-28T19:30Z"})["at"] == "2026-03-28T19:30:00+00:00"


def test_one_that_does_not_fit_is_refused_with_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with pytest.raises(Unfit, match="not so far from it"):
        read(MOMENT, {"wall": "2026-03-28T19:30+05:00", "zone": BERLIN})
    make_type(app, cast)
    wall = {"m-begins-wall": "2026-03-28T19:30+05:00"}
    answer = sign_in(client, cast.author).post(NEW, data=TYPED | wall)
    assert answer.status_code == 422
    assert "clocks in Europe/Berlin are not so far from it" in answer.text
    assert 'value="2026-03-28T19:30+05:00"' in answer.text


def test_a_social_picture_is_found_by_its_name(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    picture = uploaded(sign_in(client, cast.editor))
    typed = edited(client, url, title="Kept title", seo_title="")
    plain = len(counted(app, lambda: client.get(url)))
    find = {"find-in": "seo_library", "find-seo_library": "harb"}
    found = client.post(url, data=typed | find)
    assert found.status_code == 200
    assert 'value="Kept title"' in found.text
    chosen = re.search(r'<option value="([^"]+)">harbour', found.text)
    assert chosen
    assert picture.split("/media/")[1].strip("/") in chosen[1]
    assert client.post(url, data=typed | {"seo_library": chosen[1]}).status_code == 302
    draft = [each for each in revisions(app, cast) if each.title == "Kept title"][-1]
    assert draft.fields["seo"]["picture"] == chosen[1]
    assert len(counted(app, lambda: client.get(url))) <= plain + 1
    refused = client.post(url, data=typed | {"seo_library": "javascript:alert(1)"})
    assert refused.status_code == 422
    assert "Write a whole address" in refused.text
