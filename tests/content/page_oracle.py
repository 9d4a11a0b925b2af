"""What could run or lead out of a whole page of the portal, judged by html5lib."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import html5lib

from tests.content.html_oracle import scheme_as_a_browser_reads

STRANGE = {"object", "embed", "applet", "frame", "frameset", "foreignobject", "animate",
           "set", "math", "annotation-xml", "bgsound", "marquee", "plaintext"}  # fmt: skip
ADDRESSES = (
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "ping",
    "srcset",
)
SCHEMES = {"javascript", "vbscript"}
OURS = re.compile(r"/static/[\w./-]+")


def fires(html: str) -> list[str]:
    """What in a page of ours is not ours: scripts, handlers, addresses that run, foreign frames."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return [told for element in tree.iter() for told in _told(element)]


def _told(element: Element) -> list[str]:
    if not isinstance(element.tag, str):
        return []
    tag = element.tag.rpartition("}")[2].lower()
    found = [f"tag {tag}"] if tag in STRANGE or _runs(tag, element) else []
    for name, value in element.attrib.items():
        attribute = name.rpartition("}")[2].lower()
        if attribute.startswith("on") or attribute in {"style", "srcdoc"}:
            found.append(f"{attribute} of {tag}")
        if attribute in ADDRESSES and scheme_as_a_browser_reads(value) in SCHEMES:
            found.append(f"address of {tag}")
    return found


def _runs(tag: str, element: Element) -> bool:
    source = element.get("src") or ""
    return {
        "script": not OURS.match(source) and element.get("type") != "application/ld+json",
        "base": bool(element.get("href")),
        "meta": (element.get("http-equiv") or "").lower() == "refresh",
        "iframe": not source.startswith("/"),
        "style": True,
    }.get(tag, False)
