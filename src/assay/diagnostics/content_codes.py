"""Codes of the content of documents: gaps in the evidence, and remarks for analysts."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

FACT_WITHOUT_SOURCE = Code(
    "fact-without-source",
    "error",
    "A claim of fact, or one attributed to somebody, cites no source.",
    "sources: [example-2024-01-29]",
)
JUDGEMENT_WITHOUT_GROUNDS = Code(
    "judgement-without-grounds",
    "error",
    "A judgement does not say what it rests on.",
    "rests_on: [approvals-40]",
)
JUDGEMENT_ON_JUDGEMENT = Code(
    "judgement-on-judgement",
    "error",
    "A judgement rests on another judgement.",
    "Name the facts and assumptions that it rests on itself.",
)
NO_KEY_CLAIM = Code(
    "no-key-claim",
    "warning",
    "A profile has no key claim, so nothing that it stands on.",
    "key: true",
)
MANY_KEY_CLAIMS = Code(
    "many-key-claims",
    "warning",
    "A profile has more than five key claims.",
    "Keep the two to five that it would fall without.",
)
EDGE_WITHOUT_CLAIM = Code(
    "edge-without-claim",
    "warning",
    "No claim bears out a dependency.",
    "depends_on:\n  - {on: example-ministry, relation: part_of, claims: [reports-to]}",
)
NO_GAPS = Code(
    "no-gaps",
    "warning",
    "A profile does not say what is not known.",
    "gaps: [The full list of approved models is not public.]",
)
NOTHING_TO_WATCH = Code(
    "nothing-to-watch",
    "info",
    "A profile does not say what to look out for.",
    "watch:\n  - {horizon: quarter, text: Publication of the full list.}",
)
NO_BASIS = Code(
    "no-basis",
    "info",
    "No claim is named for a field that says something of the subject.",
    "basis: {region: [seated-in]}",
)
SOURCE_AFTER_AS_OF = Code(
    "source-after-as-of",
    "info",
    "The source is dated after the as-of date: it does not exist yet.",
    "Move the as-of date on when the workspace is brought up to date.",
)
RETRACTED_SOURCE_CITED = Code(
    "retracted-source-cited",
    "warning",
    "A claim still cites a source that was retracted.",
    "Cite another source, or remove the claim.",
)
UNDATED_SOURCE_CITED = Code(
    "undated-source-cited",
    "info",
    "A claim that stands now rests on a source without a date.",
    "published: 2024-01",
)
HOLDS_MISSING = Code(
    "holds-missing",
    "warning",
    "A fact does not say whether it can grow old.",
    "holds: dated",
)
RELIABILITY_UNDATED = Code(
    "reliability-undated",
    "info",
    "A publisher's reliability does not say of when it is.",
    "reliability_date: 2026-01",
)
RATING_AGAINST_RELIABILITY = Code(
    "rating-against-reliability",
    "info",
    "A document rates itself far from what its publisher is rated.",
    "reliability: C",
)
FIGURE_NOT_IN_PASSAGE = Code(
    "figure-not-in-passage",
    "warning",
    "A claim gives a figure that the words of the source it cites do not have.",
    "quantity: {measure: models filed, value: 70}",
)
REPEATED_SENTENCE = Code(
    "repeated-sentence",
    "info",
    "The same sentence stands elsewhere: in another claim, a gap or a watch item.",
    "Say what is true of this subject alone.",
)
NOTHING_SAID = Code(
    "nothing-said",
    "info",
    "A claim has no number, no name and no date: nothing in it can be wrong.",
    "text: More than 40 models had been approved by late January 2024.",
)
EVENT_AS_INSTITUTION = Code(
    "event-as-institution",
    "warning",
    "An institution's name says what somebody did.",
    "kind: event",
)
WORDS_AGAINST_GRADE = Code(
    "words-against-grade",
    "warning",
    "The words of a claim say how sure it is, otherwise than its grade, nature or likelihood.",
    "nature: attributed",
)
HORIZON_SLOT = Code(
    "horizon-slot",
    "info",
    "What is to be watched lies further off than its horizon.",
    "watch:\n  - {horizon: year, text: Publication of the full list.}",
)
