"""Claims whose wording is surer or less sure than their grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assay.diagnostics import content_codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.evidence.vacuity import hedging_word, sure_word
from assay.model.documents import Claim, Corpus
from assay.model.results import Score
from assay.scoring.run import Run, ordered_bands


def may_disagree(corpus: Corpus) -> bool:
    """Whether any claim has words that may contradict its grade."""
    claims = (c for p in corpus.profiles.values() for c in p.claims)
    return any(sure_word(c.text) or hedging_word(c.text) for c in claims)


def wording_problems(
    corpus: Corpus, run: Run, subjects: Mapping[str, Subject]
) -> Iterator[Diagnostic]:
    """Report claims worded as sure below the top third of a scale, or as unsure within it.

    Applies to every claim scorer with a scale. ``corpus`` holds all documents, which gives each
    claim its location.
    """
    for scorer in run.program.on("claim"):
        bands = ordered_bands(run.rulebook.bands(scorer.scorer))
        if not bands:
            continue
        high = {b.id for b in bands[-(-2 * len(bands) // 3) :]}
        ids = run.engine.column("claim", "id").to_list()
        owners = run.engine.column("claim", "profile_row").to_list()
        names = {row: profile_id for profile_id, row in run.profile_rows.items()}
        for claim_id, owner, score in zip(ids, owners, run.scores(scorer), strict=True):
            profile = corpus.profiles[names[owner]]
            number, claim = next((i, c) for i, c in enumerate(profile.claims) if c.id == claim_id)
            problem = _contradiction(claim, score, high)
            if problem:
                location = ValueLocation(("claims", number, "text"), subjects[profile.id])
                yield content_codes.WORDS_AGAINST_GRADE.at(location, *problem)


def _contradiction(claim: Claim, score: Score, high: set[str]) -> tuple[str, str] | None:
    """The message and the hint, None if words and grade agree."""
    if claim.nature == "forecast":
        return None  # its wording is compared with its likelihood
    sure, hedged = sure_word(claim.text), hedging_word(claim.text)
    graded = "is not rated"
    if score.band is not None and score.value is not None:
        graded = f"is graded {score.band.grade} ({score.value:.2f})"
    if sure and (score.band is None or score.band.id not in high):
        return (
            f"claim {claim.id!r} says {sure!r} but {graded}",
            "remove the word; the grade shows how sure the claim is",
        )
    if hedged and not sure and score.band is not None and score.band.id in high:
        return (
            f"claim {claim.id!r} says {hedged!r} but {graded}",
            "remove the word, or name who doubts it and use 'nature: attributed'",
        )
    return None
