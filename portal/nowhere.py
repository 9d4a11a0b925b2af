"""What stands for the site where there is none."""


class _Nowhere:
    """Stands for the site where there is none, so that an answer looks like the others."""

    title = "Start page"
    home_url = "/"
    lang = "en"
    tagline = feed_url = footer = brand_url = logo_url = ""
    theme = "journal"
    menu = foot_menu = ()
    opened = framed = False
    scheme = ""


NOWHERE = _Nowhere()
