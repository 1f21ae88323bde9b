"""Codes of the content of documents: missing evidence, and advice for analysts."""

from __future__ import annotations

from assay.diagnostics.diagnostic import Code

FACT_WITHOUT_SOURCE = Code(
    "fact-without-source",
    "A fact, or an attributed claim, cites no source.",
    "sources: [example-2024-01-29]",
)
JUDGEMENT_WITHOUT_GROUNDS = Code(
    "judgement-without-grounds", "A judgement names no grounds.", "rests_on: [approvals-40]"
)
FORECAST_WITHOUT_GROUNDS = Code(
    "forecast-without-grounds",
    "A key forecast names no grounds, so it cannot carry a grade.",
    "rests_on: [approvals-40]",
)
JUDGEMENT_ON_JUDGEMENT = Code(
    "judgement-on-judgement",
    "A judgement is based on another judgement.",
    "Replace it under 'rests_on:' by the facts and assumptions that it is based on.",
)
SENTENCE_WITHOUT_CLAIM = Code(
    "sentence-without-claim",
    "A sentence of a summary names no claim that it states.",
    "summary: [{text: More than 40 models had been approved., claims: [approvals-40]}]",
)
NO_KEY_CLAIM = Code(
    "no-key-claim",
    "A profile has no key claim, so its headline grade depends on none.",
    "key: true",
    "warning",
)
MANY_KEY_CLAIMS = Code(
    "many-key-claims",
    "A profile has more than five key claims.",
    "Keep the two to five claims that the headline grade should depend on.",
    "warning",
)
EDGE_WITHOUT_CLAIM = Code(
    "edge-without-claim",
    "No claim supports a dependency.",
    "depends_on:\n  - {on: example-ministry, relation: part_of, claims: [reports-to]}",
    "warning",
)
NO_GAPS = Code(
    "no-gaps",
    "A profile lists no gaps.",
    "gaps: [The full list of approved models is not public.]",
    "warning",
)
NOTHING_TO_WATCH = Code(
    "nothing-to-watch",
    "A profile has no watch items.",
    "watch:\n  - {text: Publication of the full list., due: 2024-Q3}",
    "info",
)
NO_BASIS = Code(
    "no-basis", "No claim supports a field of the profile.", "basis: {region: [seated-in]}", "info"
)
SOURCE_AFTER_AS_OF = Code(
    "source-after-as-of",
    "The source is later than the as-of date, so it is ignored.",
    "Use a later as-of date.",
    "info",
)
DATE_AFTER_AS_OF = Code(
    "date-after-as-of",
    "A date is later than the as-of date; the hint states how it counts until then.",
    "Correct the date, or use a later as-of date.",
    "info",
)
DATES_IN_DOUBT = Code(
    "dates-in-doubt",
    "One date is before another that it should follow.",
    "published: 2024-01-29\naccessed: 2024-02-02",
    "warning",
)
RECORD_NOT_BY_ACTOR = Code(
    "record-not-by-actor",
    "A claim cites a record that is not one for it, so its kind counts as unknown: its publisher "
    "does not speak for the institution that acted, or it draws on other sources.",
    "speaks_for: [example-ministry]\nspeaks_for_reason: The ministry's own website.",
    "warning",
)
SPEAKS_FOR_NONE = Code(
    "speaks-for-none",
    "A publisher issued records, but speaks for no institution.",
    "speaks_for: [example-ministry]\nspeaks_for_reason: The ministry's own website.",
    "info",
)
CREDENTIAL_WITHOUT_REASON = Code(
    "credential-without-reason",
    "A credential, which can raise grades, has no reason.",
    "speaks_for_reason: The ministry's own website.",
    "warning",
)
RETRACTED_SOURCE_CITED = Code(
    "retracted-source-cited",
    "A claim cites a source that was retracted.",
    "Cite another source, or remove the claim.",
    "warning",
)
UNDATED_SOURCE_CITED = Code(
    "undated-source-cited",
    "A standing claim cites an undated source.",
    "published: 2024-01",
    "info",
)
HOLDS_MISSING = Code(
    "holds-missing", "A fact is neither dated nor standing.", "holds: dated", "warning"
)
RELIABILITY_UNDATED = Code(
    "reliability-undated",
    "A publisher's reliability has no date.",
    "reliability_date: 2026-01",
    "info",
)
RATING_AGAINST_RELIABILITY = Code(
    "rating-against-reliability",
    "A document's own rating differs much from its publisher's reliability.",
    "reliability: C",
    "info",
)
SAME_ADDRESS = Code(
    "same-address",
    "Two sources have the same web address, and no decision joins or distinguishes them.",
    "same_as: [example-2024-01-29]",
    "warning",
)
FIGURE_NOT_IN_PASSAGE = Code(
    "figure-not-in-passage",
    "A claim states a number that does not occur in the cited text.",
    "quantity: {measure: models filed, value: 70}",
    "warning",
)
REPEATED_SENTENCE = Code(
    "repeated-sentence",
    "A sentence occurs again, in another claim, gap or watch item.",
    "Write what is true of this subject only.",
    "info",
)
NOTHING_SAID = Code(
    "nothing-said",
    "A claim is too vague to check: it has no number, name or date.",
    "text: More than 40 models had been approved by late January 2024.",
    "info",
)
EVENT_AS_INSTITUTION = Code(
    "event-as-institution",
    "The name of an institution describes an event.",
    "kind: event",
    "warning",
)
RESTS_ON_RESTRICTED = Code(
    "rests-on-restricted",
    "A sentence is open to readers who may not see a claim that it rests on.",
    "claims:\n  - {id: outlook, nature: judgement, audience: member, rests_on: [interviews], …}",
    "warning",
)
WORDS_AGAINST_GRADE = Code(
    "words-against-grade",
    "The words of a claim express another certainty than its grade, nature or likelihood.",
    "nature: attributed",
    "warning",
)
SAME_DATE_AND_REASON = Code(
    "same-date-and-reason",
    "Two profiles have the same next date or review date, for the same reason.",
    "watch:\n  - {text: Publication of the ministry's own list., due: 2024-Q3}",
    "warning",
)
CLOSED_BUT_WATCHED = Code(
    "closed-but-watched",
    "A closed profile has a watch item that is still open.",
    "closed: {on: 2024-01-29, because: The round ended.}",
    "warning",
)
