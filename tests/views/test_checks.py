"""Before saving: the check of a text, and the pages to link to."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.checks import findings, report
from tests.content.html_oracle import attacks
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.site.scene import statements
from tests.views.test_pages import edited, last_event, page_id, revisions

JSON = {"Accept": "application/json"}
HOSTILE = '<h2>Kept</h2><script>alert(1)</script><p onclick="x">Words to keep</p>'


def test_a_check_shows_what_would_go_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    before, event = len(revisions(app, cast)), last_event(app, cast).id
    typed = edited(client, url, title="Typed", body=HOSTILE, seo_title="Mine", tags="a, b")
    answer = client.post(f"{url}check", data=typed)
    assert answer.status_code == 200
    assert "Removed &lt;script&gt; with all inside it (1)." in answer.text
    assert "Removed the attribute onclick (1)." in answer.text
    for kept in (
        "Words to keep",
        'value="Typed"',
        'value="Mine"',
        'value="a, b"',
        typed["based_on"],
    ):
        assert kept in answer.text
    assert "<script>alert(1)" not in answer.text
    assert f'action="{url}"' in answer.text
    assert (len(revisions(app, cast)), last_event(app, cast).id) == (before, event)


def test_a_new_page_is_checked_too(client: FlaskClient, cast: Cast) -> None:
    answer = sign_in(client, cast.author).post(
        "/a/acme/pages/check", data={"type": "post", "title": "New", "body": "<h4>x</h4>"}
    )
    assert answer.status_code == 200
    assert "is a heading of level 4 right below level 1" in answer.text
    assert 'action="/a/acme/pages/new"' in answer.text


def test_a_program_gets_the_same(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/check"
    answer = sign_in(client, cast.editor).post(url, data={"body": HOSTILE}, headers=JSON).get_json()
    assert answer["html"] == "<h2>Kept</h2><p>Words to keep</p>"
    assert answer["removed"][0].startswith("Removed <script>")
    assert (answer["words"], answer["minutes"]) == (4, 1)


@pytest.mark.parametrize("path", ["check", "{page}/check"])
def test_checking_needs_the_right_to_write(
    app: Flask, client: FlaskClient, cast: Cast, path: str
) -> None:
    url = f"/a/acme/pages/{path.format(page=page_id(app, cast))}"
    assert sign_in(client, cast.viewer).post(url, data={"body": "x"}).status_code == 403
    assert sign_in(client, cast.bolt_admin).post(url, data={"body": "x"}).status_code == 404
    assert sign_in(client, cast.editor).get(url).status_code in {404, 405}


def test_what_cannot_be_kept_is_a_finding(client: FlaskClient, cast: Cast) -> None:
    deep = {"type": "post", "body": "<div>" * 300 + "x"}
    answer = sign_in(client, cast.author).post("/a/acme/pages/check", data=deep)
    assert "nested more than 200 deep" in answer.text
    answer = client.post("/a/acme/pages/check", data={"type": "post", "title": "a\x00b"})
    assert answer.status_code == 422
    assert "NUL character" in answer.text


def test_every_attack_is_told_and_none_survives(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.author)
    for payload in attacks():
        data = {"type": "post", "body": payload}
        answer = client.post("/a/acme/pages/check", data=data, headers=JSON)
        assert answer.status_code == 200
        assert not re.search(r"<script|javascript:|\son\w+=", answer.get_json()["html"]) or (
            report(payload).html == answer.get_json()["html"]
        )
    whole = "\n".join(attacks())[:400_000]
    shown = client.post("/a/acme/pages/check", data={"type": "post", "body": whole}, audit=False)
    assert shown.status_code in {200, 422}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<img src="/a/photo.jpg">', "“photo.jpg” has no text for those who cannot see it"),
        ('<img src="/a/photo.jpg" alt="IMG_1234">', "the name of a file"),
        ('<a href="/x"><img src="/a/p.jpg" alt=""></a>', "does not say where it leads"),
        (f'<img src="/p.jpg" alt="{"long " * 80}">', "say it in the caption"),
        ("<h2>A</h2><h4>B</h4>", "“B” is a heading of level 4 right below level 2"),
        ("<h2> </h2>", "A heading of level 2 is empty"),
        ('<p><a href="/x">Click here</a></p>', "does not say where the link leads"),
        ('<p><a href="/x"></a></p>', "no words to choose"),
        ("<table><tbody><tr><td>1</td></tr></tbody></table>", "no header row"),
        ('<p>x<small class="footnote"> </small></p>', "A footnote is empty"),
        ('<p class="embed"><a href="https://e.example/">x</a></p>', "not on the list"),
    ],
)
def test_what_is_worth_a_second_look(body: str, sentence: str) -> None:
    assert sentence in " ".join(finding.sentence for finding in findings(body))


@pytest.mark.parametrize(
    "body",
    [
        "", '<img src="/p.jpg" alt="">', '<a href="/x"><img src="/p.jpg" alt="Home"></a>',
        "<h2>A</h2><h3>B</h3><h2>C</h2>",
        "<table><thead><tr><th>1</th></tr></thead></table>",
        '<p class="embed"><a href="https://vimeo.com/1">Film</a></p>',
    ],
)  # fmt: skip
def test_what_is_fine_is_not_told(body: str) -> None:
    assert list(findings(body)) == []


def test_pages_to_link_to_are_those_of_the_account(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    own, foreign = page_id(app, cast), page_id(app, cast, handle="bolt")
    sign_in(client, cast.viewer)
    listed = client.get("/a/acme/pages/choose", headers=JSON).get_json()["items"]
    assert str(own) in [item["id"] for item in listed]
    assert str(foreign) not in [item["id"] for item in listed]
    assert listed[0]["href"] == f"page:{listed[0]['id']}"
    named = client.get(f"/a/acme/pages/choose?id={own}&id={foreign}&id=x", headers=JSON).get_json()
    assert [item["id"] for item in named["items"]] == [str(own)]
    assert client.get("/a/acme/pages/choose?id=x", headers=JSON).get_json() == {"items": []}
    assert "Welcome" in client.get("/a/acme/pages/choose?q=welc").text
    assert "No page fits" in client.get("/a/acme/pages/choose?q=%25").text
    assert sign_in(client, cast.bolt_admin).get("/a/acme/pages/choose").status_code == 404


def test_a_link_follows_its_page_and_a_broken_one_is_told(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    target, draft = page_id(app, cast), page_id(app, cast, "Plans for spring")
    body = f'<p><a href="page:{target}">there</a> <a href="page:{draft}">later</a></p>'
    body += '<p><a href="page:0190a0b1-0000-7000-8000-000000000001">gone</a></p>'
    sign_in(client, cast.admin)
    made = client.post("/a/acme/pages/new", data={"type": "page", "title": "Linker", "body": body})
    page = made.location
    told = client.post("/a/acme/pages/check", data={"body": body}, headers=JSON).get_json()
    assert [f["level"] for f in told["findings"]] == ["bad", "warn"] or (
        [f["level"] for f in told["findings"]] == ["warn", "bad"]
    )
    shown = client.get(f"{page}preview/frame").text
    assert '<a href="/s/acme/welcome/">there</a> later' in shown
    edit = f"/a/acme/pages/{target}/"
    client.post(edit, data=edited(client, edit, slug="hello"))
    publish = re.search(r'name="revision"[^>]*value="([^"]+)"', client.get(f"{edit}publish").text)
    assert publish
    client.post(f"{edit}publish", data={"revision": publish[1]})
    assert '<a href="/s/acme/hello/">there</a>' in client.get(f"{page}preview/frame").text
    assert "“Plans for spring”, which is not live" in client.get(f"{page}preview/widths").text


def test_a_page_without_own_links_costs_no_statement_more(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    page = f"/a/acme/pages/{page_id(app, cast)}/preview/frame"
    sign_in(client, cast.editor).get(page)
    with statements(app) as few:
        client.get(page)
    with statements(app) as again:
        client.get(page)
    assert len(few) == len(again)


def test_the_preview_may_stand_in_our_frames_only(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    page = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.viewer)
    framed = client.get(f"{page}preview/frame").headers
    assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
    assert "script-src" not in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    for path in (page, f"{page}preview", f"{page}preview/widths", "/s/acme/welcome/"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("width", ["phone", "tablet", "desktop", "nonsense"])
def test_three_widths_are_three_links(
    app: Flask, client: FlaskClient, cast: Cast, width: str
) -> None:
    page = f"/a/acme/pages/{page_id(app, cast)}/preview/"
    answer = sign_in(client, cast.viewer).get(f"{page}widths?width={width}").text
    assert len(re.findall(r'href="[^"]*width=(?:phone|tablet|desktop)', answer)) == 3
    assert f"preview-{width if width != 'nonsense' else 'desktop'}" in answer
    assert f"{page}frame" in answer
    assert client.get(f"{page}widths?revision=x").status_code == 404
    assert client.get(f"{page}frame?revision=x").status_code == 404


def test_what_is_told_to_search_engines_is_kept_and_checked(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    typed = edited(
        client, url, seo_title="Found", seo_noindex="y", seo_picture="javascript:alert(1)"
    )
    answer = client.post(url, data=typed)
    assert answer.status_code == 422
    assert "Write a whole address" in answer.text
    assert 'value="Found"' in answer.text
    client.post(url, data=typed | {"seo_picture": "https://e.example/p.jpg"})
    seo = revisions(app, cast)[-1].fields["seo"]
    assert seo == {"title": "Found", "noindex": True, "picture": "https://e.example/p.jpg"}
    client.post(url, data=edited(client, url, title="Without those fields"))
    assert revisions(app, cast)[-1].fields["seo"] == seo
    client.post(url, data=edited(client, url, seo_title="", title="Emptied"))
    assert revisions(app, cast)[-1].fields == {}
