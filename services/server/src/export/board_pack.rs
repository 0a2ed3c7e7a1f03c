//! A board pack: what one member may read of an assessment, criteria and anchors beside it, in one file. It is fetched as
//! that member, so whatever they may not know of is not in it.

use toadlane_client::{Client, Status};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1::{Criterion, GetRoundRequest, Scale};
use toadlane_proto::types::v1::LocalizedText;

use super::money;
use super::page::{escape, page, paragraphs};

/// The pack of whoever calls.
pub async fn board_pack(client: &Client, assessment_id: &str, note: &str) -> Result<String, Status> {
    let get = pb::GetAssessmentRequest { assessment_id: assessment_id.to_string() };
    let assessment = client.assessments().get_assessment(get).await?.into_inner();
    let list = pb::ListAssessedBidsRequest {
        assessment_id: assessment_id.to_string(),
        page_size: 500,
        page_token: String::new(),
    };
    let mut bids = Vec::new();
    for bid in client.assessments().list_assessed_bids(list).await?.into_inner().bids {
        let get = pb::GetAssessedBidRequest { assessment_id: assessment_id.to_string(), bid_id: bid.bid_id };
        bids.push(client.assessments().get_assessed_bid(get).await?.into_inner());
    }
    let get = GetRoundRequest { round_id: assessment.round_id.clone() };
    let rules = client.rounds().get_round(get).await?.into_inner().rules.unwrap_or_default();
    let title = format!("Board pack: {} ({})", rules.title.unwrap_or_default().en, assessment.round_reference);
    let rubric = assessment.rubric.unwrap_or_default();
    let main = format!("{}{}{}", contents(&bids), criteria(&rubric), bids.iter().map(bid).collect::<String>());
    Ok(page(&title, note, &main))
}

fn contents(bids: &[pb::AssessedBid]) -> String {
    let items: String = bids
        .iter()
        .map(|bid| {
            let applicant = bid.applicant.clone().unwrap_or_default().name;
            let (title, number) = (escape(&bid.title), bid.number);
            format!("<li><a href=\"#bid-{number}\">Bid {number}: {title}</a> ({})</li>\n", escape(&applicant))
        })
        .collect();
    format!(
        "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n<ul>\n\
         <li><a href=\"#criteria\">Criteria and marks</a></li>\n{items}</ul>\n</nav>\n"
    )
}

fn english(text: Option<&LocalizedText>) -> String {
    escape(text.map_or("", |text| &text.en))
}

fn criteria(rubric: &pb::Rubric) -> String {
    let row = |criterion: &Criterion| {
        let minimum = criterion.minimum_mark.map_or_else(String::new, |mark| format!("at least {mark}"));
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{minimum}</td><td>{}</td></tr>\n",
            english(criterion.name.as_ref()),
            criterion.weight,
            english(criterion.guidance.as_ref())
        )
    };
    let rows: String = rubric.criteria.iter().map(row).collect();
    let scale = rubric.scale.clone().unwrap_or_default();
    format!(
        "<h2 id=\"criteria\">Criteria and marks</h2>\n<div class=\"table\" role=\"region\" aria-label=\"Criteria\" \
         tabindex=\"0\">\n<table><caption>Criteria, weighted as the rules of the round have it</caption>\n<thead><tr>\
         <th scope=\"col\">Criterion</th><th scope=\"col\">Weight</th><th scope=\"col\">Minimum</th>\
         <th scope=\"col\">What to look for</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n{}",
        anchors(&scale)
    )
}

fn anchors(scale: &Scale) -> String {
    let items: String = scale
        .anchors
        .iter()
        .map(|anchor| format!("<dt>{}</dt><dd>{}</dd>\n", anchor.mark, english(anchor.text.as_ref())))
        .collect();
    format!("<h3>What the marks mean</h3>\n<dl>\n{items}</dl>\n")
}

fn bid(bid: &pb::AssessedBid) -> String {
    let number = bid.number;
    let content = bid.content.clone().unwrap_or_default();
    let applicant = bid.applicant.clone().unwrap_or_default().name;
    let mut facts = vec![
        ("Applicant", applicant),
        ("Asked for", bid.requested.as_ref().map_or_else(String::new, money)),
        ("Length", format!("{} months", content.months)),
    ];
    if !bid.partners.is_empty() {
        facts.push(("Partners", bid.partners.join(", ")));
    }
    let files: Vec<&str> = bid.attachments.iter().map(|file| file.file_name.as_str()).collect();
    if !files.is_empty() {
        facts.push(("Files", files.join(", ")));
    }
    facts.push(("Text", format!("as submitted, revision {}", bid.revision)));
    let facts: String =
        facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>\n", escape(value))).collect();
    let answers: String = content
        .answers
        .iter()
        .map(|answer| {
            let question = bid.questions.iter().find(|question| question.id == answer.question_id);
            let label = question.and_then(|question| question.label.as_ref());
            let label = label.map_or_else(|| escape(&answer.question_id), |label| english(Some(label)));
            format!("<h3>{label}</h3>\n{}", paragraphs(&answer.text))
        })
        .collect();
    format!(
        "<section aria-labelledby=\"bid-{number}\">\n<h2 id=\"bid-{number}\">Bid {number}: {}</h2>\n<dl>\n{facts}</dl>\n\
         <h3>Summary</h3>\n{}{answers}</section>\n",
        escape(&bid.title),
        paragraphs(&content.summary)
    )
}
