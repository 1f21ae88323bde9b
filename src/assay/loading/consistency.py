"""What one document, or two together, say that cannot both be so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assay.diagnostics import Diagnostic, Subject, ValueLocation, content_codes
from assay.diagnostics import document_codes as codes
from assay.model.corpus import Corpus
from assay.model.evidence import Claim, Source
from assay.model.profile import AnyProfile

_NEEDS_SOURCE = ("fact", "attributed")


def check_claims(profile: AnyProfile, corpus: Corpus, subject: Subject) -> Iterator[Diagnostic]:
    """Ids given twice, facts without sources, judgements without grounds of their own.

    What a draft still lacks is not held against it.
    """
    seen: set[str] = set()
    for i, claim in enumerate(profile.claims):
        if claim.id in seen:
            yield codes.DUPLICATE_CLAIM.at(
                ValueLocation(("claims", i, "id"), subject),
                f"the claim id {claim.id!r} is given twice in this profile",
                "give one of the two another id",
            )
        seen.add(claim.id)
        if "draft" not in (profile.status, claim.status):
            yield from _unfounded(profile, claim, i, corpus, subject)


def _unfounded(
    profile: AnyProfile, claim: Claim, i: int, corpus: Corpus, subject: Subject
) -> Iterator[Diagnostic]:
    if claim.nature in _NEEDS_SOURCE and not claim.sources:
        what = "a fact" if claim.nature == "fact" else "attributed to somebody"
        yield content_codes.FACT_WITHOUT_SOURCE.at(
            ValueLocation(("claims", i), subject),
            f"the claim {claim.id!r} is {what} and cites no source",
            "add 'sources: [ID]', or 'status: draft' until there is one",
        )
    if claim.nature != "judgement":
        return
    if not claim.rests_on:
        yield content_codes.JUDGEMENT_WITHOUT_GROUNDS.at(
            ValueLocation(("claims", i), subject),
            f"the judgement {claim.id!r} does not say what it rests on",
            "add 'rests_on: [CLAIM]' with the facts and assumptions it is drawn from",
        )
    for k, reference in enumerate(claim.rests_on):
        found = corpus.claim(profile.id, reference)
        if found is not None and found[1] is not claim and found[1].nature == "judgement":
            grounds = ", ".join(found[1].rests_on)
            yield content_codes.JUDGEMENT_ON_JUDGEMENT.at(
                ValueLocation(("claims", i, "rests_on", k), subject),
                f"the judgement {claim.id!r} rests on {reference!r}, a judgement itself",
                f"name what it rests on in the end: {grounds}" if grounds else "",
            )


def check_sources(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Dates that run backwards, and decisions about sameness that contradict each other."""
    for source in corpus.sources.values():
        if source.cites or source.retracted is not None or source.revises is not None:
            yield from _backwards(source, corpus, subjects[source.id])
    yield from _same_and_not_same(corpus, subjects)


def _backwards(source: Source, corpus: Corpus, subject: Subject) -> Iterator[Diagnostic]:
    if source.published is None:
        return
    if source.retracted is not None and source.retracted < source.published.first:
        yield codes.RETRACTED_EARLY.at(
            ValueLocation(("retracted",), subject),
            f"retracted on {source.retracted}, before it was published ({source.published})",
            "correct one of the two dates",
        )
    earlier = [(("cites", i), target, "draws on") for i, target in enumerate(source.cites)]
    if source.revises is not None:
        earlier.append((("revises", -1), source.revises, "revises"))
    for (name, i), target, word in earlier:
        other = corpus.sources.get(target)
        if other is None or other.published is None:
            continue
        if other.published.first > source.published.last:
            yield codes.CITES_LATER.at(
                ValueLocation((name, i) if i >= 0 else (name,), subject),
                f"published {source.published}, it {word} {target!r}, published {other.published}",
                "correct one of the two dates, or the link",
            )


def _same_and_not_same(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    groups = _same(corpus)
    for source in corpus.sources.values():
        for i, other in enumerate(source.not_same_as):
            group = groups.get(source.id)
            if other == source.id or group is None or other not in group:
                continue
            through = " through others" if other not in source.same_as else ""
            yield codes.SAME_AND_NOT_SAME.at(
                ValueLocation(("not_same_as", i), subjects[source.id]),
                f"{source.id!r} and {other!r} are also decided to be the same{through}",
                "same_as joins: " + ", ".join(sorted(group)),
            )


def _same(corpus: Corpus) -> dict[str, set[str]]:
    """For every source that ``same_as`` joins to others, the whole group."""
    groups: dict[str, set[str]] = {}
    for source in corpus.sources.values():
        for other in source.same_as:
            mine = groups.get(source.id, {source.id})
            theirs = groups.get(other, {other})
            if mine is theirs:
                continue
            joined = mine | theirs
            for member in joined:
                groups[member] = joined
    return groups
