"""A record is tied to the body that acted: who speaks for whom, on which date."""

from __future__ import annotations

from datetime import date

from assay.evidence.actors import bodies_above, speaks_for_actor
from assay.model.documents import Corpus, Institution, Publisher

DAY = date(2026, 1, 15)


def _body(id_: str, *above: dict[str, object]) -> Institution:
    edges = [{"relation": "part_of", **edge} for edge in above]
    return Institution.model_validate(
        {"kind": "institution", "id": id_, "name": "x", "depends_on": edges}
    )


def _site(*speaks_for: str) -> Publisher:
    return Publisher(kind="publisher", id="site", name="x", speaks_for=speaks_for)


def _corpus(publisher: Publisher, *bodies: Institution) -> Corpus:
    return Corpus({publisher.id: publisher}, {}, {b.id: b for b in bodies})


def test_a_publisher_speaks_for_the_body_it_names_and_for_its_parts() -> None:
    bodies = (_body("bureau", {"on": "ministry"}), _body("ministry", {"on": "state"}))
    corpus = _corpus(_site("ministry"), *bodies, _body("state"))
    assert speaks_for_actor(corpus, "site", "ministry", DAY)
    assert speaks_for_actor(corpus, "site", "bureau", DAY)
    assert not speaks_for_actor(corpus, "site", "state", DAY)


def test_two_parts_of_one_body_do_not_speak_for_each_other() -> None:
    bodies = (_body("bureau", {"on": "ministry"}), _body("office", {"on": "ministry"}))
    corpus = _corpus(_site("office"), *bodies, _body("ministry"))
    assert not speaks_for_actor(corpus, "site", "bureau", DAY)


def test_a_body_is_spoken_for_only_while_it_is_a_part() -> None:
    joined = _body("bureau", {"on": "ministry", "valid_from": "2024", "valid_until": "2025-06"})
    corpus = _corpus(_site("ministry"), joined, _body("ministry"))
    assert not speaks_for_actor(corpus, "site", "bureau", date(2023, 12, 31))
    assert speaks_for_actor(corpus, "site", "bureau", date(2025, 6, 30))
    assert not speaks_for_actor(corpus, "site", "bureau", date(2025, 7, 1))


def test_nobody_speaks_without_a_publisher() -> None:
    corpus = _corpus(_site("ministry"), _body("ministry"))
    assert not speaks_for_actor(corpus, None, "ministry", DAY)
    assert not speaks_for_actor(corpus, "unknown", "ministry", DAY)


def test_only_parts_lead_upwards_and_a_cycle_of_parts_ends() -> None:
    bureau = Institution.model_validate(
        {
            "kind": "institution",
            "id": "bureau",
            "name": "x",
            "depends_on": [
                {"on": "ministry", "relation": "part_of"},
                {"on": "supplier", "relation": "supplied_by"},
            ],
        }
    )
    corpus = _corpus(_site(), bureau, _body("ministry", {"on": "bureau"}), _body("supplier"))
    assert bodies_above(corpus, "bureau", DAY) == {"ministry", "bureau"}
