"""The ladder of the default rulebook: each kind of evidence for one claim, with its score."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assay.model.documents import Corpus, Publisher, Source
from tests.plain.evidence import BANDS, Evidence, Scores, band, claim_scores
from tests.plain.worlds import (
    AS_OF,
    PERIODS,
    claim,
    corpus,
    institution,
    publisher,
    source,
)

PUBLISHERS = [
    publisher("agency", speaks_for=["agency"]),
    publisher("ministry", speaks_for=["ministry"]),
    *(publisher(f"{letter}-{i}", letter.upper()) for letter in "abcde" for i in range(4)),
    *(publisher(f"unrated-{i}") for i in range(4)),
]
PARENT = {"on": "ministry", "relation": "part_of"}


def written(number: int, text: str) -> Source:
    """A source as a ladder line has it: publisher, kind, and more after a colon."""
    head, _, rest = text.partition(":")
    by, kind = head.split()
    fields: dict[str, Any] = dict(part.split("=") for part in rest.split())
    for name in ("cites", "same_as", "not_same_as"):
        if name in fields:
            fields[name] = fields[name].split(",")
    return source(f"s{number}", by, None if kind == "unknown" else kind, **fields)


def scored(
    supports: list[str],
    disputes: list[str] = (),  # type: ignore[assignment]  # never changed
    *,
    uncited: list[str] = (),  # type: ignore[assignment]
    **fields: Any,
) -> Scores:
    """The scores of the agency's claim; see :func:`agency_world`."""
    world = agency_world(supports, disputes, uncited=uncited, **fields)
    return claim_scores(world, AS_OF, PERIODS)["agency", "c"]


def agency_world(
    supports: list[str],
    disputes: list[str] = (),  # type: ignore[assignment]  # never changed
    *,
    uncited: list[str] = (),  # type: ignore[assignment]
    **fields: Any,
) -> Corpus:
    """A claim of the agency; sources are named s0, s1, … in the order given."""
    texts = [*supports, *disputes, *uncited]
    sources = [written(i, text) for i, text in enumerate(texts)]
    cited = [
        {"id": s.id, "stance": "supports" if i < len(supports) else "disputes"}
        for i, s in enumerate(sources[: len(supports) + len(disputes)])
    ]
    agency = institution("agency", claim("c", *cited, **fields), depends_on=[PARENT])
    return corpus(*PUBLISHERS, *sources, agency, institution("ministry"))


RECORD = "agency record"
NAMED = [f"{p} secondary:attribution=named" for p in ("a-0", "b-0", "c-0")]
LADDER = {
    "one unattributed line, unrated": (["unrated-0 secondary"], 200, 0),
    "a self-report": (["agency self_report"], 200, 0),
    "unknown kind": (["a-0 unknown"], 200, 0),
    "unattributed secondary report, C": (["c-0 secondary"], 300, 0),
    "one first-hand report, unrated": (["unrated-0 first_hand"], 400, 1),
    "one first-hand report, C": (["c-0 first_hand"], 420, 1),
    "one first-hand report, B": (["b-0 first_hand"], 620, 1),
    "two of one outlet": (["b-0 first_hand", "b-0 first_hand"], 620, 1),
    "a story and its revision": (["b-0 first_hand", "b-1 first_hand:revises=s0"], 620, 1),
    "two first-hand reports, B, two families": (["b-0 first_hand", "b-1 first_hand"], 856, 2),
    "a first-hand A that draws on two first-hand B": (
        ["b-0 first_hand", "b-1 first_hand", "a-0 first_hand:cites=s0,s1"],
        856,
        2,
    ),
    "first-hand B and C": (["b-0 first_hand", "c-0 first_hand"], 780, 2),
    "three first-hand reports, unrated, three families": (
        [f"unrated-{i} first_hand" for i in range(3)],
        700,
        3,
    ),
    "the actor's own record": ([RECORD], 800, 1),
    "two of them": ([RECORD, RECORD], 800, 1),
    "its parent's too": ([RECORD, "ministry record"], 800, 1),
    "its parent's alone": (["ministry record"], 800, 1),
    "with three secondary reports": ([RECORD, *NAMED], 800, 1),
    "with three secondary reports that draw on it": (
        [RECORD, *(f"{text} cites=s0" for text in NAMED)],
        800,
        1,
    ),
    "record and first-hand unrated": ([RECORD, "unrated-0 first_hand"], 880, 2),
    "record and first-hand C": ([RECORD, "c-0 first_hand"], 884, 2),
    "record and first-hand B": ([RECORD, "b-0 first_hand"], 924, 2),
}
FULL = [RECORD, "b-0 first_hand"]
DISPUTED = {
    "disputed by first-hand B": (FULL, ["b-1 first_hand"], 700),
    "disputed by an unattributed line": (FULL, ["unrated-0 secondary"], 880),
    "disputed by a record": (FULL, ["ministry record"], 500),
    "record disputed by first-hand B": ([RECORD], ["b-0 first_hand"], 603),
    "first-hand B against another": (["b-0 first_hand"], ["b-1 first_hand"], 383),
}


