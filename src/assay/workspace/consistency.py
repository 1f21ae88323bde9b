"""Contradictions and omissions within a document or between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from assay.diagnostics import content_codes
from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.evidence.actors import speaks_for_actor
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Event,
    Publisher,
    Source,
    actor_of,
)
from assay.text import plural
from assay.workspace.dates import lint_dates
from assay.yaml.source_map import ValuePath

_NEEDS_SOURCE = ("fact", "attributed")


def check_claims(profile: AnyProfile, corpus: Corpus, subject: Subject) -> Iterator[Diagnostic]:
    """Report duplicate ids, facts without sources, judgements without grounds, unbound sentences.

    Drafts may lack sources, grounds and claims.
    """
    for i, sentence in enumerate(profile.summary):
        if not sentence.claims and profile.status != "draft":
            yield content_codes.SENTENCE_WITHOUT_CLAIM.at(
                ValueLocation(("summary", i), subject),
                f"sentence {i + 1} of the summary names no claim",
                "add 'claims: [CLAIM]' with the claims that it states",
            )
    seen: set[str] = set()
    for i, claim in enumerate(profile.claims):
        if claim.id in seen:
            yield codes.DUPLICATE_CLAIM.at(
                ValueLocation(("claims", i, "id"), subject),
                f"duplicate claim id {claim.id!r} in this profile",
                "choose another id",
            )
        seen.add(claim.id)
        if "draft" not in (profile.status, claim.status):
            yield from _unfounded(profile, claim, i, corpus, subject)


def _unfounded(
    profile: AnyProfile, claim: Claim, i: int, corpus: Corpus, subject: Subject
) -> Iterator[Diagnostic]:
    if claim.nature in _NEEDS_SOURCE and not claim.sources:
        noun = "fact" if claim.nature == "fact" else "attributed claim"
        yield content_codes.FACT_WITHOUT_SOURCE.at(
            ValueLocation(("claims", i), subject),
            f"{noun} {claim.id!r} cites no source",
            "add 'sources: [ID]', or 'status: draft' until there is one",
        )
    if claim.nature == "forecast" and claim.key and not claim.rests_on:
        facts = [c.id for c in profile.claims if c.nature in _NEEDS_SOURCE and c is not claim]
        such = f", for example {' or '.join(facts[:3])}" if facts else ""
        yield content_codes.FORECAST_WITHOUT_GROUNDS.at(
            ValueLocation(("claims", i), subject),
            f"key forecast {claim.id!r} names no grounds, so it cannot carry a grade",
            f"list the claims it is based on under 'rests_on:'{such}, or remove 'key: true'",
        )
    if claim.nature != "judgement":
        return
    if not claim.rests_on:
        yield content_codes.JUDGEMENT_WITHOUT_GROUNDS.at(
            ValueLocation(("claims", i), subject),
            f"judgement {claim.id!r} names no grounds",
            "list the claims it is based on under 'rests_on:'",
        )
    for k, reference in enumerate(claim.rests_on):
        found = corpus.claim(profile.id, reference)
        if found is not None and found[1] is not claim and found[1].nature == "judgement":
            grounds = ", ".join(found[1].rests_on)
            yield content_codes.JUDGEMENT_ON_JUDGEMENT.at(
                ValueLocation(("claims", i, "rests_on", k), subject),
                f"judgement {claim.id!r} rests on {reference!r}, another judgement",
                f"list the grounds of that judgement instead: {grounds}" if grounds else "",
            )


def check_sources(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report sources listed both as the same and as not the same."""
    groups = _same(corpus)
    for source in corpus.sources.values():
        for i, other in enumerate(source.not_same_as):
            group = groups.get(source.id)
            if other == source.id or group is None or other not in group:
                continue
            through = " through others" if other not in source.same_as else ""
            yield codes.SAME_AND_NOT_SAME.at(
                ValueLocation(("not_same_as", i), subjects[source.id]),
                f"{source.id!r} and {other!r} are also listed as the same{through}",
                "'same_as' joins " + ", ".join(sorted(group)),
            )


def _same(corpus: Corpus) -> dict[str, set[str]]:
    """Return the group of every source that ``same_as`` joins to others."""
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


