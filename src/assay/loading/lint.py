"""What an analyst would want to know: nothing here keeps a workspace from being scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from assay.diagnostics import Diagnostic, Subject, ValueLocation, content_codes
from assay.loading.publishers import check_publishers
from assay.model.corpus import Corpus
from assay.model.evidence import Claim
from assay.model.profile import AnyProfile, Event

MOST_KEY_CLAIMS = 5
_WANTS_BASIS = ("type", "region", "base", "domain")


def lint(
    corpus: Corpus, as_of: date | None, subjects: Mapping[str, Subject]
) -> Iterator[Diagnostic]:
    """Warnings and infos about every valid document."""
    for source in corpus.sources.values():
        if as_of is not None and source.published is not None and source.published.first > as_of:
            yield content_codes.SOURCE_AFTER_AS_OF.at(
                ValueLocation(("published",), subjects[source.id]),
                f"{source.id!r} is dated {source.published}, after the as-of date {as_of}",
                "until then it counts as not published",
            )
    yield from check_publishers(corpus, subjects)
    for profile in corpus.profiles.values():
        if profile.status == "draft":
            continue  # what a draft still lacks is not held against it
        subject = subjects[profile.id]
        yield from _profile(profile, subject)
        yield from _basis(profile, subject)
        yield from _edges(profile, subject)
        for i, claim in enumerate(profile.claims):
            yield from _claim(claim, i, corpus, subject)


def _profile(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    keys = [i for i, c in enumerate(profile.claims) if c.key]
    if not keys:
        yield content_codes.NO_KEY_CLAIM.at(
            ValueLocation(("claims",), subject, at_key=True),
            f"{profile.id!r} has no key claim",
            "add 'key: true' to the two to five claims that it stands on",
        )
    elif len(keys) > MOST_KEY_CLAIMS:
        yield content_codes.MANY_KEY_CLAIMS.at(
            ValueLocation(("claims", keys[MOST_KEY_CLAIMS], "key"), subject, at_key=True),
            f"{profile.id!r} has {len(keys)} key claims",
            "keep the two to five that it would fall without",
        )
    if not profile.gaps:
        yield content_codes.NO_GAPS.at(
            ValueLocation(("id",), subject),
            f"{profile.id!r} does not say what is not known",
            "add 'gaps: […]'",
        )
    if not profile.watch:
        yield content_codes.NOTHING_TO_WATCH.at(
            ValueLocation(("id",), subject),
            f"{profile.id!r} does not say what to look out for",
            "add 'watch: [{horizon: quarter, text: …}]'",
        )


def _basis(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    for name in _WANTS_BASIS:
        if getattr(profile, name, None) is not None and not profile.basis.get(name):
            yield content_codes.NO_BASIS.at(
                ValueLocation((name,), subject, at_key=True),
                f"no claim is named for {name!r}",
                f"add 'basis: {{{name}: [CLAIM]}}'",
            )


def _edges(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    named = [("depends_on", profile.depends_on)]
    if isinstance(profile, Event):
        named.append(("affects", profile.affects))
    for name, edges in named:
        for i, edge in enumerate(edges):
            if not edge.claims:
                yield content_codes.EDGE_WITHOUT_CLAIM.at(
                    ValueLocation((name, i), subject),
                    f"no claim bears out that {profile.id!r} is linked to {edge.on!r} "
                    f"({edge.relation})",
                    "add 'claims: [CLAIM]' to the edge",
                )


def _claim(claim: Claim, i: int, corpus: Corpus, subject: Subject) -> Iterator[Diagnostic]:
    if claim.nature == "fact" and claim.holds is None:
        yield content_codes.HOLDS_MISSING.at(
            ValueLocation(("claims", i), subject),
            f"the fact {claim.id!r} does not say whether it can grow old",
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
                f"the claim {claim.id!r} cites {citation.id!r}, retracted on {source.retracted}",
                "a retracted source counts for nothing: cite another, or remove the claim",
            )
        if source.published is None and claim.holds == "standing":
            yield content_codes.UNDATED_SOURCE_CITED.at(
                ValueLocation(path, subject),
                f"the standing claim {claim.id!r} rests on {citation.id!r}, which has no date",
                "add 'published:' to the source, if only the year",
            )