@pytest.mark.parametrize(("supports", "score", "independent"), LADDER.values(), ids=LADDER)
def test_evidence_for_one_claim(supports: list[str], score: int, independent: int) -> None:
    assert scored(supports) == Scores(score, 0, score, independent)


@pytest.mark.parametrize(("supports", "disputes", "score"), DISPUTED.values(), ids=DISPUTED)
def test_disputed_claims(supports: list[str], disputes: list[str], score: int) -> None:
    assert scored(supports, disputes).confidence == score


def role(texts: list[str], **fields: Any) -> int:
    return scored(texts, holds="standing", type="role", **fields).confidence


@pytest.mark.parametrize(("checked", "score"), [(date(2024, 1, 15), 566), (date(2019, 1, 15), 240)])
def test_a_standing_role_fades_when_it_is_not_rechecked(checked: date, score: int) -> None:
    assert role([RECORD], checked=checked) == score


def test_a_new_line_does_not_refresh_an_old_record() -> None:
    line = "unrated-0 secondary:published=2026-01-15"
    assert role(["agency record:published=2019-01-15", line]) == 240


def judgements() -> dict[str, int]:
    sources = [written(i, text) for i, text in enumerate([*FULL, "c-0 first_hand"])]
    agency = institution(
        "agency",
        claim("strong", "s0", "s1"),
        claim("weak", "s2"),
        claim("assumed", nature="assumption"),
        claim("on-strong", nature="judgement", rests_on=["strong"]),
        claim("on-weak", nature="judgement", rests_on=["weak", "strong"]),
        claim("on-both", nature="forecast", rests_on=["on-weak", "agency#on-strong"]),
        claim("on-assumed", nature="judgement", rests_on=["assumed", "strong"]),
        claim("on-nothing", nature="forecast"),
        claim("on-that", nature="judgement", rests_on=["strong", "on-nothing"]),
    )
    scores = claim_scores(corpus(*PUBLISHERS, *sources, agency), AS_OF, PERIODS)
    return {i: s.confidence for (_, i), s in scores.items() if i.startswith("on-")}


def test_a_judgement_is_no_firmer_than_its_weakest_ground() -> None:
    assert judgements() == {
        "on-strong": 700,
        "on-weak": 420,
        "on-both": 420,
        "on-assumed": 300,
        "on-nothing": 0,
        "on-that": 0,
    }


def test_a_judgement_is_lowered_by_disputes_of_itself_and_of_judgements_below_it() -> None:
    sources = [written(i, text) for i, text in enumerate([*FULL, "b-1 first_hand"])]
    against = {"id": "s2", "stance": "disputes"}
    agency = institution(
        "agency",
        claim("fact", "s0", "s1"),
        claim("below", against, nature="judgement", rests_on=["fact"]),
        claim("above", nature="judgement", rests_on=["below"]),
    )
    scores = claim_scores(corpus(*PUBLISHERS, *sources, agency), AS_OF, PERIODS)
    assert scores["agency", "below"].confidence == 700
    assert scores["agency", "above"].confidence == 700
    assert scores["agency", "above"].dispute == 0


