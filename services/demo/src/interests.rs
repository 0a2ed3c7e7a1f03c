//! Interests of the boards' members in bids: derived and declared, and what came of them. All that is declared is made
//! up.

use toadlane_client::Client;
use toadlane_proto::grading::v1 as pb;

use crate::error::Error;
use crate::people::{Member, People};
use crate::requests::request_id;
use crate::round::Round;

/// Every member declares before they read. Two have something to declare besides their own councils.
pub async fn declare(round: &Round, people: &People, assessment_id: &str) -> Result<Vec<pb::Interest>, Error> {
    let declared = [
        ("southampton", 1, pb::interest::Kind::Family, "a cousin works for the town council (made up)"),
        ("rochdale", 11, pb::interest::Kind::Other, "spoke at an event of this council in 2017 (made up)"),
    ];
    for member in &people.members {
        let own = declared.iter().filter(|(council, ..)| *council == member.council);
        let interests = own.map(|(_, order, kind, note)| pb::DeclaredInterest {
            bid_id: round.bids[order - 1].bid.id.clone(),
            kind: (*kind).into(),
            note: (*note).to_string(),
        });
        let declare = pb::DeclareInterestsRequest {
            request_id: request_id(),
            assessment_id: assessment_id.to_string(),
            interests: interests.collect(),
            validate_only: false,
        };
        member.client.assessments().declare_interests(declare).await?;
    }
    let manager = &round.network.manager;
    let declared = interests(manager, assessment_id).await?;
    let chair = people.chairs().next().ok_or(Error::NoChair)?;
    for interest in declared.into_iter().filter(|one| one.state() == pb::interest::State::Declared) {
        let (state, reason) = match interest.kind() {
            pb::interest::Kind::Family => (pb::interest::State::Recused, "a family link (made up)"),
            _ => (pb::interest::State::Cleared, "three years ago, and nothing since (made up)"),
        };
        let decide = pb::DecideInterestRequest {
            request_id: request_id(),
            interest_id: interest.id,
            etag: interest.etag,
            state: state.into(),
            reason: reason.to_string(),
            validate_only: false,
        };
        chair.client.assessments().decide_interest(decide).await?;
    }
    interests(manager, assessment_id).await
}

/// `recused, Tameside Council: no. 6 (own council), no. 11 (own council)`.
pub fn recusals(round: &Round, member: &Member, interests: &[pb::Interest]) -> String {
    let of_member = interests.iter().filter(|one| one.person_id == member.person_id);
    let recused = of_member.filter(|one| one.state() == pb::interest::State::Recused);
    let mut recused: Vec<_> = recused.map(|one| (round.number_of(&one.bid_id), kind_in_words(one))).collect();
    recused.sort_unstable();
    let recused: Vec<_> = recused.into_iter().map(|(number, kind)| format!("no. {number} ({kind})")).collect();
    format!("recused, {}: {}", member.council_name, recused.join(", "))
}

fn kind_in_words(interest: &pb::Interest) -> &'static str {
    use pb::interest::Kind;
    match interest.kind() {
        Kind::OwnCouncil => "own council",
        Kind::RelatedCouncil => "predecessor or successor",
        Kind::Family => "declared: family",
        _ => "declared",
    }
}

async fn interests(client: &Client, assessment_id: &str) -> Result<Vec<pb::Interest>, Error> {
    let list =
        pb::ListInterestsRequest { assessment_id: assessment_id.to_string(), page_size: 500, ..Default::default() };
    Ok(client.assessments().list_interests(list).await?.into_inner().interests)
}

/// Whether a member has an interest in a bid that is not cleared.
pub fn is_out(interests: &[pb::Interest], person_id: &str, bid_id: &str) -> bool {
    let mut of_both = interests.iter().filter(|one| one.person_id == person_id && one.bid_id == bid_id);
    of_both.any(|one| one.state() != pb::interest::State::Cleared)
}
