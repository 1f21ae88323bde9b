"""Sentences that say nothing, or not what they seem to say. Remarks only: no score moves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from assay.diagnostics import content_codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.evidence.quantities import figures
from assay.evidence.sentences import sentences
from assay.model.documents import AnyProfile, Claim, Corpus, Institution

_FEWEST_WORDS = 6
_HEADLINE = re.compile(
    r"\b(?:approves|launches|bans|wins|announces|raises|signs|adopts|opens|acquires|proposes|sues"
    r"|fines|unveils|releases|warns|blocks|expands|joins|buys|cuts|votes|rejects|orders|says)\b"
)
_SURE = re.compile(
    r"\b(?:certainly|definitely|undoubtedly|inevitabl[ey]|without doubt|sure to|bound to|proven)\b",
    re.IGNORECASE,
)
_UNLIKELY = re.compile(r"\b(?:unlikely|improbable|doubtful|hardly)\b", re.IGNORECASE)
_LIKELY = re.compile(r"(?<!un)\b(?:likely|probabl[ey]|expected to)\b", re.IGNORECASE)
_HEDGED = re.compile(
    r"\b(?:may have|might|possibly|perhaps|allegedly|reportedly|supposedly|rumou?red)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20|21)\d\d\b")
_NAME = re.compile(
    r"(?<=[\w,;:)’'\"”] )[\"“'(]?[A-Z0-9À-ÞΑ-ΩА-Я]|\b[A-Z]{2,}|[^\x00-\u02ff\u2010-\u2027]"
)


def check_vacuity(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Remarks on every profile that is not a draft."""
    profiles = [p for p in corpus.profiles.values() if p.status != "draft"]
    yield from _repeated(profiles, subjects)
    for profile in profiles:
        subject = subjects[profile.id]
        yield from _filed_as_institution(profile, subject)
        for i, claim in enumerate(profile.claims):
            if claim.status != "draft":
                yield from _claim(claim, i, corpus, subject)


_Place = tuple[AnyProfile, tuple[str | int, ...], str, str]


def _repeated(profiles: list[AnyProfile], subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    places: dict[str, list[_Place]] = defaultdict(list)
    for profile in profiles:
        for path, name, text in _texts(profile):
            for sentence in sentences(text):
                words = re.findall(r"\w+", sentence.casefold())
                if len(words) >= _FEWEST_WORDS:
                    places[" ".join(words)].append((profile, path, name, sentence))
    for found in places.values():
        for profile, path, _, sentence in found[1:]:
            yield content_codes.REPEATED_SENTENCE.at(
                ValueLocation(path, subjects[profile.id]),
                f"{found[0][2]!r} says this already: {sentence}",
                "say what is true of this subject alone, or refer to the other claim",
            )


def _texts(profile: AnyProfile) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """The sentences of a profile: where each stands, how it is called, and what it says."""
    for i, claim in enumerate(profile.claims):
        yield ("claims", i, "text"), f"{profile.id}#{claim.id}", claim.text
    for i, gap in enumerate(profile.gaps):
        yield ("gaps", i, "text"), f"{profile.id}, gaps", gap.text
    for i, item in enumerate(profile.watch):
        yield ("watch", i, "text"), f"{profile.id}, watch", item.text


def _filed_as_institution(profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
    found = _HEADLINE.search(profile.name)
    if isinstance(profile, Institution) and found and found.start() > 0:
        yield content_codes.EVENT_AS_INSTITUTION.at(
            ValueLocation(("name",), subject),
            f"{profile.name!r} says what happened ({found[0]!r}), and is filed as an institution",
            "write 'kind: event'",
        )


def _claim(claim: Claim, i: int, corpus: Corpus, subject: Subject) -> Iterator[Diagnostic]:
    path = ("claims", i, "text")
    if claim.nature in ("fact", "attributed") and not _says_something(claim.text, corpus):
        yield content_codes.NOTHING_SAID.at(
            ValueLocation(path, subject),
            f"the claim {claim.id!r} has no number, no name and no date",
            "say who, when or how many, so that it can be right or wrong",
        )
    if contradiction := _contradicts_itself(claim):
        yield content_codes.WORDS_AGAINST_GRADE.at(ValueLocation(path, subject), *contradiction)


def _says_something(text: str, corpus: Corpus) -> bool:
    return bool(figures(text) or _YEAR.search(text) or _NAME.search(text)) or any(
        profile.name.casefold() in text.casefold() for profile in corpus.profiles.values()
    )


def sure_word(text: str) -> str | None:
    """A word by which a sentence says that it is sure, if it has one."""
    found = _SURE.search(text)
    return found[0] if found else None


def hedging_word(text: str) -> str | None:
    """A word by which a sentence says that it is not sure, if it has one."""
    found = _HEDGED.search(text)
    return found[0] if found else None


def _contradicts_itself(claim: Claim) -> tuple[str, str] | None:
    """What is said in words and what is said in numbers, where they differ.

    Only scoring compares the words with the computed grade.
    """
    sure, hedged = sure_word(claim.text), hedging_word(claim.text)
    if claim.likelihood is not None:
        unlikely = _UNLIKELY.search(claim.text)
        likely = _LIKELY.search(claim.text)
        said = likely[0] if likely else sure
        if (unlikely and claim.likelihood > 0.5) or (said and claim.likelihood < 0.5):
            word = unlikely[0] if unlikely else said
            return (
                f"the forecast {claim.id!r} says {word!r} and gives it {claim.likelihood:g}",
                "let the words and the number say the same",
            )
    if hedged and claim.nature == "fact":
        return (
            f"the fact {claim.id!r} says {hedged!r}",
            "write 'nature: attributed' and whose words it is",
        )
    return None
