"""Hands a bid in and prints its number and receipt. All that it needs stands in the environment:

TOADLANE_ADDRESS       such as https://grants.example:7070
TOADLANE_CLIENT_ID     the client: cli_..
TOADLANE_KEY           file with its private key in PEM, or else
TOADLANE_SECRET        its secret
TOADLANE_AUTHORITY     file with the certificate of a private authority in PEM; may be absent
TOADLANE_ISSUER        the platform's name in tokens, if it is not the address; may be absent
TOADLANE_CERTIFIER_ID  the certifier: per_..
TOADLANE_REFERENCE     the council's own reference
TOADLANE_CONTENT       file with the bid's content: BidContent as protobuf's JSON
TOADLANE_ATTACHMENT    file to attach; may be absent

Prints one JSON object on a line; a refusal goes to standard error, with exit code 1.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import toadlane
from google.protobuf import json_format
from toadlane.bids.v1 import BidContent, CreateBidRequest, GetReceiptRequest, SignOffBidRequest, SubmitBidRequest
from toadlane.registry.v1 import WhoAmIRequest
from toadlane.rounds.v1 import ListRoundsRequest, Round


def needed(name: str) -> str:
    return optional(name) or sys.exit(f"set TOADLANE_{name}; what it is stands at the head of this program")


def optional(name: str) -> str | None:
    return os.environ.get(f"TOADLANE_{name}") or None


def connect() -> toadlane.Client:
    key, authority, secret = optional("KEY"), optional("AUTHORITY"), optional("SECRET")
    if key is None and secret is None:
        sys.exit("set TOADLANE_KEY or TOADLANE_SECRET")
    return toadlane.Client(
        needed("ADDRESS"),
        client_id=needed("CLIENT_ID"),
        key=Path(key).read_bytes() if key else None,
        secret=None if key else secret,
        authority=Path(authority).read_bytes() if authority else None,
        issuer=optional("ISSUER"),
    )


def submit_bid(client: toadlane.Client) -> dict[str, object]:
    content = json_format.Parse(Path(needed("CONTENT")).read_text(encoding="utf-8"), BidContent())
    council = client.sign_in.WhoAmI(WhoAmIRequest()).organisation_id
    open_rounds = client.rounds.ListRounds(ListRoundsRequest(states=[Round.STATE_OPEN])).rounds
    if not open_rounds:
        sys.exit("no round is open")
    bid = client.once(client.bids.CreateBid, CreateBidRequest(
        round_id=open_rounds[0].id,
        applicant_organisation_id=council,
        client_reference=needed("REFERENCE"),
        content=content,
    ))
    attachment = optional("ATTACHMENT")
    if attachment:
        bid = client.upload_attachment(bid, attachment)
    bid = client.once(client.bids.SignOffBid, SignOffBidRequest(
        bid_id=bid.id,
        etag=bid.etag,
        certifier_id=needed("CERTIFIER_ID"),
        role="Section 151 officer",
    ))
    bid = client.once(client.bids.SubmitBid, SubmitBidRequest(bid_id=bid.id, etag=bid.etag))
    receipt = client.bids.GetReceipt(GetReceiptRequest(bid_id=bid.id))
    return {
        "bid_id": bid.id,
        "number": bid.number,
        "received_at": bid.received_at.ToJsonString(),
        "content_sha256": bid.content_sha256,
        "receipt": receipt.jws,
    }


if __name__ == "__main__":
    with connect() as client:
        try:
            print(json.dumps(submit_bid(client)))
        except toadlane.Refused as refused:
            sys.exit(str(refused))
