"""The page of one rule: what it says, why, where it takes effect, how far it moves scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.rule_words import (
    amount_words,
    condition,
    counts_words,
    move_words,
    reason_words,
    undecided_words,
)
from assay.briefing.rules_pages import Usage, Use, rule_path, scorer_path
from assay.briefing.views import Imprint, Link
from assay.model.rulebook import Rule

ROOT = "../../"
_MOST_PROFILES = 200


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A published profile, and what the rule does there."""

    link: Link
    told: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """All that is to be said of one rule; ``facts`` are labelled sentences."""

    root: str
    imprint: Imprint
    name: str
    scorer: Link
    because: str
    effect: str
    when: str | None
    facts: tuple[tuple[str, str], ...]
    counts: str
    moved: str | None
    marked: charts.Spread | None
    before: charts.Spread | None
    after: charts.Spread | None
    applied: tuple[ProfileLine, ...]
    undecided: tuple[ProfileLine, ...]
    more: int


def rule_pages(
    atlas: Atlas, usages: Sequence[Usage], imprint: Imprint
) -> Iterator[tuple[str, RulePage]]:
    """The page of every rule, with its path."""
    for usage in usages:
        for rule in usage.scorer.rules:
            path = rule_path(usage.scorer.on, usage.scorer.name, rule.id)
            yield path, _page(atlas, usage, rule, imprint)


def _page(atlas: Atlas, usage: Usage, rule: Rule, imprint: Imprint) -> RulePage:
    scorer = usage.scorer
    uses = usage.uses[rule.id]
    applied = [u for u in uses if u.step.applied]
    moves = [m for u in applied if (m := _move(u)) is not None]
    pairs = [
        (u.step.before, u.step.after)
        for u in applied
        if _move(u) and u.step.before is not None and u.step.after is not None
    ]
    marked = [p for u in applied if (p := u.explanation.score.points) is not None]
    lines = _lines(atlas, applied)
    return RulePage(
        root=ROOT,
        imprint=imprint,
        name=wording.words(rule.id),
        scorer=Link(
            f"{scorer.heading} of a {scorer.on}", ROOT + scorer_path(scorer.on, scorer.name)
        ),
        because=reason_words(rule),
        effect=amount_words(rule),
        when=condition(rule),
        facts=tuple(_facts(rule)),
        counts=counts_words([u.step for u in uses]),
        moved=move_words(moves),
        marked=charts.spread(
            f"{scorer.heading} of {len(usage.points)} on these pages", usage.points, marked
        ),
        before=charts.spread(f"Before the rule: {len(pairs)}", [b for b, _ in pairs]),
        after=charts.spread(f"After the rule: {len(pairs)}", [a for _, a in pairs]),
        applied=lines[:_MOST_PROFILES],
        undecided=_undecided(atlas, uses)[:_MOST_PROFILES],
        more=max(len(lines) - _MOST_PROFILES, 0),
    )


def _move(use: Use) -> int | None:
    before, after = use.step.before, use.step.after
    return None if before is None or after is None else after - before


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.when.strip() != "true" or isinstance(rule.amount, str):
        yield "If that is not known", undecided_words(rule)
    if rule.rationale:
        yield "Rationale", rule.rationale
    if rule.source:
        yield "Source of the amount", rule.source
    if rule.replaces is not None:
        yield "Replaces", wording.words(rule.replaces)
    if rule.disabled is not None:
        until = wording.day(rule.disabled.until)
        yield "Disabled", f"Until {until}: {rule.disabled.reason}"


def _lines(atlas: Atlas, uses: Sequence[Use]) -> tuple[ProfileLine, ...]:
    """The profiles the rule takes effect on, with the number of scores and how far they moved."""
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.profile, []).append(use)
    lines = []
    for profile, own in found.items():
        moves = [_move(u) or 0 for u in own]
        parts = [] if own[0].explanation.on == "profile" else [_counted(own)]
        if any(moves):
            mean = round(sum(moves) / len(moves))
            average = " on average" if len(own) > 1 else ""
            parts.append(f"{'+' if mean > 0 else '−'}{wording.points(abs(mean))}{average}")
        lines.append(ProfileLine(_link(atlas, profile), ", ".join(parts)))
    return tuple(lines)


def _counted(uses: Sequence[Use]) -> str:
    noun = "statement" if uses[0].explanation.on == "claim" else "citation"
    return wording.count(len(uses), noun)


def _undecided(atlas: Atlas, uses: Sequence[Use]) -> tuple[ProfileLine, ...]:
    """The profiles for which the condition cannot be decided, and what is missing for it."""
    missing: dict[str, dict[str, None]] = {}
    for use in uses:
        if use.step.outcome == "unknown":
            fields = dict.fromkeys(m.partition(" of ")[0] for m in use.step.missing)
            missing.setdefault(use.profile, {}).update(fields)
    return tuple(
        ProfileLine(_link(atlas, profile), f"not known: {', '.join(fields)}" if fields else "")
        for profile, fields in missing.items()
    )


def _link(atlas: Atlas, profile: str) -> Link:
    return Link(atlas.published[profile].name, atlas.href(profile, ROOT))
