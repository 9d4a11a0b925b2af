"""What the demo tenants have written. Two customers share titles on purpose."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Item:
    """One page or post of the demo."""

    type: Literal["page", "post"]
    title: str
    slug: str
    body: str
    excerpt: str = ""
    tags: tuple[str, ...] = ()
    state: Literal["draft", "live", "live+draft", "scheduled"] = "live"


TAGLINES = {
    "house": "One house, many homes",
    "acme": "Slow coffee for busy people",
    "acme-berlin": "Langsamer Kaffee für eilige Leute",
    "acme-mitte": "Rosenthaler Straße, gleich um die Ecke",
    "bolt": "Coffee at the speed of light",
}
SECOND_THOUGHT = (
    "<h2>Second thoughts</h2><p>We added a paragraph that readers do not see yet: this page is "
    "live, and a newer draft waits for somebody to publish it.</p>"
)

_ABOUT = """<p>{name} began with one machine, one roaster and a table in a yard. The machine is still
running. The table has been replaced twice.</p>
<h2>What we believe</h2>
<ul><li>A cup is worth waiting four minutes for.</li><li>The people who grow the beans should be able
to say what they are paid, and be proud of it.</li><li>Milk is welcome.</li></ul>
<h2>How we work</h2>
<p>We roast on Mondays and Thursdays, in batches of twelve kilos. Every bag carries the day it was
roasted and the name of whoever stood at the drum.</p>
<blockquote><p>It tastes of rain on a warm street.</p><p><cite>A guest, on the Huila</cite></p></blockquote>"""

_CONTACT = """<p>Write to <a href="mailto:hello@{domain}">hello@{domain}</a>, or come by.</p>
<table><caption>When we are open</caption><thead><tr><th scope="col">Day</th><th scope="col">Hours</th></tr></thead>
<tbody><tr><td>Monday to Friday</td><td>7:30–18:00</td></tr><tr><td>Saturday</td><td>9:00–17:00</td></tr>
<tr><td>Sunday</td><td>closed, we sleep</td></tr></tbody></table>"""

_SPRING = """<p>From the first of March we open half an hour earlier. The sun is up by then, and so are we.</p>
<p>The terrace comes back with the first dry Saturday. Dogs keep their corner.</p>"""

_BREW = """<p>You need a scale, a kettle and four minutes. The rest is patience.</p>
<ol><li>Weigh <strong>18 g</strong> of coffee and grind it like coarse sand.</li>
<li>Pour 40 g of water at 94 °C and wait for half a minute.</li>
<li>Pour the rest, slowly, up to 300 g.</li><li>Drink it from something you like to hold.</li></ol>
<h2>If it tastes wrong</h2>
<dl><dt>Sour</dt><dd>Grind finer, or pour more slowly.</dd><dt>Bitter</dt><dd>Grind coarser.</dd>
<dt>Like nothing</dt><dd>Use more coffee. You deserve it.</dd></dl>"""

_HARVEST = """<p>The new harvest from Huila has arrived: forty-one sacks, washed, from eleven farms that
sell together. We paid 5.10 dollars a pound, and the receipt hangs beside the till.</p>
<p>In the cup: red apple, panela, and a long finish that makes people look into the empty cup.</p>"""

_CUPPING = """<p>Every first Tuesday of the month we put eight bowls on the table and slurp. It is free, it
is loud, and nobody is asked to say “notes of”.</p><p>Come at six. Bring a friend who says that coffee
is coffee.</p>"""

_CUPS = """<p>Since Monday a cup that comes back earns its deposit and a stamp. In the first week 412
of 500 came home; eleven came home broken, with apologies.</p>"""


def items_for(handle: str) -> list[Item]:
    """Return what an account of the demo has written, the newest first."""
    if handle == "house":
        return _house()
    if handle in {"acme", "bolt"}:
        name = {"acme": "Acme Coffee", "bolt": "Bolt Coffee"}[handle]
        return _customer(name, f"{handle}.example")
    return _berlin(handle)


def _customer(name: str, domain: str) -> list[Item]:
    return [
        Item("post", "Summer menu", "summer-menu", "<p>Cold brew, tonic, and the lemon cake.</p>",
             "What is cold from June on.", ("menu",), "scheduled"),
        Item("post", "The new harvest is here", "new-harvest", _HARVEST,
             "Forty-one sacks from Huila, and what we paid for them.", ("beans", "Huila")),
        Item("post", "How to brew a cup worth waiting for", "how-to-brew", _BREW,
             "A scale, a kettle and four minutes.", ("brewing",), "live+draft"),
        Item("post", "Cups that come home", "cups-that-come-home", _CUPS,
             "The deposit works: 412 of 500 came back.", ("waste",)),
        Item("post", "Slurping, first Tuesday of the month", "cupping", _CUPPING,
             "An open cupping, loud and free.", ("events", "beans")),
        Item("post", "Spring opening hours", "spring-hours", _SPRING,
             "Half an hour earlier from March on.", ("hours",)),
        Item("post", "A note on prices", "prices", "<p>Green coffee costs a third more than a year "
             "ago. Here is what we change, and what we leave.</p>", "", ("beans",), "draft"),
        Item("page", "About", "about", _ABOUT.format(name=name), f"Who {name} are."),
        Item("page", "Contact", "contact", _CONTACT.format(domain=domain), "Where and when."),
    ]  # fmt: skip


def _berlin(handle: str) -> list[Item]:
    where = {"acme-berlin": "Berlin", "acme-mitte": "Mitte"}[handle]
    return [
        Item("post", f"Willkommen in {where}", "willkommen", "<p>Die Mühle läuft, die Tür steht offen. "
             "Montags bis freitags ab halb acht, am Samstag ab neun.</p>", "Wir haben geöffnet.",
             ("Neues",)),
        Item("post", "Lange Nacht der Bohnen", "lange-nacht", "<p>Verkosten bis Mitternacht, Eintritt "
             "frei, Schlaf am nächsten Tag.</p>", "", ("Termine",), "scheduled"),
        Item("page", "About", "about", _ABOUT.format(name=f"Acme Coffee {where}"), "Wer wir sind."),
    ]  # fmt: skip


def _house() -> list[Item]:
    return [
        Item("post", "Welcome to the house", "welcome", "<p>This is the house's own site, run with "
             "the portal it runs its customers' sites with.</p>", "How this house works.", ("news",)),
        Item("page", "About", "about", "<p>We run sites for people who have better things to do."
             "</p>", "Who we are."),
    ]  # fmt: skip
