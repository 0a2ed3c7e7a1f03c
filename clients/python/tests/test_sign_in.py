"""Proof, token, renewal; and that no secret is shown."""

import threading
import time

import grpc
import pytest
import toadlane
from conftest import CLIENT_ID
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from fake import AWAY, BID, EXPIRED
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey
from keys import pem_of, public_pem_of
from toadlane.bids.v1 import GetBidRequest

GET = GetBidRequest(bid_id=BID)


@pytest.mark.parametrize(
    ("key", "kind", "algorithm"),
    [
        (ed25519.Ed25519PrivateKey.generate(), OKPKey, "EdDSA"),
        (ec.generate_private_key(ec.SECP256R1()), ECKey, "ES256"),
    ],
    ids=["EdDSA", "ES256"],
)
def test_a_stock_library_believes_the_assertion(platform, key, kind, algorithm):
    with toadlane.Client(platform.address, client_id=CLIENT_ID, key=pem_of(key)) as client:
        client.bids.GetBid(GET)
    asked = platform.requests["ExchangeToken"][0]
    assert asked.grant_type == "client_credentials"
    assert asked.client_assertion_type == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert asked.client_secret == ""
    token = jwt.decode(asked.client_assertion, kind.import_key(public_pem_of(key)), algorithms=[algorithm])
    assert token.header == {"alg": algorithm, "typ": "JWT"}
    assert token.claims["iss"] == token.claims["sub"] == CLIENT_ID
    assert token.claims["aud"] == platform.address
    assert 0 < token.claims["exp"] - time.time() <= 600


def test_the_audience_is_the_issuer_where_that_is_not_the_address(platform):
    key = ed25519.Ed25519PrivateKey.generate()
    settings = {"client_id": CLIENT_ID, "key": pem_of(key).decode(), "issuer": "https://grants.example/"}
    with toadlane.Client(platform.address, **settings) as client:
        client.bids.GetBid(GET)
    token = jwt.decode(
        platform.requests["ExchangeToken"][0].client_assertion,
        OKPKey.import_key(public_pem_of(key)),
        algorithms=["EdDSA"],
    )
    assert token.claims["aud"] == "https://grants.example"


def test_each_assertion_has_a_jti_of_its_own(platform):
    key = ed25519.Ed25519PrivateKey.generate()
    with toadlane.Client(platform.address, client_id=CLIENT_ID, key=pem_of(key)) as client:
        client.bids.GetBid(GET)
        platform.revoke_tokens()
        client.bids.GetBid(GET)
    public = OKPKey.import_key(public_pem_of(key))
    asked = platform.requests["ExchangeToken"]
    assert len({jwt.decode(one.client_assertion, public, algorithms=["EdDSA"]).claims["jti"] for one in asked}) == 2


def test_a_secret_is_sent_as_oauth_names_it(platform, client):
    client.bids.GetBid(GET)
    asked = platform.requests["ExchangeToken"][0]
    assert (asked.grant_type, asked.client_id, asked.client_secret) == (
        "client_credentials",
        CLIENT_ID,
        "shared-secret",
    )


def test_one_token_serves_until_it_nears_its_end(platform, client, clock):
    client.bids.GetBid(GET)
    clock.now += 539
    client.bids.GetBid(GET)
    assert platform.n_calls["ExchangeToken"] == 1
    clock.now += 1
    client.bids.GetBid(GET)
    assert platform.n_calls["ExchangeToken"] == 2


def test_the_old_token_serves_while_the_registry_is_away(platform, client, clock):
    client.bids.GetBid(GET)
    clock.now += 550
    platform.script["ExchangeToken"] = [AWAY]
    client.bids.GetBid(GET)
    assert platform.n_calls["ExchangeToken"] == 2
    client.bids.GetBid(GET)
    assert platform.n_calls["ExchangeToken"] == 2
    clock.now += 5
    client.bids.GetBid(GET)
    assert platform.n_calls["ExchangeToken"] == 3


