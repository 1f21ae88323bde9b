"""Random small workspaces, with anything missing that may be missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import ryaml
from hypothesis import strategies as st

from assay.assessment import scored
from tests.package import (
    AnyProfile,
    Assessment,
    Citation,
    Claim,
    Corpus,
    Event,
    Explainer,
    Institution,
    Model,
    Publisher,
    Rulebook,
    Score,
    ScoreExplanation,
    Source,
    Trace,
    Workspace,
    check,
    check_rulebook,
)

AS_OF = date(2026, 1, 15)
ROOT = Path(__file__).parents[1]

_DAYS = ["2019-06-01", "2024-01-29", "2025-06-20", "2025-12-01", "2026-01-15", "2026-02-01"]
_DATES = ["2019", "2024-Q1", "2025-06", *_DAYS[2:]]
_LEVELS = ["high", "medium", "low"]
_DIRECTNESS = ["record", "first_hand", "secondary", "self_report"]
_DRAWN = ("judgement", "forecast")
_TYPES = ["figure", "action", "mandate", "role", "relation", "capability", "view"]

M = TypeVar("M", bound=Model)

Draw = Any
"""What hypothesis hands to a composite strategy."""


@cache
def default_rulebook() -> Rulebook:
    """The rulebook that new workspaces get."""
    text = (ROOT / "src" / "assay" / "data" / "rules.yaml").read_text(encoding="utf-8")
    return rulebook_of(ryaml.loads(text))


@cache
def _default_unwatched() -> Rulebook:
    return unwatched(default_rulebook())


def rulebook_of(data: Mapping[str, Any]) -> Rulebook:
    """A rulebook from plain data, its dates as YAML reads them or as text."""
    return Rulebook.model_validate(data)


def desk_of(corpus: Corpus, rulebook: Rulebook | None = None, as_of: date = AS_OF) -> Assessment:
    """The corpus scored at a date, as the pipeline scores a workspace."""
    rulebook = rulebook or default_rulebook()
    return scored(
        Workspace(ROOT), corpus, rulebook, _program(rulebook), as_of, rulebook.audiences[-1]
    )


_PROGRAMS: dict[int, tuple[Rulebook, Any]] = {}


def _program(rulebook: Rulebook) -> Any:
    if id(rulebook) not in _PROGRAMS:
        program, findings = check_rulebook(rulebook)
        assert program is not None, findings
        _PROGRAMS[id(rulebook)] = (rulebook, program)
    return _PROGRAMS[id(rulebook)][1]


def shipped() -> Assessment:
    """The project's own workspace, scored at its own date."""
    checked = check(Workspace(ROOT))
    rulebook = checked.loaded.rulebook
    assert rulebook is not None
    assert rulebook.settings.as_of is not None
    return desk_of(checked.loaded.corpus, rulebook, rulebook.settings.as_of)


def scores_of(desk: Assessment, on: str, scorer: str) -> dict[str, Score]:
    """A scorer's scores by profile, or by ``profile#claim``."""
    run = desk.run
    trace = Trace(run)
    scores = run.scores(run.program.scorer(f"{on}.{scorer}"))
    return {trace.subject(on, row): score for row, score in enumerate(scores)}


def unwatched(rulebook: Rulebook) -> Rulebook:
    """The rulebook without watch rules: its sentences need no outlook."""
    return rulebook.model_copy(update={"watch": ()})


def explanations_of(corpus: Corpus) -> dict[str, list[ScoreExplanation]]:
    """The reasoning behind every score, by profile, without outlook and what-ifs."""
    desk = desk_of(corpus, _default_unwatched())
    explainer = Explainer(desk.run)
    return {name: list(explainer.profile(row)) for name, row in desk.run.profile_rows.items()}


def corpus_of(
    publishers: Sequence[Publisher], sources: Sequence[Source], profiles: Sequence[AnyProfile]
) -> Corpus:
    """The documents by id, sorted as loading sorts them."""
    return Corpus(
        {p.id: p for p in sorted(publishers, key=lambda p: p.id)},
        {s.id: s for s in sorted(sources, key=lambda s: s.id)},
        {p.id: p for p in sorted(profiles, key=lambda p: p.id)},
    )


