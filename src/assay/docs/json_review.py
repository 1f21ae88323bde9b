"""What the review commands and the track record print as JSON, field by field."""

from __future__ import annotations

from collections.abc import Mapping

Described = tuple[str, tuple[str, ...], Mapping[str, str]]
"""How the command is written, its arguments on the starter workspace, and its fields."""

_ITEM = {
    "profile": "the profile",
    "scorer": "the score it is about, or null",
    "claim": "the claim it is about, or null",
    "matter": "why it needs a human: `retracted`, `conflicting`, `stale`, `second`, `flagged`, "
    "`flipped`, `disputed`, `retelling`, `overdue`, `new`, `coverage`, `boundary`, `assigned` or "
    "`draft`",
    "detail": "what there is to see, in words",
    "grounds": "the digest that settles it, once it is accepted",
    "decision": "the id of the decision it speaks of, or null",
    "assigned": "who is to look, or null",
}
_DECISION = {
    "v": "the version of the line's form",
    "id": "the digest of everything else on the line",
    "follows[]": "ids of the decisions the reviewer had seen last",
    "kind": "`accept`, `override`, `second`, `flag`, `comment`, `assign`, `outcome` or `undo`",
    "subjects[].profile": "what it is about",
    "subjects[].audience": "the audience it was scored for",
    "subjects[].scorer": "the score, where it is about one",
    "subjects[].claim": "the claim, where it is about one",
    "subjects[].matter": "the reason of the queue that it settles",
    "subjects[].grounds": "the digest of what it rested on",
    "reviewer": "who decided",
    "date": "when",
    "reason": "why, in words",
    "code": "why, in a word that is counted",
    "band": "of an override: the band that is put in the place of the computed one",
    "computed": "of an override: the band that was computed",
    "until": "of an override: the last day it counts",
    "to": "of an assignment: who is to look",
    "of": "the decision that is seconded or taken back",
    "note": "what could not be checked",
    "outcome": "how a claim turned out, with the grade it had",
}
_SHARE = {
    "held": "how many held up",
    "decided": "how many held up or failed",
    "share": "the one by the other; null of none",
    "low": "the lower end of the 95 % Wilson interval",
    "high": "the upper end",
}


def _under(prefix: str, fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{name}": said for name, said in fields.items()}


def _tally(prefix: str, note: str, said: str) -> dict[str, str]:
    fields = {"id": "its id", "name": "its name", note: said, **_SHARE}
    return _under(prefix, {**fields, "undecidable": "how many could not be decided"})


def review_contracts(explanation: Mapping[str, str], profile: str) -> tuple[Described, ...]:
    """The contracts; ``explanation`` are the fields of ``assay explain``."""
    return (
        (
            "assay review list",
            ("review", "list"),
            {
                "as_of": "the date of the scores",
                "audience": "for whom they were made",
                "locked": "is there a `grades.lock` to compare with",
                "profiles[]": "the profiles that need a human, the most important first",
                "settled": "how many reasons were settled by a decision",
                "groups[].name": "the group's name, for `accept --group`",
                "groups[].matter": "the matter of its items",
                **_under("groups[].items[]", _ITEM),
                "overrides[].scorer": "the score",
                "overrides[].rated": "how many profiles are rated",
                "overrides[].overridden": "for how many of them an override counts",
                "overrides[].rate": "the one by the other; null of none",
                "overrides[].codes": "how many overrides by reason code",
            },
        ),
        (
            "assay review show ID",
            ("review", "show", profile),
            {
                "id": "the profile",
                "grades[].scorer": "the score",
                "grades[].score": "what was computed, from 0 to 1",
                "grades[].computed": "the computed band and its grade, or null",
                "grades[].computed.band": "the computed band",
                "grades[].computed.grade": "its grade",
                "grades[].effective": "the band that holds and its grade, or null",
                "grades[].effective.band": "the band that holds: computed, or put in its place",
                "grades[].effective.grade": "its grade",
                "grades[].overrides[]": "overrides that stand, with `status`: `counts`, `stale`, "
                "`expired`, `second` or `conflicting`, and `why`",
                **_under("open[]", _ITEM),
                "decisions[]": "every decision about it, oldest first, with `revoked`",
                **_under("explanation", explanation),
            },
        ),
        (
            "assay review accept, override, second, flag, comment, assign, undo, outcome",
            ("review", "comment", profile, "Checked by telephone.", "--reviewer", "Ada Example"),
            _DECISION,
        ),
        (
            "assay publishers",
            ("publishers",),
            {
                "publishers[].id": "the publisher",
                "publishers[].name": "its name",
                "publishers[].family": "its owner; null where none is named",
                "publishers[].reliability": "A to E, `F` where somebody looked and could not "
                "tell; null where nobody has",
                "publishers[].reliability_date": "when that was settled; null where it is not said",
                "publishers[].reliability_reason": "what it rests on",
                "publishers[].sources": "its sources that claims cite",
                "publishers[].claims": "the claims that cite one of them",
                "publishers[].held": "of these claims, how many held",
                "publishers[].decided": "of how many that were decided",
                "publishers[].share": "the share; null of none",
                "publishers[].low": "where its 95 % interval begins",
                "publishers[].high": "where it ends",
                "publishers[].undecidable": "claims that could not be decided",
                "reversals[].better": "a publisher rated better whose claims held less often …",
                "reversals[].worse": "… than those of this one, rated worse",
            },
        ),
        (
            "assay track-record",
            ("track-record",),
            {
                "scorer": "the score whose bands grade the claims",
                **_tally("bands[]", "label", "what the band means"),
                "forecasts.decided": "forecasts with a likelihood that were decided",
                "forecasts.undecidable": "those that could not be",
                "forecasts.brier": "mean squared difference of likelihood and what happened",
                "forecasts.brier_of_base_rate": "what always stating the share that happened gives",
                "forecasts.reliability[]": "by stated likelihood: `from`, `to`, `stated`, and a "
                "share",
                "publishers[]": "by publisher: `reliability` as stated, and a share of the claims "
                "it bore out",
                "plots[]": "the drawings that were written",
            },
        ),
    )
