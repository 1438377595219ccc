"""What a refusal means: only the provider's own, for good, signs an account out; each death is said, and none twice."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.provider import REFRESH, Bad
from integration.oauth.oauthkit import LOGIN, Kept, holder_at, signed_in
from triaged.delivery.oauth import NotNow, SignInNeeded
from triaged.delivery.oauth.keeper import LONGEST_WAIT


def says(status: int, **body: object) -> Bad:
    return Bad(status, json.dumps(body).encode())


GATEWAYS = [
    says(403, error="Forbidden"),
    says(404, error="not_found"),
    says(408, error="timeout"),
    says(400, error="Bad Request"),
    says(400, error={"code": 190, "message": "invalid_grant"}),
    says(400, error=["invalid_grant"]),
    says(400, message="no"),
    says(200, error="invalid_grant"),
    says(401, error="invalid_grant"),
    says(403, error="invalid_client"),
    says(502, error="invalid_grant"),
    says(400, error="temporarily_unavailable"),
    says(
        400, error="invalid_grant", error_description="AADSTS90033: A transient error has occurred. Please try again."
    ),
    says(
        400, error="invalid_grant", error_description="AADSTS50196: The server terminated an operation: request loop."
    ),
    says(400, error="invalid_request", error_description="The service is temporarily unavailable."),
]


@pytest.mark.parametrize("bad", GATEWAYS, ids=lambda bad: f"{bad.status} {bad.body.decode()[:60]}")
async def test_what_the_provider_has_not_refused_for_good_signs_nobody_out(kept: Kept, bad: Bad):
    signed_in(kept.provider, kept.store)
    kept.provider.bad = bad
    await kept.later(hours=2)
    assert kept.told() == ["failing"]
    with pytest.raises(NotNow):
        await kept.keeper.token(LOGIN)
    kept.provider.bad = None
    await kept.later(minutes=20)
    assert kept.told() == ["failing", "restored"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_grant", "type: triaged auth login work"),
        ("invalid_client", "look at client_id and client_secret"),
        ("invalid_request", "type: triaged auth login work"),
        ("unauthorized_client", "write another grant"),
        ("unsupported_grant_type", "type: triaged auth login work"),
        ("invalid_scope", "look at scopes"),
        ("interaction_required", "wants to see the person"),
        ("consent_required", "consent"),
    ],
)
async def test_a_refusal_for_good_says_what_to_do_by_its_code(kept: Kept, code: str, words: str):
    signed_in(kept.provider, kept.store)
    kept.provider.bad = says(401 if code == "invalid_client" else 400, error=code, error_description="it is so")
    await kept.later(hours=2)
    assert kept.told() == ["lapsed"]
    assert words in kept.news[0].text
    with pytest.raises(SignInNeeded) as caught:
        await kept.keeper.token(LOGIN)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "more", [{"suberror": "consent_required"}, {"error_description": "AADSTS65001: The user has not consented."}]
)
async def test_what_is_missing_in_particular_is_read_beside_the_code(kept: Kept, more: dict[str, str]):
    signed_in(kept.provider, kept.store)
    kept.provider.bad = says(400, error="invalid_grant", **more)
    await kept.later(hours=1)
    assert "consented" in kept.news[0].text


@pytest.mark.parametrize(
    ("code", "words"),
    [("invalid_client", "client_secret"), ("unauthorized_client", "permissions"), ("invalid_scope", "look at scopes")],
)
async def test_an_application_is_told_what_its_administrator_has_to_do(kept: Kept, code: str, words: str):
    kept.holders[0], kept.secret = holder_at(kept.provider, "client_credentials"), "s"
    kept.provider.bad = says(400, error=code)
    await kept.later(minutes=5)
    assert words in kept.news[0].text
    assert kept.news[0].text.endswith("type: triaged retry work")


async def test_the_second_death_with_the_same_words_is_another_one(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=20)  # asked again every six hours: that is no new death
    signed_in(kept.provider, kept.store)
    await kept.later(minutes=5)
    kept.provider.revoke("dana")
    await kept.later(hours=20)
    assert kept.told() == ["lapsed", "restored", "lapsed"]
    first, _, second = kept.news
    assert first.text == second.text
    assert first.stamp != second.stamp


async def test_a_death_keeps_its_stamp_over_restarts_and_questions_in_vain(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=1)
    again = kept.restarted()
    await again.later(hours=13)
    kept.provider.words = "other words for the same"
    last = kept.restarted()
    await last.later(hours=7)
    assert {news.stamp for each in (kept, again, last) for news in each.news} == {kept.news[0].stamp}


async def test_a_file_that_is_deleted_again_and_again_is_a_death_each_time(kept: Kept):
    stamps = []
    for _ in range(2):
        signed_in(kept.provider, kept.store)
        await kept.later(hours=1)
        kept.store.file(LOGIN).unlink()
        await kept.later(hours=1)
        stamps.append(kept.news[-1].stamp)
    assert kept.told() == ["lapsed", "restored", "lapsed"]
    assert len(set(stamps)) == 2


async def test_the_second_failure_of_an_endpoint_is_said_like_the_first(kept: Kept):
    signed_in(kept.provider, kept.store)
    for _ in range(2):
        kept.provider.bad = Bad(503)
        await kept.later(hours=2)
        kept.provider.bad = None
        await kept.later(minutes=30)
    assert kept.told() == ["failing", "restored"] * 2
    assert kept.news[0].stamp != kept.news[2].stamp


async def test_a_provider_that_wants_a_day_is_asked_after_an_hour_while_there_is_no_token(kept: Kept):
    signed_in(kept.provider, kept.store)
    await kept.clock.advance(timedelta(hours=1))
    kept.provider.bad = Bad(503, retry_after="86400")
    with pytest.raises(NotNow) as caught:
        await kept.keeper.token(LOGIN)
    assert caught.value.retry_after is not None
    assert timedelta(minutes=59) < caught.value.retry_after <= LONGEST_WAIT * 1.1
    kept.provider.bad = None
    await kept.later(minutes=70)
    assert kept.provider.owner(await kept.keeper.token(LOGIN)) == "dana"


async def test_as_long_as_the_token_in_hand_is_good_a_provider_is_left_alone(kept: Kept):
    signed_in(kept.provider, kept.store)
    await kept.clock.advance(timedelta(minutes=56))
    kept.provider.bad = Bad(429, retry_after="7200")
    await kept.later(minutes=50)
    assert kept.provider.asked[REFRESH] == 1
    await kept.later(minutes=30)
    assert kept.provider.asked[REFRESH] == 2  # an hour after the token ended, not two after the first question


# --- another question ------------------------------------------------------------------------------------------------


async def test_a_new_secret_is_tried_when_the_configuration_is_read_again(kept: Kept):
    kept.provider.client_secret = kept.secret = "old"
    signed_in(kept.provider, kept.store)
    kept.provider.client_secret = "new"
    await kept.later(hours=2)
    assert kept.told() == ["lapsed"]
    kept.keeper.reconsider()
    await kept.later(minutes=5)
    assert kept.provider.asked[REFRESH] == 1  # the same secret is the same question
    kept.secret = "new"
    kept.keeper.reconsider()
    await kept.keeper.once()
    assert kept.told() == ["lapsed", "restored"]


async def test_a_new_secret_is_tried_at_the_next_start(kept: Kept):
    kept.provider.client_secret = kept.secret = "old"
    signed_in(kept.provider, kept.store)
    kept.provider.client_secret = "new"
    await kept.later(hours=2)
    kept.secret = "new"
    again = kept.restarted()
    await again.keeper.once()
    assert again.provider.owner(await again.keeper.token(LOGIN)) == "dana"


@pytest.mark.parametrize("change", [{"scopes": ("mail",)}, {"tenant": "roth.example"}])
async def test_other_scopes_and_another_tenant_are_another_question(kept: Kept, change: dict[str, object]):
    kept.holders[0], kept.secret = holder_at(kept.provider, "client_credentials"), "secret"
    kept.provider.client_secret = "secret"
    kept.provider.bad = says(400, error="invalid_scope")
    await kept.keeper.once()
    kept.provider.bad = None
    kept.holders[0] = replace(kept.holders[0], oauth=replace(kept.holders[0].oauth, **change))  # type: ignore[arg-type]
    kept.keeper.reconsider()
    await kept.keeper.once()
    assert kept.provider.owner(await kept.keeper.token(LOGIN)) == "dana"


async def test_another_grant_is_another_sign_in(kept: Kept):
    kept.provider.client_secret = kept.secret = "secret"
    signed_in(kept.provider, kept.store)
    as_person = kept.holders[0]
    kept.holders[0] = replace(as_person, oauth=replace(as_person.oauth, grant="client_credentials"))
    await kept.keeper.token(LOGIN)
    assert kept.provider.asked["client_credentials"] == 1
    kept.holders[0] = as_person
    kept.keeper.reconsider()
    await kept.keeper.once()
    assert kept.told() == ["lapsed"]
    assert "the grant is another one" in kept.news[0].text


async def test_a_new_secret_that_is_wrong_is_found_out_at_once_not_at_the_next_renewal(kept: Kept):
    kept.provider.client_secret = kept.secret = "right"
    signed_in(kept.provider, kept.store)
    kept.secret = "wrong"
    kept.keeper.reconsider()
    await kept.keeper.once()
    assert kept.told() == ["lapsed"]
    assert "client_secret" in kept.news[0].text


async def test_whoever_wants_it_tried_again_does_not_wait_six_hours(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=1)
    kept.provider.restore("dana")
    kept.keeper.retry(LOGIN)
    await kept.keeper.once()
    assert kept.told() == ["lapsed", "restored"]


async def test_trying_again_wants_nothing_of_a_provider_while_all_is_well(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.keeper.retry(LOGIN)
    await kept.keeper.once()
    assert not kept.provider.asked[REFRESH]


async def test_trying_again_ends_the_pause_of_an_endpoint_that_was_away(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.bad = Bad(503)
    await kept.later(hours=3)
    kept.provider.bad = None
    kept.keeper.retry(LOGIN)
    await kept.keeper.once()
    assert kept.told() == ["failing", "restored"]


# --- odd answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "minutes"), [(3599.5, 59), ("3600", 60), ("1800.0", 30), (None, 60), ("soon", 60), (-5, 60), (True, 60)]
)
async def test_a_life_may_be_missing_or_have_a_fraction(kept: Kept, life: object, minutes: int):
    kept.provider.odd = {"expires_in": life}
    token = signed_in(kept.provider, kept.store)
    assert token.expires_at is not None
    left = token.expires_at - kept.clock.now()
    assert timedelta(minutes=minutes) <= left < timedelta(minutes=minutes + 1)


async def test_what_a_provider_says_is_cleaned(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.words = "gone\x1b[31m \u202eevil\r\nsecond line" + "x" * 1000
    kept.provider.revoke("dana")
    await kept.later(hours=1)
    text = kept.news[0].text
    assert text.isprintable()
    assert "\u202e" not in text
    assert len(text) < 500
