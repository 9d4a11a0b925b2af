"""What is taken out of the portal and what is brought in. In the order of the alphabet."""

from tenants.event_types import event


class ExchangeEvent:
    """Events about exports and imports of content."""

    CONTENT_EXPORTED = event(
        "content.exported",
        "exported the content of {target} as {format}: {pages} pages ({which}), {files} files",
        "format", "pages", "files", "which",
    )  # fmt: skip
    EXPORT_ASKED = event("export.asked", "asked for {account}’s content as {target}", "account")
    EXPORT_CANCELLED = event("export.cancelled", "called off the export as {target}")
    EXPORT_DROPPED = event("export.dropped", "let go of the file exported as {target}")
    EXPORT_FAILED = event("export.failed", "could not export as {target}: {cause}", "cause")
    EXPORT_FETCHED = event("export.fetched", "downloaded the content exported as {target}")
    IMPORT_ASKED = event("import.asked", "handed in {target} for import", "dry_run")
    IMPORT_FAILED = event("import.failed", "could not import {target}: {cause}", "cause")
    IMPORT_FINISHED = event("import.finished", "imported {target}", "counts")
    IMPORT_STARTED = event("import.started", "began to read {target}", "dry_run")
    IMPORT_TRIED = event("import.tried", "tried out the import of {target}", "counts")
