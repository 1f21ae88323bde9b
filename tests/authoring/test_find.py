from __future__ import annotations

import pytest

from assay.authoring.find import find
from tests.package import Identifiers, Loaded


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["port"], ["port", "record-1"]),
        (["malaga"], ["port"]),
        (["MÁLAGA", "puerto"], ["port"]),
        (["港口"], ["port"]),
        (["quays"], ["port#quays", "article"]),
        (["mas quays"], ["article"]),
        (["four", "quay"], ["port#quays"]),
        (["example.org"], ["record-1"]),
        (["quays", "nothing"], []),
        ([" "], []),
    ],
)
def test_all_words_must_occur(loaded: Loaded, words: list[str], ids: list[str]) -> None:
    assert [f.id for f in find(loaded.corpus, words)] == ids


def test_an_identifier_of_a_public_register_finds_the_institution(loaded: Loaded) -> None:
    port = loaded.corpus.profiles["port"]
    known = port.model_copy(update={"identifiers": Identifiers(wikidata="Q42")})
    corpus = loaded.corpus.with_profiles({"port": known})
    assert [f.id for f in find(corpus, ["Q42"])] == ["port"]


def test_no_more_than_wanted(loaded: Loaded) -> None:
    assert [f.id for f in find(loaded.corpus, ["port"], limit=1)] == ["port"]
