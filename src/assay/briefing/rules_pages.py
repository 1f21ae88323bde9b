"""The rulebook as pages: what each scorer measures, what each rule says, and where it fires now.

Counts are of the published profiles alone: a page tells nothing of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.pageviews import Imprint
from assay.briefing.views import Link
from assay.model.rulebook import Rule, Scorer
from assay.scoring.results import ScoreExplanation, Step

ROOT = "../"
FOLDER = "rules/"
_MOST_LINKS = 12


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule: its words, its amount, and what it does on the pages of this site."""

    anchor: str
    when: str | None
    effect: str
    because: str
    rationale: str | None
    source: str | None
    disabled: str | None
    counts: str
    moved: str | None
    profiles: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ScorerView:
    """One scorer with its rules, its scale and the scores it gives now."""

    heading: str
    of: str
    href: str
    describes: str | None
    starts: str
    ruler: charts.Ruler | None
    spread: charts.Spread | None
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class ScorerPage:
    """The page of one scorer."""

    root: str
    scorer: ScorerView
    imprint: Imprint


@dataclass(frozen=True, slots=True)
class RulesIndex:
    """The page that lists the scorers."""

    root: str
    scorers: tuple[ScorerView, ...]
    imprint: Imprint


def scorer_path(on: str, name: str) -> str:
    """Where the page of a scorer lies, from the top of the site."""
    return f"{FOLDER}{on}-{name.replace('_', '-')}.html"


def rules_index(atlas: Atlas, imprint: Imprint) -> RulesIndex:
    """The list of all scorers."""
    return RulesIndex(ROOT, tuple(_scorer(atlas, s) for s in atlas.rulebook.scorers), imprint)


def scorer_pages(atlas: Atlas, imprint: Imprint) -> Iterator[tuple[str, ScorerPage]]:
    """The page of every scorer, with its path."""
    for scorer in atlas.rulebook.scorers:
        yield (
            scorer_path(scorer.on, scorer.name),
            ScorerPage(ROOT, _scorer(atlas, scorer), imprint),
        )


def _scorer(atlas: Atlas, scorer: Scorer) -> ScorerView:
    found = [
        (profile, e)
        for profile in atlas.published
        for e in atlas.explanations[profile].scorers
        if (e.on, e.name) == (scorer.on, scorer.name)
    ]
    bands = atlas.rulebook.bands(scorer)
    scores = [e.score.points for _, e in found if e.score.points is not None]
    return ScorerView(
        heading=scorer.heading,
        of=f"of a {scorer.on}",
        href=scorer_path(scorer.on, scorer.name),
        describes=scorer.describes,
        starts=_starts(scorer),
        ruler=charts.ruler(scorer.heading, bands, None, note="") if bands else None,
        spread=charts.spread(f"{scorer.heading} of {len(scores)} on these pages", scores),
        rules=tuple(_rule(atlas, rule, found) for rule in scorer.rules),
    )


def _starts(scorer: Scorer) -> str:
    if scorer.pool is not None:
        how = scorer.pool.combine.replace("_", "-")
        return f"Starts from its {scorer.pool.over}, combined by {how}."
    if isinstance(scorer.start, str):
        return "Starts from other scores."
    return f"Starts from {scorer.start or 0:g}."


def _rule(atlas: Atlas, rule: Rule, found: Iterable[tuple[str, ScoreExplanation]]) -> RuleView:
    steps = [(profile, s) for profile, e in found for s in e.steps if s.rule == rule.id]
    applied = dict.fromkeys(profile for profile, s in steps if s.applied)
    links = [Link(atlas.published[p].name, href) for p in applied if (href := atlas.href(p, ROOT))]
    return RuleView(
        anchor=rule.id,
        when=None if rule.when.strip() == "true" else " ".join(rule.when.split()),
        effect=_effect(rule),
        because=wording.sentence(_said(rule)),
        rationale=rule.rationale,
        source=rule.source,
        disabled=f"until {rule.disabled.until}: {rule.disabled.reason}" if rule.disabled else None,
        counts=_counts([s for _, s in steps]),
        moved=_moved([s for _, s in steps]),
        profiles=tuple(links[:_MOST_LINKS]),
        more=max(len(links) - _MOST_LINKS, 0),
    )


def _said(rule: Rule) -> str:
    """The reason, with each hole shown as the dots a value takes the place of."""
    text, depth = "", 0
    for character in rule.because:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "}":
            text += "…"
        elif depth == 0:
            text += character
    return text


def _effect(rule: Rule) -> str:
    amount = rule.amount
    shown = " ".join(amount.split()) if isinstance(amount, str) else f"{amount:g}"
    words = {"add": "adds", "multiply": "times", "floor": "at least", "cap": "at most"}
    return f"{words[rule.phase]} {shown}"


def _counts(steps: list[Step]) -> str:
    counts = Counter(s.outcome for s in steps)
    applied = sum(s.applied for s in steps)
    told = f"takes effect on {applied} of {len(steps)}"
    return f"{told}; undecided on {counts['unknown']}" if counts["unknown"] else told


def _moved(steps: list[Step]) -> str | None:
    """How far the rule moved the scores it took effect on, on average."""
    moves = [
        s.after - s.before
        for s in steps
        if s.applied and s.after is not None and s.before is not None
    ]
    if not moves:
        return None
    mean = round(sum(moves) / len(moves))
    if mean == 0:
        return "moved none of them" if not any(moves) else "moved them by less than 0.001"
    return f"moved them by {'+' if mean > 0 else '−'}{abs(mean) / 1000:.3f} on average"
