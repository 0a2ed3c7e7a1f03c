//! A board pack: what one member may read of an assessment, criteria and anchors beside it, in one file. It is fetched
//! as that member, so whatever they may not know of is not in it.

use minijinja::context;
use minijinja::value::Value;
use toadlane_client::{Client, Status};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1::{Criterion, GetRoundRequest};
use toadlane_proto::types::v1::LocalizedText;

use crate::money::money;
use crate::page::page;

/// The pack of whoever calls.
pub async fn board_pack(client: &Client, assessment_id: &str, note: &str) -> Result<String, Status> {
    let get = pb::GetAssessmentRequest { assessment_id: assessment_id.to_string() };
    let assessment = client.assessments().get_assessment(get).await?.into_inner();
    let list = pb::ListAssessedBidsRequest {
        assessment_id: assessment_id.to_string(),
        page_size: 500,
        page_token: String::new(),
    };
    let mut bids: Vec<Value> = Vec::new();
    for listed in client.assessments().list_assessed_bids(list).await?.into_inner().bids {
        let get = pb::GetAssessedBidRequest { assessment_id: assessment_id.to_string(), bid_id: listed.bid_id };
        bids.push(bid(client.assessments().get_assessed_bid(get).await?.into_inner()));
    }
    let get = GetRoundRequest { round_id: assessment.round_id.clone() };
    let rules = client.rounds().get_round(get).await?.into_inner().rules.unwrap_or_default();
    let title = format!("Board pack: {} ({})", english(&rules.title), assessment.round_reference);
    let rubric = assessment.rubric.unwrap_or_default();
    let criteria: Vec<Value> = rubric.criteria.iter().map(criterion).collect();
    let anchors = rubric.scale.unwrap_or_default().anchors;
    let anchors = anchors.iter().map(|anchor| context! { mark => anchor.mark, text => english(&anchor.text) });
    let anchors: Vec<Value> = anchors.collect();
    Ok(page("board_pack.html", context! { title, note, criteria, anchors, bids }))
}

fn english(text: &Option<LocalizedText>) -> &str {
    text.as_ref().map_or("", |text| &text.en)
}

fn criterion(criterion: &Criterion) -> Value {
    context! {
        name => english(&criterion.name),
        weight => criterion.weight,
        minimum => criterion.minimum_mark,
        guidance => english(&criterion.guidance),
    }
}

fn bid(bid: pb::AssessedBid) -> Value {
    let content = bid.content.unwrap_or_default();
    let answers = content.answers.iter().map(|answer| {
        let question = bid.questions.iter().find(|question| question.id == answer.question_id);
        let label = question.and_then(|question| question.label.as_ref());
        context! { label => label.map_or(&answer.question_id, |label| &label.en), text => answer.text }
    });
    let files: Vec<&str> = bid.attachments.iter().map(|file| file.file_name.as_str()).collect();
    context! {
        number => bid.number,
        title => bid.title,
        applicant => bid.applicant.unwrap_or_default().name,
        requested => bid.requested.as_ref().map_or_else(String::new, money),
        months => content.months,
        partners => bid.partners,
        files,
        revision => bid.revision,
        summary => content.summary,
        answers => answers.collect::<Vec<Value>>(),
    }
}
