"""Edges between known names, proposed from the words that join them in a sentence.

"The office regulates the port" makes the port depend on the office (``regulated_by``), and so does
"the port is regulated by the office": the passive voice turns the direction. What is denied, past,
planned, asked or supposed gives no edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assay.evidence.entities import Mention, Names

_BY = r"(?:and \w+ )?by\s+"
# What makes whom depend on whom. Active: the second name depends on the first.
_ACTIVE: tuple[tuple[str, str], ...] = (
    ("regulated_by", r"regulates|oversees|supervises|polices|licenses"),
    ("owned_by", r"owns|acquired|bought|took over|has acquired|has bought|controls"),
    ("supplied_by", r"suppl(?:ies|ied)|sells (?:chips|equipment|parts|software|services) to"),
    ("hosted_by", r"hosts"),
    ("approved_by", r"approve[sd]|has approved|licensed|authori[sz]e[sd]|cleared|certifie[sd]"),
    ("funded_by", r"funds|funded|finances|financed|has funded"),
    ("funded_by", r"(?:has |have )?invested (?:(?:[^.;:]|\.\d){1,60}? )?in"),
)
# The first name depends on the second.
_PASSIVE: tuple[tuple[str, str], ...] = (
    ("regulated_by", rf"(?:regulated|overseen|supervised|policed) {_BY}"),
    ("owned_by", rf"(?:owned|acquired|bought|controlled|taken over) {_BY}"),
    ("owned_by", r"(?:a|the|its)?\s*(?:\w+\s+)?(?:subsidiary|unit|arm|division) of\s+"),
    ("supplied_by", rf"supplied {_BY}"),
    ("hosted_by", rf"hosted (?:{_BY}|on\s+)"),
    ("approved_by", rf"(?:approved|licensed|authori[sz]ed|cleared|certified) {_BY}"),
    ("funded_by", rf"(?:funded|financed|backed) {_BY}"),
    ("built_on", r"(?:built|based|runs|run|running) on(?: top of)?\s+"),
    ("relies_on", r"(?:relies|relied|depends|depended|relying) (?:heavily )?on\s+"),
    ("part_of", r"(?:a )?part of\s+"),
)
_ADVERB = r"(?:(?:\w+ly|also|now|today|still|already|jointly|in \d{4}|then)\s+)*"
_BE = (
    r"(?:,?\s*(?:which\s+|who\s+)?(?:is|are|was|were|has been|have been|being|remains)\s+|,\s+|\s+)"
)
_OF_WHAT = (
    r"(?:\d[\d.,]*\s?(?:%|per\s?cent)\s+of\s+)?(?:(?:the|a|an|its|both)\s+)?"
    r"(?:(?!(?:with|at|in|on|by|against|about|for|over|from|between|that|and|or)\b)[a-z][\w-]*\s+)"
    r"{0,3}"
)
_FORMS: tuple[tuple[str, bool, re.Pattern[str]], ...] = (
    *(
        (relation, True, re.compile(rf"^{_BE}{_ADVERB}(?:{words}){_OF_WHAT}$"))
        for relation, words in _PASSIVE
    ),
    *(
        (
            relation,
            False,
            re.compile(
                rf"^(?:,?\s+(?:which|who)|\s*\([^)]*\))?\s+{_ADVERB}(?:{words})\s+{_OF_WHAT}$"
            ),
        )
        for relation, words in _ACTIVE
    ),
)
_LIST = re.compile(r"^(?:,\s*(?:and\s+|or\s+)?|\s+and\s+|\s*/\s*)(?:the\s+)?$")
_HYPOTHETICAL = re.compile(
    r"\b(?:if|whether|unless|suppose|imagine|assuming|were to|may|might|could|would|should|can"
    r"|cannot|will|shall|plans?|planned|planning|hopes?|hoped|wants?|wanted|seeks?|sought|aims?"
    r"|intends?|expected|proposed?|proposes|proposals?|considers?|considering|talks|bid|rumou?red"
    r"|allegedly|supposedly|consider)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|no|none|neither|nor|without|den(?:y|ies|ied)|refuse[sd]?|reject(?:s|ed)?"
    r"|fail(?:s|ed)?|cease[sd]?|stop(?:s|ped)|former(?:ly)?|previously|once|ex|false|untrue"
    r"|used to|until|instead of|rather than)\b|n[’']t\b",
    re.IGNORECASE,
)
_LONGEST = 2000
_CONDITION_BEHIND = re.compile(r"^[^.;]{0,40}?\b(?:if|unless|provided|until)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[;:]|,\s+(?:but|while|whereas|although|and\s+(?=\w+\s+\w+))|\bbut\b|\bwhile\b"
)


@dataclass(frozen=True, slots=True)
class Edge:
    """That ``dependent`` depends on ``on``, as a sentence says it."""

    dependent: str
    relation: str
    on: str
    sentence: str


def edges(sentence: str, names: Names) -> Iterator[Edge]:
    """The edges that a sentence states between names that stand for one id each.

    What is too long to be a sentence states none.
    """
    if len(sentence) > _LONGEST:
        return
    mentions = names.find(sentence)
    if len(mentions) < 2 or sentence.rstrip("\"'”’ ").endswith("?"):
        return
    for number, (first, second) in enumerate(pairwise(mentions)):
        found = _relation(sentence, first, second)
        if found is None:
            continue
        relation, passive = found
        for other in _listed(sentence, mentions[number + 1 :]):
            edge = _edge(relation, first, other, passive, sentence)
            if edge is not None:
                yield edge


def _relation(sentence: str, first: Mention, second: Mention) -> tuple[str, bool] | None:
    between = _possessive(sentence[first.end : second.start])
    before = _CLAUSE.split(sentence[: first.start])[-1]
    whole = f"{before} {between}"
    if _HYPOTHETICAL.search(whole) or _DENIED.search(whole):
        return None
    if _CONDITION_BEHIND.match(sentence[second.end :]):
        return None
    for relation, passive, form in _FORMS:
        if form.match(between):
            return relation, passive
    return None


def _possessive(between: str) -> str:
    """What stands between two names; the mark of the first one's possessive makes no relation."""
    return "\x1f" if re.match(r"[’']s?\s", between) else between


def _listed(sentence: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The first of the mentions and those joined to it as items of one list."""
    yield mentions[0]
    for one, other in pairwise(mentions):
        if not _LIST.match(sentence[one.end : other.start]):
            return
        yield other


def _edge(relation: str, first: Mention, second: Mention, passive: bool, text: str) -> Edge | None:
    if first.ambiguous or second.ambiguous or first.ids == second.ids:
        return None
    dependent, on = (first, second) if passive else (second, first)
    return Edge(dependent.ids[0], relation, on.ids[0], text)
