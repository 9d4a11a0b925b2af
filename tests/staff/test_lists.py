"""Lists: a bounded page, found in a fixed number of statements, by filters that can be shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import app_over, both_databases, database_copy
from tests.fixtures.cast import Cast, read_cast
from tests.fixtures.client import Browser, sign_in
from tests.fixtures.statements import listening
from tests.staff.addresses import LISTS
from tests.staff.rows import many, scheduled_page


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    with listening(app, note):
        yield sent


def statements(app: Flask, client: FlaskClient, address: str) -> list[str]:
    with counted(app) as sent:
        assert client.get(address).status_code == 200
    return sent


def rows_in(text: str) -> list[str]:
    """What stands in the first cell of each row."""
    return re.findall(r'scope="row".*?>\s*(?:<[^>]+>\s*)*([^<]+)<', text)


@pytest.fixture(scope="module")
def houses(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """The owner's browser at a house with a few rows in every list, and at one with many."""
    with ExitStack() as stack:
        small, large = (_house(request, tmp_path_factory, stack) for _ in range(2))
        app, cast = large.application, _cast_of(large.application)
        many(app, cast.acme, 500)
        for number in range(8):
            scheduled_page(app, cast.bolt, f"Plan {number}")
        yield small, large


def _house(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, stack: ExitStack
) -> FlaskClient:
    copy = database_copy(request, "sqlite", folders.mktemp("house"), with_cast=True)
    app = stack.enter_context(app_over(stack.enter_context(copy)))
    app.test_client_class = Browser
    cast = _cast_of(app)
    for number in range(2):
        scheduled_page(app, cast.acme, f"Plan {number}")
    return sign_in(app.test_client(), cast.owner)


def _cast_of(app: Flask) -> Cast:
    with app.app_context():
        return read_cast()


@pytest.mark.parametrize("address", [*LISTS, *(f"{each}export/csv/" for each in LISTS)])
def test_statements_do_not_grow_with_rows(houses: tuple[FlaskClient, FlaskClient], address: str):
    few, lots = (
        [statements(client.application, client, address) for _ in range(2)][-1] for client in houses
    )
    assert len(lots) == len(few), "\n".join(lots)
    assert len(lots) <= 17
    assert not [each for each in lots if "count(*)" in each.lower()]


def test_a_page_is_bounded_and_the_next_one_follows(app: Flask, client: FlaskClient, cast: Cast):
    many(app, cast.acme, 120)
    sign_in(client, cast.owner)
    seen: list[str] = []
    address = "/console/people/?sort=0&search=Person"
    for size in (50, 50, 20):
        text = client.get(address).text
        assert len(rows_in(text)) == size
        seen += rows_in(text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert address == ""
    assert seen == sorted(seen)
    assert len(set(seen)) == 120


@pytest.mark.parametrize("page", ["-1", "200", "99999999999999999999"])
def test_pages_beyond_the_list_are_not_found(client: FlaskClient, cast: Cast, page: str):
    sign_in(client, cast.owner)
    for address in LISTS:
        assert client.get(f"{address}?page={page}").status_code == 404


def test_page_size_and_stray_arguments_mean_nothing(client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    stray = "page_size=1000000&_external=1&_scheme=javascript&_anchor=x&sort=99&desc=7&flt0_0=x"
    answer = client.get(f"/console/people/?{stray}")
    assert answer.status_code == 200
    for trace in ("javascript:", "1000000", "_anchor", "#x"):
        assert trace not in answer.text


def test_filters_stand_in_the_address(client: FlaskClient, cast: Cast):
    sign_in(client, cast.support)
    berlin = client.get("/console/accounts/?branch=acme-berlin").text
    assert rows_in(berlin) == ["Acme Berlin", "Acme Berlin Mitte"]
    assert 'value="acme-berlin"' in berlin
    masters = client.get("/console/accounts/?kind=master").text
    assert rows_in(masters) == ["Acme", "Bolt"]
    grants = client.get("/console/grants/?role=editor&account=bolt&state=in-force").text
    assert cast.bolt_editor.email in grants
    assert cast.editor.email not in grants
    assert len(rows_in(grants)) == 1
    assert rows_in(client.get("/console/grants/?state=ended").text) == []
    found = client.get("/console/people/?account=acme-berlin&active=yes").text
    assert len(rows_in(found)) == 2
    given = client.get("/console/trail/?event=grant.given&branch=bolt&actor=TESTS&outcome=done")
    assert len(rows_in(given.text)) == 2
    assert rows_in(client.get("/console/trail/?since=2999-01-01").text) == []
    assert rows_in(client.get("/console/trail/?since=2020-01-01&account=bolt").text)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/console/trail/?since=yesterday", "takes a date such as"),
        ("/console/trail/?event=no.such", "has no choice"),
        ("/console/grants/?role=emperor", "has no choice"),
        ("/console/grants/?account=" + "a" * 201, "at most 200"),
        ("/console/people/?account=%00", "at most 200"),
        ("/console/people/?search=" + "a" * 201, "at most 200"),
        ("/console/people/?search=%00", "at most 200"),
        ("/console/people/export/csv/?search=%00", "at most 200"),
        ("/console/trail/export/csv/?since=x", "takes a date"),
    ],
)
def test_filters_that_make_no_sense_are_refused_in_words(
    client: FlaskClient, cast: Cast, address: str, words: str
):
    sign_in(client, cast.owner)
    answer = client.get(address)
    assert answer.status_code == 422
    assert words in answer.text


