"""When to look at a profile again, and why: the plain implementation.

Where the documents leave a choice, this reading holds:

- A recheck is due one review period after the later of ``checked`` and the newest day of a
  supporting citation, which is the day on which the claim begins to fade. A claim without either
  is a gap, not a date. Overdue dates count: the earliest date is the next.
- A grade falls by age alone on the first of the next 366 days on which the profile's confidence
  lies in a lower band, with the evidence of today.
- The dates of an event are its own and those of every profile that it affects. Only days that have
  not passed count.
- A profile that was never reviewed is to be reviewed at once.
- An event whose last date has passed since its last review is due for review on that date, as the
  words for it were those of what was announced.
- The gap of a review is the factor of impact that can change the mean most: of the unknown ones
  from one end of the scale to the other, otherwise of those below C/D from the word to the lowest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from assay.model.documents import AnyProfile, Corpus, Event
from tests.plain.evidence import BANDS, Evidence, band
from tests.plain.impact import (
    EVENT,
    FIRM,
    INSTITUTION,
    SCALES,
    Estimate,
    Word,
    asked,
    confidence_of,
    profile_scores,
    words_of,
)

CADENCE = {  # days by level, and by the grade it stands on: A to B/C, C/D, D
    "Critical": (90, 60, 30),
    "High": (180, 90, 60),
    "Medium": (365, 180, 90),
    "Low": (730, 365, 180),
}
CADENCE_NOT_RATED = 90
LEAST_CADENCE = 7
WORDS = {"now": 30, "this quarter": 92, "this year": 365}
OUTLOOK_DAYS = 366

Reason = Literal["watch", "recheck", "grade", "event"]


class Next(NamedTuple):
    """A date, the reason for it, and the watch item's number or the id behind the reason."""

    on: date
    reason: Reason
    subject: str


@dataclass(frozen=True)
class Horizon:
    """The two lines of an open profile. ``gap`` is the factor that a review should close."""

    next: Next | None
    review_by: date
    gap: str | None
    word: str


def horizons(
    corpus: Corpus,
    as_of: date,
    review_after_days: Mapping[str, int],
    decided: Mapping[str, date] | None = None,
) -> dict[str, Horizon]:
    """The horizon of every open profile; ``decided`` has the day of its newest decision.

    Its last review is that day or the profile's own, whichever is later.
    """
    outlook = Outlook(corpus, as_of, review_after_days)
    scores = profile_scores(corpus, as_of, review_after_days)
    found = {}
    for profile in corpus.profiles.values():
        if profile.closed is None:
            following = min(outlook.dates(profile), default=None, key=lambda n: n.on)
            reviews = ((decided or {}).get(profile.id), profile.reviewed)
            reviewed = max(filter(None, reviews), default=None)
            by = review_by(scores[profile.id].impact, reviewed, as_of, last_day(profile))
            gap = widest_gap(profile, words_of(profile, outlook.claims))
            word = word_for(following.on if following else by, as_of)
            found[profile.id] = Horizon(following, by, gap, word)
    return found


def last_day(profile: AnyProfile) -> date | None:
    """The last day of an event; None for an institution and for an event without a date."""
    last = (profile.date or profile.until or profile.from_) if isinstance(profile, Event) else None
    return last.last if last else None


def review_by(
    impact: Estimate, reviewed: date | None, as_of: date, last_day: date | None = None
) -> date:
    """The day by which a profile is to be reviewed."""
    days = CADENCE_NOT_RATED
    if impact.level is not None and impact.stands_on is not None:
        bands = list(BANDS)
        below = bands.index(impact.stands_on) - bands.index("bc")
        days = CADENCE[impact.level][min(max(below, 0), 2)]
    if reviewed is None:
        return as_of
    by = reviewed + timedelta(max(days, LEAST_CADENCE))
    if last_day is not None and last_day < as_of and reviewed <= last_day:
        return min(by, last_day)
    return by


def widest_gap(profile: AnyProfile, words: Mapping[str, Word]) -> str | None:
    """The unknown factor of impact, otherwise the weak one, that could change the mean most."""
    unknown, weak = {}, {}
    factors = asked(EVENT if isinstance(profile, Event) else INSTITUTION, profile)
    for factor, (scale, weight) in factors.items():
        values, given = SCALES[scale], words.get(factor)
        if given is None or given.word not in values:
            unknown[factor] = weight * (max(values.values()) - min(values.values()))
        elif given.confidence < BANDS[FIRM]:
            weak[factor] = weight * (values[given.word] - min(values.values()))
    changes = unknown or weak
    return max(changes, key=lambda f: changes[f], default=None)


def word_for(day: date, as_of: date) -> str:
    left = (day - as_of).days
    return next((word for word, days in WORDS.items() if left <= days), "later")


class Outlook:
    """The dates ahead of each profile."""

    def __init__(self, corpus: Corpus, as_of: date, review_after_days: Mapping[str, int]) -> None:
        self.corpus = corpus
        self.as_of = as_of
        self.evidence = Evidence(corpus, as_of, review_after_days)
        self.claims = self.evidence.all_scores()
        self._aged = {as_of: self.claims}

    def dates(self, profile: AnyProfile) -> Iterator[Next]:
        """All candidates for the next date, in the order of the documents."""
        for i, item in enumerate(profile.watch):
            if item.due:
                yield Next(item.due.last, "watch", str(i))
        for claim in profile.claims:
            weighed = self.evidence.weighed[profile.id, claim.id]
            supporting = [w for w in weighed if w.citation.stance == "supports"]
            days = [d for w in supporting if (d := self.evidence.fresh(claim, w))]
            if claim.checked and claim.checked <= self.as_of:
                days.append(claim.checked)
            period = self.evidence.period(claim)
            if claim.holds != "dated" and days and period:
                yield Next(max(days) + timedelta(period), "recheck", claim.id)
        if falls := self._falls(profile):
            yield Next(falls, "grade", profile.id)
        for event in self.corpus.profiles.values():
            if isinstance(event, Event) and (
                event.id == profile.id or profile.id in {e.on for e in event.affects}
            ):
                for ahead in (event.date, event.from_, event.until):
                    if ahead and ahead.last >= self.as_of:
                        yield Next(ahead.last, "event", event.id)

    def _falls(self, profile: AnyProfile) -> date | None:
        """The first day on which the profile's grade is lower by age alone."""
        now = self._grade(profile, self.as_of)
        low, high = 0, OUTLOOK_DAYS
        if now is None or self._grade(profile, self.as_of + timedelta(high)) == now:
            return None
        while high - low > 1:  # age only lowers, so the first day is found by halving
            middle = (low + high) // 2
            if self._grade(profile, self.as_of + timedelta(middle)) == now:
                low = middle
            else:
                high = middle
        return self.as_of + timedelta(high)

    def _grade(self, profile: AnyProfile, day: date) -> str | None:
        if day not in self._aged:
            self._aged[day] = self.evidence.all_scores(day)
        confidence = confidence_of(profile, self._aged[day])
        return None if confidence is None else band(confidence)
