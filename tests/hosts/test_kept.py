"""Kept answers hear of a site's move to a host of its own, and back."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from portal.content.hosting import prefer, prefer_none
from portal.content.site_hosts import hosts_of
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.dns import FakeDns
from tests.fixtures.pages import TESTS
from tests.hosts.scene import OWN, proved
from tests.site.fronts import Made, a_front, apart
from tests.site.scene import writing


@both_databases
def test_kept_answers_follow_the_site(app: Flask, cast: Cast, dns: FakeDns):
    proved(app, dns, cast.acme, primary=False)
    front = a_front(app, Made(app.wsgi_app))
    home = f'rel="canonical" href="http://{OWN}/welcome/"'

    def page() -> str:
        def read() -> Any:
            return b"".join(run_wsgi_app(front, create_environ("/s/acme/welcome/"))[0])

        return str(apart(read).decode())

    assert home not in page()
    with writing(app, cast.acme):
        prefer(hosts_of(cast.acme.id)[0], cast.acme, by=TESTS)
    assert home in page()
    with writing(app, cast.acme):
        prefer_none(hosts_of(cast.acme.id)[0], cast.acme, by=TESTS)
    assert home not in page()
