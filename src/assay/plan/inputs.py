"""The inventory of the rulebook: every value that a score reads, and every word that a page prints.

A plan names the changed values as causes of changed scores, and lists the changed words with the
pages that print them. The inputs among the documents are in :mod:`assay.plan.lock_builder`, those
of decisions in :mod:`assay.scoring.grounds`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.model.documents import Event
from assay.model.rulebook import Rulebook
from assay.plan.plan import WordChange
from assay.scoring.compare import profiles_of_rule

if TYPE_CHECKING:
    from assay.assessment import Assessment

WORDS = {"because", "rationale", "source", "title", "describes", "label", "text", "formerly"}
"""Fields of the rulebook that no score reads."""


def values_of(rulebook: Rulebook) -> dict[str, Any]:
    """Return everything in a rulebook that affects a score, band, page or watch item, by name.

    A rule is ``on.scorer.rule``; others are ``on.scorer.pool``, ``scale.name``, ``reach.hops`` …
    """
    parts: dict[str, Any] = {}
    for scorer in rulebook.scorers:
        parts[scorer.key] = True
        parts[f"{scorer.key}.shown"] = scorer.shown
        parts[f"{scorer.key}.start"] = scorer.start
        parts[f"{scorer.key}.pool"] = scorer.pool.model_dump(mode="json") if scorer.pool else None
        parts[f"{scorer.key}.scale"] = scorer.scale
        parts[f"{scorer.key}.kinds"] = scorer.kinds
        parts[f"{scorer.key}.rated_from"] = scorer.rated_from
        parts[f"{scorer.key}.rated_when"] = scorer.rated_when
        for name, option in (("ceiling", scorer.ceiling), ("stands_on", scorer.stands_on)):
            if option is not None:
                parts[f"{scorer.key}.{name}"] = option.model_dump(mode="json")
        parts[f"{scorer.key}.not_asked"] = [n.model_dump(mode="json") for n in scorer.not_asked]
        for rule in scorer.rules:
            parts[f"{scorer.key}.{rule.id}"] = rule.model_dump(mode="json", exclude=WORDS)
    for fact in rulebook.facts:
        parts[f"fact.{fact.name}"] = [fact.on, fact.expr]
    for name, value in rulebook.parameters.items():
        parts[f"parameter.{name}"] = value
    for name, bands in rulebook.scales.items():
        parts[f"scale.{name}"] = [b.model_dump(mode="json", exclude={"label"}) for b in bands]
    for name, value in rulebook.reach.model_dump(mode="json").items():
        parts[f"reach.{name}"] = value
    for name, value in rulebook.factors.model_dump(mode="json").items():
        parts[f"factors.{name}"] = value
    parts["cadence"] = rulebook.cadence.model_dump(mode="json", exclude={"because"})
    for watch in rulebook.watch:
        parts[f"watch.{watch.id}"] = watch.model_dump(mode="json")
    parts["settings.publish_by"] = rulebook.settings.publish_by
    parts["settings.review_after_days"] = dict(rulebook.settings.review_after_days)
    parts["audiences"] = list(rulebook.audiences)
    return parts


def words_of(rulebook: Rulebook) -> dict[str, str]:
    """Return every word of a rulebook that a page prints, by name.

    For example ``scale.confidence.ab.label`` and ``claim.strength.record.because``. A word
    that is not given is empty.
    """
    return {name: text or "" for name, text in _words(rulebook)}


def _words(rulebook: Rulebook) -> Iterator[tuple[str, str | None]]:
    for scorer in rulebook.scorers:
        yield f"{scorer.key}.title", scorer.title
        yield f"{scorer.key}.describes", scorer.describes
        for rule in scorer.rules:
            for field in ("because", "rationale", "source"):
                yield f"{scorer.key}.{rule.id}.{field}", getattr(rule, field)
    for scale, bands in rulebook.scales.items():
        for band in bands:
            yield f"scale.{scale}.{band.id}.grade", band.grade
            yield f"scale.{scale}.{band.id}.label", band.label
    for fact in rulebook.facts:
        yield f"fact.{fact.name}.describes", fact.describes
    for name, factor in rulebook.factors.scales.items():
        yield f"factors.{name}.because", factor.because
    yield "cadence.because", rulebook.cadence.because
    for change in rulebook.changes:
        yield f"change.{change.id}", json.dumps(change.model_dump(mode="json"), sort_keys=True)
    for tier in rulebook.tiers:
        for field in ("name", "holds", "access"):
            yield f"audience.{tier.id}.{field}", getattr(tier, field)
    if rulebook.settings.site is not None:
        for field, value in rulebook.settings.site:
            yield f"settings.site.{field}", value


def changed_words(
    old: Rulebook, new: Rulebook, assessments: Sequence[Assessment]
) -> tuple[WordChange, ...]:
    """Return the changed words, each with the pages of profiles that print it.

    ``assessments`` are the current ones. Words of a rule are on the pages of the profiles that it
    applies to, words of a band on those of profiles in it and of their neighbours, and all others
    are taken to be on every page. Words of a rule or band that is new or gone are no change of
    wording.
    """
    before, after = words_of(old), words_of(new)
    return tuple(
        WordChange(name, before[name], after[name], _pages(name, assessments))
        for name in changed_keys(before, after)
        if name in before and name in after
    )


def _pages(name: str, assessments: Sequence[Assessment]) -> tuple[str, ...]:
    pages: set[str] = set()
    for assessment in assessments:
        results = assessment.results
        published = {i for i, result in results.items() if result.published}
        for profile_id in _readers(name, assessment) & published:
            kind = assessment.corpus.profiles[profile_id].kind
            pages.add(f"{kind}s/{profile_id}.html")
    return tuple(sorted(pages))


def _readers(name: str, assessment: Assessment) -> set[str]:
    """Return the ids of the profiles whose pages print the word."""
    part, _, field = name.rpartition(".")
    if field in ("because", "rationale", "source") and part.count(".") == 2:
        found = profiles_of_rule(assessment.run, part)
        if found is not None:
            return set(found)
    if name.startswith("scale."):
        _, scale, band, _ = name.split(".")
        return _in_band(assessment, scale, band)
    return set(assessment.results)


def _in_band(assessment: Assessment, scale: str, band: str) -> set[str]:
    """Return the profiles with the band in one of their scores, and the neighbours of these."""
    scorers = [s for s in assessment.rulebook.scorers if s.scale == scale]
    if any(s.on != "profile" for s in scorers):
        return set(assessment.results)
    names = {s.name for s in scorers}
    found = set()
    for profile_id, result in assessment.results.items():
        for name in names & result.scores.keys():
            score = result.scores[name]
            shown = (score.in_force, score.band, score.ceiling, score.firm, score.stands_on)
            if any(b is not None and b.id == band for b in shown):
                found.add(profile_id)
    return found | _neighbours(assessment, found)


def _neighbours(assessment: Assessment, ids: set[str]) -> set[str]:
    peers = set()
    for profile in assessment.corpus.profiles.values():
        affected = profile.affects if isinstance(profile, Event) else ()
        for edge in (*profile.depends_on, *affected):
            if edge.on in ids:
                peers.add(profile.id)
            if profile.id in ids:
                peers.add(edge.on)
    return peers & assessment.results.keys()


def changed_keys(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """Return the keys whose values differ, or that only one side has, sorted."""
    return [k for k in sorted(old.keys() | new.keys()) if old.get(k) != new.get(k)]
