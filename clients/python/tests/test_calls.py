"""Refusals, trying again, pages, files and the watch."""

import uuid
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
import toadlane
from fake import AWAY, BID, EXPIRED, refusal
from toadlane.bids.v1 import Bid, CreateBidRequest, GetBidRequest, SubmitBidRequest, WatchBidsResponse
from toadlane.rounds.v1 import ListRoundsRequest

GET = GetBidRequest(bid_id=BID)
SLOW = refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_PASSED")


def refused_with(platform, client, status):
    platform.script["GetBid"] = [status]
    with pytest.raises(toadlane.Refused) as refused:
        client.bids.GetBid(GET)
    return refused.value


def test_every_violation_comes_with_field_rule_and_words(platform, client):
    violations = [
        ("content.title", "string.max_len", "must have at most 300 characters"),
        ("request_id", "string.uuid", "must be a UUID"),
    ]
    status = refusal(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELDS", "2 fields", violations=violations)
    refused = refused_with(platform, client, status)
    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.reason == "INVALID_FIELDS"
    assert refused.message == "2 fields"
    assert refused.violations == violations
    assert refused.violations[0].rule == "string.max_len"
    assert "content.title: must have at most 300 characters (string.max_len)" in str(refused)


def test_the_metadata_of_a_reason_is_kept(platform, client):
    status = refusal(grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED", metadata={"who_may": "certifier"})
    assert refused_with(platform, client, status).metadata == {"who_may": "certifier"}


def test_a_stale_etag_brings_the_newer_version(platform, client):
    status = refusal(grpc.StatusCode.ABORTED, "STALE_ETAG", newer=Bid(id=BID, etag="e9"))
    refused = refused_with(platform, client, status)
    assert isinstance(refused.newer, Bid)
    assert refused.newer.etag == "e9"


def test_a_newer_version_of_an_unknown_type_is_left_out(platform, client):
    status = refusal(grpc.StatusCode.ABORTED, "STALE_ETAG", newer=Bid(id=BID))
    status.details[-1].type_url = "type.googleapis.com/toadlane.later.v1.Thing"
    refused = refused_with(platform, client, status)
    assert (refused.reason, refused.newer) == ("STALE_ETAG", None)


def test_a_platform_that_is_not_there_has_no_reason(clock):
    with toadlane.Client("http://127.0.0.1:1", client_id="cli_1", secret="s") as client:
        with pytest.raises(toadlane.Refused) as refused:
            client.bids.GetBid(GET)
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
    assert refused.value.reason == ""
    assert refused.value.retry_after is None


def test_once_keeps_its_request_id_until_it_is_answered(platform, client, clock):
    platform.script["CreateBid"] = [AWAY, SLOW, AWAY]
    request = CreateBidRequest()
    assert client.once(client.bids.CreateBid, request).id == BID
    sent = [one.request_id for one in platform.requests["CreateBid"]]
    assert sent == [request.request_id] * 4
    assert uuid.UUID(request.request_id)
    assert len(clock.slept) == 3


def test_once_keeps_a_request_id_that_is_given(platform, client):
    given = str(uuid.uuid4())
    client.once(client.bids.CreateBid, CreateBidRequest(request_id=given))
    assert platform.requests["CreateBid"][0].request_id == given


def test_once_gives_each_new_request_an_id_of_its_own(platform, client):
    for _ in range(2):
        client.once(client.bids.CreateBid, CreateBidRequest())
    assert len({one.request_id for one in platform.requests["CreateBid"]}) == 2


def test_once_survives_a_registry_that_is_away_at_sign_in(platform, client):
    platform.script["ExchangeToken"] = [AWAY, AWAY]
    assert client.once(client.bids.CreateBid, CreateBidRequest()).id == BID
    assert platform.n_calls["CreateBid"] == 1


def test_once_waits_as_long_as_the_platform_asks(platform, client, clock):
    after = timedelta(seconds=12, milliseconds=500)
    platform.script["SubmitBid"] = [refusal(grpc.StatusCode.UNAVAILABLE, "TRY_AGAIN", retry_after=after)]
    client.once(client.bids.SubmitBid, SubmitBidRequest())
    assert clock.slept == [12.5]


def test_once_waits_longer_each_time_and_then_gives_up(platform, client, clock):
    platform.script["SubmitBid"] = [AWAY] * 100
    with pytest.raises(toadlane.Refused, match="the registry cannot be reached"):
        client.once(client.bids.SubmitBid, SubmitBidRequest())
    assert 50 <= sum(clock.slept) <= 60
    assert clock.slept[0] <= 0.25
    assert 4 <= clock.slept[-1] <= 8


FINAL = ["INVALID_ARGUMENT", "FAILED_PRECONDITION", "ABORTED", "INTERNAL", "PERMISSION_DENIED"]


@pytest.mark.parametrize("code", FINAL)
def test_once_does_not_repeat_what_would_be_refused_again(platform, client, clock, code):
    platform.script["SubmitBid"] = [refusal(grpc.StatusCode[code], "ILLEGAL_STEP")]
    with pytest.raises(toadlane.Refused):
        client.once(client.bids.SubmitBid, SubmitBidRequest())
    assert clock.slept == []


def test_once_is_not_for_requests_without_an_id(client):
    with pytest.raises(TypeError, match="GetBidRequest has no request_id"):
        client.once(client.bids.GetBid, GET)


def test_pages_go_on_to_the_last_and_leave_the_request_alone(platform, client):
    platform.script["ListRounds"] = [None, AWAY]
    request = ListRoundsRequest(page_size=1)
    found = [page.rounds[0].id[-1] for page in client.pages(client.rounds.ListRounds, request)]
    assert found == ["1", "2", "3"]
    assert request == ListRoundsRequest(page_size=1)
    assert {one.page_size for one in platform.requests["ListRounds"]} == {1}


def a_file(folder: Path) -> Path:
    path = folder / "plan.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 3000)
    return path


def test_an_upload_declares_what_it_sends(platform, client, tmp_path):
    bid = client.upload_attachment(Bid(id=BID, etag="e1"), a_file(tmp_path))
    header = platform.requests["UploadAttachment"][0]
    assert (header.bid_id, header.etag, header.file_name) == (BID, "e1", "plan.pdf")
    assert header.media_type == "application/pdf"
    assert platform.files["att_1"] == a_file(tmp_path).read_bytes()
    assert bid.etag == "e2"


def test_an_upload_starts_again_after_a_break_and_after_a_refused_token(platform, client, tmp_path):
    client.bids.GetBid(GET)
    platform.revoke_tokens()
    platform.script["UploadAttachment"] = [None, AWAY]
    client.upload_attachment(Bid(id=BID, etag="e1"), a_file(tmp_path))
    assert platform.n_calls["UploadAttachment"] == 3
    assert platform.n_calls["ExchangeToken"] == 2
    assert platform.files["att_1"] == a_file(tmp_path).read_bytes()


def test_an_upload_of_an_unknown_type_asks_for_it(client, tmp_path):
    path = tmp_path / "plan"
    path.write_bytes(b"x")
    with pytest.raises(ValueError, match="give media_type"):
        client.upload_attachment(Bid(id=BID), path)


def test_a_download_starts_again_after_a_break(platform, client, tmp_path):
    bid = client.upload_attachment(Bid(id=BID, etag="e1"), a_file(tmp_path))
    platform.script["DownloadAttachment, half way"] = [AWAY]
    client.download_attachment(bid, bid.attachments[0], tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == a_file(tmp_path).read_bytes()
    assert platform.n_calls["DownloadAttachment"] == 2


def test_a_download_of_other_bytes_writes_nothing(platform, client, tmp_path):
    bid = client.upload_attachment(Bid(id=BID, etag="e1"), a_file(tmp_path))
    platform.files["att_1"] = b"something else"
    kept = tmp_path / "copy.pdf"
    kept.write_bytes(b"what was here before")
    with pytest.raises(toadlane.DigestMismatch, match="att_1"):
        client.download_attachment(bid, bid.attachments[0], kept)
    assert kept.read_bytes() == b"what was here before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.pdf", "plan.pdf"]


def changes(*tokens: str) -> list[WatchBidsResponse]:
    return [WatchBidsResponse(resume_token=token) for token in tokens]


def test_a_watch_resumes_after_its_last_token(platform, client):
    platform.watches = [(changes("1", "2"), AWAY), (changes("3"), None), (changes("4"), EXPIRED), (changes("5"), AWAY)]
    watch = client.watch_bids(round_id="rnd_1")
    assert [next(watch).resume_token for _ in range(5)] == ["1", "2", "3", "4", "5"]
    asked = [(one.round_id, one.resume_token) for one in platform.requests["WatchBids"]]
    assert asked == [("rnd_1", token) for token in ("", "2", "3", "4")]


def test_a_watch_outlasts_a_long_absence(platform, client, clock):
    platform.watches = [(changes("1"), AWAY), *[([], AWAY)] * 40, (changes("2"), None)]
    watch = client.watch_bids()
    assert [next(watch).resume_token for _ in range(2)] == ["1", "2"]
    assert sum(clock.slept) > 120


def test_a_watch_begins_with_a_new_token_where_the_old_one_is_refused(platform, client):
    client.bids.GetBid(GET)
    platform.revoke_tokens()
    platform.watches = [(changes("1"), None)]
    assert next(client.watch_bids()).resume_token == "1"
    assert platform.n_calls["ExchangeToken"] == 2


def test_a_watch_with_a_token_that_is_too_old_is_refused(platform, client):
    platform.watches = [([], refusal(grpc.StatusCode.OUT_OF_RANGE, "RESUME_TOKEN_TOO_OLD"))]
    with pytest.raises(toadlane.Refused) as refused:
        next(client.watch_bids(resume_token="0"))
    assert refused.value.reason == "RESUME_TOKEN_TOO_OLD"


def test_a_watch_ends_when_the_client_is_closed(platform, client):
    platform.watches = [(changes("1", "2"), None)]
    watch = client.watch_bids()
    next(watch)
    client.close()
    assert list(watch) in ([], changes("2"))
