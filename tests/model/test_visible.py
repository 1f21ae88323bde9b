"""Factors, actors and credentials of an audience: nothing refers to what it may not see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from assay.evidence.audience import visible_to
from assay.model.documents import Claim, Corpus, Factor, Institution, Publisher, Source

AUDIENCES = ["public", "desk"]


def _claim(id_: str, **values: object) -> Claim:
    return Claim.model_validate({"id": id_, "nature": "fact", "text": "x", **values})


def _institution(id_: str, **values: object) -> Institution:
    return Institution.model_validate({"kind": "institution", "id": id_, "name": "x", **values})


def _seen(audience: str, *profiles: Institution, publisher: Publisher | None = None) -> Corpus:
    publishers = {} if publisher is None else {publisher.id: publisher}
    source = Source(kind="source", id="s-1", title="x", publisher=publisher and publisher.id)
    corpus = Corpus(publishers, {"s-1": source}, {p.id: p for p in profiles})
    return visible_to(corpus, AUDIENCES, audience, date(2026, 1, 15))


def _port(*factors: Mapping[str, object]) -> Institution:
    claims = [_claim("quays"), _claim("debts", audience="desk"), _claim("plans", status="draft")]
    return _institution("port", claims=claims, factors=factors)


def test_a_factor_keeps_the_claims_that_may_be_seen() -> None:
    port = _port({"factor": "severity", "is": "high", "claims": ["debts", "quays", "plans"]})
    (public,) = _seen("public", port).profiles["port"].factors
    (inside,) = _seen("desk", port).profiles["port"].factors
    assert public.claims == ("quays",)
    assert inside.claims == ("debts", "quays")


def test_a_factor_that_rests_on_hidden_claims_only_is_hidden() -> None:
    rated = {"factor": "severity", "is": "critical", "text": "Three days.", "claims": ["debts"]}
    bare = {"factor": "users", "is": "millions"}
    port = _port(rated, bare)
    assert _seen("public", port).profiles["port"].factors == (Factor.model_validate(bare),)
    assert [f.factor for f in _seen("desk", port).profiles["port"].factors] == ["severity", "users"]


def test_a_factor_loses_the_claims_of_a_hidden_profile() -> None:
    secret = _institution("secret", audience="desk", claims=[_claim("tap")])
    port = _port({"factor": "users", "is": "millions", "claims": ["quays", "secret#tap"]})
    (factor,) = _seen("public", port, secret).profiles["port"].factors
    assert factor.claims == ("quays",)


def test_hidden_institutions_are_neither_actors_nor_spoken_for() -> None:
    secret = _institution("secret", audience="desk")
    port = _institution("port", claims=[_claim("quays", actor="secret", sources=["s-1"])])
    publisher = Publisher(
        kind="publisher",
        id="site",
        name="x",
        speaks_for=("port", "secret"),
        speaks_for_reason="Its own website.",
    )
    public = _seen("public", port, secret, publisher=publisher)
    assert public.profiles["port"].claims[0].actor is None
    assert public.publishers["site"].speaks_for == ("port",)
    assert public.publishers["site"].speaks_for_reason == "Its own website."
    inside = _seen("desk", port, secret, publisher=publisher)
    assert inside.profiles["port"].claims[0].actor == "secret"
    assert inside.publishers["site"] == publisher


def test_the_reason_goes_with_the_last_institution_that_a_publisher_speaks_for() -> None:
    publisher = Publisher(
        kind="publisher",
        id="site",
        name="x",
        speaks_for=("secret",),
        speaks_for_reason="The secret office runs it.",
    )
    port = _institution("port", claims=[_claim("quays", sources=["s-1"])])
    secret = _institution("secret", audience="desk")
    public = _seen("public", port, secret, publisher=publisher)
    assert public.publishers["site"].speaks_for == ()
    assert public.publishers["site"].speaks_for_reason is None


def _sources(**sources: dict[str, object]) -> dict[str, Source]:
    return {
        i: Source.model_validate({"kind": "source", "id": i, "title": "x", **values})
        for i, values in sources.items()
    }


def test_an_audience_knows_the_sources_behind_its_claims_with_copies_and_versions() -> None:
    sources = _sources(
        cited={"cites": ["original"], "publisher": "paper", "url": "https://example.org/a"},
        original={},
        copy={"same_as": ["cited"]},
        version={"revises": "copy"},
        mirror={"url": "https://www.example.org/a/"},
        retelling={"cites": ["cited"]},
        inside={"publisher": "insider"},
    )
    publishers = {
        i: Publisher(kind="publisher", id=i, name="x", owner=owner)
        for i, owner in (("insider", "house"), ("house", None), ("paper", "group"), ("group", None))
    }
    claims = [_claim("a", sources=["cited"]), _claim("b", sources=["inside"], audience="desk")]
    corpus = Corpus(publishers, sources, {"port": _institution("port", claims=claims)})
    public, desk = (
        visible_to(corpus, AUDIENCES, audience, date(2026, 1, 15)) for audience in AUDIENCES
    )
    assert set(public.sources) == {"cited", "original", "copy", "version", "mirror"}
    assert set(public.publishers) == {"paper", "group"}
    assert set(desk.sources) == set(sources) - {"retelling"}
    assert set(desk.publishers) == set(publishers)
