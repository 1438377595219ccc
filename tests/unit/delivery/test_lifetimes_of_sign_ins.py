"""When tokens are renewed, when sign-ins die, and when that is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from triaged.core.provider import AuthorizationServer
from triaged.core.providers import GOOGLE, MICROSOFT
from triaged.core.settings import OAuth
from triaged.delivery.oauth.authorization import authorization_server, grant_of, scopes_of
from triaged.delivery.oauth.lifetime import death, died_of_testing, is_fresh, renew_at, warning_due
from triaged.delivery.oauth.tokenstore import Token

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKEN = Token(
    "microsoft", "id", "device", "access", NOW + HOUR, "refresh", signed_in_at=NOW, renewed_at=NOW
)  # fmt: skip
OTHER = AuthorizationServer("id.example", token_url="https://id.example/token")


def test_an_access_token_is_renewed_five_minutes_before_it_ends():
    assert renew_at(TOKEN, MICROSOFT) == NOW + timedelta(minutes=55)
    assert is_fresh(TOKEN, NOW + timedelta(minutes=54, seconds=59))
    assert not is_fresh(TOKEN, NOW + timedelta(minutes=55))


def test_one_that_lives_two_minutes_is_renewed_when_a_fifth_is_left():
    short = replace(TOKEN, expires_at=NOW + timedelta(minutes=2))
    assert renew_at(short, MICROSOFT) == NOW + timedelta(seconds=96)


def test_one_that_was_thrown_away_is_due_at_once():
    assert renew_at(replace(TOKEN, access_token=""), MICROSOFT) is None


def test_a_refresh_token_that_ends_before_the_access_token_is_used_in_time():
    token = replace(TOKEN, refresh_expires_at=NOW + timedelta(minutes=30))
    assert renew_at(token, OTHER) == NOW + timedelta(minutes=25)


def test_at_microsoft_a_sign_in_dies_ninety_days_after_its_last_use():
    end = death(replace(TOKEN, renewed_at=NOW + timedelta(days=10)), MICROSOFT)
    assert end is not None
    assert end.at == NOW + timedelta(days=100)
    assert end.by_use


def test_a_google_app_in_testing_dies_after_seven_days_however_it_is_used():
    token = replace(TOKEN, testing=True, renewed_at=NOW + timedelta(days=6))
    end = death(token, GOOGLE)
    assert end is not None
    assert (end.at, end.by_use) == (NOW + timedelta(days=7), False)


def test_a_published_google_app_dies_after_half_a_year_of_disuse():
    end = death(TOKEN, GOOGLE)
    assert end is not None
    assert end.at == NOW + timedelta(days=182)


@pytest.mark.parametrize("token", [replace(TOKEN, grant="client_credentials"), replace(TOKEN, refresh_token=None)])
def test_where_nothing_is_refreshed_nothing_dies(token: Token):
    assert death(token, MICROSOFT) is None


def test_no_end_is_known_of_a_provider_that_names_none():
    assert death(TOKEN, OTHER) is None


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=30), None),
        (timedelta(days=14), timedelta(days=14)),
        (timedelta(days=3, hours=1), timedelta(days=14)),
        (timedelta(days=2), timedelta(days=3)),
        (timedelta(hours=3), timedelta(days=1)),
    ],
)
def test_the_end_is_said_two_weeks_three_days_and_a_day_ahead(left: timedelta, expected: timedelta | None):
    end = death(TOKEN, MICROSOFT)
    assert end is not None
    assert warning_due(end, end.at - left) == expected


def test_a_week_is_not_warned_of_two_weeks_ahead():
    end = death(replace(TOKEN, testing=True), GOOGLE)
    assert end is not None
    assert warning_due(end, NOW) is None
    assert warning_due(end, NOW + timedelta(days=4)) == timedelta(days=3)


def test_a_refusal_after_a_week_is_taken_for_the_end_of_a_trial_at_google_alone():
    week = NOW + timedelta(days=7, hours=1)
    assert died_of_testing(TOKEN, GOOGLE, week)
    assert not died_of_testing(TOKEN, GOOGLE, week + timedelta(days=1))
    assert not died_of_testing(TOKEN, MICROSOFT, week)


def test_microsofts_addresses_hold_the_tenant_and_what_is_written_wins():
    oauth = OAuth(
        "microsoft", "id", None, "device", tenant="roth.example", endpoints={"device_url": "https://d.example"}
    )
    provider = authorization_server(oauth)
    assert provider.token_url == "https://login.microsoftonline.com/roth.example/oauth2/v2.0/token"
    assert provider.device_url == "https://d.example"
    assert "/common/" in authorization_server(replace(oauth, tenant=None)).authorization_url


def test_google_needs_a_browser_since_its_device_flow_has_no_scope_for_mail():
    oauth = OAuth("google", "id", None, "device")
    assert grant_of(oauth, authorization_server(oauth)) == "authorization_code"
    assert grant_of(replace(oauth, provider="microsoft"), MICROSOFT) == "device"
    assert grant_of(replace(oauth, provider="microsoft", grant="authorization_code"), MICROSOFT) == "authorization_code"


def test_the_scopes_are_those_for_imap_and_smtp_and_for_applications_the_default():
    oauth = OAuth("microsoft", "id", None, "device")
    assert "https://outlook.office.com/SMTP.Send" in scopes_of(oauth, MICROSOFT)
    assert "offline_access" in scopes_of(oauth, MICROSOFT)
    assert scopes_of(replace(oauth, grant="client_credentials"), MICROSOFT) == (
        "https://outlook.office365.com/.default",
    )
    assert scopes_of(OAuth("google", "id", None, "device"), GOOGLE) == ("https://mail.google.com/",)
    assert scopes_of(replace(oauth, scopes=("mine",)), MICROSOFT) == ("mine",)
