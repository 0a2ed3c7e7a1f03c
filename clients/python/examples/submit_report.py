"""Hands in the interim report that is due next, with a file as its evidence.

It needs what the README says of bids, and a client with the scopes `reports.read`, `reports.write` and
`reports.certify`; `photos.pdf` lies beside `key.pem`.
"""

import os
from pathlib import Path
import toadlane
from toadlane.reporting.v1 import (
    GetReportRequest, ListReportsRequest, Report, SignOffReportRequest, SubmitReportRequest, UpdateReportRequest)
from toadlane.types.v1 import Money

address, client_id, certifier = (os.environ[f"TOADLANE_{name}"] for name in ("ADDRESS", "CLIENT_ID", "CERTIFIER_ID"))
with toadlane.Client(address, client_id=client_id, key=Path("key.pem").read_bytes()) as client:
    interim = ListReportsRequest(kind=Report.KIND_INTERIM, states=[Report.STATE_OPEN])
    due = client.reports.ListReports(interim).reports[0]
    report = client.reports.GetReport(GetReportRequest(report_id=due.id))
    content = report.content  # the platform filled in what it knows from bid and award
    content.answers.add(question_id="progress", text="Eleven sheds stand, and forty people share them.")
    content.answers.add(question_id="early_learning", text="Whoever has a key feels that the shed is theirs.")
    content.spent.CopyFrom(Money(minor_units=60000, currency="GBP"))
    content.forecast.CopyFrom(Money(minor_units=90000, currency="GBP"))
    report = client.once(client.reports.UpdateReport, UpdateReportRequest(
        report_id=report.id, etag=report.etag, content=content))
    report = client.upload_evidence(report, "photos.pdf")
    report = client.once(client.reports.SignOffReport, SignOffReportRequest(
        report_id=report.id, etag=report.etag, revision=report.revision,
        certifier_id=certifier, role="Section 151 officer"))
    report = client.once(client.reports.SubmitReport, SubmitReportRequest(report_id=report.id, etag=report.etag))
    print(f"{report.award_reference}: submitted {report.submitted_at.ToJsonString()}, SHA-256 {report.content_sha256}")
