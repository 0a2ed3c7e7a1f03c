"""Who leads the bid of the town's council from its close to its learning, and the steps that they take.

All of them are people, signed in with the codes from their mail. None of them exists.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import toadlane
from google.protobuf.timestamp_pb2 import Timestamp
from toadlane.awards.v1 import (
    ApprovePaymentRequest,
    Award,
    AwardSettings,
    ConfirmPaymentRequest,
    InstructPaymentRequest,
    ListAwardsRequest,
    ListPaymentsRequest,
    OfferAwardRequest,
    PrepareAwardsRequest,
    RecordPayeeCheckRequest,
)
from toadlane.bids.v1 import Bid, DecideEligibilityRequest, ScreenBidRequest
from toadlane.grading.v1 import (
    Assessment,
    AssignReviewsRequest,
    Assignment,
    CloseAssessmentRequest,
    Determination,
    DetermineBidRequest,
    GetAssessmentRequest,
    OpenAssessmentRequest,
    RecordMeetingRequest,
    StartDeterminationRequest,
    StartModerationRequest,
)
from toadlane.learning.v1 import Commission, CreateCommissionRequest
from toadlane.registry import v1 as registry
from toadlane.reporting.v1 import AcceptReportRequest, GetReportRequest, Report
from toadlane.rounds.v1 import GradingBoard
from toadlane.types.v1 import Deadline
from town import WAIT_S, Town

Found = TypeVar("Found")

SCREENED = "2019-12-16T10:00:00Z"
MODERATION = "2020-01-22T10:00:00Z"
MEETING = "2020-01-30T10:30:00Z"
ANNOUNCED = "2020-02-03T09:00:00Z"
PAID_ON = "2020-02-03"
INTERIM = "2020-06-15T09:00:00Z"
COMMISSION_ENDS = "2020-12-01T00:00:00Z"


def instant(text: str) -> Timestamp:
    stamp = Timestamp()
    stamp.FromJsonString(text)
    return stamp


def deadline(text: str, announced: str) -> Deadline:
    return Deadline(instant=instant(text), zone="Europe/London", announced=announced)


def soon(what: str, look: Callable[[], Found | None]) -> Found:
    """What another part of the platform will have heard of in a moment."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.02)
    raise TimeoutError(f"there is still no {what}")


