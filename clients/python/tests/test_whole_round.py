"""One bid from its hand-in to its learning, by users of the client: a council's system, a member, a consultant."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import cast
import grpc
import pytest
import toadlane
import town as real
from cryptography.hazmat.primitives.asymmetric import ed25519
from google.protobuf.message import Message
from keys import pem_of, public_pem_of
from toadlane.awards.v1 import (
    AcceptAwardRequest,
    Award,
    GetAwardRequest,
    ListAwardsRequest,
    ListPaymentsRequest,
    Payment,
)
from toadlane.bids.v1 import Bid, BidContent, CreateBidRequest, SignOffBidRequest, SubmitBidRequest
from toadlane.grading.v1 import (
    AcceptReviewRequest,
    Assessment,
    DeclareInterestsRequest,
    GetAssessedBidRequest,
    GetLetterRequest,
    ListAssessedBidsRequest,
    ListReviewsRequest,
    Mark,
    Review,
    SaveReviewRequest,
    SubmitReviewRequest,
)
from toadlane.learning.v1 import (
    Code,
    Commission,
    CreateCodebookRequest,
    DeclareConsultantInterestsRequest,
    Document,
    ExportPassagesRequest,
    GetDocumentRequest,
    ListDocumentsRequest,
    ListPassagesRequest,
    MarkPassageRequest,
    SearchCorpusRequest,
    Span,
)
from toadlane.reporting.v1 import GetReportRequest, ListReportsRequest, Report, SetReleaseRequest
from toadlane.types.v1 import LANGUAGE_EN, Money

HERE = Path(__file__).parent.parent
ASKED = Money(minor_units=150000, currency="GBP")


class Council:
    """The town's council: its own system with a key, and the folder in which it runs."""

    def __init__(self, town: real.Town, folder: Path) -> None:
        self.town = town
        self.folder = folder
        key = ed25519.Ed25519PrivateKey.generate()
        (folder / "key.pem").write_bytes(pem_of(key))
        (folder / "photos.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 2000)
        self.client_id = town.client_with_key(public_pem_of(key)).client_id
        self.client = toadlane.Client(town.address, client_id=self.client_id, key=pem_of(key))

    def submit_bid(self) -> Bid:
        content = BidContent(title="A shed for every street", summary="Tools, shared.", language=LANGUAGE_EN,
                             instrument="policy_prototype", requested=ASKED, months=9)
        bids = self.client.bids
        bid = self.client.once(bids.CreateBid, CreateBidRequest(
            round_id=self.town.round_id, applicant_organisation_id=self.town.council_id, content=content))
        bid = self.client.once(bids.SignOffBid, SignOffBidRequest(
            bid_id=bid.id, etag=bid.etag, certifier_id=self.town.certifier_id, role="Treasurer"))
        return self.client.once(bids.SubmitBid, SubmitBidRequest(bid_id=bid.id, etag=bid.etag))

    def run(self, program: Path) -> subprocess.CompletedProcess[str]:
        """Runs a program as the README says: three settings, and the files in the folder."""
        settings = {
            "TOADLANE_ADDRESS": self.town.address,
            "TOADLANE_CLIENT_ID": self.client_id,
            "TOADLANE_CERTIFIER_ID": self.town.certifier_id,
        }
        command = [sys.executable, "-I", "-W", "error", program]
        return subprocess.run(command, cwd=self.folder, env=settings, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def own_town(tmp_path_factory):
    """A platform for this story alone, for it moves the clock by a year."""
    with real.running(tmp_path_factory.mktemp("whole-round") / "data") as town:
        yield town


@pytest.fixture(scope="module")
def people(own_town):
    with cast.entered(own_town) as people:
        yield people


@pytest.fixture(scope="module")
def council(own_town, tmp_path_factory):
    council = Council(own_town, tmp_path_factory.mktemp("council"))
    with council.client:
        yield council


@pytest.fixture(scope="module")
def bid(council) -> Bid:
    return council.submit_bid()


@pytest.fixture(scope="module")
def assessment(people, bid) -> Assessment:
    return people.open_assessment(bid)


@pytest.fixture(scope="module")
def review(people, assessment, bid) -> Review:
    """The board member, who cannot read before they declare, declares, marks and hands in."""
    member = people.member
    with pytest.raises(toadlane.Refused, match="PERMISSION_DENIED NOT_ALLOWED"):
        member.assessments.GetAssessedBid(GetAssessedBidRequest(assessment_id=assessment.id, bid_id=bid.id))
    member.once(member.assessments.DeclareInterests, DeclareInterestsRequest(assessment_id=assessment.id))
    [page] = member.pages(member.reviews.ListReviews, ListReviewsRequest(assessment_id=assessment.id))
    [review] = page.reviews
    review = member.once(member.reviews.AcceptReview, AcceptReviewRequest(review_id=review.id, etag=review.etag))
    saved = member.once(member.reviews.SaveReview, SaveReviewRequest(
        review_id=review.id, etag=review.etag, marks=[Mark(criterion="need", mark=4)], comment="Sheds are needed."))
    second_window = SaveReviewRequest(review_id=review.id, etag=review.etag, comment="Are they?")
    with pytest.raises(toadlane.Refused) as refused:
        member.once(member.reviews.SaveReview, second_window)
    assert (refused.value.reason, refused.value.newer) == ("STALE_ETAG", saved)
    return member.once(member.reviews.SubmitReview, SubmitReviewRequest(review_id=saved.id, etag=saved.etag))


@pytest.fixture(scope="module")
def offered(people, council, assessment, review, bid):
    """The award on offer, and the watch in which the council's system saw it come."""
    people.fund(assessment, bid)
    watch = council.client.watch_awards(round_id=council.town.round_id)
    assert next(watch).event_type == ""
    people.offer()
    # An award that is offered by the time the watch comes to its preparation is seen with that too.
    return next(change for change in watch if change.event_type == "AwardOffered"), watch


@pytest.fixture(scope="module")
def accepted(council, offered) -> Award:
    award = offered[0].award
    return council.client.once(council.client.awards.AcceptAward, AcceptAwardRequest(
        award_id=award.id, etag=award.etag, version=award.agreement.version, sha256=award.agreement.sha256,
        certifier_id=council.town.certifier_id, role="Treasurer"))


@pytest.fixture(scope="module")
def paid(people, accepted) -> Award:
    people.pay(accepted)
    return accepted


@pytest.fixture(scope="module")
def submitted(people, council, paid):
    """What the example printed, and the report that it handed in."""
    client = council.client
    watch = client.watch_reports(organisation_id=council.town.council_id)
    next(watch)
    council.town.move_clock(cast.INTERIM)
    opened = next(change.report for change in watch if change.event_type == "ReportOpened")
    done = council.run(HERE / "examples" / "submit_report.py")
    assert done.stderr == ""
    return done.stdout, client.reports.GetReport(GetReportRequest(report_id=opened.id))


@pytest.fixture(scope="module")
def commission(people, council, submitted) -> Commission:
    report = people.accept_report(submitted[1].id)
    release = SetReleaseRequest(report_id=report.id, etag=report.etag, to_learning=True, may_quote=True)
    council.client.once(council.client.reports.SetRelease, release)
    commission = people.commission()
    consultant = people.consultant
    declare = DeclareConsultantInterestsRequest(commission_id=commission.id, note="none")
    return consultant.once(consultant.commissions.DeclareConsultantInterests, declare)


@pytest.fixture(scope="module")
def document(people, commission) -> Document:
    corpus = people.consultant.corpus
    listed = cast.soon("document in the corpus", lambda: corpus.ListDocuments(
        ListDocumentsRequest(commission_id=commission.id)).documents)
    return corpus.GetDocument(GetDocumentRequest(commission_id=commission.id, document_id=listed[0].id))


def test_a_board_member_reads_the_bids_and_hands_in_a_review(people, assessment, review, bid):
    assert review.state == Review.STATE_SUBMITTED
    assessments = people.member.assessments
    pages = people.member.pages(assessments.ListAssessedBids, ListAssessedBidsRequest(assessment_id=assessment.id))
    assert [one.bid_id for page in pages for one in page.bids] == [bid.id]
    read = assessments.GetAssessedBid(GetAssessedBidRequest(assessment_id=assessment.id, bid_id=bid.id))
    assert read.content.summary == "Tools, shared."


def test_a_council_reads_its_letter(council, offered, bid):
    letter = council.client.decisions.GetLetter(GetLetterRequest(bid_id=bid.id))
    assert "A shed for every street" in letter.text.en


def test_a_watch_tells_of_the_offer_and_of_what_follows(offered, accepted):
    change, watch = offered
    assert change.award.agreement.amount == ASKED
    assert next(change for change in watch if change.event_type).event_type == "AwardAccepted"


def test_a_council_follows_its_award_to_the_payment(council, paid):
    client = council.client
    award = client.awards.GetAward(GetAwardRequest(award_id=paid.id))
    assert (award.state, award.paid) == (Award.STATE_ACTIVE, ASKED)
    pages = client.pages(client.awards.ListAwards, ListAwardsRequest(page_size=1))
    assert [one.reference for page in pages for one in page.awards] == ["sheds-2020-01"]
    pages = client.pages(client.payments.ListPayments, ListPaymentsRequest(award_id=award.id))
    assert [one.state for page in pages for one in page.payments] == [Payment.STATE_PAID]


def test_the_example_of_the_readme_submits_a_report(submitted):
    says, report = submitted
    assert report.state == Report.STATE_SUBMITTED
    assert says == (
        f"sheds-2020-01: submitted {report.submitted_at.ToJsonString()}, SHA-256 {report.content_sha256}\n"
    )
    example = (HERE / "examples" / "submit_report.py").read_text(encoding="utf-8")
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    assert re.sub(r'\A""".*?"""\n\n', "", example, flags=re.S) in re.findall(r"```python\n(.*?)```", readme, re.S)


def test_evidence_comes_back_as_it_was_sent(council, submitted, tmp_path):
    report = submitted[1]
    [evidence] = report.evidence
    council.client.download_evidence(report, evidence, tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == (council.folder / "photos.pdf").read_bytes()
    evidence.sha256 = "0" * 64
    with pytest.raises(toadlane.DigestMismatch):
        council.client.download_evidence(report, evidence, tmp_path / "other.pdf")
    assert not (tmp_path / "other.pdf").exists()


def test_evidence_is_refused_once_the_report_is_handed_in(council, submitted):
    with pytest.raises(toadlane.Refused) as refused:
        council.client.upload_evidence(submitted[1], council.folder / "photos.pdf")
    assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION


def test_reports_are_paged(council, submitted):
    client = council.client
    pages = list(client.pages(client.reports.ListReports, ListReportsRequest(page_size=1)))
    assert [one.kind for page in pages for one in page.reports] == [Report.KIND_INTERIM, Report.KIND_FINAL]
    assert {page.total_size for page in pages} == {2}


def test_a_consultant_searches_what_was_released(people, commission, document):
    said = next(section.text for section in document.sections if section.key == "answers[progress]")
    assert said == "Eleven sheds stand, and forty people share them."
    corpus = people.consultant.corpus
    found = corpus.SearchCorpus(SearchCorpusRequest(commission_id=commission.id, words="sheds"))
    [hit] = found.hits
    snippet = hit.snippets[0]
    text = snippet.text.encode()
    assert [text[span.start:span.end].decode() for span in snippet.highlights] == ["sheds"]
    assert not corpus.SearchCorpus(SearchCorpusRequest(commission_id=commission.id, words="ponds")).hits


def test_a_consultant_marks_and_exports_passages(people, commission, document):
    consultant, corpus = people.consultant, people.consultant.corpus
    codes = [Code(code="reach", label="Whom it reached")]
    codebook = consultant.once(corpus.CreateCodebook, CreateCodebookRequest(name="Sheds", codes=codes))
    quote = "forty people share them"
    section = next(one for one in document.sections if one.key == "answers[progress]")
    start = section.text.encode().index(quote.encode())
    marked = consultant.once(corpus.MarkPassage, MarkPassageRequest(
        commission_id=commission.id, document_id=document.id, section_key=section.key, quote=quote,
        span=Span(start=start, end=start + len(quote.encode())),
        codebook_id=codebook.id, codebook_version=1, codes=["reach"]))
    pages = consultant.pages(corpus.ListPassages, ListPassagesRequest(commission_id=commission.id))
    assert [one.id for page in pages for one in page.passages] == [marked.id]
    export = corpus.ExportPassages(ExportPassagesRequest(commission_id=commission.id)).csv
    [line] = csv.DictReader(io.StringIO(export))
    assert quote in line.values()


def test_a_stranger_sees_neither_corpus_nor_report(people, commission, submitted):
    for method, request in strange(people.member, commission, submitted[1]):
        with pytest.raises(toadlane.Refused) as refused:
            method(request)
        assert refused.value.code is grpc.StatusCode.NOT_FOUND


def strange(client: toadlane.Client, commission: Commission, report: Report) -> list[tuple[object, Message]]:
    return [
        (client.corpus.SearchCorpus, SearchCorpusRequest(commission_id=commission.id, words="sheds")),
        (client.reports.GetReport, GetReportRequest(report_id=report.id)),
    ]
