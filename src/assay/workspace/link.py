"""References between documents: unknown ids, wrong kinds and duplicates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position, Subject, ValueLocation
from assay.diagnostics.suggest import Suggester, did_you_mean
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Dependency,
    Event,
    Factor,
    Institution,
    Publisher,
    Source,
)
from assay.model.identity import Identity, Kind, full_reference
from assay.model.rulebook import Factors, Rulebook, Vocabularies
from assay.workspace.consistency import check_claims, check_sources
from assay.workspace.cycles import check_cycles
from assay.workspace.dates import check_order
from assay.workspace.images import read_picture
from assay.workspace.validate import UNREADABLE, Validated, is_readable
from assay.yaml.source_map import ValuePath

_PROFILES = ("institution", "event")


def link(
    corpus: Corpus,
    documents: Sequence[Validated],
    unread: Collection[str],
    rulebook: Rulebook | None,
    images: FilePath,
) -> Iterator[Diagnostic]:
    """Report invalid references between documents.

    References to ``unread``, the ids in unreadable files, are not dangling. ``images`` is the
    folder of pictures.
    """
    yield from _duplicate_ids(documents)
    kinds = {d.id: d.kind for d in documents if d.id is not None}
    identity = Identity(corpus)
    linker = _Linker(corpus, kinds, unread, rulebook, images, identity)
    yield from linker.documents(documents)
    subjects = {d.id: d.subject for d in reversed(documents) if d.id is not None}
    yield from check_order(corpus, subjects)
    yield from check_sources(corpus, subjects)
    yield from _edges_twice(corpus, subjects)
    yield from _former_ids(corpus, subjects)
    yield from _identifiers(corpus, subjects)
    yield from check_cycles(corpus, subjects)


def _duplicate_ids(documents: Sequence[Validated]) -> Iterator[Diagnostic]:
    first: dict[str, Validated] = {}
    folded: dict[str, Validated] = {}
    for document in documents:
        if document.id is None:
            continue
        other = first.setdefault(document.id, document)
        alike = folded.setdefault(document.id.casefold(), document)
        if other is not document:
            same_file = other.subject.file == document.subject.file
            where = "above in this file" if same_file else f"in {other.subject.file}"
            yield codes.DUPLICATE_ID.at(
                ValueLocation(("id",), document.subject),
                f"duplicate id {document.id!r}, first used {where}",
                "choose another id; ids are shared by all kinds",
            )
        elif alike is not document:
            yield codes.DUPLICATE_ID.at(
                ValueLocation(("id",), document.subject),
                f"ids {document.id!r} and {alike.id!r} differ only in case",
                "change one of them; ids are lower-case",
            )


class _Linker:
    """Checks single references against everything that exists."""

    def __init__(
        self,
        corpus: Corpus,
        kinds: Mapping[str, str | None],
        unread: Collection[str],
        rulebook: Rulebook | None,
        images: FilePath,
        identity: Identity,
    ) -> None:
        vocabularies = rulebook.vocabularies if rulebook is not None else Vocabularies()
        self._corpus = corpus
        self._kinds = kinds
        self._unread = unread
        self._audiences = rulebook.audiences if rulebook is not None else None
        self._factors = rulebook.factors if rulebook is not None else None
        self._relations = vocabularies.relations or {}
        self._terms = {kind: vocabularies.of(kind) for kind in _PROFILES}
        self._images = images
        self._identity = identity
        self._suggesters: dict[tuple[str, ...], Suggester] = {}

    def documents(self, documents: Iterable[Validated]) -> Iterator[Diagnostic]:
        for document in documents:
            model, readable = document.model, document.readable
            yield from self._references(model, document.subject)
            if isinstance(model, Institution | Event):
                yield from check_claims(model, self._corpus, document.subject)
            if readable is not None:
                found = self._references(readable, document.subject)
                yield from (
                    f
                    for f in found
                    # Problems inside of a picture have a position of their own.
                    if isinstance(f.location, Position) or is_readable(readable, f.value.path)
                )

    def _references(self, model: BaseModel | None, subject: Subject) -> Iterator[Diagnostic]:
        if isinstance(model, Source):
            yield from self.source(model, subject)
        elif isinstance(model, Publisher):
            yield from self.publisher(model, subject)
        elif isinstance(model, Institution | Event):
            yield from self.profile(model, subject)

    def publisher(self, publisher: Publisher, subject: Subject) -> Iterator[Diagnostic]:
        """Check ``owner``, which may be a publisher without a document, and ``speaks_for``."""
        if publisher.owner == publisher.id:
            yield _itself(
                subject, ("owner",), f"publisher {publisher.id!r} names itself as its owner"
            )
        for i, target in enumerate(publisher.speaks_for):
            yield from self._refer(subject, ("speaks_for", i), target, ("institution",))

    def source(self, source: Source, subject: Subject) -> Iterator[Diagnostic]:
        if source.publisher is not None and self._kinds.get(source.publisher) != "publisher":
            yield from self._refer(subject, ("publisher",), source.publisher, ("publisher",))
        references: list[tuple[ValuePath, str]] = []
        if source.revises is not None:
            references.append((("revises",), source.revises))
        for name in ("cites", "same_as", "not_same_as"):
            references += [((name, i), t) for i, t in enumerate(getattr(source, name))]
        for path, target in references:
            if target == source.id:
                verb = {"cites": "cites itself", "revises": "revises itself"}
                what = verb.get(str(path[0]), f"lists itself under {path[0]!r}")
                yield _itself(subject, path, f"source {target!r} {what}")
            elif self._kinds.get(target) != "source":
                yield from self._refer(subject, path, target, ("source",))

    def profile(self, profile: AnyProfile, subject: Subject) -> Iterator[Diagnostic]:
        own = {c.id for c in profile.claims}
        yield from self._audience(subject, ("audience",), profile.audience)
        for field, known in self._terms[profile.kind].items():
            word = getattr(profile, field)
            noun = f"type of {profile.kind}" if field == "type" else field
            yield from self._term(subject, (field,), noun, word, known)
        if profile.bottom_line is not None:
            yield from self._own_claim(
                subject, ("bottom_line",), profile.bottom_line, own, profile.id
            )
        if profile.basis:
            yield from self._basis(profile, own, subject)
        for i, claim in enumerate(profile.claims):
            yield from self._claim(profile, claim, own, subject, ("claims", i))
        for name, edges in _edges(profile):
            for i, edge in enumerate(edges):
                yield from self._edge(profile, edge, own, subject, (name, i))
        yield from self._rated(profile, own, subject)
        yield from self._stated(profile, own, subject)
        for i, correction in enumerate(profile.corrections):
            yield from self._audience(subject, ("corrections", i, "audience"), correction.audience)
        questions = (("watch", profile.watch), ("gaps", profile.gaps))
        for name, listed in questions:
            for i, question in enumerate(listed):
                yield from self._audience(subject, (name, i, "audience"), question.audience)
                for j, settled in enumerate(question.would_settle):
                    yield from self._own_claim(
                        subject, (name, i, "would_settle", j), settled, own, profile.id
                    )
        for i, item in enumerate(profile.watch):
            if item.horizon is not None:
                yield codes.UNUSED_HORIZON.at(
                    ValueLocation(("watch", i, "horizon"), subject, at_key=True),
                    "'horizon' is not used",
                    "give the date as 'due', or delete it with `assay migrate`",
                )
            for k, reference in enumerate(item.claims):
                at: ValuePath = ("watch", i, "claims", k)
                yield from self._claim_reference(profile, reference, own, subject, at, None)
        if profile.image is not None:
            location = ValueLocation(("image", "src"), subject)
            yield from read_picture(profile.image.src, self._images, location).problems

    def _stated(
        self, profile: AnyProfile, own: Collection[str], subject: Subject
    ) -> Iterator[Diagnostic]:
        """Check the claims of summaries and signals, which state them."""
        summary = ((("summary", i), s.claims) for i, s in enumerate(profile.summary))
        signals = ((("signals", i), s.claims) for i, s in enumerate(profile.signals))
        for at, claims in (*summary, *signals):
            for k, reference in enumerate(claims):
                place: ValuePath = (*at, "claims", k)
                yield from self._claim_reference(profile, reference, own, subject, place, None)

    def _basis(
        self, profile: AnyProfile, own: Collection[str], subject: Subject
    ) -> Iterator[Diagnostic]:
        fields = [f.alias or n for n, f in type(profile).model_fields.items() if n in _WITH_BASIS]
        for name, claims in profile.basis.items():
            if name not in fields:
                yield codes.UNKNOWN_KEY.at(
                    ValueLocation(("basis", name), subject, at_key=True),
                    f"unknown key {name!r} in 'basis'",
                    did_you_mean(name, fields),
                )
            for i, claim in enumerate(claims):
                yield from self._own_claim(subject, ("basis", name, i), claim, own, profile.id)

    def _claim(
        self,
        profile: AnyProfile,
        claim: Claim,
        own: Collection[str],
        subject: Subject,
        at: ValuePath,
    ) -> Iterator[Diagnostic]:
        cited: set[str] = set()
        for i, citation in enumerate(claim.sources):
            if citation.id in cited:
                yield codes.CITED_TWICE.at(
                    ValueLocation((*at, "sources", i), subject),
                    f"claim {claim.id!r} cites {citation.id!r} twice",
                    "keep one citation; its locator can name several places",
                )
            elif self._kinds.get(citation.id) != "source":
                yield from self._refer(subject, (*at, "sources", i), citation.id, ("source",))
            cited.add(citation.id)
            yield from self._drawn_on(citation, subject, (*at, "sources", i, "cites"))
        if claim.actor is not None and self._kinds.get(claim.actor) != "institution":
            yield from self._refer(subject, (*at, "actor"), claim.actor, ("institution",))
        for name in ("rests_on", "contradicts"):
            for i, reference in enumerate(getattr(claim, name)):
                yield from self._claim_reference(
                    profile, reference, own, subject, (*at, name, i), claim.id
                )
        if claim.alternative_to is not None:
            yield from self._claim_reference(
                profile, claim.alternative_to, own, subject, (*at, "alternative_to"), claim.id
            )
        if claim.audience is not None:
            yield from self._audience(subject, (*at, "audience"), claim.audience)

    def _drawn_on(
        self, citation: Citation, subject: Subject, at: ValuePath
    ) -> Iterator[Diagnostic]:
        for i, target in enumerate(citation.cites or ()):
            if target == citation.id:
                yield _itself(subject, (*at, i), f"source {target!r} cites itself")
            elif self._kinds.get(target) != "source":
                yield from self._refer(subject, (*at, i), target, ("source",))

    def _edge(
        self,
        profile: AnyProfile,
        edge: Dependency,
        own: Collection[str],
        subject: Subject,
        at: ValuePath,
    ) -> Iterator[Diagnostic]:
        if edge.on == profile.id:
            verb = "depends on" if at[0] == "depends_on" else "affects"
            yield _itself(subject, (*at, "on"), f"profile {edge.on!r} {verb} itself")
        elif self._kinds.get(edge.on) not in _PROFILES:
            yield from self._refer(subject, (*at, "on"), edge.on, _PROFILES)
        yield from self._term(
            subject, (*at, "relation"), "relation", edge.relation, self._relations
        )
        for i, reference in enumerate(edge.claims):
            yield from self._claim_reference(
                profile, reference, own, subject, (*at, "claims", i), None
            )
        if edge.audience is not None:
            yield from self._audience(subject, (*at, "audience"), edge.audience)

    def _rated(
        self, profile: AnyProfile, own: Collection[str], subject: Subject
    ) -> Iterator[Diagnostic]:
        """Check the factors of a profile against the rulebook, and their claims."""
        rated: set[str] = set()
        for i, factor in enumerate(profile.factors):
            at: ValuePath = ("factors", i)
            if factor.factor in rated:
                yield codes.FACTOR_TWICE.at(
                    ValueLocation((*at, "factor"), subject),
                    f"profile {profile.id!r} rates the factor {factor.factor!r} twice",
                    "keep one of them, with the claims of both if they agree",
                )
            rated.add(factor.factor)
            if self._factors is not None:
                yield from _word(profile, factor, self._factors, subject, at)
            for k, reference in enumerate(factor.claims):
                place: ValuePath = (*at, "claims", k)
                yield from self._claim_reference(profile, reference, own, subject, place, None)

    def _refer(
        self, subject: Subject, path: ValuePath, target: str, wanted: tuple[str, ...]
    ) -> Iterator[Diagnostic]:
        kind = self._kinds.get(target)
        if kind in wanted or target in self._unread:
            return
        if target not in self._kinds:
            yield codes.DANGLING_REFERENCE.at(
                ValueLocation(path, subject),
                f"unknown {_noun(wanted)} {target!r}",
                self._suggestion(target, wanted),
            )
        elif kind is not None:
            yield codes.WRONG_KIND.at(
                ValueLocation(path, subject),
                f"{target!r} must be {_a(_noun(wanted))}, not {_a(kind)}",
                self._suggestion(target, wanted),
            )

    def _suggestion(self, target: str, wanted: tuple[str, ...]) -> str:
        kinds: dict[str, Kind] = {"source": "source", "publisher": "publisher"}
        kind = kinds.get(wanted[0], "profile")
        now = self._identity.now(kind, target)
        now = self._identity.merged.get(now, now)
        if now != target:
            return f"it is now {now!r}"
        if wanted not in self._suggesters:
            ids = (i for i, kind in self._kinds.items() if kind in wanted)
            self._suggesters[wanted] = Suggester(ids)
        near = self._suggesters[wanted].nearest(target)
        add = f"correct the id, or add it with `assay new {wanted[0]}`"
        return f"did you mean {near!r}?" if near else add

    def _term(
        self,
        subject: Subject,
        path: ValuePath,
        noun: str,
        word: str | None,
        known: Collection[str],
    ) -> Iterator[Diagnostic]:
        """Check a word against its vocabulary, if there is one."""
        if word is None or not known or word in known:
            return
        near = self._suggesters.setdefault((noun,), Suggester(known)).nearest(word)
        add = "add it to 'vocabularies:' in rules.yaml, or use a word listed there"
        yield codes.UNKNOWN_TERM.at(
            ValueLocation(path, subject),
            f"unknown {noun} {word!r}",
            f"did you mean {near!r}?" if near else add,
        )

    def _own_claim(
        self, subject: Subject, path: ValuePath, target: str, own: Collection[str], owner: str
    ) -> Iterator[Diagnostic]:
        if target not in own and UNREADABLE not in own:
            yield codes.DANGLING_REFERENCE.at(
                ValueLocation(path, subject),
                f"unknown claim {target!r} in this profile",
                self._claim_hint(owner, target, own),
            )

    def _claim_hint(self, owner: str, target: str, own: Collection[str]) -> str:
        former = f"{owner}#{target}"
        now = self._identity.now("claim", former).removeprefix(f"{owner}#")
        return did_you_mean(target, own) if now in (target, former) else f"it is now {now!r}"

    def _claim_reference(
        self,
        profile: AnyProfile,
        reference: str,
        own: Collection[str],
        subject: Subject,
        path: ValuePath,
        claim_id: str | None,
    ) -> Iterator[Diagnostic]:
        owner_id, _, target = reference.rpartition("#")
        if owner_id in ("", profile.id):
            if target == claim_id:
                yield _itself(subject, path, f"claim {target!r} lists itself under {path[2]!r}")
            else:
                yield from self._own_claim(subject, path, target, own, profile.id)
            return
        owner = self._corpus.profiles.get(owner_id)
        if owner is None:
            yield from self._refer(subject, path, owner_id, _PROFILES)
        elif all(c.id != target for c in owner.claims):
            yield codes.DANGLING_REFERENCE.at(
                ValueLocation(path, subject),
                f"unknown claim {target!r} in profile {owner_id!r}",
                self._claim_hint(owner_id, target, [c.id for c in owner.claims]),
            )

    def _audience(
        self, subject: Subject, path: ValuePath, audience: str | None
    ) -> Iterator[Diagnostic]:
        if audience is None or self._audiences is None or audience in self._audiences:
            return
        yield codes.UNKNOWN_AUDIENCE.at(
            ValueLocation(path, subject),
            f"unknown audience {audience!r}",
            did_you_mean(audience, self._audiences),
        )


_WITH_BASIS = frozenset(
    ("name", "aliases", "type", "region", "base", "domain", "topics", "date", "from_", "until")
)


def _noun(kinds: tuple[str, ...]) -> str:
    return "profile" if kinds == _PROFILES else kinds[0]


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _word(
    profile: AnyProfile, factor: Factor, factors: Factors, subject: Subject, at: ValuePath
) -> Iterator[Diagnostic]:
    """Check that a factor is asked of the profile, and that its scale has the word."""
    asked = factors.of(profile.kind, profile.type)
    scale = asked.get(factor.factor)
    if scale is not None:
        if factor.is_ not in scale.words:
            yield codes.UNKNOWN_FACTOR_WORD.at(
                ValueLocation((*at, "is"), subject),
                f"unknown word {factor.is_!r} for {factor.factor!r}",
                did_you_mean(factor.is_, scale.words),
            )
        return
    location = ValueLocation((*at, "factor"), subject)
    if factor.factor in factors.of(profile.kind, None):
        yield codes.UNKNOWN_FACTOR.at(
            location,
            f"factor {factor.factor!r} is not asked of a {profile.type}",
            "remove it, or correct the type of the profile",
        )
    elif any(factor.factor in factors.of(kind, None) for kind in _PROFILES):
        yield codes.UNKNOWN_FACTOR.at(
            location, f"factor {factor.factor!r} is not asked of an {profile.kind}", "remove it"
        )
    else:
        yield codes.UNKNOWN_FACTOR.at(
            location,
            f"unknown factor {factor.factor!r}",
            did_you_mean(factor.factor, asked) if asked else "add it to 'factors:' in rules.yaml",
        )


def _edges(profile: AnyProfile) -> Iterator[tuple[str, tuple[Dependency, ...]]]:
    yield "depends_on", profile.depends_on
    if isinstance(profile, Event):
        yield "affects", profile.affects


def _edges_twice(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report edges that repeat another one with the same ends and relation, at the same time."""
    seen: dict[tuple[str, str, str], list[tuple[AnyProfile, Dependency]]] = {}
    for profile in corpus.profiles.values():
        for name, edges in _edges(profile):
            for i, edge in enumerate(edges):
                ends = (profile.id, edge.on) if name == "depends_on" else (edge.on, profile.id)
                earlier = seen.setdefault((*ends, edge.relation), [])
                other = next(((p, e) for p, e in earlier if _together(e, edge)), None)
                earlier.append((profile, edge))
                if other is not None:
                    location = ValueLocation((name, i), subjects[profile.id])
                    yield _repeated(profile, edge, *other, location)


