"""A Wagtail site with one type of page."""
