from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.evidence.addresses import canonical_address

PAGE = "https://example.org/news/2024/quays?id=7&lang=en"

SAME = [
    "http://example.org/news/2024/quays?id=7&lang=en",
    "https://www.example.org/news/2024/quays?id=7&lang=en",
    "HTTPS://Example.ORG/news/2024/quays?id=7&lang=en",
    "https://example.org:443/news/2024/quays?id=7&lang=en",
    "http://example.org:80/news/2024/quays?id=7&lang=en",
    "https://example.org./news/2024/quays?id=7&lang=en",
    "https://example.org/news/2024/quays/?id=7&lang=en",
    "https://example.org//news/./2024/x/../quays?id=7&lang=en",
    "https://example.org/news/2024/quays?lang=en&id=7",
    "https://example.org/news/2024/quays?id=7&lang=en#comments",
    "https://example.org/news/2024/quays?utm_source=a&utm_medium=b&id=7&lang=en",
    "https://example.org/news/2024/quays?id=7&fbclid=x&gclid=y&msclkid=z&lang=en&mc_eid=1",
    "https://example.org/n%65ws/2024/%71uays?id=7&lang=en",
    "https://amp.example.org/news/2024/quays?id=7&lang=en",
    "https://example.org/news/2024/quays/amp?id=7&lang=en",
    "https://example.org/news/2024/quays/amp/?id=7&lang=en",
    "https://example.org/news/2024/quays?id=7&lang=en&amp=1",
    "https://example.org/news/2024/quays?id=7&lang=en&outputType=amp",
    "https://www.google.com/amp/s/example.org/news/2024/quays?id=7&lang=en",
    "https://example-org.cdn.ampproject.org/c/s/example.org/news/2024/quays?id=7&lang=en",
    "  https://example.org/news/2024/quays?id=7&lang=en ",
]

OTHER = [
    "https://example.org/news/2024/quays?id=8&lang=en",
    "https://example.org/news/2024/quays",
    "https://example.org/news/2024/Quays?id=7&lang=en",
    "https://example.com/news/2024/quays?id=7&lang=en",
    "https://example.org:8443/news/2024/quays?id=7&lang=en",
    "https://news.example.org/news/2024/quays?id=7&lang=en",
    "https://example.org/news/2024/quays?id=7&lang=en#/part/2",
]


@pytest.mark.parametrize("address", SAME)
def test_spellings_of_one_address(address: str) -> None:
    assert canonical_address(address) == canonical_address(PAGE)


@pytest.mark.parametrize("address", OTHER)
def test_other_addresses(address: str) -> None:
    assert canonical_address(address) != canonical_address(PAGE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://faß.example/", "https://xn--fa-hia.example"),
        ("https://例え.テスト/記事", "https://xn--r8jz45g.xn--zckzah/%E8%A8%98%E4%BA%8B/"),
        ("https://example.org", "http://www.example.org/?gclid=1#top"),
        ("https://example.org/a%2fb", "https://example.org/a%2Fb"),
        ("https://example.org/story.amp.html", "https://example.org/story.html"),
        ("https://example.org/a?q=%C3%BC", "https://example.org/a?q=ü"),
    ],
)
def test_ways_to_write_the_same_characters(one: str, other: str) -> None:
    assert canonical_address(one) == canonical_address(other)


def test_a_site_whose_name_is_www_keeps_it() -> None:
    assert canonical_address("https://www.de/") != canonical_address("https://de/")


@given(st.text())
def test_no_text_is_too_odd_for_an_address(text: str) -> None:
    key = canonical_address("https://example.org/" + text)
    assert key.startswith("example.org")
    assert canonical_address("http://www.example.org/" + text) == key
