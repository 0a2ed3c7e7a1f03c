import fake
import pytest
import toadlane
import town as real

CLIENT_ID = "cli_" + "0" * 32


@pytest.fixture
def clock(monkeypatch):
    clock = fake.Clock()
    for module in ("patience", "sign_in", "watch"):
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


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    with real.running(tmp_path_factory.mktemp("town") / "data") as town:
        yield town
