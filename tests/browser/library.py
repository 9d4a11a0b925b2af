"""The library as screens show it: long names, a version, the trash, folders, a logo."""

from __future__ import annotations

import io

from PIL import Image

from portal.content.logos import give_logo
from portal.content.media_changing import Description, describe, replace, trash
from portal.content.media_foldering import let_in, make_folder
from portal.content.media_upload import prepare, upload
from portal.content.media_uses import address_of
from portal.content.storage import Storage
from portal.jobs.media import find_unready, make_renditions
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.people import person_by_id
from tenants.policies import UPLOAD_TYPES
from tenants.scope import across_tenants
from tests.fixtures.cast import Someone
from tests.fixtures.pages import TESTS, make_page

LONG = "The harbour at six in the morning, seen from the old lighthouse with all its boats " * 2
COLOURS = ("teal", "tomato", "goldenrod", "slateblue", "seagreen", "sienna", "orchid")


def drawn(colour: str, size: tuple[int, int] = (900, 600)) -> bytes:
    """A picture with something in it."""
    image = Image.linear_gradient("L").resize(size)
    file = io.BytesIO()
    Image.composite(Image.new("RGB", size, colour), Image.new("RGB", size, "white"), image).save(
        file, "PNG"
    )
    return file.getvalue()


def furnish_library(acme: AccountRef, editor: Someone, files: Storage) -> tuple[str, str]:
    """Fill the library; return the ids of a picture and of a folder."""
    with across_tenants("what the screens show"):
        folder = make_folder(acme, "Press pictures under embargo", restricted=True, by=TESTS)
        db.session.flush()
        make_folder(acme, "Logos", restricted=False, by=TESTS, parent=folder)
        person = person_by_id(editor.id)
        assert person is not None
        let_in(folder, acme, person, by=TESTS, because=LONG)
        made = []
        for colour in COLOURS:
            prepared = prepare(
                f"{colour} {LONG[: len(colour) * 9]}.png", drawn(colour), UPLOAD_TYPES
            )
            made.append(upload(acme, prepared, None, by=TESTS, files=files)[0])
        plan = prepare("Plan of the harbour.pdf", b"%PDF-1.4\n%%EOF\n", UPLOAD_TYPES)
        upload(acme, plan, folder, by=TESTS, files=files)
        shown, gone = made[0], made[1]
        described = Description(
            name=shown.name, alt=LONG, caption="At six.", focal_x=20, focal_y=70
        )
        describe(shown, described, acme, by=TESTS)
        other = prepare("x.png", drawn("navy", (700, 700)), UPLOAD_TYPES)
        replace(shown, other, acme, by=TESTS, files=files)
        trash(gone, acme, by=TESTS)
        body = f'<p>See: <img src="{address_of(acme.handle, shown.id)}" alt="Boats"></p>'
        make_page(acme, "At the harbour", body, state="live")
        give_logo(acme, drawn("crimson", (480, 120)), by=TESTS, files=files)
        db.session.commit()
        ids = (str(shown.id), str(folder.id))
    for version_id in find_unready():
        make_renditions(version_id)
    return ids
