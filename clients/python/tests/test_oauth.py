"""A stock OAuth library signs in over TLS: it finds all it needs in the metadata, and its token opens gRPC calls."""

from pathlib import Path

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc.jwk import ECKey, OKPKey, RSAKey
from keys import a_certificate, public_pem_of
from toadlane.registry.v1 import WhoAmIRequest
from town import SCOPES, Caller, Town, running


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate to trust, beside its key: it is the server's own."""
    folder = tmp_path_factory.mktemp("authority")
    certificate, key = a_certificate()
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    return folder / "certificate.pem"


@pytest.fixture(scope="module")
def tls_town(tmp_path_factory: pytest.TempPathFactory, authority: Path):
    with running(tmp_path_factory.mktemp("tls-town") / "data", authority) as town:
        yield town


@pytest.fixture(scope="module")
def metadata(tls_town: Town, authority: Path) -> AuthorizationServerMetadata:
    with requests.Session() as session:
        trust(session, authority)
        answer = session.get(get_well_known_url(tls_town.address, external=True), timeout=30)
    answer.raise_for_status()
    return AuthorizationServerMetadata(answer.json())


def trust(session: requests.Session, authority: Path) -> None:
    # Without this an authority in the environment would go before ours.
    session.trust_env = False
    session.verify = str(authority)


def organisation_of(town: Town, token: str) -> tuple[str, str]:
    """Who the platform takes the bearer of the token for, and of which organisation."""
    caller = Caller(town.channel, token)
    answer = caller.ask(caller.sign_in.WhoAmI, WhoAmIRequest())
    return answer.subject, answer.organisation_id


def test_the_metadata_is_valid_and_the_issuer_is_where_it_was_found(metadata, tls_town):
    metadata.validate()
    assert metadata["issuer"] == tls_town.address


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_with_a_secret_gets_a_token_that_works(tls_town, metadata, authority, method):
    client = tls_town.client_with_secret()
    assert method in metadata["token_endpoint_auth_methods_supported"]
    with OAuth2Session(client.client_id, client.secret, token_endpoint_auth_method=method) as session:
        trust(session, authority)
        token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert token["token_type"] == "Bearer"
    assert sorted(token["scope"].split()) == sorted(SCOPES)
    assert organisation_of(tls_town, token["access_token"]) == (client.client_id, tls_town.council_id)


@pytest.mark.parametrize(
    ("generate", "kind", "algorithm"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), RSAKey, "RS256"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), ECKey, "ES256"),
        (ed25519.Ed25519PrivateKey.generate, OKPKey, "EdDSA"),
    ],
    ids=["RS256", "ES256", "EdDSA"],
)
def test_a_client_with_a_key_gets_a_token_that_works(tls_town, metadata, authority, generate, kind, algorithm):
    key = generate()
    client = tls_town.client_with_key(public_pem_of(key), algorithm)
    assert algorithm in metadata["token_endpoint_auth_signing_alg_values_supported"]
    with OAuth2Session(client.client_id, kind.import_key(key), token_endpoint_auth_method="private_key_jwt") as session:
        session.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg=algorithm))
        trust(session, authority)
        token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert organisation_of(tls_town, token["access_token"]) == (client.client_id, tls_town.council_id)
