"""The Flask extensions, made once and bound to the app in `create_app`."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect


class Throttle(Limiter):
    """Counts in Redis; while Redis is gone each process counts for itself."""

    def init_app(self, app: Flask) -> None:
        """Attach to the app, and believe in its Redis until it fails."""
        super().init_app(app)
        self._storage_dead = False


csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate(render_as_batch=True, compare_type=True)
limiter = Throttle(
    key_func=get_remote_address,
    in_memory_fallback_enabled=True,
    swallow_errors=False,
    headers_enabled=False,
)
