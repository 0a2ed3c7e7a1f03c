//! The minutes of a meeting: attendance, the quorum of each bid, and what was decided, as far as the caller may know.

use std::collections::HashMap;

use kit::time::Timestamp;
use pb::interest::State::Recused;
use toadlane_client::{Client, Status};
use toadlane_proto::grading::v1 as pb;

use super::money;
use super::page::{escape, page, paragraphs};

pub async fn minutes(client: &Client, meeting: &pb::Meeting, note: &str) -> Result<String, Status> {
    let assessment_id = meeting.assessment_id.clone();
    let list =
        pb::ListPanelMembersRequest { assessment_id: assessment_id.clone(), page_size: 500, ..Default::default() };
    let members = client.assessments().list_panel_members(list).await?.into_inner().members;
    let list =
        pb::ListAssessedBidsRequest { assessment_id: assessment_id.clone(), page_size: 500, ..Default::default() };
    let bids = client.assessments().list_assessed_bids(list).await?.into_inner().bids;
    let list = pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), page_size: 500, ..Default::default() };
    let quorums = client.decisions().list_quorums(list).await?.into_inner().quorums;
    let list = pb::ListDeterminationsRequest { assessment_id, page_size: 500, ..Default::default() };
    let decided = client.decisions().list_determinations(list).await?.into_inner().determinations;

    let list =
        pb::ListInterestsRequest { assessment_id: meeting.assessment_id.clone(), page_size: 500, ..Default::default() };
    let interests = client.assessments().list_interests(list).await?.into_inner().interests;
    let names: HashMap<&str, &str> =
        members.iter().map(|member| (member.person_id.as_str(), member.name.as_str())).collect();
    let name = |id: &str| escape(names.get(id).copied().unwrap_or(id));
    let present: String = meeting.present.iter().map(|id| format!("<li>{}</li>\n", name(id))).collect();
    let absent = members.iter().filter(|member| !meeting.present.contains(&member.person_id));
    let absent: Vec<String> = absent.map(|member| escape(&member.name)).collect();
    let apologies = if absent.is_empty() { "none".to_string() } else { absent.join(", ") };
    let left = |bid: &pb::AssessedBid| {
        let out = interests.iter().filter(|one| one.bid_id == bid.bid_id && one.state() == Recused);
        let out = out.filter(|one| meeting.present.contains(&one.person_id));
        out.map(|one| name(&one.person_id)).collect::<Vec<_>>().join(", ")
    };
    let rows: String = bids
        .iter()
        .map(|bid| {
            let quorum = quorums.iter().find(|quorum| quorum.bid_id == bid.bid_id);
            let decision = decided.iter().find(|decision| decision.bid_id == bid.bid_id);
            row(bid, &left(bid), quorum, decision)
        })
        .collect();
    let held = meeting.held_at.and_then(|at| Timestamp::try_from(at).ok());
    let held = held.map(|at| at.in_words("Europe/London")).unwrap_or_default();
    let main = format!(
        "<p>{held}, {}; {} in the chair.</p>\n<h2 id=\"present\">Present</h2>\n<ul>\n{present}</ul>\n\
         <p>Apologies: {apologies}.</p>\n<h2 id=\"said\">Minutes</h2>\n{}<h2 id=\"decided\">Decisions</h2>\n\
         <div class=\"table\" role=\"region\" aria-label=\"Decisions\" tabindex=\"0\">\n<table>\
         <caption>The bids in submission order</caption>\n<thead><tr><th scope=\"col\">Bid</th>\
         <th scope=\"col\">Left the room</th>\
         <th scope=\"col\">Quorum</th><th scope=\"col\">Decision</th><th scope=\"col\">Reason</th></tr></thead>\n\
         <tbody>\n{rows}</tbody></table></div>\n",
        escape(&meeting.place),
        name(&meeting.chair_id),
        paragraphs(&meeting.minutes)
    );
    Ok(page("Minutes of the meeting", note, &main))
}

fn row(
    bid: &pb::AssessedBid,
    left: &str,
    quorum: Option<&pb::BidQuorum>,
    decision: Option<&pb::Determination>,
) -> String {
    let quorum = quorum.map_or_else(String::new, |quorum| {
        let (present, entitled, needed) = (quorum.n_present, quorum.n_entitled, quorum.needed);
        let met = if quorum.met { "met" } else { "not met" };
        format!("{met}: {present} of {entitled} present, {needed} needed")
    });
    let (outcome, reason) = decision.map_or_else(Default::default, |decision| {
        let amount = decision.amount.as_ref().map_or_else(String::new, |sum| format!(" {}", money(sum)));
        (format!("{}{amount}", outcome_in_words(decision.outcome())), decision.reason.clone())
    });
    format!(
        "<tr><th scope=\"row\">{}. {}</th><td>{left}</td><td>{quorum}</td><td>{}</td><td>{}</td></tr>\n",
        bid.number,
        escape(&bid.title),
        escape(&outcome),
        escape(&reason)
    )
}

fn outcome_in_words(outcome: pb::determination::Outcome) -> &'static str {
    use pb::determination::Outcome;
    match outcome {
        Outcome::Unspecified => "",
        Outcome::Fund => "funded",
        Outcome::FundInPart => "funded in part",
        Outcome::Reserve => "on the reserve list",
        Outcome::Decline => "declined",
        Outcome::Defer => "deferred",
    }
}
