"""What concerns the saving of a draft besides the page itself, asked for at once."""

from functools import cache
from typing import Any

from sqlalchemy import String, Uuid, bindparam, select

from portal.content.copies import WorkingCopy
from portal.content.locks import Beside, PageLock
from portal.content.pages import Page
from portal.content.reviews import Review
from tenants.db import db
from tenants.decisions import Actor
from tenants.prepared import by_key


def beside_page(page: Page, mark: str, *, by: Actor) -> Beside:
    """Return what stands beside a page that is held. One statement."""
    asked = {"of_page": page.id, "of_person": by.person_id, "of_tab": mark}
    row = db.session.execute(_query(), asked).one()
    return Beside(*row)


@cache
def _query() -> Any:
    of_page, person = (bindparam(name, type_=Uuid()) for name in ("of_page", "of_person"))
    reviews = select(Review.id).where(
        Review.page_id == Page.id, Review.state.in_(("waiting", "approved"))
    )
    copies = select(WorkingCopy.id).where(
        WorkingCopy.account_id == Page.account_id,
        WorkingCopy.person_id == person,
        WorkingCopy.mark == bindparam("of_tab", type_=String()),
    )
    return by_key(
        select(PageLock, reviews.exists(), copies.scalar_subquery())
        .select_from(Page)
        .outerjoin(PageLock, PageLock.page_id == Page.id)
        .where(Page.id == of_page)
        .execution_options(populate_existing=True)
    )
