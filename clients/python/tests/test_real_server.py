"""The client as its users meet it: the wheel in an environment of its own, against the program itself."""

import json
import re
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
import toadlane
from cryptography.hazmat.primitives.asymmetric import ed25519
from keys import pem_of, public_pem_of
from toadlane.bids.v1 import BidContent, CreateBidRequest, UpdateBidRequest
from town import Town, provided

HERE = Path(__file__).parent.parent
# What the wheel asks for, and what that brings along.
BROUGHT_ALONG = {"cffi", "cryptography", "googleapis-common-protos", "grpcio", "protobuf", "pycparser"}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with the wheel and what it depends on, and nothing else: not even pip."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    python = folder / "bin" / "python"
    assert installed(python) == set()
    pip = [sys.executable, "-m", "pip", "--python", python, "--isolated", "--disable-pip-version-check", "install"]
    wheels = provided("TOADLANE_TEST_WHEELS")
    subprocess.run([*pip, "--quiet", "--no-index", "--find-links", wheels, "toadlane"], check=True, timeout=120)
    return python


def installed(python: Path) -> set[str]:
    names = "import importlib.metadata as m; print(*(one.metadata['Name'] for one in m.distributions()))"
    return set(run(python, "-c", names).stdout.split())


def run(
    python: Path, *arguments: str | Path, cwd: Path | None = None, settings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs Python with these settings in the environment and no others."""
    command = [python, "-I", "-W", "error", *arguments]
    return subprocess.run(command, cwd=cwd, env=settings or {}, capture_output=True, text=True, timeout=120)


@pytest.fixture
def settings(town: Town, tmp_path: Path) -> dict[str, str]:
    """What the README asks for: three settings, and the key in the folder."""
    key = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(pem_of(key))
    return {
        "TOADLANE_ADDRESS": town.address,
        "TOADLANE_CLIENT_ID": town.client_with_key(public_pem_of(key)).client_id,
        "TOADLANE_CERTIFIER_ID": town.certifier_id,
    }


def test_the_wheel_brings_what_it_needs_and_no_more(python):
    assert installed(python) - {"typing_extensions"} == {"toadlane"} | BROUGHT_ALONG


def test_the_program_of_the_readme_submits_a_bid(python, town, settings, tmp_path):
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(re.search(r"```python\n(.*?)```", readme, re.S)[1], encoding="utf-8")
    done = run(python, program, cwd=tmp_path, settings=settings)
    assert done.stderr == ""
    says, jws = done.stdout.splitlines()
    number = re.fullmatch(r"number (\d+), received 2019-11-05T09:00:00Z", says)[1]
    receipt = town.verify(jws)
    assert receipt.returncode == 0, receipt.stderr
    assert "the receipt is genuine" in receipt.stdout
    assert re.search(rf"^  number +{number}$", receipt.stdout, re.M)
    assert re.search(r"^  reference +CASE-1$", receipt.stdout, re.M)


@pytest.mark.parametrize(("length", "comes_along"), [(2, True), (50, False)], ids=["short", "long"])
def test_a_stale_etag_is_told_however_long_the_bid(town, length, comes_along):
    # What gRPC takes of trailers is bounded: beyond that, a caller would not even learn the reason.
    credentials = town.client_with_secret()
    with toadlane.Client(town.address, client_id=credentials.client_id, secret=credentials.secret) as client:
        shade = "shade, trees and somewhere to sit, "
        content = BidContent(title="A tree", summary=2 * shade * length, partners=[5 * shade] * length)
        old = client.once(client.bids.CreateBid, CreateBidRequest(
            round_id=town.round_id, applicant_organisation_id=town.council_id, content=content))
        new = client.once(client.bids.UpdateBid, UpdateBidRequest(bid_id=old.id, etag=old.etag, content=content))
        with pytest.raises(toadlane.Refused) as refused:
            client.once(client.bids.UpdateBid, UpdateBidRequest(bid_id=old.id, etag=old.etag, content=content))
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.ABORTED, "STALE_ETAG")
    newer = refused.value.newer
    assert (newer.etag if newer else None) == (new.etag if comes_along else None)


def test_the_example_submits_a_bid_with_a_file(python, town, settings, tmp_path):
    content = {
        "title": "A shed for every street",
        "summary": "Tools, shared.",
        "language": "LANGUAGE_EN",
        "instrument": "policy_prototype",
        "requested": {"minorUnits": 150000, "currency": "GBP"},
        "months": 9,
    }
    (tmp_path / "content.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7")
    settings |= {
        "TOADLANE_KEY": "key.pem",
        "TOADLANE_REFERENCE": "CASE-2",
        "TOADLANE_CONTENT": "content.json",
        "TOADLANE_ATTACHMENT": "plan.pdf",
    }
    example = HERE / "examples" / "submit_bid.py"
    done = run(python, example, cwd=tmp_path, settings=settings)
    assert done.stderr == ""
    bid = json.loads(done.stdout)
    receipt = town.verify(bid["receipt"])
    assert receipt.returncode == 0, receipt.stderr
    assert bid["content_sha256"] in receipt.stdout
    again = run(python, example, cwd=tmp_path, settings=settings)
    assert again.returncode == 1
    assert again.stderr.startswith("ALREADY_EXISTS ALREADY_EXISTS: your system already has a bid with this reference")
