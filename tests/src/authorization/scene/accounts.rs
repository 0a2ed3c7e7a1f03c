//! What happens to awards once they are agreed: payments, recoveries, reports, variations and their end.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::caller::Role;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1::{Language, Money};
use tokio::time::{Instant, sleep};

use super::super::callers::{Caller, Org};
use super::Harness;
use super::awards::pounds;

/// The day on which the bank pays.
pub const PAID_ON: &str = "2019-11-06";

type ByName<T> = BTreeMap<&'static str, T>;

impl Harness<'_> {
    /// Books what others instructed and recorded.
    fn finance(&self) -> &Caller {
        self.callers.holder_of(Role::FinanceOfficer, Org::Network)
    }

    pub async fn checked_payees(&self) {
        for org in [Org::Applicant, Org::Editor] {
            let request = check(&self.callers.org(org));
            let _: pb::PayeeCheck = self.asking.made(&self.callers.checker, "RecordPayeeCheck", &request).await;
        }
    }

    /// The one payment of each of these awards. None is planned yet for what is in reserve.
    pub async fn payments(&self, round_id: &str, awards: &ByName<String>) -> ByName<pb::Payment> {
        let request = pb::ListPaymentsRequest { round_id: round_id.to_string(), page_size: 500, ..Default::default() };
        let listed: pb::ListPaymentsResponse = self.asking.made(self.manager(), "ListPayments", &request).await;
        let of = |id: &String| listed.payments.iter().find(|payment| payment.award_id == *id).cloned();
        awards.iter().filter_map(|(name, id)| Some((*name, of(id)?))).collect()
    }

    async fn approved(&self, payment: &pb::Payment) {
        let request = pb::ApprovePaymentRequest { payment_id: payment.id.clone(), ..Default::default() };
        let _: pb::Payment = self.asking.made(self.manager(), "ApprovePayment", &request).await;
    }

    async fn instructed(&self, payment: &pb::Payment) {
        self.approved(payment).await;
        let _: pb::Payment = self.asking.made(&self.callers.payer, "InstructPayment", &instruct(&payment.id)).await;
    }

    async fn paid(&self, payment: &pb::Payment) {
        self.instructed(payment).await;
        let _: pb::Payment = self.asking.made(self.finance(), "ConfirmPayment", &confirm(&payment.id)).await;
    }

    /// Takes payments as far as the names of their awards say; the recoveries of the one that is paid.
    pub async fn moved(&self, awards: &ByName<String>, payments: &ByName<pb::Payment>) -> Vec<pb::Recovery> {
        let _: pb::Payment = self.asking.made(self.manager(), "HoldPayment", &hold(&payments["held"].id)).await;
        self.approved(&payments["to instruct"]).await;
        self.instructed(&payments["instructed"]).await;
        self.instructed(&payments["to fail"]).await;
        self.paid(&payments["paid"]).await;
        let mut recoveries: Vec<pb::Recovery> = Vec::new();
        for amount in [100, 200, 20, 50] {
            let request = recover(&awards["paid"], amount);
            recoveries.push(self.asking.made(self.finance(), "OpenRecovery", &request).await);
        }
        for recovery in &recoveries[1..] {
            let request = pb::RequestReturnRequest { recovery_id: recovery.id.clone(), ..Default::default() };
            let _: pb::Recovery = self.asking.made(self.finance(), "RequestReturn", &request).await;
        }
        let request = give_back(&recoveries[3].id, 50);
        let _: pb::Recovery = self.asking.made(&self.callers.payer, "RecordReturn", &request).await;
        recoveries
    }

    /// Suspends one award, and leads three to their end or right before it.
    pub async fn ended(&self, awards: &ByName<String>, payments: &ByName<pb::Payment>) {
        let _: pb::Award = self.asking.made(self.manager(), "SuspendAward", &suspend(&awards["suspended"])).await;
        for name in ["to complete", "completed", "closed"] {
            self.paid(&payments[name]).await;
            let request = pb::ReconcilePaymentRequest { payment_id: payments[name].id.clone(), ..Default::default() };
            let _: pb::Payment = self.asking.made(self.finance(), "ReconcilePayment", &request).await;
            self.reported(&awards[name]).await;
        }
        for name in ["completed", "closed"] {
            let request = pb::CompleteAwardRequest { award_id: awards[name].clone(), ..Default::default() };
            let _: pb::Award = self.asking.made(self.manager(), "CompleteAward", &request).await;
        }
        let request = pb::CloseAwardRequest { award_id: awards["closed"].clone(), ..Default::default() };
        let _: pb::Award = self.asking.made(self.manager(), "CloseAward", &request).await;
    }

    /// Has the final report of an award handed in and accepted, until the award knows of it.
    async fn reported(&self, award_id: &str) {
        use reporting::report::{Kind, State};
        let request = reporting::ListReportsRequest {
            award_id: award_id.to_string(),
            kind: Kind::Final.into(),
            ..Default::default()
        };
        let report = until(async || {
            let listed: reporting::ListReportsResponse =
                self.asking.made(self.manager(), "ListReports", &request).await;
            listed.reports.into_iter().find(|report| report.state() == State::Open)
        })
        .await;
        let officer = self.callers.holder_of(Role::ApplicantOfficer, Org::Applicant);
        let certifier = self.callers.holder_of(Role::Certifier, Org::Applicant);
        let report_id = report.id.clone();
        let request = reporting::UpdateReportRequest {
            report_id: report_id.clone(),
            content: Some(final_content(report.content.unwrap_or_default())),
            ..Default::default()
        };
        let _: reporting::Report = self.asking.made(officer, "UpdateReport", &request).await;
        let request = reporting::RequestSignOffRequest { report_id: report_id.clone(), ..Default::default() };
        let asked: reporting::Report = self.asking.made(officer, "RequestSignOff", &request).await;
        let request = reporting::SignOffReportRequest {
            report_id: report_id.clone(),
            revision: asked.revision,
            certifier_id: certifier.subject.clone(),
            role: "Chief finance officer".to_string(),
            ..Default::default()
        };
        let _: reporting::Report = self.asking.made(certifier, "SignOffReport", &request).await;
        let request = reporting::SubmitReportRequest { report_id: report_id.clone(), ..Default::default() };
        let _: reporting::Report = self.asking.made(officer, "SubmitReport", &request).await;
        let request = reporting::AcceptReportRequest { report_id, ..Default::default() };
        let _: reporting::Report = self.asking.made(self.manager(), "AcceptReport", &request).await;
        until(async || {
            let request = pb::GetAwardRequest { award_id: award_id.to_string() };
            let award: pb::Award = self.asking.made(self.manager(), "GetAward", &request).await;
            award.final_report_accepted_at
        })
        .await;
    }

    /// Puts off the end of the projects, and none of their reports.
    pub async fn extended(&self, round_id: &str) -> pb::Extension {
        self.asking.made(self.manager(), "ExtendAwards", &extend(round_id, "2020-12-31")).await
    }

    /// As the council asks: nobody decides what they asked for.
    pub async fn asked_to_vary(&self, request: &pb::RequestVariationRequest) -> pb::Variation {
        self.asking.made(self.officer(), "RequestVariation", request).await
    }

    /// Less money, which is approved, and to which the council has not agreed.
    pub async fn awaiting(&self, award_id: &str) -> pb::Variation {
        let less = pb::Change { amount: pounds(1_400), scope: "one room less".to_string(), ..Default::default() };
        let request = pb::RequestVariationRequest { change: Some(less), ..vary(award_id) };
        let variation_id = self.asked_to_vary(&request).await.id;
        let request = pb::DecideVariationRequest { variation_id, approve: true, ..Default::default() };
        let decided: pb::Variation = self.asking.made(self.manager(), "DecideVariation", &request).await;
        assert_eq!(decided.state(), pb::variation::State::AwaitingAcceptance);
        decided
    }
}

