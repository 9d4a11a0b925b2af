"""Who of an account's people may write on a page: what `drafting.may_edit` asks of an actor."""

from portal.content.pages import Page
from tenants.colleagues import Colleague
from tenants.permissions import Permission


def may_write(who: Colleague, page: Page) -> bool:
    """Tell whether somebody may edit the page by what he holds at its account: any, or his own."""
    own = who.person_id == page.author_id and who.holds(Permission.PAGE_EDIT_OWN)
    return own or who.holds(Permission.PAGE_EDIT)