def test_what_was_typed_comes_back(client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    text = client.get("/console/trail/?since=yesterday&actor=ada&event=grant.given").text
    assert 'value="ada"' in text
    assert '<option value="grant.given" selected>' in text


@both_databases
def test_search_takes_every_sign_for_itself(app: Flask, client: FlaskClient, cast: Cast):
    many(app, cast.acme, 1, name="100 % \\_ 'Käse' 🧀")
    sign_in(client, cast.owner)
    for asked, found in (("%", 1), ("_", 1), ("\\", 1), ("'", 1), ("käse", 1), ("🧀", 1),
                         ("%%", 0), ("^100", 0), ("100 🧀", 1), ("a " * 90, None)):  # fmt: skip
        text = client.get("/console/people/", query_string={"search": asked}).text
        assert found is None or len(rows_in(text)) == found, asked


def test_accounts_stand_as_a_tree_with_their_numbers(client: FlaskClient, cast: Cast):
    sign_in(client, cast.auditor)
    text = client.get("/console/accounts/").text
    assert rows_in(text) == ["The House", "Acme", "Acme Berlin", "Acme Berlin Mitte",
                             "Acme Hamburg", "Bolt"]  # fmt: skip
    assert [f"depth-{n}" in text for n in (1, 2, 3, 4)] == [True, True, True, False]
    csv = client.get("/console/accounts/export/csv/").text.splitlines()
    assert csv[2].startswith("Acme,Customer,acme,1,5,3,")


def test_details_say_what_belongs_to_a_row(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.support)
    mitte = client.get(f"/console/accounts/details/?id={cast.mitte.id}").text
    for name in ("The House", "Acme", "Acme Berlin"):
        assert f">{name}</a>" in mitte
    acme = client.get(f"/console/accounts/details/?id={cast.acme.id}").text
    assert "Acme Hamburg" in acme
    assert 'href="/s/acme/"' in acme
    assert cast.publisher.email in acme
    ada = client.get(f"/console/people/details/?id={cast.admin.id}").text
    assert "Account admin" in ada
    assert "First account admin." in ada
    sign_in(app.test_client(), cast.admin)
    assert "1 device" in client.get(f"/console/people/details/?id={cast.admin.id}").text
    assert "argon2" not in ada
    assert "argon2" not in client.get("/console/people/export/csv/").text
