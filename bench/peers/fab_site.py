"""Flask-AppBuilder's list for somebody who sees one account, in its own environment.

    python -m bench.peers.fab_site URL ROWS

As its documentation has it: a ModelView with `base_filters` for the account and a role that may
list it. Fifty rows a page, the last changed first, by an index that fits.
"""

import json
import sys
from pathlib import Path

from flask import Flask
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Index, event, text

from bench.peers import talk
from bench.wsgi import Browser, filled

NAME, PASSWORD, ACCOUNT = "editor", "seven green bottles stand", 2
db = SQLAlchemy()


class Item(db.Model):  # type: ignore[name-defined,misc]
    """A page, with what the portal's list shows of it."""

    id = db.Column(db.Integer, primary_key=True)
    account_id = db.Column(db.Integer, nullable=False)
    title = db.Column(db.String(500), nullable=False)
    type = db.Column(db.String(16), nullable=False)
    state = db.Column(db.String(16), nullable=False)
    author = db.Column(db.String(300), nullable=False)
    changed_at = db.Column(db.String(32), nullable=False)
    __table_args__ = (Index("ix_item_list", "account_id", "changed_at"),)


class ItemView(ModelView):  # type: ignore[misc]
    """The list, narrowed to one account."""

    datamodel = SQLAInterface(Item)
    list_columns = ["title", "type", "state", "author", "changed_at"]
    base_filters = [["account_id", FilterEqual, ACCOUNT]]
    base_order = ("changed_at", "desc")
    page_size = 50


FILL = """
INSERT INTO item (id, account_id, title, type, state, author, changed_at)
SELECT n.i, CASE WHEN n.i % 2 = 0 THEN 2 ELSE n.i % 1000 END, 'Item ' || n.i,
       CASE WHEN n.i % 5 = 0 THEN 'page' ELSE 'post' END, 'live', 'Person ' || (n.i % 200),
       '2026-03-' || (10 + (n.i * 48271) % 20) || ' ' || (1000000 + (n.i * 48271) % 86400)
FROM {numbers} n
"""
NUMBERS = {
    "postgresql": "(SELECT i::bigint AS i FROM generate_series(1, {rows}) AS g(i))",
    "sqlite": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {rows}) "
    "SELECT i FROM c)",
}


def application(url: str, rows: int) -> Flask:
    """Return the application over a database, filled when it is empty."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="for-benches-only" * 3, SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_use_lifo": True},  # one process of the server
        WTF_CSRF_ENABLED=True,
        FAB_ADD_SECURITY_VIEWS=True, AUTH_RATE_LIMITED=False, RATELIMIT_ENABLED=False,
    )  # fmt: skip
    db.init_app(app)
    with app.app_context():
        builder = AppBuilder(app, db.session)
        builder.add_view(ItemView, "Items")
        db.create_all()
        if db.session.get(Item, 1) is None:
            numbers = NUMBERS[db.engine.dialect.name].format(rows=rows)
            db.session.execute(text(FILL.format(numbers=numbers).replace(":", r"\:")))
        security = builder.sm
        if security.find_user(NAME) is None:
            role = security.add_role("Lister")
            for right in ("can_list", "can_show"):
                found = security.add_permission_view_menu(right, "ItemView")
                security.add_permission_role(role, found)
            security.add_user(NAME, "E", "Ditor", "e@bench.example", role, PASSWORD)
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return app


class Reader:
    """Somebody signed in, who looks at the list."""

    def __init__(self, app: Flask) -> None:
        self.statements, self.server = 0, None
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._count)
        self.browser = Browser(app.wsgi_app)
        form = filled(
            self.browser.get("/login/").text, "username", username=NAME, password=PASSWORD
        )
        self.browser.post("/login/", form)

    def _count(self, connection: object, *_rest: object) -> None:
        self.statements += 1
        driver = connection.connection.driver_connection  # type: ignore[attr-defined]
        if hasattr(driver, "get_backend_pid"):
            self.server = driver.get_backend_pid()

    def look(self) -> dict[str, float]:
        """Ask for the list once and return what it cost; `cpu` is with the database server's."""
        self.statements, server = 0, self.server
        before = _computed(server)
        answer = self.browser.get("/itemview/list/")
        if answer.status != 200 or answer.text.count("Item ") < 50:
            raise RuntimeError(f"Flask-AppBuilder answered {answer.status} without its rows.")
        known = server == self.server  # else the pool gave another connection, and process
        return {
            "wall": answer.wall, "statements": self.statements,
            "cpu": answer.cpu + _computed(server) - before if known else 0.0,
        }  # fmt: skip


def _computed(server: int | None) -> float:
    counted = Path(f"/proc/{server}/schedstat")
    return int(counted.read_text().split()[0]) / 1e6 if server and counted.exists() else 0.0


def main() -> None:
    """Fill what is missing, then serve."""
    url, rows = sys.argv[1], int(sys.argv[2])
    json.loads(sys.stdin.readline())
    reader = Reader(application(url, rows))
    talk.serve({"look": reader.look})


if __name__ == "__main__":
    main()
