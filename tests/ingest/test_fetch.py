"""Fetching: only what is asked for, within limits, and from nowhere that is not public."""

from __future__ import annotations

import gzip
import ipaddress
from collections.abc import Iterator
from datetime import date
from itertools import count

import pytest

pytest.importorskip("urllib3")
pytest.importorskip("protego")

from assay.ingest.addresses import Refused, is_public, target
from assay.ingest.fetch import Fetcher, Limits
from assay.ingest.web import read_addresses
from tests.ingest.web import Answer, Web, serving
from tests.package import Workspace, ingest, load_workspace, run

PAGE = """\
<!doctype html><html lang="en"><head><title>Forty cranes approved</title></head><body><article>
<h1>Forty cranes approved</h1><p>The harbour office approved more than 40 cranes in January 2024,
the office said. It had approved 12 in the year before, and none in the years before that.</p>
</article></body></html>
"""
TODAY = date(2026, 1, 15)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        yield made


class Patience:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


def fetcher(limits: Limits | None = None, patience: Patience | None = None) -> Fetcher:
    """One that may ask this machine."""
    patience = patience or Patience()
    return Fetcher(limits or Limits(), lambda _ip: True, lambda: patience.now, patience.pause)


def refusal(address: str, limits: Limits | None = None) -> str:
    with pytest.raises(Refused) as caught:
        fetcher(limits).fetch(address)
    return str(caught.value)


def test_a_page_becomes_a_source_with_its_address_and_the_day(
    web: Web, workspace: Workspace
) -> None:
    address = web.put("/news/cranes", PAGE)
    reads = read_addresses([address], fetcher(), TODAY)
    [outcome] = ingest(load_workspace(workspace), [], fetched=reads)
    assert (outcome.status, outcome.format) == ("new", "HTML page")
    loaded = load_workspace(workspace)
    [source] = loaded.corpus.sources.values()
    assert (source.title, source.url) == ("Forty cranes approved", address)
    assert source.accessed == TODAY
    again = read_addresses([address], fetcher(), date(2026, 2, 1))
    assert [o.status for o in ingest(loaded, [], fetched=again)] == ["unchanged"]


def test_redirects_are_followed_and_the_last_address_counts(web: Web) -> None:
    web.put("/end.html", PAGE)
    web.lead("/middle", "/end.html", 301)
    found = fetcher().fetch(web.lead("/start", web.at("/middle")))
    assert (found.address, found.name) == (web.at("/end.html"), "127.0.0.1/end.html")


def test_redirects_without_end_are_not(web: Web) -> None:
    assert "leads on more than 5 times" in refusal(web.lead("/round", "/round"))
    assert len([path for path in web.asked if path == "/round"]) == 6


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://example.org/x", "//user@h/"])
def test_a_redirect_to_anything_else_is_refused(web: Web, where: str) -> None:
    assert refusal(web.lead("/out", where))


def test_a_redirect_to_a_machine_that_is_not_allowed_is_refused(web: Web) -> None:
    address = web.lead("/in", f"http://127.0.0.2:{web.port}/secret")
    public = Fetcher(allowed=lambda ip: str(ip) == "127.0.0.1", pause=lambda _seconds: None)
    with pytest.raises(Refused, match=r"127\.0\.0\.2, which is not an address of the public"):
        public.fetch(address)
    assert "/secret" not in web.asked


def test_robots_are_asked_first_and_heeded(web: Web) -> None:
    web.put(
        "/robots.txt",
        "User-agent: *\nDisallow: /\n\nUser-agent: assay\nDisallow: /*?print=\nAllow: /\n",
        "text/plain",
    )
    web.put("/a.html?print=1", PAGE)
    assert "robots.txt of 127.0.0.1 asks not to" in refusal(web.at("/a.html?print=1"))
    assert web.asked == ["/robots.txt"]
    web.put("/a.html", PAGE)
    assert fetcher().fetch(web.at("/a.html")).data == PAGE.encode()


def test_without_robots_everything_may_be_fetched_and_where_they_fail_nothing(web: Web) -> None:
    address = web.put("/a.html", PAGE)
    assert fetcher().fetch(address).address == address
    web.pages["/robots.txt"] = (503, {}, b"")
    assert "answers 503" in refusal(address)


def test_the_same_machine_is_left_alone_between_two_requests(web: Web) -> None:
    web.put("/robots.txt", "User-agent: *\nCrawl-delay: 7\n", "text/plain")
    patience = Patience()
    patient = fetcher(patience=patience)
    for path in ("/a.html", "/b.html"):
        patient.fetch(web.put(path, PAGE))
    assert patience.waited == [7.0]
    web.put("/robots.txt", "User-agent: *\nCrawl-delay: 9000\n", "text/plain")
    patience = Patience()
    patient = fetcher(patience=patience)
    for path in ("/a.html", "/b.html"):
        patient.fetch(web.at(path))
    assert patience.waited == [30.0]


