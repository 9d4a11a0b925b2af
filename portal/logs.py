"""Logs: one JSON line an event on standard error, the request's id on each."""

import logging
import sys

import structlog

from portal.config import Config

DRIVER = "psycopg"
ENDED = "error ignored terminating"
"""What the driver says of many statements sent at once when one of them fails.

That one's error is raised, to whoever sent them; ignored is what the others say: that they were not
carried out. So it is told in detail only.
"""


class OfTheDriver(logging.Handler):
    """Passes on what the driver of PostgreSQL says beside the errors that it raises."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as any other event."""
        log = structlog.get_logger()
        tell = log.debug if str(record.msg).startswith(ENDED) else log.warning
        tell("database driver", said=record.getMessage())


def configure(config: Config) -> None:
    """Set up structured logging for this process."""
    driver = logging.getLogger(DRIVER)
    driver.handlers, driver.propagate = [OfTheDriver()], False
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(config.log_level.upper(), logging.INFO)
        ),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
