"""Files made to hurt: a sentence each that names the row or the file, and nothing half done."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.content.clean_html import is_clean
from portal.content.exchange.documents import export_of
from portal.content.exchange.model import Unreadable
from portal.content.exchange.reading import read_bundle
from portal.content.pages import Page, Revision
from tenants.db import db
from tests.content.import_scene import digest_of_content, looking
from tests.exchange.hostile import GOOD, PARTS, TOLD, WHOLE, packed
from tests.exchange.scene import bring
from tests.fixtures.cast import Cast, as_actor
from tests.media.scene import picture


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_not_sound_is_refused_as_a_whole(name: str):
    data, sentence = WHOLE[name]
    with pytest.raises(Unreadable) as refused:
        read_bundle(data)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", PARTS)
def test_one_page_that_is_not_sound_is_left_out_by_name(name: str):
    data, sentence = PARTS[name]
    export = export_of(read_bundle(data))
    assert export.bundle is not None
    (left,) = export.bundle.left
    assert sentence in left.sentence
    assert left.where in {"bad.md", "good.md", "row 3"}
    assert len(export.documents) == 1


@pytest.mark.usefixtures("inside")
def test_nothing_hostile_is_kept_and_each_is_told(cast: Cast):
    for name, (data, sentence) in TOLD.items():
        outcome = bring(cast.acme, as_actor(cast.admin), data, dry_run=True)
        assert outcome["state"] == "done", (name, outcome["error"])
        told = " ".join(line["sentence"] + line["kind"] for line in outcome["lines"])
        assert sentence in told, (name, told)
    for name in ("script", "handler", "javascript link", "html format", "frame"):
        bring(cast.bolt, as_actor(cast.bolt_admin), packed({f"{name}.md": "x"}))
        bring(cast.acme, as_actor(cast.admin), TOLD[name][0])
    with looking(cast.acme):
        bodies = list(db.session.scalars(select(Revision.body)))
        assert all(is_clean(body) and "alert" not in body.replace("<p>", "") for body in bodies)


@pytest.mark.usefixtures("inside")
def test_a_refused_file_changes_nothing(cast: Cast):
    before = digest_of_content()
    data = packed({"a.md": "![x](p.png)", "p.png": picture(), "b.md": GOOD})
    for bad in (data[:-30], b"title\na\n\xff", packed({"a.txt": ""})):
        assert bring(cast.acme, as_actor(cast.admin), bad)["state"] == "failed"
    assert digest_of_content() == before


@pytest.mark.usefixtures("inside")
def test_markdown_of_other_tools_comes_as_drafts_with_its_files(cast: Cast):
    files: dict[str, str | bytes] = {
        "site/about/index.md": "---\ntitle: No\ntags: [C#, 2024]\ndraft: false\n---\nSee "
        "[team](team.md) and ![Sea](../img/sea%20side.png).",
        "site/about/team.md": "# The team\n\nWho we are. [About](./index.md#who)",
        "site/_posts/2024-02-03-first-snow.md": "Snow.",
        "site/img/sea side.png": picture(),
        "__MACOSX/site/._x.md": b"\xff\xfe",
    }
    outcome = bring(cast.acme, as_actor(cast.admin), packed(files), publish=False)
    assert outcome["state"] == "done", outcome["error"]
    assert (outcome["counts"]["created"], outcome["counts"]["files"]) == (3, 1)
    with looking(cast.acme):
        rows = {
            page.title: (page, revision)
            for page, revision in db.session.execute(
                select(Page, Revision).join(Revision, Revision.page_id == Page.id)
            )
        }
        about, team = rows["No"], rows["The team"]
        assert {page.state for page, _ in (about, team, rows["first-snow"])} == {"draft"}
        assert (team[1].parent_id, about[1].slug) == (about[0].id, "about")
        assert f'href="page:{team[0].id}"' in about[1].body
        assert f'href="page:{about[0].id}"' in team[1].body
        assert '<img src="/a/acme/media/' in about[1].body
        assert (rows["first-snow"][0].type, rows["first-snow"][1].slug) == ("post", "first-snow")
