"""Every command that changes something says on whose word, or stands here with the reason."""

from __future__ import annotations

from collections.abc import Iterator

import click
from flask import Flask

READS = {
    "access changes", "access explain", "access what", "access who", "audit verify", "doctor",
    "freeze list", "grant list", "group list", "host list", "policy list", "quota list",
    "release list", "release show", "role compare", "role list", "schedule list", "support list",
    "trail show", "workflow list",
}  # fmt: skip
# Nobody of the portal's people stands behind these; who sat at the command line is recorded.
WITHOUT = {
    "account house": "before it there is nobody who could be named",
    "audit purge": "what the tenant's own rules say, as the tables' owner; recorded",
    "demo": "fills an empty portal to look at",
    "migrate": "changes the schema, no row of anybody",
    "person add": "gives no right; recorded with who sat at the command line",
    "person deactivate": "the way out when nobody can sign in; recorded",
    "person password": "the way back in for the first owner; recorded",
    "person reactivate": "the way back in; recorded",
    "person sessions": "signs devices out, which gives nobody anything; recorded",
    "restored": "said of the machine: holds what people decide then; recorded",
    "scheduler": "a process: acts on the word of whoever scheduled",
    "up": "starts the processes",
    "worker": "a process: acts on the word of whoever asked",
}
TOOLS = ("db ",)  # Flask-Migrate's own: schema, no rows


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of ours with its path."""
    for name, command in sorted(group.commands.items()):
        path = f"{above} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, path)
        elif not path.startswith(TOOLS):
            yield path, command


def test_every_command_that_changes_something_names_who(app: Flask):
    found = dict(commands(app.cli))
    named = {
        path for path, command in found.items()
        if any("--as" in option.opts for option in command.params)
    }  # fmt: skip
    silent = found.keys() - named - READS - WITHOUT.keys()
    assert not silent, "add --as, or say in WITHOUT why nobody is named"
    assert not (READS | WITHOUT.keys()) - found.keys(), "these commands are gone"
    assert not named & WITHOUT.keys(), "these name somebody now"


def test_who_is_named_is_compulsory(app: Flask):
    for path, command in commands(app.cli):
        for option in command.params:
            if "--as" in option.opts:
                assert option.required, path
