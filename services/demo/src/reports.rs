//! The reports: every council reports in the interim and at the end. No report of the round is published, so every word
//! of them is made up, and says so.

use kit::time::at;
use toadlane_proto::awards::v1::{Award, CompleteAwardRequest};
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1::{Language, Money};

use crate::awards;
use crate::deployment::Deployment;
use crate::error::Error;
use crate::network::{CERTIFIER_ROLE, CouncilSystem};
use crate::requests::{request_id, until};
use crate::round::Round;
use crate::timeline::{Line, Tell};

const INTERIM: &str = "2020-12-14T10:00:00Z";
const FINAL: &str = "2021-03-22T10:00:00Z";

/// All reports, accepted and released.
pub async fn report(deployment: &Deployment, round: &Round, tell: Tell<'_>) -> Result<(), Error> {
    tell(Line::heading("The reports (none is published: every word of them is made up)"));
    for (instant, kind, name) in
        [(INTERIM, pb::report::Kind::Interim, "interim"), (FINAL, pb::report::Kind::Final, "final")]
    {
        deployment.move_clocks(&round.network.token, at(instant)).await?;
        let n_reports = all_of(round, kind).await?;
        tell(Line::step(instant, format!("{n_reports} {name} reports signed off, accepted and released")));
    }
    complete(round).await?;
    tell(Line::step(FINAL, "all awards completed: reports accepted, money reconciled"));
    Ok(())
}

/// How many there are.
async fn all_of(round: &Round, kind: pb::report::Kind) -> Result<usize, Error> {
    use pb::report::State;
    let manager = || round.network.manager.reports();
    let list = pb::ListReportsRequest {
        round_id: round.round.id.clone(),
        kind: kind.into(),
        page_size: 500,
        ..Default::default()
    };
    let mut scheduled = until("a report for every award, open to be written", async || {
        let found = manager().list_reports(list.clone()).await?.into_inner().reports;
        let is_open = |report: &&pb::Report| [State::Open, State::InDraft].contains(&report.state());
        let open = found.iter().filter(is_open).count();
        Ok((open == round.bids.len()).then_some(found))
    })
    .await?;
    scheduled.sort_by(|one, other| one.award_reference.cmp(&other.award_reference));
    for report in &scheduled {
        let system = round.network.system_of(&report.organisation_id)?;
        let pb::Report { id: report_id, etag, .. } = hand_in(system, &report.id).await?;
        let accept = pb::AcceptReportRequest { request_id: request_id(), report_id, etag, validate_only: false };
        let pb::Report { id: report_id, etag, .. } = manager().accept_report(accept).await?.into_inner();
        let release = pb::SetReleaseRequest {
            request_id: request_id(),
            report_id,
            etag,
            to_learning: true,
            may_quote: true,
            name_contact: true,
            contact: format!("policy@{}.example", system.council.id),
            validate_only: false,
        };
        system.client.reports().set_release(release).await?;
    }
    Ok(scheduled.len())
}

/// A council's own system writes a report, has it signed off and hands it in.
async fn hand_in(system: &CouncilSystem, report_id: &str) -> Result<pb::Report, Error> {
    let reports = || system.client.reports();
    let get = pb::GetReportRequest { report_id: report_id.to_string() };
    let report = reports().get_report(get).await?.into_inner();
    let update = pb::UpdateReportRequest {
        request_id: request_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        content: Some(content(system, &report)),
        validate_only: false,
    };
    let pb::Report { id: report_id, etag, .. } = reports().update_report(update).await?.into_inner();
    let ask = pb::RequestSignOffRequest { request_id: request_id(), report_id, etag, validate_only: false };
    let pb::Report { id: report_id, etag, revision, .. } = reports().request_sign_off(ask).await?.into_inner();
    let sign_off = pb::SignOffReportRequest {
        request_id: request_id(),
        report_id,
        etag,
        revision,
        certifier_id: system.certifier_id.clone(),
        role: CERTIFIER_ROLE.to_string(),
        validate_only: false,
    };
    let pb::Report { id: report_id, etag, .. } = reports().sign_off_report(sign_off).await?.into_inner();
    let submit = pb::SubmitReportRequest { request_id: request_id(), report_id, etag, validate_only: false };
    Ok(reports().submit_report(submit).await?.into_inner())
}

fn sum(minor_units: i64) -> Option<Money> {
    Some(Money { minor_units, currency: "GBP".to_string() })
}

/// What the platform prefilled, with made-up words.
fn content(system: &CouncilSystem, report: &pb::Report) -> pb::ReportContent {
    let council = &system.council.name_as_published;
    let title = &report.title;
    let said = |question: &str, text: String| pb::NarrativeAnswer {
        question_id: question.to_string(),
        text: format!("{text} (made up)."),
    };
    let prefilled = report.content.clone().unwrap_or_default();
    let (answers, spent, forecast) = match report.kind() {
        pb::report::Kind::Interim => {
            let answers = vec![
                said("progress", format!("{council} has begun \u{201c}{title}\u{201d} and moved its meetings online")),
                said("early_learning", "People joined more readily from home than from a meeting room".to_string()),
            ];
            (answers, sum(60_000), sum(90_000))
        }
        pb::report::Kind::Final | pb::report::Kind::Unspecified => {
            let answers = vec![
                said(
                    "outcomes",
                    format!("With \u{201c}{title}\u{201d} {council} reached residents whom no service knew"),
                ),
                said("people_involved", "Residents, carers and two voluntary groups shaped each step".to_string()),
                said("what_did_not_work", "Printed material came too late for the first lockdown".to_string()),
                said("co_operative_difference", "Decisions were made with residents and not for them".to_string()),
            ];
            (answers, sum(150_000), sum(0))
        }
    };
    let measured = |measure: pb::Measure| pb::Measure {
        value: "not measured".to_string(),
        method: "the published record holds no figures".to_string(),
        ..measure
    };
    let (language, measures) = (Language::En.into(), prefilled.measures.into_iter().map(measured).collect());
    pb::ReportContent { language, answers, measures, spent, forecast, ..prefilled }
}

async fn complete(round: &Round) -> Result<(), Error> {
    let awards = until("the awards' word that their final reports are accepted", async || {
        let awards = awards::awards(round).await?;
        let reported = awards.iter().all(|award| award.final_report_accepted_at.is_some());
        Ok(reported.then_some(awards))
    })
    .await?;
    for Award { id: award_id, etag, .. } in awards {
        let complete = CompleteAwardRequest { request_id: request_id(), award_id, etag, validate_only: false };
        round.network.manager.awards().complete_award(complete).await?;
    }
    Ok(())
}
