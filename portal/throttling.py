"""How often somebody may try to sign in: by person and place, by person, and by place.

The keys are made of the normalised e-mail in the form and the network address alone, so that
neither spelling nor further fields of the body start a new count. One setting,
`Config.sign_in_limit`, is what a person may try from one place; a person from all places together
gets PER_PERSON times that, and a place for all persons together PER_PLACE times that. Where a
person has signed in before, only what was tried from there counts, so that nobody can be locked
out from afar.
"""

import hashlib
import ipaddress
import time
from collections.abc import Callable
from typing import Any

from flask import current_app, g, request
from limits import parse, parse_many
from redis.exceptions import RedisError

from portal.config import Config
from portal.extensions import limiter
from portal.identity.sessions import is_known_address
from portal.requests import current
from tenants.db import db
from tenants.engines import reading
from tenants.people import BadEmail, normal_email

PER_PERSON = 5
PER_PLACE = 10
NO_EMAIL = "none"
MAILS_PER_PERSON = "5 per hour"
MAILS_PER_PLACE = "30 per hour"
REQUESTS_PER_PERSON = "20 per hour"
WORDS_FROM_A_PLACE = "10 per 10 minutes;40 per day"
WORDS_THROUGH_A_LINK = "100 per day"
ONE_REPORT = parse("1 per 15 minutes")
DEFAULT_WAIT = 60


def sign_ins(on_breach: Callable[[Any], None]) -> Callable[[Any], Any]:
    """Limit POSTs to a view that takes an e-mail and a password."""

    def decorate(view: Any) -> Any:
        options: dict[str, Any] = {"methods": ["POST"], "on_breach": on_breach, "scope": "sign-in"}
        shared = limiter.shared_limit
        # The first that is exceeded ends the count: what one place does in vain is not held
        # against the person.
        view = shared(_scaled(1), key_func=_person_and_place_key, **options)(view)
        view = shared(
            _scaled(PER_PERSON), key_func=_person_key, exempt_when=_known_here, **options
        )(view)
        return shared(_scaled(PER_PLACE), key_func=_place_key, **options)(view)

    return decorate


def mails(view: Any) -> Any:
    """Limit POSTs to a view that sends a mail to the e-mail in its form."""
    options: dict[str, Any] = {"methods": ["POST"], "scope": "mail"}
    view = limiter.shared_limit(MAILS_PER_PERSON, key_func=_person_key, **options)(view)
    return limiter.shared_limit(MAILS_PER_PLACE, key_func=_place_key, **options)(view)


def requests(view: Any) -> Any:
    """Limit POSTs to a view in which somebody signed in asks others for something."""
    return limiter.shared_limit(
        REQUESTS_PER_PERSON, scope="request", key_func=_signed_in_key, methods=["POST"]
    )(view)


def lists(view: Any) -> Any:
    """Limit POSTs that take a list of people in; trying one out asks nobody for anything."""
    return limiter.shared_limit(
        REQUESTS_PER_PERSON, scope="request", key_func=_signed_in_key, methods=["POST"],
        exempt_when=lambda: request.form.get("act") != "run",
    )(view)  # fmt: skip


def passwords(key: Callable[[], str]) -> Callable[[Any], Any]:
    """Limit POSTs to a view that asks somebody signed in for the password, by `key`."""
    return limiter.shared_limit(
        _scaled(1), scope="password", key_func=lambda: _hidden(key()), methods=["POST"]
    )


def share_passwords(view: Any) -> Any:
    """Limit POSTs of the password of a share link: from one place, and from all together."""
    options: dict[str, Any] = {"scope": "share password", "methods": ["POST"]}
    view = limiter.shared_limit(_scaled(1), key_func=_link_and_place_key, **options)(view)
    return limiter.shared_limit(_scaled(PER_PERSON), key_func=_link_key, **options)(view)


def share_words(view: Any) -> Any:
    """Limit POSTs of what outsiders say through a link: from one place, and from all together."""
    options: dict[str, Any] = {"scope": "share words", "methods": ["POST"]}
    view = limiter.shared_limit(WORDS_FROM_A_PLACE, key_func=_link_and_place_key, **options)(view)
    return limiter.shared_limit(WORDS_THROUGH_A_LINK, key_func=_link_key, **options)(view)


def asked_email() -> str:
    """Return the e-mail in the form, in the shape identity is compared by, or NO_EMAIL."""
    try:
        return normal_email(request.form.get("email", ""))
    except BadEmail:
        return NO_EMAIL


def place() -> str:
    """Return where the request comes from: the address, or an IPv6 customer's whole network."""
    text = request.remote_addr or "nowhere"
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return text


def is_first_report(breach: Any) -> bool:
    """Tell whether this breach of a limit was not reported in the last 15 minutes."""
    return limiter.limiter.hit(ONE_REPORT, "report", breach.key)


def seconds_to_wait() -> int:
    """Return after how many seconds the limit that was just exceeded allows another try."""
    limit = limiter.current_limit
    if limit is None:
        return DEFAULT_WAIT
    try:
        return max(1, round(limit.reset_at - time.time()))
    except RedisError:
        return DEFAULT_WAIT


def _scaled(factor: int) -> Callable[[], str]:
    def text() -> str:
        config: Config = current_app.config["PORTAL"]
        return ";".join(
            f"{item.amount * factor} per {item.multiples} {item.GRANULARITY.name}"
            for item in parse_many(config.sign_in_limit)
        )

    return text


def _known_here() -> bool:
    if request.method != "POST":
        return False
    if "known_here" not in g:
        with reading():
            g.known_here = is_known_address(asked_email(), request.remote_addr or "")
            db.session.rollback()
    return bool(g.known_here)


def _place_key() -> str:
    return _hidden("place", place())


def _person_key() -> str:
    return _hidden("person", asked_email())


def _person_and_place_key() -> str:
    return _hidden("both", place(), asked_email())


def _link_and_place_key() -> str:
    return _hidden("link and place", place(), str((request.view_args or {}).get("token")))


def _link_key() -> str:
    return _hidden("link", str((request.view_args or {}).get("token")))


def _signed_in_key() -> str:
    return _hidden("signed in", str(current.actor.person_id) if current.actor else place())


def _hidden(*parts: str) -> str:
    """Return a key without names in it: Redis need not know who tries to sign in."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
