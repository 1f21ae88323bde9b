"""One profile alone has the same results as among all others."""

from __future__ import annotations

from hypothesis import given, settings

from tests.package import Corpus
from tests.strategies import corpora, desk_of


@settings(max_examples=4)
@given(corpora())
def test_one_has_the_results_it_has_among_all(corpus: Corpus) -> None:
    every = desk_of(corpus)
    ids = list(every.run.profile_rows)
    explained, results = every.explain(ids), every.results
    for profile_id in ids:
        alone = desk_of(corpus)
        assert alone.explain([profile_id]) == {profile_id: explained[profile_id]}
        assert alone.results_of([profile_id]) == {profile_id: results[profile_id]}
