"""What can be claimed: names of one owner, written as the DNS writes them."""

from __future__ import annotations

import pytest

from portal.content.host_names import LONGEST, host_name, readable
from portal.content.problems import Problem

OURS = {"portal.example", "127.0.0.1"}


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("www.acme.example", "www.acme.example"),
        (" WWW.Acme.Example. ", "www.acme.example"),
        ("müller.example", "xn--mller-kva.example"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
        ("日本語とカナ.example", "xn--o9j6gpdp58vzlbtz6h.example"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("пример.example", "xn--e1afmkfd.example"),
        ("佐々木.example", "xn--u6jy55gilq.example"),
        ("ışık.example", "xn--k-ekaa7p.example"),
        ("đạihọc.example", "xn--ihc-uqa4598avha.example"),
        ("قهوة.example", "xn--ogb3cpe.example"),
        ("กาแฟ.example", "xn--12c4dsc0c.example"),
        ("acme.co.uk", "acme.co.uk"),
        ("notportal.example", "notportal.example"),
    ],
)
def test_a_name_is_taken_as_the_dns_writes_it(typed: str, host: str):
    assert host_name(typed, OURS) == host
    assert host_name(readable(host), OURS) == host


REFUSED = [
    ("", "Give the host name"),
    ("portal.example", "the portal itself"),
    ("Portal.Example.", "the portal itself"),
    ("deep.er.portal.example", "the portal itself"),
    ("ｐortal.example", "the portal itself"),
    ("10.0.0.1", "not an IP address"),
    ("[::1]", "not an IP address"),
    ("::1", "not an IP address"),
    ("127.0x1", "not an IP address"),
    ("acme.２", "not an IP address"),
    ("acme.example:8443", "port"),
    ("*.acme.example", "wildcard"),
    ("https://acme.example/", "without https://"),
    ("user@acme.example", "without https://"),
    ("intranet", "one part only"),
    ("localhost.", "one part only"),
    ("a.localhost", "nowhere on the web"),
    ("x.onion", "nowhere on the web"),
    ("metadata.google.internal", "nowhere on the web"),
    ("co.uk", "many register theirs"),
    ("COM.au", "many register theirs"),
    ("github.io", "many register theirs"),
    ("аcme.example", "mixes Cyrillic and Latin"),
    ("xn--cme-5cd.example", "mixes Cyrillic and Latin"),
    ("сосо.example", "look like Latin"),
    ("օոս.example", "look like Latin"),
    ("ɡoogle.example", "hardly anybody writes"),
    ("xn--oogle-qmc.example", "hardly anybody writes"),
    ("ᴀᴄᴍᴇ.example", "hardly anybody writes"),
    ("ⲥⲟⲥⲟ.example", "hardly anybody writes"),
    ("ꮯꮎꮯꮎ.example", "hardly anybody writes"),
    ("ꙅ.example", "hardly anybody writes"),
    ("go\u0335od.example", "hardly anybody writes"),
    ("comノlogin.example", "like a slash"),
    ("৪acme.example", "mixes Bengali and Latin"),
    ("a..example", "no host name"),
    ("-a.example", "no host name"),
    ("a_b.example", "no host name"),
    ("a b.example", "no host name"),
    ("a\u202eb.example", "no host name"),
    ("xn--a.example", "no host name"),
    (f"{'a' * 64}.example", "no host name"),
    ("a." * 120 + "example", "at most"),
    ("x" * 5000, "at most"),
]


@pytest.mark.parametrize(("typed", "because"), REFUSED)
def test_what_is_no_name_of_ones_own_is_refused_with_a_sentence(typed: str, because: str):
    with pytest.raises(Problem, match=because):
        host_name(typed, OURS)


def test_a_record_beside_the_longest_name_fits_the_dns():
    assert len("_portal-site.") + LONGEST <= 253
