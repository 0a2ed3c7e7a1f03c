//! The minutes of a meeting: attendance, the quorum of each bid, and what was decided, as far as the caller may know.

use std::collections::HashMap;

use kit::time::Timestamp;
use minijinja::context;
use minijinja::value::Value;
use pb::interest::State::Recused;
use toadlane_client::{Client, Status};
use toadlane_proto::grading::v1 as pb;

use crate::money::money;
use crate::page::page;

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
    let list =
        pb::ListDeterminationsRequest { assessment_id: assessment_id.clone(), page_size: 500, ..Default::default() };
    let decided = client.decisions().list_determinations(list).await?.into_inner().determinations;
    let list = pb::ListInterestsRequest { assessment_id, page_size: 500, ..Default::default() };
    let interests = client.assessments().list_interests(list).await?.into_inner().interests;

    let names: HashMap<&str, &str> =
        members.iter().map(|member| (member.person_id.as_str(), member.name.as_str())).collect();
    let name = |id: &String| names.get(id.as_str()).map_or_else(|| id.clone(), ToString::to_string);
    let present: Vec<String> = meeting.present.iter().map(name).collect();
    let absent = members.iter().filter(|member| !meeting.present.contains(&member.person_id));
    let absent: Vec<&str> = absent.map(|member| member.name.as_str()).collect();
    let left = |bid: &pb::AssessedBid| {
        let out = interests.iter().filter(|one| one.bid_id == bid.bid_id && one.state() == Recused);
        let out = out.filter(|one| meeting.present.contains(&one.person_id));
        out.map(|one| name(&one.person_id)).collect::<Vec<_>>()
    };
    let bids = bids.iter().map(|bid| {
        let quorum = quorums.iter().find(|quorum| quorum.bid_id == bid.bid_id).map(quorum_in_words);
        let decision = decided.iter().find(|decision| decision.bid_id == bid.bid_id);
        let reason = decision.map(|decision| decision.reason.as_str());
        context! {
            number => bid.number,
            title => bid.title,
            left => left(bid),
            quorum => quorum.unwrap_or_default(),
            decision => decision.map(decision_in_words).unwrap_or_default(),
            reason => reason.unwrap_or_default(),
        }
    });
    let bids: Vec<Value> = bids.collect();
    let held = meeting.held_at.and_then(|at| Timestamp::try_from(at).ok());
    let held = held.map(|at| at.in_words("Europe/London")).unwrap_or_default();
    let (title, chair) = ("Minutes of the meeting", name(&meeting.chair_id));
    let (place, minutes) = (&meeting.place, &meeting.minutes);
    Ok(page("minutes.html", context! { title, note, held, place, chair, present, absent, minutes, bids }))
}

fn quorum_in_words(quorum: &pb::BidQuorum) -> String {
    let (present, entitled, needed) = (quorum.n_present, quorum.n_entitled, quorum.needed);
    let met = if quorum.met { "met" } else { "not met" };
    format!("{met}: {present} of {entitled} present, {needed} needed")
}

fn decision_in_words(decision: &pb::Determination) -> String {
    use pb::determination::Outcome;
    let outcome = match decision.outcome() {
        Outcome::Unspecified => "",
        Outcome::Fund => "funded",
        Outcome::FundInPart => "funded in part",
        Outcome::Reserve => "on the reserve list",
        Outcome::Decline => "declined",
        Outcome::Defer => "deferred",
    };
    match &decision.amount {
        Some(amount) => format!("{outcome} {}", money(amount)),
        None => outcome.to_string(),
    }
}