def test_what_is_too_large_is_not_read_to_the_end(web: Web) -> None:
    limits = Limits(size=1000)
    assert refusal(web.put("/big.html", b"x" * 2000), limits).startswith("it has 2,000 bytes")
    packed = gzip.compress(b"x" * 5_000_000)
    web.pages["/bomb.html"] = (200, {"Content-Encoding": "gzip"}, packed)
    assert "more than 100,000 bytes" in refusal(web.at("/bomb.html"), Limits(size=100_000))
    web.pages["/endless"] = (200, {"Content-Length": "900"}, b"x" * 10)
    assert refusal(web.at("/endless"), Limits(read=0.2))


def test_what_takes_too_long_is_given_up(web: Web) -> None:
    ticks = count(0, 40)
    slow = Fetcher(Limits(), lambda _ip: True, lambda: float(next(ticks)), lambda _s: None)
    with pytest.raises(Refused, match="more than 60 seconds"):
        slow.fetch(web.put("/slow.html", PAGE))


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (404, "text/html", "the server answers 404"),
        (500, "text/html", "the server answers 500"),
        (200, "application/pdf", "it is application/pdf"),
        (200, "image/png", "it is image/png"),
        (302, "text/html", "does not say where to"),
    ],
)
def test_what_is_no_document_is_said(web: Web, status: int, kind: str, reason: str) -> None:
    answer: Answer = (status, {"Content-Type": kind}, b"x")
    web.pages["/x"] = answer
    assert reason in refusal(web.at("/x"))


def test_the_charset_of_the_answer_counts(web: Web, workspace: Workspace) -> None:
    text = PAGE.replace("harbour office", "Гаванная контора")
    address = web.put("/ru.html", text.encode("cp1251"), "text/html; charset=windows-1251")
    reads = read_addresses([address], fetcher(), TODAY)
    ingest(load_workspace(workspace), [], fetched=reads)
    [source] = load_workspace(workspace).corpus.sources.values()
    assert source.ingested is not None
    assert source.ingested.encoding == "cp1251"
    words = workspace.profiles_dir / str(source.ingested.text)
    assert "Гаванная контора" in words.read_text("utf-8")


def test_a_machine_that_is_not_there_is_said() -> None:
    assert "cannot be reached" in refusal("http://127.0.0.1:9/x", Limits(connect=0.5))


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1"),
        *("::ffff:10.0.0.1", "2002:0a00:0001::", "64:ff9b::a9fe:a9fe", "ff02::1"),
        *("2001:db8::1", "198.51.100.1"),
    ],
)
def test_addresses_that_are_not_public(ip: str) -> None:
    assert not is_public(ipaddress.ip_address(ip))
    with pytest.raises(Refused, match="not an address of the public internet"):
        target("https://example.org/x", lookup=lambda _host, _port: ["93.184.215.14", ip])


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_that_are(ip: str) -> None:
    found = target("https://example.org/x?y=1#z", lookup=lambda _host, _port: [ip])
    assert (found.ip, found.port, found.path, found.netloc) == (ip, 443, "/x?y=1", "example.org")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("file:///etc/passwd", "http"),
        ("https://", "http"),
        ("https://ann:secret@example.org/", "user name"),
        ("https://example.org:99999/", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://exa mple.org/", "not the name of a machine"),
    ],
)
def test_addresses_that_are_none(address: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        target(address, lookup=lambda _host, _port: ["93.184.215.14"])


def test_a_name_beyond_ascii_is_asked_for_in_its_encoded_form() -> None:
    found = target("https://bücher.example/", lookup=lambda _host, _port: ["93.184.215.14"])
    assert found.host == "xn--bcher-kva.example"


def test_nothing_is_fetched_unless_asked_for(
    web: Web, workspace: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    address = web.put("/a.html", PAGE)
    at = ["--workspace", str(workspace.root), "ingest"]
    assert run([*at, address]) == 64
    assert "allow it with --fetch" in capfd.readouterr().err
    assert run([*at, "--fetch", "there.md"]) == 64
    assert web.asked == []


def test_this_machine_is_not_asked_even_then(
    web: Web, workspace: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    address = web.put("/a.html", PAGE)
    assert run(["--workspace", str(workspace.root), "ingest", "--fetch", address]) == 0
    err = capfd.readouterr().err
    assert "127.0.0.1, which is not an address of the public internet" in err
    assert web.asked == []