class Cast:
    """Everybody beside the council, each with a client of their own."""

    def __init__(self, town: Town, connections: contextlib.ExitStack) -> None:
        self.town = town
        self._connections = connections
        self.manager = self.signed_in("manager")
        self.finance = self._enter(town.network_id, "finance", registry.ROLE_FINANCE_OFFICER)
        self.cashier = self._enter(town.network_id, "cashier", registry.ROLE_FINANCE_OFFICER)
        self.editor = self._enter(town.network_id, "editor", registry.ROLE_EDITOR)
        company = registry.Organisation.KIND_COMPANY
        self.consultancy_id = town.enter_organisation("Spawn & Partners", company)
        self.consultant_id = town.enter_person(self.consultancy_id, "consultant", registry.ROLE_LEARNING_CONSULTANT)
        self.consultant = self.signed_in("consultant")
        council = registry.Organisation.KIND_LOCAL_COUNCIL
        self.other_council_id = town.enter_organisation("Newtford Parish Council", council)
        self.member_id = town.enter_person(self.other_council_id, "member", registry.ROLE_REVIEWER)
        self.member = self.signed_in("member")
        administrator = town.administrator
        administrator.ask(administrator.boards.AddSeat, registry.AddSeatRequest(
            board_id=town.board_id,
            organisation_id=self.other_council_id,
            person_id=self.member_id,
            voting=True,
            from_date="2019-01-01",
        ))

    def _enter(self, organisation_id: str, name: str, role: int) -> toadlane.Client:
        self.town.enter_person(organisation_id, name, role)
        return self.signed_in(name)

    def signed_in(self, name: str) -> toadlane.Client:
        token = self.town.sign_in(f"{name}@network.example").token
        return self._connections.enter_context(toadlane.Client(self.town.address, token=token))

    def open_assessment(self, bid: Bid) -> Assessment:
        """Finds the bid eligible, once the round is closed, and gives it to the member to review."""
        self.town.move_clock(SCREENED)
        bids = self.manager.bids
        bid = self.manager.once(bids.ScreenBid, ScreenBidRequest(bid_id=bid.id, etag=bid.etag))
        self.manager.once(
            bids.DecideEligibility, DecideEligibilityRequest(bid_id=bid.id, etag=bid.etag, eligible=True)
        )
        opened = self.manager.once(self.manager.assessments.OpenAssessment, OpenAssessmentRequest(
            round_id=self.town.round_id, reviews_due=instant("2020-01-21T00:00:00Z"), tie_criterion="need"))
        self.manager.once(self.manager.reviews.AssignReviews, AssignReviewsRequest(
            assessment_id=opened.id, assignments=[Assignment(bid_id=bid.id, reviewer_id=self.member_id)]))
        return opened

    def fund(self, assessment: Assessment, bid: Bid) -> None:
        """Moderates what was reviewed, funds the bid in a meeting, and waits for the announcement."""
        self.town.move_clock(MODERATION)
        manager, assessments = self.manager, self.manager.assessments
        for method, step in (
            (assessments.StartModeration, StartModerationRequest),
            (assessments.StartDetermination, StartDeterminationRequest),
        ):
            manager.once(method, step(assessment_id=assessment.id, etag=self._etag(assessment)))
        self.town.move_clock(MEETING)
        meeting = manager.once(manager.decisions.RecordMeeting, RecordMeetingRequest(
            assessment_id=assessment.id,
            part=GradingBoard.PART_JOINT,
            held_at=instant(MEETING),
            place="Newtford",
            chair_id=self.member_id,
            present=[self.member_id],
        ))
        manager.once(manager.decisions.DetermineBid, DetermineBidRequest(
            assessment_id=assessment.id,
            bid_id=bid.id,
            outcome=Determination.OUTCOME_FUND,
            amount=bid.content.requested,
            basis=Determination.BASIS_MEETING,
            meeting_id=meeting.id,
        ))
        close = CloseAssessmentRequest(assessment_id=assessment.id, etag=self._etag(assessment))
        manager.once(assessments.CloseAssessment, close)
        self.town.move_clock(ANNOUNCED)

    def _etag(self, assessment: Assessment) -> str:
        return self.manager.assessments.GetAssessment(GetAssessmentRequest(assessment_id=assessment.id)).etag

    def offer(self) -> Award:
        settings = AwardSettings(
            starts_on="2020-02-17",
            offer_days=21,
            interim_report_due=deadline("2020-06-30T23:00:00Z", "11:59pm on 30 June 2020"),
            final_report_due=deadline("2021-01-01T00:00:00Z", "11:59pm on 31 December 2020"),
        )
        prepare = PrepareAwardsRequest(round_id=self.town.round_id, settings=settings)
        self.manager.once(self.manager.awards.PrepareAwards, prepare)
        award = self.manager.awards.ListAwards(ListAwardsRequest(round_id=self.town.round_id)).awards[0]
        return self.manager.once(
            self.manager.awards.OfferAward, OfferAwardRequest(award_id=award.id, etag=award.etag)
        )

    def pay(self, award: Award) -> None:
        """The manager approves, the finance officer instructs, the cashier checks the account and what was paid."""
        finance, cashier = self.finance, self.cashier
        cashier.once(cashier.payments.RecordPayeeCheck, RecordPayeeCheckRequest(
            organisation_id=self.town.council_id, account_reference="SUPPLIER-1", evidence="called back"))
        due = self.manager.payments.ListPayments(ListPaymentsRequest(award_id=award.id)).payments[0]
        approve = ApprovePaymentRequest(payment_id=due.id, etag=due.etag)
        approved = self.manager.once(self.manager.payments.ApprovePayment, approve)
        instructed = finance.once(finance.payments.InstructPayment, InstructPaymentRequest(
            payment_id=approved.id, etag=approved.etag, bank_reference="BACS-1"))
        cashier.once(cashier.payments.ConfirmPayment, ConfirmPaymentRequest(
            payment_id=instructed.id, etag=instructed.etag, paid_on=PAID_ON))

    def accept_report(self, report_id: str) -> Report:
        report = self.manager.reports.GetReport(GetReportRequest(report_id=report_id))
        return self.manager.once(
            self.manager.reports.AcceptReport, AcceptReportRequest(report_id=report.id, etag=report.etag)
        )

    def commission(self) -> Commission:
        return self.editor.once(self.editor.commissions.CreateCommission, CreateCommissionRequest(
            title="What sheds taught us",
            organisation_id=self.consultancy_id,
            consultant_ids=[self.consultant_id],
            round_ids=[self.town.round_id],
            until=instant(COMMISSION_ENDS),
            **{"from": instant(INTERIM)},
        ))


@contextlib.contextmanager
def entered(town: Town) -> Iterator[Cast]:
    with contextlib.ExitStack() as connections:
        yield Cast(town, connections)
