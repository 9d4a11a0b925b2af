"""Every job a queue may name. Ids in, nothing out; each looks at the rows again."""

import uuid

from portal.content import due, release_run
from portal.jobs import hosts, trash
from portal.jobs.base import job
from portal.jobs.export_runs import let_go_of_old_exports, run_export
from portal.jobs.imports import run_waiting
from portal.jobs.mail import deliver_waiting
from portal.jobs.media import make_renditions as make_renditions_of
from portal.jobs.media import purge_old, sweep_files
from portal.jobs.purging import purge_by_rule
from portal.jobs.stalled import end_stalled
from portal.jobs.standing import make_sure


@job
def publish_due() -> None:
    """Carry out what is due, and what somebody who stands still has kept from it."""
    make_sure()
    end_stalled()
    due.publish_due()


@job
def carry_out_releases() -> None:
    """Carry out the releases that are due."""
    make_sure()
    release_run.carry_out_releases()


@job
def deliver_mail() -> None:
    """Send what waits in the outbox."""
    make_sure()
    deliver_waiting()


@job
def run_import(import_id: str) -> None:
    """Carry out one import that waits."""
    run_waiting(uuid.UUID(import_id))


@job
def make_export(export_id: str) -> None:
    """Make one export that waits."""
    run_export(uuid.UUID(export_id))


@job
def purge_trail() -> None:
    """Purge what no rule keeps."""
    purge_by_rule()


@job
def make_renditions(version_id: str) -> None:
    """Make the renditions of one version of a picture."""
    make_renditions_of(uuid.UUID(version_id))


@job
def sweep_media() -> None:
    """Purge what was in the trash for long enough, exports of last week, and what no row knows."""
    purge_old()
    let_go_of_old_exports()
    sweep_files()


@job
def check_hosts() -> None:
    """Look whether host names are proved, and settle whose they are."""
    hosts.check_hosts()


@job
def empty_trash() -> None:
    """Delete for good what has been in the trash long enough."""
    trash.empty_trash()