def _credential(name: str, document: Publisher | Source, subject: Subject) -> Iterator[Diagnostic]:
    if getattr(document, name) and getattr(document, f"{name}_reason") is None:
        yield content_codes.CREDENTIAL_WITHOUT_REASON.at(
            ValueLocation((name,), subject, at_key=True),
            f"{name!r} of {document.id!r} has no reason",
            f"add '{name}_reason: …'; credentials can raise grades and need a reason",
        )


def _speaks_for_none(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    records = Counter(s.publisher for s in corpus.sources.values() if s.directness == "record")
    for publisher in corpus.publishers.values():
        count = records[publisher.id]
        if count and not publisher.speaks_for:
            yield content_codes.SPEAKS_FOR_NONE.at(
                ValueLocation(("id",), subjects[publisher.id]),
                f"publisher {publisher.id!r} issued {plural(count, 'record')}, but speaks for no "
                "institution",
                "add 'speaks_for: [INSTITUTION]' with a reason if it records that body's acts",
            )


def check_record(
    profile: AnyProfile, claim: Claim, citation: Citation, corpus: Corpus, as_of: date
) -> tuple[str, str] | None:
    """Return why a cited record counts as of unknown kind, and a hint; None if it does not."""
    source = corpus.sources[citation.id]
    if (citation.directness or source.directness) != "record":
        return None
    actor = actor_of(profile, claim)
    publisher = source.publisher
    if source.cites if citation.cites is None else citation.cites:
        reason = "it draws on other sources"
        hint = "set 'directness: secondary' here, or 'cites: []' if it records its own act"
    elif actor is None:
        reason = "the claim names no actor"
        hint = "add 'actor: INSTITUTION', the body whose act the record states"
    elif publisher is None:
        reason = "it has no publisher"
        hint = f"add 'publisher:' to {source.id!r}"
    elif not speaks_for_actor(corpus, publisher, actor, as_of):
        reason = f"{publisher!r} does not speak for {actor!r}"
        hint = (
            f"add 'speaks_for: [{actor}]' to {publisher!r} with a reason, name another 'actor:' "
            "for the claim, or set 'directness: first_hand' or 'secondary' here"
        )
    else:
        return None
    message = f"record {source.id!r} is of unknown kind for claim {claim.id!r}, because {reason}"
    return message, hint


_LETTERS = "ABCDE"
_LETTER_FIELDS = ("reliability", "source_reliability", "admiralty")
_NUMBER_FIELDS = ("quality", "confidence", "reliability", "credibility", "score")
_FAR = 2
"""Steps between a document's and its publisher's rating from which they are reported."""


def check_publishers(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report undated ratings, and sources whose own rating is far from their publisher's."""
    for publisher in corpus.publishers.values():
        if publisher.reliability is not None and publisher.reliability_date is None:
            yield content_codes.RELIABILITY_UNDATED.at(
                ValueLocation(("reliability",), subjects[publisher.id], at_key=True),
                f"the reliability of {publisher.id!r} has no date",
                "add 'reliability_date:' when it is next reviewed",
            )
    for source in corpus.sources.values():
        publisher_ = corpus.publishers.get(source.publisher or "")
        if publisher_ is not None and publisher_.reliability is not None:
            yield from _against(source, publisher_, subjects[source.id])


def _against(source: Source, publisher: Publisher, subject: Subject) -> Iterator[Diagnostic]:
    stated = _LETTERS.index(publisher.reliability or "")
    for field, value in source.extra.items():
        own = own_rating(field, value)
        if own is not None and abs(own - stated) >= _FAR:
            yield content_codes.RATING_AGAINST_RELIABILITY.at(
                ValueLocation(("extra", field), subject),
                f"the document rates itself {value} ({field}), about {_LETTERS[own]}, but "
                f"{publisher.id!r} is rated {publisher.reliability}",
                "review the publisher's reliability; the rulebook reads only that",
            )


def own_rating(field: str, value: Any) -> int | None:
    """Return a document's own rating as a step of the Admiralty scale, from 0 (A) to 4 (E).

    Letters map directly; a number of 0 to 100 in steps of twenty, like confidence in STIX 2.1
    (appendix A). None for all other values.
    """
    name = field.casefold().replace("-", "_")
    if isinstance(value, str) and name in _LETTER_FIELDS:
        letter = value.strip().upper()[:1]
        return _LETTERS.index(letter) if letter and letter in _LETTERS else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if name not in _NUMBER_FIELDS or not 0 <= value <= 100:
        return None
    return 4 - min(4, int(value // 20))


_MOST_KEY_CLAIMS = 5
_WANTS_BASIS = ("type", "region", "base", "domain")


def lint(
    corpus: Corpus,
    as_of: date | None,
    subjects: Mapping[str, Subject],
    audiences: Sequence[str] = (),
) -> Iterator[Diagnostic]:
    """Return warnings and infos about all valid documents.

    ``audiences`` are those of the rulebook, the most public one first.
    """
    yield from lint_dates(corpus, as_of, subjects)
    yield from check_publishers(corpus, subjects)
    for publisher in corpus.publishers.values():
        yield from _credential("speaks_for", publisher, subjects[publisher.id])
    for source in corpus.sources.values():
        yield from _credential("not_same_as", source, subjects[source.id])
    yield from _speaks_for_none(corpus, subjects)
    for profile in corpus.profiles.values():
        if profile.status == "draft":
            continue  # a draft may be incomplete
        subject = subjects[profile.id]
        yield from _profile(profile, subject)
        yield from _basis(profile, subject)
        yield from _edges(profile, subject)
        yield from _restricted(profile, corpus, audiences, subject)
        for i, claim in enumerate(profile.claims):
            yield from _claim(claim, i, corpus, subject)
            yield from _records(profile, i, corpus, as_of, subject)


def _profile(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    keys = [i for i, c in enumerate(profile.claims) if c.key]
    if not keys:
        yield content_codes.NO_KEY_CLAIM.at(
            ValueLocation(("claims",), subject, at_key=True),
            f"profile {profile.id!r} has no key claim",
            "add 'key: true' to the two to five claims that its grade depends on",
        )
    elif len(keys) > _MOST_KEY_CLAIMS:
        yield content_codes.MANY_KEY_CLAIMS.at(
            ValueLocation(("claims", keys[_MOST_KEY_CLAIMS], "key"), subject, at_key=True),
            f"profile {profile.id!r} has {len(keys)} key claims",
            "keep the two to five that matter most",
        )
    if not profile.gaps:
        yield content_codes.NO_GAPS.at(
            ValueLocation(("id",), subject),
            f"profile {profile.id!r} lists no gaps",
            "add what is not known under 'gaps:'",
        )
    if profile.closed is not None:
        for i, item in enumerate(profile.watch):
            if item.due is None or item.due.last > profile.closed.on.last:
                yield content_codes.CLOSED_BUT_WATCHED.at(
                    ValueLocation(("watch", i), subject),
                    f"profile {profile.id!r} was closed on {profile.closed.on}, but has an open "
                    "watch item",
                    "remove the watch item, or remove 'closed:'",
                )
    elif not profile.watch:
        yield content_codes.NOTHING_TO_WATCH.at(
            ValueLocation(("id",), subject),
            f"profile {profile.id!r} has no watch items",
            "add 'watch: [{text: …, due: …}]'",
        )


def _basis(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    for name in _WANTS_BASIS:
        if getattr(profile, name, None) is not None and not profile.basis.get(name):
            yield content_codes.NO_BASIS.at(
                ValueLocation((name,), subject, at_key=True),
                f"no claim supports {name!r}",
                f"add 'basis: {{{name}: [CLAIM]}}'",
            )


def _edges(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    named = [("depends_on", profile.depends_on)]
    if isinstance(profile, Event):
        named.append(("affects", profile.affects))
    for name, edges in named:
        for i, edge in enumerate(edges):
            if not edge.claims:
                noun = "dependency" if name == "depends_on" else "effect"
                yield content_codes.EDGE_WITHOUT_CLAIM.at(
                    ValueLocation((name, i), subject),
                    f"no claim supports the {noun} on {edge.on!r}",
                    "add `claims: [CLAIM]` to it",
                )


def _restricted(
    profile: AnyProfile, corpus: Corpus, audiences: Sequence[str], subject: Subject
) -> Iterator[Diagnostic]:
    """Warn of claims that not all readers of what rests on them may see."""
    rank: dict[str | None, int] = {name: i for i, name in enumerate(audiences)}
    for name, own, references in _grounds(profile):
        readers = max((profile.audience, own), key=lambda a: rank.get(a, 0))
        for path, reference in references:
            found = corpus.claim(profile.id, reference)
            if found is None:
                continue
            owner, claim = found
            closed = max(
                (corpus.profiles[owner].audience, claim.audience), key=lambda a: rank.get(a, 0)
            )
            if rank.get(closed, 0) > rank.get(readers, 0):
                yield content_codes.RESTS_ON_RESTRICTED.at(
                    ValueLocation(path, subject),
                    f"{name} is open to {readers or audiences[0]!r}, but {reference!r}, on which "
                    f"it rests, only to {closed!r}",
                    "give both the same audience, or name other claims",
                )


def _grounds(
    profile: AnyProfile,
) -> Iterator[tuple[str, str | None, list[tuple[ValuePath, str]]]]:
    """Yield what rests on claims, with its own audience and each reference with its path."""

    def listed(references: Sequence[str], *path: str | int) -> list[tuple[ValuePath, str]]:
        return [((*path, k), reference) for k, reference in enumerate(references)]

    for i, claim in enumerate(profile.claims):
        at = listed(claim.rests_on, "claims", i, "rests_on")
        yield f"claim {claim.id!r}", claim.audience, at
    for field, claims in profile.basis.items():
        yield repr(field), None, listed(claims, "basis", field)
    for i, edge in enumerate(profile.depends_on):
        noun = f"the dependency on {edge.on!r}"
        yield noun, edge.audience, listed(edge.claims, "depends_on", i, "claims")
    if isinstance(profile, Event):
        for i, edge in enumerate(profile.affects):
            noun = f"the effect on {edge.on!r}"
            yield noun, edge.audience, listed(edge.claims, "affects", i, "claims")
    for i, sentence in enumerate(profile.summary):
        at = listed(sentence.claims, "summary", i, "claims")
        yield f"sentence {i + 1} of the summary", None, at
    for i, signal in enumerate(profile.signals):
        yield f"signal {i + 1}", None, listed(signal.claims, "signals", i, "claims")
    for i, factor in enumerate(profile.factors):
        yield f"factor {factor.factor!r}", None, listed(factor.claims, "factors", i, "claims")
    for i, item in enumerate(profile.watch):
        noun = f"watch item {i + 1}"
        yield noun, item.audience, listed(item.claims, "watch", i, "claims")


def _claim(claim: Claim, i: int, corpus: Corpus, subject: Subject) -> Iterator[Diagnostic]:
    if claim.nature == "fact" and claim.holds is None:
        yield content_codes.HOLDS_MISSING.at(
            ValueLocation(("claims", i), subject),
            f"fact {claim.id!r} is neither dated nor standing",
            "add 'holds: dated' (true of a date) or 'holds: standing' (true now)",
        )
    for k, citation in enumerate(claim.sources):
        source = corpus.sources.get(citation.id)
        if source is None:
            continue
        path = ("claims", i, "sources", k)
        if source.retracted is not None:
            yield content_codes.RETRACTED_SOURCE_CITED.at(
                ValueLocation(path, subject),
                f"claim {claim.id!r} cites {citation.id!r}, retracted on {source.retracted}",
                "cite another source, or remove the claim",
            )
        if source.published is None and claim.holds == "standing":
            yield content_codes.UNDATED_SOURCE_CITED.at(
                ValueLocation(path, subject),
                f"standing claim {claim.id!r} cites the undated source {citation.id!r}",
                f"add 'published:' to {citation.id!r}; a year is enough",
            )


def _records(
    profile: AnyProfile, i: int, corpus: Corpus, as_of: date | None, subject: Subject
) -> Iterator[Diagnostic]:
    claim = profile.claims[i]
    for k, citation in enumerate(claim.sources):
        if citation.id in corpus.sources:
            # Without a date, links that have an end are over.
            found = check_record(profile, claim, citation, corpus, as_of or date.max)
            if found is not None:
                yield content_codes.RECORD_NOT_BY_ACTOR.at(
                    ValueLocation(("claims", i, "sources", k), subject), *found
                )
