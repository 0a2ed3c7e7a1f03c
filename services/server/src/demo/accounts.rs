//! The reports: every council reports in the interim and at the end. No report of the round is published, so every word
//! of them is made up, and says so.

use kit::time::at;
use toadlane_proto::awards::v1::CompleteAwardRequest;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1::{Language, Money};

use super::grants::CERTIFIER_ROLE;
use super::network::{CouncilSystem, Stage};
use super::play::{Line, Round};
use super::{PlayError, request_id, until};

const INTERIM: &str = "2020-12-14T10:00:00Z";
const FINAL: &str = "2021-03-22T10:00:00Z";

/// All reports, accepted and released.
pub struct Accounts {
    pub interim: Vec<pb::Report>,
    pub last: Vec<pb::Report>,
}

pub async fn report(stage: &Stage, round: &Round, tell: &mut (dyn FnMut(Line) + Send)) -> Result<Accounts, PlayError> {
    tell(Line::Act("The reports (none is published: every word of them is made up)".to_string()));
    stage.move_clocks(&round.network.token, at(INTERIM)).await?;
    let interim = all_of(round, pb::report::Kind::Interim).await?;
    tell(Line::Step {
        at: at(INTERIM),
        says: format!("{} interim reports signed off, accepted and released", interim.len()),
    });
    stage.move_clocks(&round.network.token, at(FINAL)).await?;
    let last = all_of(round, pb::report::Kind::Final).await?;
    tell(Line::Step { at: at(FINAL), says: format!("{} final reports signed off, accepted and released", last.len()) });
    complete(round).await?;
    tell(Line::Step { at: at(FINAL), says: "all awards completed: reports accepted, money reconciled".to_string() });
    Ok(Accounts { interim, last })
}

async fn all_of(round: &Round, kind: pb::report::Kind) -> Result<Vec<pb::Report>, PlayError> {
    use pb::report::State;
    let list = pb::ListReportsRequest {
        round_id: round.round.id.clone(),
        kind: kind.into(),
        page_size: 500,
        ..Default::default()
    };
    let mut scheduled = until("a report for every award, open to be written", async || {
        let found = round.network.manager.reports().list_reports(list.clone()).await?.into_inner().reports;
        let is_open = |report: &&pb::Report| [State::Open, State::InDraft].contains(&report.state());
        let open = found.iter().filter(is_open).count();
        Ok((open == round.bids.len()).then_some(found))
    })
    .await?;
    scheduled.sort_by(|one, other| one.award_reference.cmp(&other.award_reference));
    let mut released = Vec::with_capacity(scheduled.len());
    for report in scheduled {
        let system = round.network.system_of(&report.organisation_id)?;
        let submitted = hand_in(system, &report.id).await?;
        let accept = pb::AcceptReportRequest {
            request_id: request_id(),
            report_id: submitted.id,
            etag: submitted.etag,
            validate_only: false,
        };
        let accepted = round.network.manager.reports().accept_report(accept).await?.into_inner();
        let release = pb::SetReleaseRequest {
            request_id: request_id(),
            report_id: accepted.id,
            etag: accepted.etag,
            to_learning: true,
            may_quote: true,
            name_contact: true,
            contact: format!("policy@{}.example", system.council.id),
            validate_only: false,
        };
        released.push(system.client.reports().set_release(release).await?.into_inner());
    }
    Ok(released)
}

/// A council's own system writes a report, has it signed off and hands it in.
async fn hand_in(system: &CouncilSystem, report_id: &str) -> Result<pb::Report, PlayError> {
    let client = &system.client;
    let report = client.reports().get_report(pb::GetReportRequest { report_id: report_id.to_string() }).await?;
    let report = report.into_inner();
    let update = pb::UpdateReportRequest {
        request_id: request_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        content: Some(content(system, &report)),
        validate_only: false,
    };
    let written = client.reports().update_report(update).await?.into_inner();
    let ask = pb::RequestSignOffRequest {
        request_id: request_id(),
        report_id: written.id,
        etag: written.etag,
        validate_only: false,
    };
    let asked = client.reports().request_sign_off(ask).await?.into_inner();
    let sign_off = pb::SignOffReportRequest {
        request_id: request_id(),
        report_id: asked.id,
        etag: asked.etag,
        revision: asked.revision,
        certifier_id: system.certifier_id.clone(),
        role: CERTIFIER_ROLE.to_string(),
        validate_only: false,
    };
    let signed = client.reports().sign_off_report(sign_off).await?.into_inner();
    let submit = pb::SubmitReportRequest {
        request_id: request_id(),
        report_id: signed.id,
        etag: signed.etag,
        validate_only: false,
    };
    Ok(client.reports().submit_report(submit).await?.into_inner())
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
    pb::ReportContent {
        language: Language::En.into(),
        answers,
        measures: prefilled.measures.into_iter().map(measured).collect(),
        spent,
        forecast,
        ..prefilled
    }
}

async fn complete(round: &Round) -> Result<(), PlayError> {
    let awards = until("the awards' word that their final reports are accepted", async || {
        let awards = super::grants::awards(round).await?;
        let reported = awards.iter().all(|award| award.final_report_accepted_at.is_some());
        Ok(reported.then_some(awards))
    })
    .await?;
    for award in awards {
        let complete = CompleteAwardRequest {
            request_id: request_id(),
            award_id: award.id,
            etag: award.etag,
            validate_only: false,
        };
        round.network.manager.awards().complete_award(complete).await?;
    }
    Ok(())
}