def test_an_expired_token_is_not_sent_though_the_registry_is_away(platform, client, clock):
    client.bids.GetBid(GET)
    clock.now += 600
    platform.script["ExchangeToken"] = [AWAY]
    with pytest.raises(toadlane.Refused) as refused:
        client.bids.GetBid(GET)
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    assert platform.n_calls["GetBid"] == 1


def test_a_refused_token_is_renewed_and_the_call_made_again(platform, client):
    client.bids.GetBid(GET)
    platform.revoke_tokens()
    assert client.bids.GetBid(GET).id == BID
    assert platform.n_calls["ExchangeToken"] == 2
    assert platform.n_calls["GetBid"] == 3


def test_a_token_is_renewed_once_and_not_for_ever(platform, client):
    platform.script["GetBid"] = [EXPIRED] * 10
    with pytest.raises(toadlane.Refused) as refused:
        client.bids.GetBid(GET)
    assert refused.value.reason == "SIGN_IN_NEEDED"
    assert platform.n_calls["GetBid"] == 2


def test_threads_that_are_refused_together_fetch_one_token(platform, client):
    client.bids.GetBid(GET)
    platform.revoke_tokens()
    n_threads, answers = 12, []
    together = threading.Barrier(n_threads)

    def call():
        together.wait()
        answers.append(client.bids.GetBid(GET).id)

    threads = [threading.Thread(target=call) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [BID] * n_threads
    assert platform.n_calls["ExchangeToken"] == 2


def test_wrong_credentials_are_refused_with_the_reason(platform, client):
    platform.script["ExchangeToken"] = [EXPIRED]
    with pytest.raises(toadlane.Refused, match="UNAUTHENTICATED SIGN_IN_NEEDED"):
        client.bids.GetBid(GET)
    assert platform.n_calls["GetBid"] == 0


def test_no_secret_is_shown(platform):
    key = pem_of(ed25519.Ed25519PrivateKey.generate()).decode()
    for settings in ({"secret": "hush-hush"}, {"key": key}):
        with toadlane.Client(platform.address, client_id=CLIENT_ID, **settings) as client:
            client.bids.GetBid(GET)
            platform.script["ExchangeToken"] = [EXPIRED]
            platform.revoke_tokens()
            with pytest.raises(toadlane.Refused) as refused:
                client.bids.GetBid(GET)
            shown = repr(client) + str(client) + repr(refused.value) + repr(refused.value.__cause__)
        for hidden in ("hush-hush", key.splitlines()[1], "token-"):
            assert hidden not in shown


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "either key or secret"),
        ({"secret": "s", "key": "k"}, "either key or secret"),
        ({"key": pem_of(rsa.generate_private_key(65537, 2048))}, "Ed25519 or P-256"),
        ({"key": pem_of(ec.generate_private_key(ec.SECP384R1()))}, "Ed25519 or P-256"),
        ({"secret": "s", "client_id": ""}, "give client_id"),
        ({"token": "t"}, "a token goes without"),
        ({"token": "t", "client_id": "", "secret": "s"}, "a token goes without"),
        ({"secret": "s", "address": "127.0.0.1:7070"}, "give one such as https"),
        ({"secret": "s", "address": "ftp://127.0.0.1:7070"}, "give one such as https"),
        ({"secret": "s", "address": "http://127.0.0.1:7070", "authority": "pem"}, "without TLS"),
    ],
    ids=[
        "no credential",
        "two credentials",
        "RSA",
        "P-384",
        "nobody",
        "token and client",
        "token and secret",
        "no scheme",
        "other scheme",
        "authority without TLS",
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(settings, says):
    settings = {"address": "http://127.0.0.1:1", "client_id": CLIENT_ID, **settings}
    with pytest.raises(ValueError, match=says):
        toadlane.Client(**settings)


def test_the_token_of_a_person_is_used_as_it_is(platform):
    platform.valid_tokens.add("theirs")
    with toadlane.Client(platform.address, token="theirs") as client:
        assert client.bids.GetBid(GET).id == GET.bid_id
        platform.revoke_tokens()
        with pytest.raises(toadlane.Refused, match="SIGN_IN_NEEDED"):
            client.bids.GetBid(GET)
    assert platform.n_calls["ExchangeToken"] == 0