def _former_ids(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report former ids that are in use, or belong to two documents or claims of one kind."""
    kinds: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("profile", corpus.profiles),
        ("source", corpus.sources),
        ("publisher", corpus.publishers),
    )
    for noun, models in kinds:
        owners: dict[str, str] = {}
        for model in models.values():
            subject = subjects[model.id]
            places: list[tuple[ValuePath, str]] = []
            places += ((("formerly", i), former) for i, former in enumerate(model.formerly))
            for gone, formerly in getattr(model, "merged", {}).items():
                places.append((("merged", gone), gone))
                places += [(("merged", gone, i), former) for i, former in enumerate(formerly)]
            yield from _in_use(noun, model.id, places, models, owners, subject)
    for profile in corpus.profiles.values():
        own = {f"{profile.id}#{c.id}": c for c in profile.claims}
        owners = {}
        for i, claim in enumerate(profile.claims):
            if claim.formerly:
                full = [full_reference(profile.id, former) for former in claim.formerly]
                places = []
                places += ((("claims", i, "formerly", k), f) for k, f in enumerate(full))
                name = f"{profile.id}#{claim.id}"
                yield from _in_use("claim", name, places, own, owners, subjects[profile.id])


def _in_use(
    noun: str,
    id_: str,
    places: Sequence[tuple[ValuePath, str]],
    living: Collection[str],
    owners: dict[str, str],
    subject: Subject,
) -> Iterator[Diagnostic]:
    """Report the former ids of one thing; ``owners`` are those of the things before it.

    Its own id is one of them if it had another one since then.
    """
    for number, (path, former) in enumerate(places):
        location = ValueLocation(path, subject)
        later = [other for _, other in places[number + 1 :]]
        if former == id_ and later and former not in later:
            continue
        if former in living:
            what = f"already the id of {'this' if former == id_ else 'another'} {noun}"
            yield codes.FORMER_ID_IN_USE.at(
                location, f"{former!r} is {what}", "remove it from the former ids"
            )
        elif owners.setdefault(former, id_) != id_ or former in later:
            yield codes.FORMER_ID_IN_USE.at(
                location,
                f"{former!r} is already a former id of {owners[former]!r}",
                "keep it in one of the two places",
            )


def _identifiers(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report identifiers of public registers that two profiles have."""
    owners: dict[tuple[str, str], str] = {}
    for profile in corpus.profiles.values():
        if not isinstance(profile, Institution) or profile.identifiers is None:
            continue
        for name, value in profile.identifiers.given().items():
            owner = owners.setdefault((name, value), profile.id)
            if owner != profile.id:
                yield codes.IDENTIFIER_TWICE.at(
                    ValueLocation(("identifiers", name), subjects[profile.id]),
                    f"the {name} {value!r} is already that of {owner!r}",
                    f"correct one of them, or run `assay merge {profile.id} {owner}`",
                )


def _together(one: Dependency, other: Dependency) -> bool:
    """Return whether both edges can be valid on one day."""
    for early, late in ((one, other), (other, one)):
        if early.valid_until and late.valid_from and early.valid_until.last < late.valid_from.first:
            return False
    return True


def _repeated(
    profile: AnyProfile,
    edge: Dependency,
    other_profile: AnyProfile,
    other: Dependency,
    location: ValueLocation,
) -> Diagnostic:
    noun = "dependency" if location.path[0] == "depends_on" else "effect"
    again = "twice" if other_profile is profile else f"here and in {other_profile.id!r}"
    message = f"the {noun} on {edge.on!r} ({edge.relation}) is listed {again}"
    hint = "keep one of them"
    if edge.criticality != other.criticality:
        first, second = (e.criticality or "unknown" for e in (other, edge))
        message += f", with different criticality: {first} and {second}"
        hint = "keep the one whose criticality the claims support"
    hint += f"; periods of one {noun} must not overlap" if _has_period(edge, other) else ""
    return codes.EDGE_TWICE.at(location, message, hint)


def _has_period(*edges: Dependency) -> bool:
    return any(e.valid_from or e.valid_until for e in edges)


def _itself(subject: Subject, path: ValuePath, message: str) -> Diagnostic:
    return codes.SELF_REFERENCE.at(ValueLocation(path, subject), message, "remove the reference")
