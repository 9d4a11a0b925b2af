"""What happens to a site itself: its name, its look, its menus. In the order of the alphabet."""

from tenants.event_types import event


class SiteEvent:
    """Events about what stands around the content that readers get."""

    MENU_CHANGED = event("menu.changed", "changed the menu {target}")
    MENU_DELETED = event("menu.deleted", "deleted the menu {target}")
    MENU_MADE = event("menu.made", "made the menu {target}")
    MENU_SHOWN = event("menu.shown", "changed where readers see the menu {target}")
    SITE_CHANGED = event("site.changed", "changed the site of {target}")