def replaced(corpus: Corpus, *models: Publisher | Source | AnyProfile) -> Corpus:
    """The corpus with these documents added, or in the place of those with their ids."""
    publishers, sources = dict(corpus.publishers), dict(corpus.sources)
    profiles = dict(corpus.profiles)
    for model in models:
        if isinstance(model, Publisher):
            publishers[model.id] = model
        elif isinstance(model, Source):
            sources[model.id] = model
        else:
            profiles[model.id] = model
    return corpus_of([*publishers.values()], [*sources.values()], [*profiles.values()])


def with_claim(profile: AnyProfile, claim: Claim) -> AnyProfile:
    """The profile with that claim in the place of the one with its id."""
    claims = tuple(claim if c.id == claim.id else c for c in profile.claims)
    return profile.model_copy(update={"claims": claims})


def _maybe(draw: Draw, choices: Sequence[Any], chance: int = 3) -> Any:
    """One of the choices, or nothing once in ``chance`` times."""
    if draw(st.integers(1, chance)) == 1:
        return None
    return draw(st.sampled_from(choices))


def _some(draw: Draw, choices: Sequence[Any], most: int) -> list[Any]:
    if not choices:
        return []
    return draw(st.lists(st.sampled_from(choices), max_size=most, unique=True))


def _rarely(draw: Draw, chance: int = 8) -> bool:
    return draw(st.integers(1, chance)) == chance


def _publisher(draw: Draw, number: int) -> Publisher:
    return Publisher(
        kind="publisher",
        id=f"press-{number}",
        name=f"Press {number}",
        owner=_maybe(draw, ["house-a", "house-b"], 2),
        reliability=_maybe(draw, "ABCDE", 4),
        reliability_reason="as the desk has found it",
        speaks_for=_some(draw, ["p0", "p1", "p2"], 1) if _rarely(draw, 2) else (),
    )


def _source(draw: Draw, number: int, publishers: Sequence[Publisher]) -> Source:
    """A source that can cite only those before it, so nothing ever cites itself."""
    before = [f"s{i}" for i in range(number)]
    same = _some(draw, before, 1) if _rarely(draw) else []
    return Source.model_validate(
        {
            "kind": "source",
            "id": f"s{number}",
            "title": f"Source {number}",
            "publisher": _maybe(draw, [p.id for p in publishers]) if publishers else None,
            "published": _maybe(draw, _DATES, 5),
            "accessed": _maybe(draw, _DAYS),
            "directness": _maybe(draw, [*_DIRECTNESS, "secondary"], 6),
            "attribution": _maybe(draw, ["named", "vague", "none"]),
            "cites": _some(draw, before, 2),
            "same_as": same,
            "not_same_as": [i for i in _some(draw, before, 1) if i not in same],
            "retracted": _maybe(draw, _DAYS) if _rarely(draw) else None,
        }
    )


def _citation(draw: Draw, source: str) -> Citation:
    return Citation(
        id=source,
        stance=draw(st.sampled_from(["supports", "supports", "supports", "disputes"])),
        credibility=_maybe(draw, [1, 2, 3, 4, 5], 2),
        directness=_maybe(draw, _DIRECTNESS) if _rarely(draw, 4) else None,
    )


def _claim(
    draw: Draw,
    number: int,
    sources: Sequence[Source],
    before: Sequence[Claim],
    elsewhere: list[str],
) -> Claim:
    nature = draw(
        st.sampled_from(["fact", "fact", "attributed", "judgement", "assumption", "forecast"])
    )
    drawn = nature in _DRAWN
    grounds = [c.id for c in before if c.nature not in _DRAWN] + elsewhere
    value = _maybe(draw, [0, 3, 40, 2.5, -1.5], 2)
    return Claim.model_validate(
        {
            "id": f"c{number}",
            "nature": nature,
            "section": _maybe(draw, ["what_happened", "context"]),
            "type": _maybe(draw, _TYPES),
            "actor": _maybe(draw, ["p0", "p1", "p2"]) if _rarely(draw, 3) else None,
            "text": f"Claim {number}.",
            "key": draw(st.booleans()),
            "holds": _maybe(draw, ["dated", "standing", "standing"], 4),
            "as_of": _maybe(draw, _DATES),
            "checked": _maybe(draw, _DAYS),
            "quantity": None
            if value is None
            else {"measure": "m", "value": value, "unit": _maybe(draw, ["models", "%"])},
            "sources": [_citation(draw, s) for s in _some(draw, [s.id for s in sources], 4)],
            "rests_on": _some(draw, grounds, 2) if drawn else [],
            "contradicts": _some(draw, [c.id for c in before], 1),
            "likelihood": _maybe(draw, [0.0, 0.25, 1.0]) if nature == "forecast" else None,
            "status": "draft" if _rarely(draw, 16) else "final",
        }
    )


