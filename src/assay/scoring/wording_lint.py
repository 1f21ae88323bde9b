"""Claims whose words say otherwise than their grade how sure they are. Remarks: no score moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assay.diagnostics import content_codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.evidence.vacuity import hedging_word, sure_word
from assay.model.documents import Claim, Corpus
from assay.model.results import Score
from assay.model.rulebook import Band
from assay.scoring.run import Run, ordered_bands


def may_disagree(corpus: Corpus) -> bool:
    """Whether any claim has words that a grade could speak against."""
    claims = (c for p in corpus.profiles.values() for c in p.claims)
    return any(sure_word(c.text) or hedging_word(c.text) for c in claims)


def words_against_grades(
    corpus: Corpus, run: Run, subjects: Mapping[str, Subject]
) -> Iterator[Diagnostic]:
    """Claims that sound sure below the top third of their scale, or unsure within it.

    The grade is that of every claim scorer that has a scale. ``corpus`` is what was written, to
    tell the place of each claim in its file.
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
            said = _against(claim, score, high)
            if said:
                place = ("claims", number, "text")
                yield content_codes.WORDS_AGAINST_GRADE.at(
                    ValueLocation(place, subjects[profile.id]), *said
                )


def _against(claim: Claim, score: Score, high: set[str]) -> tuple[str, str] | None:
    if claim.nature == "forecast":
        return None  # what it says is compared with its likelihood
    sure, hedged = sure_word(claim.text), hedging_word(claim.text)
    graded = f"is graded {_graded(score.band, score)}"
    if sure and (score.band is None or score.band.id not in high):
        return (
            f"the claim {claim.id!r} says {sure!r} and {graded}",
            "leave the word out: how sure it is, is computed",
        )
    if hedged and not sure and score.band is not None and score.band.id in high:
        return (
            f"the claim {claim.id!r} says {hedged!r} and {graded}",
            "leave the word out, or name whose doubt it is and write 'nature: attributed'",
        )
    return None


def _graded(band: Band | None, score: Score) -> str:
    if band is None or score.value is None:
        return "not at all"
    return f"{band.grade} ({score.value:.2f})"
