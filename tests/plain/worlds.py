"""Corpora for the tests of the plain implementation: by hand, and random ones.

Random worlds hold no cycles: sources belong to publications, link copies and versions inside one,
and cite sources of earlier ones. All dates of the evidence have passed on ``AS_OF``, so time alone
ages it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

from hypothesis import strategies as st

from assay.model.documents import AnyProfile, Claim, Corpus, Event, Institution, Publisher, Source
from tests.plain.impact import EVENT, INSTITUTION, SCALES, SENSITIVITY

AS_OF = date(2026, 1, 15)
PERIODS = {"figure": 180, "role": 365, "mandate": 1825, "default": 365}


def publisher(id_: str, reliability: str | None = None, **fields: Any) -> Publisher:
    reason = "as we have found it" if reliability else None
    return Publisher.model_validate(
        {
            "kind": "publisher",
            "id": id_,
            "name": id_,
            "reliability": reliability,
            "reliability_reason": reason,
            "speaks_for_reason": "its own site" if fields.get("speaks_for") else None,
            **fields,
        }
    )


def source(id_: str, publisher: str | None, directness: str | None, **fields: Any) -> Source:
    given = {"kind": "source", "id": id_, "title": id_, "publisher": publisher}
    if fields.get("not_same_as"):
        given["not_same_as_reason"] = "they share nothing"
    return Source.model_validate({**given, "directness": directness, **fields})


def claim(id_: str, *cited: str | Mapping[str, Any], nature: str = "fact", **fields: Any) -> Claim:
    given = {"id": id_, "nature": nature, "text": f"Claim {id_}.", "holds": "dated"}
    return Claim.model_validate({**given, "sources": cited, **fields})


def institution(id_: str, *claims: Claim, **fields: Any) -> Institution:
    given = {"kind": "institution", "id": id_, "name": id_, "claims": claims}
    return Institution.model_validate({**given, **fields})


def event(id_: str, *claims: Claim, **fields: Any) -> Event:
    given = {"kind": "event", "id": id_, "name": id_, "claims": claims}
    return Event.model_validate({**given, **fields})


Document = Publisher | Source | AnyProfile


def corpus(*documents: Document) -> Corpus:
    publishers, sources, profiles = {}, {}, {}
    for document in documents:
        if isinstance(document, Publisher):
            publishers[document.id] = document
        elif isinstance(document, Source):
            sources[document.id] = document
        else:
            profiles[document.id] = document
    return Corpus(
        dict(sorted(publishers.items())),
        dict(sorted(sources.items())),
        dict(sorted(profiles.items())),
    )


# Random worlds ---------------------------------------------------------------------------------

KINDS = ["record", "record", "first_hand", "first_hand", "secondary", "secondary", "self_report"]
DATES = ["2018", "2021-06-30", "2023-Q1", "2024-11", "2025-06-20", "2025-12-01", "2026-01-15"]
DAYS = ["2019-03-01", "2024-01-15", "2025-07-01", "2026-01-15"]


def worlds() -> st.SearchStrategy[Corpus]:
    """Worlds of one to three profiles."""
    return st.builds(
        drawn_world, st.randoms(use_true_random=False), st.integers(min_value=1, max_value=3)
    )


def drawn_world(random: Random, profiles: int) -> Corpus:
    """A world whose profiles share publishers, sources and edges, and may lack anything."""
    institutions = [f"p{i}" for i in range(profiles) if i == 0 or random.random() < 0.7]
    publishers = [_publisher(random, i, institutions) for i in range(4 + profiles // 2)]
    sources: list[Source] = []
    for publication in range(5 + profiles):
        earlier = [s.id for s in sources]
        versions: list[Source] = []
        for _ in range(random.choice([1, 1, 1, 2, 3])):
            number = len(earlier) + len(versions)
            versions.append(_source(random, number, publication, earlier, versions, publishers))
        sources += versions
    drawn: list[AnyProfile] = []
    for i in range(profiles):
        drawn.append(_profile(random, i, profiles, institutions, publishers, sources, drawn))
    return corpus(*publishers, *sources, *drawn)


def maybe(random: Random, choices: Sequence[Any], chance: float = 0.5) -> Any:
    return random.choice(choices) if choices and random.random() < chance else None


def some(random: Random, choices: Sequence[Any], most: int) -> list[Any]:
    return random.sample(choices, random.randint(0, min(most, len(choices))))


def _publisher(random: Random, number: int, institutions: Sequence[str]) -> Publisher:
    owners = ["house-a", "house-b", *(f"b{i}" for i in range(number))]
    return publisher(
        f"b{number}",
        maybe(random, "AABBCCDE", 0.7),
        owner=maybe(random, owners, 0.3),
        speaks_for=some(random, institutions, 2) if random.random() < 0.5 else [],
    )


def _source(
    random: Random,
    number: int,
    publication: int,
    earlier: Sequence[str],
    versions: Sequence[Source],
    publishers: Sequence[Publisher],
) -> Source:
    same = maybe(random, [v.id for v in versions], 0.5)
    spelling = random.choice(["https://a.org/{}", "http://www.a.org/{}/", "https://a.org/{}#top"])
    return source(
        f"s{number}",
        maybe(random, [p.id for p in publishers], 0.9),
        maybe(random, KINDS, 0.85),
        published=maybe(random, DATES, 0.8),
        attribution=maybe(random, ["named", "vague", "none"], 0.7),
        cites=some(random, earlier[-12:], 2) if random.random() < 0.6 else [],
        url=spelling.format(publication) if random.random() < 0.4 else None,
        same_as=[same] if same and random.random() < 0.5 else [],
        revises=maybe(random, [v.id for v in versions], 0.3),
        not_same_as=some(random, [*earlier, *(v.id for v in versions if v.id != same)], 2)
        if random.random() < 0.3
        else [],
        retracted=maybe(random, DAYS, 0.03),
    )


def _citation(random: Random, source_id: str, earlier: Sequence[str]) -> dict[str, Any]:
    return {
        "id": source_id,
        "stance": "disputes" if random.random() < 0.15 else "supports",
        "credibility": maybe(random, [1, 2, 3, 4, 5], 0.2),
        "directness": maybe(random, KINDS, 0.2),
        "cites": some(random, earlier, 2) if random.random() < 0.15 else None,
    }


def _claim(
    random: Random,
    number: int,
    institutions: Sequence[str],
    sources: Sequence[Source],
    own: Sequence[int],
    grounds: Sequence[str],
) -> Claim:
    nature = random.choice([*["fact"] * 5, "attributed", "assumption", "judgement", "forecast"])
    cited = {
        *random.sample(range(len(sources)), random.choice([0, 1, 2, 2, 3, 3])),
        *some(random, own, 1),
    }
    return claim(
        f"c{number}",
        *(
            _citation(random, sources[i].id, [s.id for s in sources[: i // 2]])
            for i in sorted(cited)
        ),
        nature=nature,
        key=random.random() < 0.5,
        type=maybe(random, ["figure", "role", "mandate", "view"], 0.8),
        holds=maybe(random, ["dated", "dated", "standing"], 0.9),
        checked=maybe(random, DAYS, 0.4),
        actor=maybe(random, institutions, 0.3),
        rests_on=some(random, grounds, 3) if nature in ("judgement", "forecast") else [],
    )


def _profile(
    random: Random,
    number: int,
    profiles: int,
    institutions: Sequence[str],
    publishers: Sequence[Publisher],
    sources: Sequence[Source],
    before: Sequence[AnyProfile],
) -> AnyProfile:
    speakers = {p.id for p in publishers if f"p{number}" in p.speaks_for}
    own_sources = [i for i, s in enumerate(sources) if s.publisher in speakers]
    elsewhere = [f"{p.id}#{c.id}" for p in before[-10:] for c in p.claims]
    claims: list[Claim] = []
    for i in range(random.randint(1, 4)):
        grounds = [*(c.id for c in claims), *elsewhere]
        claims.append(_claim(random, i, institutions, sources, own_sources, grounds))
    ids = [c.id for c in claims]
    others = [f"p{i}" for i in range(profiles) if i != number]
    relations = ["supplied_by", "regulated_by"]
    edges = [_edge(random, on, relations, ids) for on in some(random, others, 3)]
    above = [i for i in institutions if int(i[1:]) > number]
    own = f"p{number}" in institutions
    if own:
        edges += [_edge(random, on, ["part_of"], ids) for on in some(random, above, 1)]
    asked = {**(INSTITUTION if own else EVENT), **SENSITIVITY}
    fields: dict[str, Any] = {
        "type": maybe(random, ["company", "regulator", "standards body", "state"], 0.8),
        "depends_on": edges,
        "factors": [
            {"factor": f, "is": random.choice([*SCALES[scale]]), "claims": random.sample(ids, 1)}
            for f, (scale, _) in asked.items()
            if random.random() < 0.75
        ],
        "watch": [
            {"text": "The next count.", "due": due}
            for due in some(random, ["2026-01", "2026-Q2", "2027"], 1)
        ],
        "reviewed": maybe(random, DAYS, 0.8),
        "closed": {"on": "2025", "because": "It ended."} if random.random() < 0.1 else None,
    }
    if own:
        return institution(f"p{number}", *claims, **fields)
    affects = [_edge(random, on, ["affects"], ids) for on in some(random, others, 2)]
    day = maybe(random, ["2024-01-29", "2025", "2026-02", "2026-11-30"], 0.7)
    return event(f"p{number}", *claims, date=day, affects=affects, **fields)


def _edge(random: Random, on: str, relations: Sequence[str], claims: Sequence[str]) -> dict:
    return {
        "on": on,
        "relation": random.choice(relations),
        "criticality": maybe(random, ["high", "medium", "low"], 0.9),
        "claims": some(random, claims, 2),
        "valid_from": maybe(random, ["2020", "2025-06"], 0.2),
        "valid_until": maybe(random, ["2024", "2025-12-31"], 0.15),
    }