def test_no_line_of_the_ladder_lies_near_the_edge_of_a_band() -> None:
    lines = [line[1] for line in LADDER.values()] + [line[2] for line in DISPUTED.values()]
    edges = [points for points in BANDS.values() if points]
    assert [s for s in lines if any(abs(s - edge) < 10 for edge in edges)] == []


# Beyond the ladder ---------------------------------------------------------------------------

OUTLET = ["b-0 first_hand", "b-0 first_hand:not_same_as=s0"]
CASES = {
    "three secondary reports by rated publishers of one original that is not cited": (
        [f"{text} cites=s3" for text in NAMED],
        ["a-1 first_hand"],
        420,
    ),
    "three by unrated publishers": (
        [f"unrated-{i} secondary:attribution=named cites=s3" for i in range(3)],
        ["a-1 first_hand"],
        380,
    ),
    "no evidence is certain": (
        [RECORD, "a-0 first_hand", "b-0 first_hand"],
        [],
        950,
    ),
    "a fourth independent report adds nothing": (
        [f"c-{i} first_hand" for i in range(4)],
        [],
        805,
    ),
    "a record that draws on another source is of unknown kind": (
        ["agency record:cites=s1"],
        ["a-0 first_hand"],
        200,
    ),
    "but first-hand for the reports that draw on it": (
        ["c-0 secondary:attribution=named cites=s1"],
        ["agency record:cites=s2", "a-0 first_hand"],
        400,
    ),
    "a record of another body is of unknown kind": (["unrated-0 record"], [], 200),
    "a report of a weak original is no stronger": (
        ["a-0 secondary:attribution=named cites=s1"],
        ["e-0 first_hand"],
        50,
    ),
    "nothing behind the first that saw for itself counts": (
        ["a-0 secondary:attribution=named cites=s1"],
        ["a-1 first_hand:cites=s2", "e-0 first_hand"],
        420,
    ),
    "a report of a retracted original is worth nothing": (
        ["a-0 secondary:attribution=named cites=s1"],
        ["a-1 first_hand:retracted=2025-01-01"],
        0,
    ),
    "so is one of unknown kind": (
        ["a-0 unknown:cites=s1"],
        ["a-1 first_hand:retracted=2025-01-01"],
        0,
    ),
    "a copy of a retracted source is worth nothing": (
        ["a-0 first_hand:same_as=s1"],
        ["a-1 first_hand:retracted=2025-01-01"],
        0,
    ),
    "a revision of a retracted version is not": (
        ["a-0 first_hand:revises=s1"],
        ["a-0 first_hand:retracted=2025-01-01"],
        650,
    ),
    "D is worth six tenths": (["d-0 first_hand"], [], 240),
    "E is worth a twentieth at most": (["e-0 first_hand"], [], 50),
    "two spellings of one address are one source": (
        ["b-0 first_hand:url=https://a.org/x/", "b-1 first_hand:url=http://www.a.org/x#top"],
        [],
        620,
    ),
    "two addresses are two": (
        ["b-0 first_hand:url=https://a.org/x", "b-1 first_hand:url=https://a.org/y"],
        [],
        856,
    ),
    "unrelated reports of one family make no A": (
        [*OUTLET, "b-0 first_hand:not_same_as=s0,s1"],
        [],
        880,
    ),
    "a common original does not relate two reports": (
        ["b-0 first_hand:cites=s2", "b-1 first_hand:cites=s2"],
        ["b-2 first_hand"],
        856,
    ),
}


@pytest.mark.parametrize(("supports", "uncited", "score"), CASES.values(), ids=CASES)
def test_rules_beyond_the_ladder(supports: list[str], uncited: list[str], score: int) -> None:
    assert scored(supports, uncited=uncited).confidence == score


def by_credibility() -> dict[int, int]:
    cited = [{"id": "s0", "credibility": n} for n in (3, 4, 5)]
    claims = [claim(f"c{c['credibility']}", c) for c in cited]
    world = corpus(*PUBLISHERS, written(0, "a-0 first_hand"), institution("x", *claims))
    return {int(c[1:]): s.confidence for (_, c), s in claim_scores(world, AS_OF, PERIODS).items()}


