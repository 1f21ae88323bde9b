"""The rulebook as pages: what each scorer measures and what its rules say.

Counts are of the published profiles alone: a page tells nothing of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.rule_words import amount_words, condition, counts_words, reason_words
from assay.briefing.views import Imprint
from assay.model.results import ScoreExplanation, Step
from assay.model.rulebook import Rule, Scorer

ROOT = "../"
FOLDER = "rules/"


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule on the page of its scorer, with the address of its own."""

    anchor: str
    name: str
    href: str
    when: str | None
    effect: str
    because: str
    disabled: str | None
    counts: str


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
    rules: tuple[RuleLine, ...]


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


@dataclass(frozen=True)
class Use:
    """What became of one rule in one score of a published profile."""

    profile: str
    explanation: ScoreExplanation
    step: Step


@dataclass(frozen=True)
class Usage:
    """A scorer with every score it gives on these pages, and the uses of each of its rules."""

    scorer: Scorer
    scores: tuple[tuple[str, ScoreExplanation], ...]
    uses: dict[str, list[Use]]

    @property
    def points(self) -> list[int]:
        """The scores that are known, in thousandths."""
        return [e.score.points for _, e in self.scores if e.score.points is not None]


def scorer_path(on: str, name: str) -> str:
    """Where the page of a scorer lies, from the top of the site."""
    return f"{_stem(on, name)}.html"


def rule_path(on: str, name: str, rule: str) -> str:
    """Where the page of a rule lies, from the top of the site."""
    return f"{_stem(on, name)}/{rule}.html"


def _stem(on: str, name: str) -> str:
    return f"{FOLDER}{on}-{name.replace('_', '-')}"


def usages(atlas: Atlas) -> tuple[Usage, ...]:
    """Every scorer of the rulebook, with what it and its rules do on these pages."""
    found: dict[tuple[str, str], list[tuple[str, ScoreExplanation]]] = {}
    for profile in atlas.published:
        for e in atlas.explanations[profile].scorers:
            found.setdefault((e.on, e.name), []).append((profile, e))
    made = []
    for scorer in atlas.rulebook.scorers:
        scores = tuple(found.get((scorer.on, scorer.name), ()))
        uses: dict[str, list[Use]] = {rule.id: [] for rule in scorer.rules}
        for profile, e in scores:
            for step in e.steps:
                if step.rule in uses:
                    uses[step.rule].append(Use(profile, e, step))
        made.append(Usage(scorer, scores, uses))
    return tuple(made)


def rules_index(views: Sequence[ScorerView], imprint: Imprint) -> RulesIndex:
    """The list of all scorers."""
    return RulesIndex(ROOT, tuple(views), imprint)


def scorer_pages(views: Sequence[ScorerView], imprint: Imprint) -> Iterator[tuple[str, ScorerPage]]:
    """The page of every scorer, with its path."""
    for view in views:
        yield view.href, ScorerPage(ROOT, view, imprint)


def scorer_view(atlas: Atlas, usage: Usage) -> ScorerView:
    """What the pages say of a scorer."""
    scorer = usage.scorer
    bands = atlas.rulebook.bands(scorer)
    points = usage.points
    return ScorerView(
        heading=scorer.heading,
        of=f"of a {scorer.on}",
        href=scorer_path(scorer.on, scorer.name),
        describes=scorer.describes,
        starts=_starts(scorer),
        ruler=charts.ruler(scorer.heading, bands, None, note="") if bands else None,
        spread=charts.spread(f"{scorer.heading} of {len(points)} on these pages", points),
        rules=tuple(_rule(scorer, rule, usage.uses[rule.id]) for rule in scorer.rules),
    )


def _starts(scorer: Scorer) -> str:
    if scorer.pool is not None:
        how = scorer.pool.combine.replace("_", "-")
        reached = " within reach" if scorer.pool.within_reach else ""
        return f"Starts from its {scorer.pool.over}{reached}, combined by {how}."
    if isinstance(scorer.start, str):
        return "Starts from other scores."
    return f"Starts from {scorer.start or 0:g}."


def _rule(scorer: Scorer, rule: Rule, uses: Sequence[Use]) -> RuleLine:
    return RuleLine(
        anchor=rule.id,
        name=wording.words(rule.id),
        href=rule_path(scorer.on, scorer.name, rule.id),
        when=condition(rule),
        effect=amount_words(rule),
        because=reason_words(rule),
        disabled=f"until {rule.disabled.until}: {rule.disabled.reason}" if rule.disabled else None,
        counts=counts_words([u.step for u in uses]),
    )
