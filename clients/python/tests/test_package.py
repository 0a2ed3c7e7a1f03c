"""The package as a whole: that it loads beside others, that its pins agree, that its programs run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import fake
import grpc
import pytest
import toadlane
from conftest import CLIENT_ID
from cryptography.hazmat.primitives.asymmetric import ed25519
from keys import a_certificate, pem_of
from toadlane.bids.v1 import GetBidRequest

HERE = Path(__file__).parent.parent

# What other packages declare under the names that our copies of the option schemas bear.
BESIDE_OTHERS = """
from google.protobuf import descriptor_pb2, descriptor_pool
{first}
{second}
"""
OTHERS = """
from google.api import annotations_pb2
file = descriptor_pb2.FileDescriptorProto(name="buf/validate/validate.proto", package="buf.validate", syntax="proto3")
file.message_type.add(name="FieldRules").field.add(name="other", number=1, type=9, label=1)
descriptor_pool.Default().Add(file)
descriptor_pool.Default().FindMessageTypeByName("buf.validate.FieldRules")
"""
AREAS = "registry rounds bids grading awards reporting learning types errors".split()
OURS = "import " + ", ".join(f"toadlane.{area}.v1" for area in AREAS)


@pytest.mark.parametrize(("first", "second"), [(OURS, OTHERS), (OTHERS, OURS)], ids=["ours first", "others first"])
def test_the_contract_loads_beside_other_packages(first, second):
    program = BESIDE_OTHERS.format(first=first, second=second)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_it_is_the_installed_package_that_is_tested():
    assert not Path(toadlane.__file__).is_relative_to(HERE)


def test_the_generator_is_pinned_as_in_the_suite():
    pinned = (HERE.parent.parent / "infra" / "requirements.txt").read_text(encoding="utf-8").split()
    requires = re.search(r"^requires = \[(.*)\]$", (HERE / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    for pin in re.findall(r'"([^"]+)"', requires[1]):
        assert pin in pinned


def test_the_licence_is_that_of_the_repository():
    # A copy, for a link would lead nowhere in an sdist.
    assert (HERE / "LICENSE").read_bytes() == (HERE.parent.parent / "LICENSE").read_bytes()


def test_what_is_typed_is_installed():
    installed = Path(toadlane.__file__).parent
    assert (installed / "py.typed").exists()
    assert (installed / "bids" / "v1" / "bids_service_pb2.pyi").exists()


def test_every_service_of_the_contract_is_on_the_client():
    with toadlane.Client("http://127.0.0.1:1", client_id=CLIENT_ID, secret="s") as client:
        offered = {type(stub).__name__ for stub in vars(client).values()}
    declared = {
        f"{name}Stub"
        for path in (HERE.parent.parent / "proto" / "toadlane").rglob("*.proto")
        for name in re.findall(r"^service (\w+) ", path.read_text(encoding="utf-8"), re.M)
    }
    assert declared <= offered


def example(platform, folder, **settings):
    (folder / "key.pem").write_bytes(pem_of(ed25519.Ed25519PrivateKey.generate()))
    (folder / "content.json").write_text('{"title": "A shed", "requested": {"minorUnits": 150000, "currency": "GBP"}}')
    (folder / "plan.pdf").write_bytes(b"%PDF-1.7")
    environment = {
        "ADDRESS": platform.address,
        "CLIENT_ID": CLIENT_ID,
        "KEY": str(folder / "key.pem"),
        "CERTIFIER_ID": "per_1",
        "REFERENCE": "CASE-1",
        "CONTENT": str(folder / "content.json"),
        "ATTACHMENT": str(folder / "plan.pdf"),
        **settings,
    }
    return subprocess.run(
        [sys.executable, str(HERE / "examples" / "submit_bid.py")],
        env={f"TOADLANE_{name}": value for name, value in environment.items()},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_example_hands_a_bid_in(platform, tmp_path):
    done = example(platform, tmp_path)
    assert done.stderr == ""
    assert json.loads(done.stdout)["number"] == 7
    assert platform.bid.content.requested.minor_units == 150000
    assert platform.requests["SignOffBid"][0].etag == "e2"
    assert platform.requests["SubmitBid"][0].etag == "e3"


def test_the_example_says_what_was_refused(platform, tmp_path):
    platform.script["SubmitBid"] = [fake.refusal(grpc.StatusCode.FAILED_PRECONDITION, "NOT_YET_OPEN", "not open yet")]
    done = example(platform, tmp_path)
    assert done.returncode == 1
    assert done.stderr == "FAILED_PRECONDITION NOT_YET_OPEN: not open yet\n"


def test_the_example_says_what_it_lacks(platform, tmp_path):
    done = example(platform, tmp_path, CONTENT="")
    assert done.returncode == 1
    assert "set TOADLANE_CONTENT" in done.stderr


def test_a_private_authority_is_trusted_when_it_is_given(clock):
    certificate, key = a_certificate()
    with fake.running(grpc.ssl_server_credentials([(key, certificate)])) as platform:
        settings = {"client_id": CLIENT_ID, "secret": "s"}
        with toadlane.Client(platform.address, authority=certificate.decode(), **settings) as client:
            assert client.bids.GetBid(GetBidRequest(bid_id=fake.BID)).id == fake.BID
        with toadlane.Client(platform.address, **settings) as client:
            with pytest.raises(toadlane.Refused) as refused:
                client.bids.GetBid(GetBidRequest(bid_id=fake.BID))
        assert refused.value.code is grpc.StatusCode.UNAVAILABLE
        assert platform.n_calls["ExchangeToken"] == 1
