"""Sessions: found by one question, over when they end, and readable by Django's own store and the other way round."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends import db as django_store
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.views.sessions import SessionStore


def kept() -> SessionStore:
    """A session that is in the database, with a word in it."""
    session = SessionStore()
    session["word"] = "salt"
    session.save()
    return session


def test_session_is_found_by_one_question(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    number = kept().session_key

    with django_assert_num_queries(1):
        found = SessionStore(number)["word"]

    assert found == "salt"


def test_session_that_is_over_says_nothing_and_its_number_is_not_used_again(db: None) -> None:
    number = kept().session_key
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    late = SessionStore(number)

    assert (late.get("word"), late.session_key) == (None, None)


def test_session_that_was_ended_or_never_was_says_nothing(db: None) -> None:
    number = kept().session_key
    Session.objects.all().delete()
    found = [SessionStore(each) for each in (number, "never-was-there-at-all")]

    assert [(session.get("word"), session.session_key) for session in found] == [(None, None), (None, None)]


def test_session_whose_words_somebody_changed_says_nothing(db: None) -> None:
    number = kept().session_key
    Session.objects.update(session_data="e30:forged:words")

    assert SessionStore(number).get("word") is None


def test_sessions_of_djangos_own_store_stay_good_and_so_the_other_way_round(db: None) -> None:
    ours, theirs = kept(), django_store.SessionStore()
    theirs["word"] = "tea"
    theirs.save()

    assert (SessionStore(theirs.session_key)["word"], django_store.SessionStore(ours.session_key)["word"]) == (
        "tea",
        "salt",
    )
