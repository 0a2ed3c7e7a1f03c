//! The reviews of the bids: who reads what, and with which marks. All of them are made up.

use std::collections::HashMap;

use toadlane_client::Client;
use toadlane_proto::grading::v1 as pb;

use crate::error::Error;
use crate::interests::is_out;
use crate::people::People;
use crate::requests::request_id;
use crate::round::{Round, SubmittedBid};

/// Each bid is read by so many (rule 13: three unless the round says otherwise).
pub const REVIEWS_PER_BID: usize = 3;

/// Three reviews for each bid, by members who are free of conflict, in turn.
pub async fn review(
    round: &Round,
    people: &People,
    assessment_id: &str,
    interests: &[pb::Interest],
) -> Result<usize, Error> {
    let mut assignments = Vec::new();
    for (turn, SubmittedBid { bid, .. }) in round.bids.iter().enumerate() {
        let free = people.members.iter().filter(|member| !is_out(interests, &member.person_id, &bid.id));
        let free: Vec<_> = free.collect();
        for place in 0..REVIEWS_PER_BID.min(free.len()) {
            let reviewer_id = free[(turn + place) % free.len()].person_id.clone();
            assignments.push(pb::Assignment { bid_id: bid.id.clone(), reviewer_id });
        }
    }
    let (request_id, assessment_id) = (request_id(), assessment_id.to_string());
    let assign = pb::AssignReviewsRequest { request_id, assessment_id, assignments, validate_only: false };
    let reviews = round.network.manager.reviews().assign_reviews(assign).await?.into_inner().reviews;
    let n_reviews = reviews.len();
    let mut places: HashMap<String, i32> = HashMap::new();
    for review in reviews {
        let place = places.entry(review.bid_id.clone()).or_default();
        *place += 1;
        let member = people.members.iter().find(|member| member.person_id == review.reviewer_id);
        let member = member.ok_or_else(|| Error::NoOrganisation(review.reviewer_id.clone()))?;
        let marks = marks(round.number_of(&review.bid_id), *place);
        write_review(&member.client, review, marks).await?;
    }
    Ok(n_reviews)
}

pub async fn write_review(client: &Client, review: pb::Review, marks: Vec<pb::Mark>) -> Result<(), Error> {
    let pb::Review { id: review_id, etag, .. } = review;
    let accept = pb::AcceptReviewRequest { request_id: request_id(), review_id, etag, validate_only: false };
    let pb::Review { id: review_id, etag, .. } = client.reviews().accept_review(accept).await?.into_inner();
    let save = pb::SaveReviewRequest {
        request_id: request_id(),
        review_id,
        etag,
        marks,
        comment: "Made up for the demo.".to_string(),
        validate_only: false,
    };
    let pb::Review { id: review_id, etag, .. } = client.reviews().save_review(save).await?.into_inner();
    let submit = pb::SubmitReviewRequest { request_id: request_id(), review_id, etag, validate_only: false };
    client.reviews().submit_review(submit).await?;
    Ok(())
}

pub const CRITERIA: [&str; 7] =
    ["co-operative-difference", "theme", "need", "innovation", "learning", "deliverable", "value"];

/// Made-up marks between 3 and 5. Bids 2 and 7 get the same, for a tie; on bid 9 two reviewers lie far apart; one
/// reviewer of bid 4 cannot judge its value for money.
pub fn marks(order: i64, place: i32) -> Vec<pb::Mark> {
    let like = if order == 7 { 2 } else { order };
    let mark = |criterion: &str, nth: i64| {
        let usual = 3 + (like * 5 + nth) % 2 + i64::from((like + nth + i64::from(place)) % 5 == 0);
        match (order, criterion, place) {
            (9, "innovation", 1) => Some(2),
            (9, "innovation", 2) => Some(4),
            (4, "value", 3) => None,
            _ => i32::try_from(usual).ok(),
        }
    };
    let of = |(criterion, nth): (&&str, i64)| {
        let mark = mark(criterion, nth);
        let reason = match mark {
            Some(mark) => format!("A mark of {mark}, made up for the demo."),
            None => "No figures to judge it by (made up).".to_string(),
        };
        pb::Mark { criterion: (*criterion).to_string(), mark, reason }
    };
    CRITERIA.iter().zip(0..).map(of).collect()
}
