"""Putting the files that an import brings into the library, described as they were."""

from portal.content.import_plan import Plan
from portal.content.media_changing import Description, describe
from portal.content.media_upload import ALT_LENGTH, CAPTION_LENGTH, NAME_LENGTH, upload
from portal.content.storage import Storage


def write(plan: Plan, files: Storage) -> None:
    """Keep every file of the plan, through the same door as an upload.

    Raises Denied, Problem, QuotaReached and StoreDown; then nothing is kept.
    """
    for planned in plan.files:
        said, prepared = planned.file, planned.file.prepared
        if prepared is None:
            continue
        media, _version = upload(
            plan.account, prepared, None, by=plan.by, files=files, media_id=planned.id
        )
        name = said.name[:NAME_LENGTH].strip() or media.name
        described = Description(
            name, said.alt[:ALT_LENGTH], said.caption[:CAPTION_LENGTH], said.decorative, *said.focal
        )
        describe(media, described, plan.account, by=plan.by)
