"""Lists of people: read strictly, and nobody gains by one what its bringer could not give."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.built_in import BUILT_IN
from tenants.db import db
from tenants.decisions import permissions_at
from tenants.enrolling import enrol, try_out
from tenants.invitations import open_invitations
from tenants.roles import built_in
from tenants.roster import MOST_LINES, BadRoster, decode, read
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PEOPLE, Cast, Someone, as_actor

HEAD = "email,name,role,reach,until,because\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        (" \n \n", "empty"),
        ("email,role\n", "no line below"),
        ("email\nx@y.example\n", "“role” is missing"),
        ("email,role,salary\n", "no column “salary”"),
        ("email,role,email\n", "twice"),
        ('email,role\n"x@y.example,viewer\n', "no CSV"),
        ("email,role\nx\x00y,viewer\n", "NUL"),
        ("email,role\n" + "x@y.example,viewer\n" * (MOST_LINES + 1), "more than 500"),
        ("email,role\n" + "x" * 300_000, "larger than 256 KB"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(text: str, sentence: str):
    with pytest.raises(BadRoster, match=sentence):
        read(text, "UTC")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("=cmd|x!A1,,viewer", "like a formula"),
        ("a@b.example,-1+1,viewer", "like a formula"),
        ("a@b.example,,＝viewer", "like a formula"),
        ("nobody,,viewer", "not an e-mail address"),
        ("a@b.example,,viewer,everywhere", "The reach is"),
        ("a@b.example,,viewer,,tomorrow", "a date such as"),
        ("a@b.example,,viewer,,9999-12-31", "between the years"),
        (f"a@b.example,,viewer,,,{'x' * 2001}", "too long"),
        ("a@b.example,,viewer,,,because,more", "more cells"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(line: str, problem: str):
    (read_line,) = read(HEAD + line, "UTC")
    assert problem in read_line.problem


def test_a_good_line_is_read():
    first, again = read(
        "\ufeffE-mail;Role\n".replace("E-mail", "email").replace("Role", "ROLE ")
        + " A@B.example ;Viewer\na@b.example;viewer\n",
        "Europe/Berlin",
    )
    assert (first.email, first.role, first.reach, first.problem) == (
        "a@b.example", "Viewer", "account", "",
    )  # fmt: skip
    assert "Line 2 gives the same role" in again.problem
    (line,) = read(HEAD + "a@b.example,A,viewer,subtree,2027-03-31,Help", "Europe/Berlin")
    assert line.until is not None
    assert line.until.isoformat() == "2027-03-31T21:59:59+00:00"


def test_encodings():
    assert decode("é".encode("utf-8-sig")) == "é"
    assert decode("é".encode("utf-16")) == "é"
    for data in ("é".encode("latin-1"), b"\xff\xfe\x00"):
        with pytest.raises(BadRoster, match="UTF-8"):
            decode(data)
    with pytest.raises(BadRoster, match="256 KB"):
        decode(b"x" * 300_000)


def enrolled(cast: Cast, who: Someone, text: str, *, real: bool = True):
    by = as_actor(who)
    sent: list[str] = []
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        lines = read(text, "UTC")
        if real:
            found = enrol(lines, cast.acme, by=by, send=lambda row, _t: sent.append(row.email))
            db.session.commit()
        else:
            found = try_out(lines, cast.acme, by=by)
    return [(each.line.email, each.done, each.sentence) for each in found], sent


@both_databases
def test_the_trial_says_what_the_run_does(inside, cast: Cast):
    text = HEAD + "\n".join(
        [
            "new@elsewhere.example,,viewer",
            f"{cast.viewer.email},,Publisher",
            f"{cast.viewer.email},,viewer",
            f"{cast.bolt_editor.email},,viewer",
            "strong@elsewhere.example,,owner",
            "odd@elsewhere.example,,juggler",
            "late@elsewhere.example,,viewer,,2020-01-01",
        ]
    )
    trial, nothing = enrolled(cast, cast.admin, text, real=False)
    assert nothing == []
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert open_invitations(cast.acme) == []
    run, sent = enrolled(cast, cast.admin, text)
    assert run == trial
    assert [done for _, done, _ in run] == [True, True, False, True, False, False, False]
    assert sent == ["new@elsewhere.example", cast.bolt_editor.email]
    sentences = [sentence for _, _, sentence in run]
    assert sentences[1].startswith("Known here")
    assert sentences[2] == "Is Viewer here already."
    assert sentences[3] == sentences[0]
    assert "“juggler”" in sentences[5]
    again, _ = enrolled(cast, cast.admin, text)
    assert not any(done for _, done, _ in again)


@settings(max_examples=25,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    who=st.sampled_from(sorted(PEOPLE)),
    rows=st.lists(
        st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from([s.key for s in BUILT_IN]),
                  st.sampled_from(["account", "subtree"])),
        min_size=1, max_size=5,
    ),
)  # fmt: skip
def test_no_list_gives_more_than_its_bringer_holds(inside, cast: Cast, who: str, rows):
    holder = as_actor(cast.people[who])
    held = {a.id: permissions_at(holder, a) for a in cast.accounts.values()}
    before = {name: as_actor(cast.people[name]) for name, _, _ in rows}
    text = HEAD + "\n".join(f"{cast.people[n].email},,{role},{reach}" for n, role, reach in rows)
    enrolled(cast, cast.people[who], text)
    for name, _, _ in rows:
        after = as_actor(cast.people[name])
        for account in cast.accounts.values():
            new = permissions_at(after, account) - permissions_at(before[name], account)
            assert new <= held[account.id]
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        offers = {invitation.role_id for invitation in open_invitations(cast.acme)}
        assert built_in("owner").id not in offers
