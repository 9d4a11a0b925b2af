"""Changes with a page of their own, to which the console leads."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in


def test_what_concerns_others_too_has_a_page_of_its_own(client: FlaskClient, cast: Cast):
    """Barring and suspending show first what they do to others; the console leads there."""
    wanted = {
        f"/console/accounts/details/?id={cast.berlin.id}": "account.suspend",
        f"/console/people/details/?id={cast.editor.id}": "person.manage",
    }
    for address, right in wanted.items():
        sign_in(client, cast.operator)
        link = re.search(
            r'href="([^"]+/(?:suspend|deactivate))"', client.get(address).text.split("<main")[1]
        )
        assert link, address
        assert client.get(link[1]).status_code == 200
        sign_in(client, cast.auditor)
        page = client.get(address).text
        assert link[1] not in page
        assert right in page
    sign_in(client, cast.operator)
    house = client.get(f"/console/accounts/details/?id={cast.house.id}").text
    assert "Suspend…" not in house
