"""How a client proves who it is, and the access token that it gets for it (RFC 6749, 4.4; RFC 7523, 2.2)."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Protocol

import grpc
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from .patience import PASSING
from .refused import Refused
from .registry.v1 import AccessToken, ExchangeTokenRequest

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Used at once, so it need not last; two minutes leave room for clocks that differ.
ASSERTION_LIFETIME_S = 120
# A token is renewed this long before it expires, so that none expires on its way.
MARGIN_S = 60.0
# While the registry cannot be reached and the old token still lasts, it is asked again this often.
RENEWAL_PAUSE_S = 5.0


class Proof(Protocol):
    """What a client shows for a token."""

    def request(self) -> ExchangeTokenRequest: ...


class SecretProof:
    """A shared secret, for small clients."""

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id = client_id
        self._secret = secret

    def request(self) -> ExchangeTokenRequest:
        return ExchangeTokenRequest(
            grant_type="client_credentials", client_id=self._client_id, client_secret=self._secret
        )


class KeyProof:
    """A private key, with which each request is signed anew. The key itself never leaves this process."""

    def __init__(self, client_id: str, pem: str | bytes, audience: str) -> None:
        """`pem` is an Ed25519 or P-256 private key without a passphrase. Raises `ValueError` for any other."""
        key = load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
        if isinstance(key, Ed25519PrivateKey):
            self._algorithm = "EdDSA"
        elif isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
            self._algorithm = "ES256"
        else:
            raise ValueError("the key must be an Ed25519 or P-256 private key")
        self._key = key
        self._client_id = client_id
        self._audience = audience

    def request(self) -> ExchangeTokenRequest:
        return ExchangeTokenRequest(
            grant_type="client_credentials",
            client_id=self._client_id,
            client_assertion_type=JWT_BEARER,
            client_assertion=self._assertion(),
        )

    def _assertion(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._audience,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + ASSERTION_LIFETIME_S,
        }
        header = {"alg": self._algorithm, "typ": "JWT"}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{base64url(self._signature(signed.encode()))}"

    def _signature(self, signed: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(signed)
        # RFC 7518, 3.4: the two numbers side by side, 32 bytes each, not in DER.
        numbers = decode_dss_signature(self._key.sign(signed, ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Tokens(Protocol):
    """Where each call gets its access token from."""

    def present(self) -> str:
        """A token to call with. Raises `Refused` if there is none to be had."""

    def instead_of(self, refused_token: str) -> str:
        """Another token than the one that was refused; the same where there is no other."""


class Given:
    """The access token of a person, who signed in with a code from their mail. It is theirs to renew."""

    def __init__(self, token: str) -> None:
        self._token = token

    def present(self) -> str:
        return self._token

    def instead_of(self, refused_token: str) -> str:
        return self._token


class Renewed:
    """The access token of one client, renewed before it expires. Many threads may ask; one of them fetches."""

    def __init__(self, exchange: Callable[[ExchangeTokenRequest], AccessToken], proof: Proof) -> None:
        """`exchange` is the RPC; it raises `grpc.RpcError`."""
        self._exchange = exchange
        self._proof = proof
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0
        self._expires_at = 0.0

    def present(self) -> str:
        """A token that will last for a while yet. Raises `Refused` if there is none to be had.

        One that nears its end still serves while the registry is away.
        """
        with self._lock:
            if not self._token:
                self._fetch()
            elif time.monotonic() >= self._renew_at:
                try:
                    self._fetch()
                except Refused as refused:
                    if refused.code not in PASSING or time.monotonic() >= self._expires_at:
                        raise
                    self._renew_at = time.monotonic() + RENEWAL_PAUSE_S
            return self._token

    def instead_of(self, refused_token: str) -> str:
        """Another token than the one that was refused; fetched once, however many threads were refused with it."""
        with self._lock:
            if self._token == refused_token:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        asked_at = time.monotonic()
        try:
            token = self._exchange(self._proof.request())
        except grpc.RpcError as error:
            raise Refused.of(error) from error
        self._token = token.access_token
        self._expires_at = asked_at + token.expires_in
        # Of a token that lasts two minutes or less, the second half is the margin.
        self._renew_at = self._expires_at - min(MARGIN_S, token.expires_in / 2)
