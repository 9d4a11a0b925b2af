"""What is typed where two texts are brought together comes back, like everything else typed."""

from __future__ import annotations

import re

from flask import Flask

from tests.fixtures.cast import Cast
from tests.views.test_drafts import copies
from tests.views.test_pages import revisions
from tests.views.test_two_editors import address_of, conflict

MARK = "44444444-4444-4444-8444-444444444444"


def test_it_is_kept_while_typing_and_comes_back(app: Flask, cast: Cast):
    edda, shown, hidden = conflict(app, cast, {"title": "Mine"}, {"title": "Theirs"})
    url = address_of(app, cast)
    kept = re.search(r'data-autosave="([^"]+)"', shown.text)
    assert kept
    assert kept[1] == f"{url}autosave"
    written = {"choice-title": "hand", "hand-title": "Of both <i>", "copy": MARK}
    body = {"hand-body": '<p onclick="x()">By hand</p>'}
    assert edda.post(kept[1], data=hidden | written | body).json["state"] == "kept"
    copy = next(each for each in copies(app, cast) if each.mark == MARK)
    assert copy.typed["hand-body"] == ["<p>By hand</p>"], "cleaned as what is saved is"
    offered = edda.get(f"{url}unsaved?copy={MARK}").text
    assert "You were bringing two texts together" in offered
    assert "Of both &lt;i&gt;" in offered
    again = edda.get(f"{url}?copy={MARK}")
    assert "Bring two texts together" in again.text
    assert 'value="Of both &lt;i&gt;"' in again.text
    assert re.search(r'id="choice-title-hand" value="hand" checked', again.text)
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', again.text)
    sent = {name: text.replace("&lt;", "<").replace("&gt;", ">") for name, text in found}
    sent |= {"choice-title": "hand", "hand-title": "Of both"}
    del sent["csrf_token"]
    assert sent["copy"] == MARK
    assert edda.post(f"{url}merge", data=sent).status_code == 302
    assert revisions(app, cast)[-1].title == "Of both"
    assert MARK not in edda.get(url).text, "it is saved, so nothing is offered any more"
