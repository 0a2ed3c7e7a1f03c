"""A bid handed in by a tool that knows nothing of the platform: no contract, no client, only what reflection tells."""

import json
import subprocess
import uuid
from pathlib import Path

from town import Town, provided

BIDS = "toadlane.bids.v1.BidsService"
ROUNDS = "toadlane.rounds.v1.RoundsService"
SIGN_IN = "toadlane.registry.v1.SignInService"


def buf_curl(town: Town, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`buf curl` over gRPC without TLS, in an empty folder so that it finds no contract on disk."""
    buf = Path(provided("TOADLANE_TEST_PYTHON")).with_name("buf")
    empty = town.data.parent / "empty"
    empty.mkdir(exist_ok=True)
    command = [buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", *arguments]
    environment = {"HOME": str(empty), "PATH": ""}
    return subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=60)


def call(town: Town, method: str, request: dict, token: str = "") -> dict:
    signed = ["-H", f"authorization: Bearer {token}"] if token else []
    done = buf_curl(town, *signed, "-d", json.dumps(request), f"{town.address}/{method}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def change(town: Town, method: str, request: dict, token: str) -> dict:
    return call(town, method, {"requestId": str(uuid.uuid4()), **request}, token)


def test_buf_curl_submits_a_bid_by_reflection_alone(town):
    client = town.client_with_secret()
    exchange = {
        "grantType": "client_credentials",
        "clientId": client.client_id,
        "clientSecret": client.secret,
    }
    token = call(town, f"{SIGN_IN}/ExchangeToken", exchange)["accessToken"]
    council = call(town, f"{SIGN_IN}/WhoAmI", {}, token)["organisationId"]
    rounds = call(town, f"{ROUNDS}/ListRounds", {"states": ["STATE_OPEN"]}, token)["rounds"]
    content = {
        "title": "A bench for every bus stop",
        "summary": "Somewhere to sit.",
        "language": "LANGUAGE_EN",
        "instrument": "policy_prototype",
        "requested": {"minorUnits": 150000, "currency": "GBP"},
        "months": 6,
    }
    create = {
        "roundId": rounds[0]["id"],
        "applicantOrganisationId": council,
        "clientReference": "BUF-1",
        "content": content,
    }
    bid = change(town, f"{BIDS}/CreateBid", create, token)
    sign_off = {"bidId": bid["id"], "etag": bid["etag"], "certifierId": town.certifier_id, "role": "Treasurer"}
    bid = change(town, f"{BIDS}/SignOffBid", sign_off, token)
    bid = change(town, f"{BIDS}/SubmitBid", {"bidId": bid["id"], "etag": bid["etag"]}, token)
    assert bid["state"] == "STATE_SUBMITTED"
    receipt = call(town, f"{BIDS}/GetReceipt", {"bidId": bid["id"]}, token)
    assert receipt["number"] == bid["number"]
    verified = town.verify(receipt["jws"])
    assert verified.returncode == 0, verified.stderr


def test_buf_curl_shows_why_a_call_is_refused(town):
    done = buf_curl(town, "-d", "{}", f"{town.address}/{BIDS}/SubmitBid")
    assert done.returncode != 0
    assert '"unauthenticated"' in done.stderr
    assert "send an access token" in done.stderr


def test_reflection_explains_the_details_of_refusals(town):
    # With these grpcurl shows reason and violations in words; without, in base64.
    for detail in ("google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.RetryInfo"):
        asked = {"fileContainingSymbol": detail}
        answer = call(town, "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", asked)
        assert "fileDescriptorResponse" in answer, answer


def test_reflection_lists_every_method(town):
    done = buf_curl(town, "--list-methods", town.address)
    assert done.returncode == 0, done.stderr
    listed = done.stdout.split()
    assert f"{BIDS}/SubmitBid" in listed
    assert f"{SIGN_IN}/ExchangeToken" in listed