def _edges(draw: Draw, others: Sequence[str], claims: Sequence[Claim]) -> list[dict[str, Any]]:
    return [
        {
            "on": other,
            "relation": draw(st.sampled_from(["part_of", "regulated_by", "supplied_by"])),
            "criticality": _maybe(draw, _LEVELS, 4),
            "claims": _some(draw, [c.id for c in claims], 1),
            "valid_from": _maybe(draw, _DATES, 2),
            "valid_until": _maybe(draw, [*_DATES, "2026-05", "2026-12-31"], 2),
        }
        for other in _some(draw, others, 2)
    ]


def _profile(
    draw: Draw, number: int, count: int, sources: Sequence[Source], before: Sequence[AnyProfile]
) -> AnyProfile:
    elsewhere = [f"{p.id}#{c.id}" for p in before for c in p.claims if c.nature not in _DRAWN]
    claims: list[Claim] = []
    for n in range(draw(st.integers(0, 4))):
        claims.append(_claim(draw, n, sources, claims, elsewhere))  # each sees those before
    others = [f"p{i}" for i in range(count) if i != number]
    given: dict[str, Any] = {
        "id": f"p{number}",
        "name": f"Profile {number}",
        "type": _maybe(draw, ["regulator", "company"]),
        "region": _maybe(draw, ["Asia Pacific", "Europe"]),
        "domain": _maybe(draw, ["Governance", "Industry"]),
        "topics": _some(draw, ["chips", "models", "filing"], 2),
        "depends_on": _edges(draw, others, claims),
        "claims": claims,
        "gaps": [
            *_some(draw, ["one", "two"], 2),
            *(
                {
                    "text": "three",
                    "document": "the register",
                    "directness": "record",
                    "would_settle": _some(draw, [c.id for c in claims], 1),
                }
                for _ in range(draw(st.integers(0, 1)))
            ),
        ],
        "watch": [
            {
                "text": "look",
                "due": _maybe(draw, [*_DATES, "2026-03", "2026-Q4"], 2),
                "document": "the list",
                "directness": draw(st.sampled_from(["record", "first_hand"])),
                "would_settle": _some(draw, [c.id for c in claims], 2),
            }
            for _ in range(draw(st.integers(0, 1)))
        ],
        "embargo": _maybe(draw, _DAYS) if _rarely(draw, 16) else None,
        "status": "draft" if _rarely(draw, 16) else "final",
    }
    if draw(st.integers(0, 2)) == 0:
        return Event(
            kind="event", date=_maybe(draw, _DATES), affects=_edges(draw, others, []), **given
        )
    return Institution(kind="institution", base=_maybe(draw, ["A", "B"]), **given)


def with_holes(corpus: Corpus, random: Random, share: float) -> Corpus:
    """The corpus with a share of all that may be missing left out."""

    def holed(model: M) -> M:
        gone = {
            name: None
            for name, field in type(model).model_fields.items()
            if field.default is None and random.random() < share
        }
        return model.model_copy(update=gone)

    profiles = [
        holed(p).model_copy(
            update={
                "claims": tuple(
                    holed(c).model_copy(update={"sources": tuple(map(holed, c.sources))})
                    for c in p.claims
                ),
                "depends_on": tuple(map(holed, p.depends_on)),
            }
        )
        for p in corpus.profiles.values()
    ]
    return corpus_of(
        [holed(p) for p in corpus.publishers.values()],
        [holed(s) for s in corpus.sources.values()],
        profiles,
    )


@st.composite
def corpora(draw: Draw, most_profiles: int = 3, most_sources: int = 6) -> Corpus:
    """Publishers, sources that cite earlier ones, and profiles that depend on each other."""
    publishers = [_publisher(draw, i) for i in range(draw(st.integers(0, 3)))]
    count = draw(st.integers(1, most_sources))
    sources = [_source(draw, i, publishers) for i in range(count)]
    number = draw(st.integers(1, most_profiles))
    profiles: list[AnyProfile] = []
    for i in range(number):
        profiles.append(_profile(draw, i, number, sources, profiles))  # as above
    return corpus_of(publishers, sources, profiles)