/// What an event brings, once it has come.
async fn until<T>(mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = found().await {
            return found;
        }
        assert!(Instant::now() < limit, "an event does not arrive");
        sleep(Duration::from_millis(20)).await;
    }
}

fn final_content(prefilled: reporting::ReportContent) -> reporting::ReportContent {
    let said = |question: &str| reporting::NarrativeAnswer {
        question_id: question.to_string(),
        text: "It went well.".to_string(),
    };
    reporting::ReportContent {
        language: Language::En.into(),
        spent: pounds(1_500),
        forecast: pounds(0),
        answers: ["outcomes", "people_involved", "what_did_not_work", "co_operative_difference"].map(said).to_vec(),
        ..prefilled
    }
}

pub fn check(organisation_id: &str) -> pb::RecordPayeeCheckRequest {
    pb::RecordPayeeCheckRequest {
        organisation_id: organisation_id.to_string(),
        account_reference: "SUPPLIER-1".to_string(),
        evidence: "called back".to_string(),
        ..Default::default()
    }
}

pub fn instruct(payment_id: &str) -> pb::InstructPaymentRequest {
    let (payment_id, bank_reference) = (payment_id.to_string(), "BACS-1".to_string());
    pb::InstructPaymentRequest { payment_id, bank_reference, ..Default::default() }
}

pub fn confirm(payment_id: &str) -> pb::ConfirmPaymentRequest {
    let (payment_id, paid_on) = (payment_id.to_string(), PAID_ON.to_string());
    pb::ConfirmPaymentRequest { payment_id, paid_on, ..Default::default() }
}

pub fn hold(payment_id: &str) -> pb::HoldPaymentRequest {
    let (payment_id, reason) = (payment_id.to_string(), "a question is open".to_string());
    pb::HoldPaymentRequest { payment_id, reason, ..Default::default() }
}

pub fn recover(award_id: &str, amount: i64) -> pb::OpenRecoveryRequest {
    pb::OpenRecoveryRequest {
        award_id: award_id.to_string(),
        amount: pounds(amount),
        reason: "not spent".to_string(),
        ..Default::default()
    }
}

pub fn give_back(recovery_id: &str, amount: i64) -> pb::RecordReturnRequest {
    let (recovery_id, amount): (String, Option<Money>) = (recovery_id.to_string(), pounds(amount));
    pb::RecordReturnRequest { recovery_id, amount, ..Default::default() }
}

pub fn suspend(award_id: &str) -> pb::SuspendAwardRequest {
    let (award_id, reason) = (award_id.to_string(), "a question is open".to_string());
    pb::SuspendAwardRequest { award_id, reason, ..Default::default() }
}

pub fn extend(round_id: &str, ends_on: &str) -> pb::ExtendAwardsRequest {
    pb::ExtendAwardsRequest {
        round_id: round_id.to_string(),
        reason: "a hard winter".to_string(),
        ends_on: ends_on.to_string(),
        ..Default::default()
    }
}

/// Asks for another scope.
pub fn vary(award_id: &str) -> pb::RequestVariationRequest {
    pb::RequestVariationRequest {
        award_id: award_id.to_string(),
        change: Some(pb::Change { scope: "online".to_string(), ..Default::default() }),
        reason: "the hall is closed".to_string(),
        ..Default::default()
    }
}
