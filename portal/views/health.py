"""For load balancers and monitors."""

from typing import Any

from flask import Blueprint, jsonify

from portal.guards import public
from portal.health import checks

bp = Blueprint("health", __name__)
NEEDED = ("database", "schema")


@bp.get("/healthz")
@public("A monitor asks whether the process answers; it learns nothing else.")
def alive() -> Any:
    return jsonify(status="ok")


@bp.get("/readyz")
@public("A load balancer asks whether to send people here; parts by name, no contents.")
def ready() -> Any:
    found = {name: "ok" if told == "ok" else "failing" for name, told in checks().items()}
    fine = all(found[name] == "ok" for name in NEEDED)
    return jsonify(status="ok" if fine else "failing", parts=found), 200 if fine else 503
