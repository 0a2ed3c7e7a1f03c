import fake
import pytest
import toadlane

CLIENT_ID = "cli_" + "0" * 32


@pytest.fixture
def clock(monkeypatch):
    clock = fake.Clock()
    for module in ("client", "patience", "sign_in"):
        monkeypatch.setattr(f"toadlane.{module}.time", clock)
    return clock


@pytest.fixture
def platform():
    with fake.running() as platform:
        yield platform


@pytest.fixture
def client(clock, platform):
    with toadlane.Client(platform.address, client_id=CLIENT_ID, secret="shared-secret") as client:
        yield client
