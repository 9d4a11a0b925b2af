"""A site's menus as its frame shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from portal.content.menus import MenuItem

UNTITLED = "(untitled)"

_WRITTEN = "/?#%&=+:;,@!$'()*~"  # what somebody who typed a whole address meant as it stands


@dataclass(frozen=True)
class Shown:
    """A menu's link as the frame shows it, with those that stand below it, however deep."""

    label: str
    url: str
    depth: int
    current: bool = False
    below: tuple["Shown", ...] = ()

    def at(self, url: str) -> "Shown":
        """Return the link, marked as the current page when it leads to `url`."""
        below = tuple(link.at(url) for link in self.below)
        return replace(self, current=self.url == url, below=below)


def shown(items: Sequence[MenuItem], home_url: str) -> tuple[Shown, ...]:
    """Return the links of the first level, each with all that stands below it."""
    tops: list[Shown] = []
    for item in items:
        link = _link(item, home_url)
        if item.depth > 0 and tops:
            tops[-1] = replace(tops[-1], below=(*tops[-1].below, link))
        else:
            tops.append(link)
    return tuple(tops)


def _link(item: MenuItem, home_url: str) -> Shown:
    url = item.address
    if url.startswith("/"):
        url = home_url + quote(url[1:], safe=_WRITTEN)
    return Shown(label=item.label.strip() or UNTITLED, url=url, depth=item.depth)