def test_credibility_caps_a_citation() -> None:
    assert by_credibility() == {3: 650, 4: 200, 5: 50}


def all_lines() -> list[int]:
    """The scores of all lines above: none of the doctrine's numbers may be idle in them."""
    lines = [scored(supports).confidence for supports, _, _ in LADDER.values()]
    lines += [scored(supports, disputes).confidence for supports, disputes, _ in DISPUTED.values()]
    lines += [scored(supports, uncited=more).confidence for supports, more, _ in CASES.values()]
    lines += [role([RECORD], checked=date(2019, 1, 15))]
    return [*lines, *judgements().values(), *by_credibility().values()]


# Choices that keep the promises --------------------------------------------------------------


def test_a_doubtful_dispute_does_not_lower_a_report_that_draws_on_the_same_source() -> None:
    report = written(0, "a-0 secondary:attribution=named cites=s1")
    original = written(1, "b-0 first_hand")
    supported = written(2, "b-1 first_hand")
    against: list[dict[str, Any]] = [
        {"id": "s0", "stance": "disputes"},
        {"id": "s1", "stance": "disputes", "credibility": 5},
    ]
    claims = [claim(f"c{n}", "s2", *against[:n]) for n in (1, 2)]
    world = corpus(*PUBLISHERS, report, original, supported, institution("x", *claims))
    scores = claim_scores(world, AS_OF, PERIODS)
    assert scores["x", "c1"].dispute == scores["x", "c2"].dispute == 420


def test_a_first_hand_report_with_lineage_of_its_own_does_not_relate_two_others() -> None:
    sources = [written(i, f"b-{i} first_hand") for i in range(2)]
    story = written(2, "b-2 first_hand:cites=s1")
    between = {"id": "s1", "cites": ["s0"]}
    claims = [claim("two", "s0", "s2"), claim("three", "s0", "s2", between)]
    world = corpus(*PUBLISHERS, *sources, story, institution("x", *claims))
    scores = claim_scores(world, AS_OF, PERIODS)
    assert (scores["x", "two"].support, scores["x", "three"].support) == (856, 856)


def test_a_copy_that_saw_does_not_end_the_lineage_of_one_that_did_not() -> None:
    texts = ["a-0 secondary:attribution=named cites=s1"]
    behind = ["a-1 secondary:attribution=named cites=s3", "a-2 first_hand:same_as=s1"]
    assert scored(texts, uncited=[*behind, "e-0 first_hand"]).support == 50


def test_publishers_are_one_family_through_owners_and_through_institutions() -> None:
    publishers: list[Publisher] = [
        publisher("holding"),
        publisher("group", owner="holding"),
        publisher("paper", "B", owner="group"),
        publisher("radio", "B", owner="holding"),
        publisher("office", "B", speaks_for=["office"]),
        publisher("state", "B", speaks_for=["state"]),
        publisher("court", "B", speaks_for=["court"]),
        publisher("agency", "B", speaks_for=["agency"]),
    ]
    names = [p.id for p in publishers if p.reliability]
    whole = [{"on": "state", "relation": "part_of"}]
    ended = [{"on": "state", "relation": "part_of", "valid_until": "2025"}]
    world = corpus(
        *publishers,
        *(source(f"s-{n}", n, "first_hand") for n in names),
        institution("office", depends_on=whole),
        institution("court", depends_on=whole),
        institution("agency", depends_on=ended),
        institution("state"),
    )
    evidence = Evidence(world, AS_OF, PERIODS)
    families = {
        (a, b)
        for a in names
        for b in names
        if a < b and evidence.one_family(world.sources[f"s-{a}"], world.sources[f"s-{b}"])
    }
    assert families == {("paper", "radio"), ("office", "state"), ("court", "state")}


def test_bands_begin_at_their_lowest_score() -> None:
    assert [band(points) for points in (900, 899, 350, 99)] == ["a", "ab", "cd", "internal"]
