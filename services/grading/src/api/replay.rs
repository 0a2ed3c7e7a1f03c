//! Which stored answers are given again: one in which every bid still exists for its caller. A recusal covers earlier
//! answers too (rule 10).

use std::any::Any;

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use toadlane_proto::grading::v1 as pb;

use crate::app::reading;

/// Refuses an answer that names a bid which is hidden from its caller by now.
pub fn may_replay(conn: &mut Conn, cx: &Cx, answer: &dyn Any) -> Result<(), DbError> {
    // Whom an interest concerns reads it as they read it before, whatever it hides from them.
    if answer.downcast_ref().is_some_and(|one: &pb::Interest| one.person_id == cx.caller.subject.to_string()) {
        return Ok(());
    }
    let unknown = || DbError::Inconsistent(format!("nothing says which bids an answer of {} names", cx.rpc));
    let named = bids_in(answer).ok_or_else(unknown)?;
    let bids: Vec<_> = named.iter().filter_map(|id| id.parse().ok()).collect();
    reading::expect_visible(conn, cx, &bids)
}

/// The bids that an answer names; none for a message with which no write answers.
fn bids_in(answer: &dyn Any) -> Option<Vec<&str>> {
    bids_of(answer, |_: &pb::Assessment| Vec::new())
        .or_else(|| bids_of(answer, |_: &pb::PanelMember| Vec::new()))
        .or_else(|| bids_of(answer, |_: &pb::Meeting| Vec::new()))
        .or_else(|| bids_of(answer, |_: &pb::ReferBidResponse| Vec::new()))
        .or_else(|| bids_of(answer, |interest: &pb::Interest| vec![&interest.bid_id]))
        .or_else(|| bids_of(answer, |near_miss: &pb::NearMiss| vec![&near_miss.bid_id]))
        .or_else(|| bids_of(answer, |review: &pb::Review| vec![&review.bid_id]))
        .or_else(|| bids_of(answer, |moderation: &pb::Moderation| vec![&moderation.bid_id]))
        .or_else(|| bids_of(answer, |recommendation: &pb::Recommendation| vec![&recommendation.bid_id]))
        .or_else(|| bids_of(answer, |determination: &pb::Determination| vec![&determination.bid_id]))
        .or_else(|| bids_of(answer, |ranking: &pb::Ranking| ranking.bids.iter().map(|bid| &*bid.bid_id).collect()))
        .or_else(|| {
            bids_of(answer, |assigned: &pb::AssignReviewsResponse| {
                assigned.reviews.iter().map(|review| &*review.bid_id).collect()
            })
        })
}

fn bids_of<M: 'static>(answer: &dyn Any, bids: fn(&M) -> Vec<&str>) -> Option<Vec<&str>> {
    answer.downcast_ref().map(bids)
}

#[cfg(test)]
mod tests {
    use prost::Name;

    use super::*;

    fn known<M: Name + Default + 'static>() -> String {
        assert!(bids_in(&M::default()).is_some(), "{} is not known", M::NAME);
        M::full_name()
    }

    #[test]
    fn the_bids_in_every_answer_to_a_write_are_known() {
        let mut all = [
            known::<pb::Assessment>(),
            known::<pb::PanelMember>(),
            known::<pb::Meeting>(),
            known::<pb::ReferBidResponse>(),
            known::<pb::Interest>(),
            known::<pb::NearMiss>(),
            known::<pb::Review>(),
            known::<pb::Moderation>(),
            known::<pb::Recommendation>(),
            known::<pb::Determination>(),
            known::<pb::Ranking>(),
            known::<pb::AssignReviewsResponse>(),
        ];
        all.sort();
        let services = toadlane_proto::pool().services().filter(|one| one.package_name() == "toadlane.grading.v1");
        let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
        let writes = methods.filter(|method| {
            let asked = method.input();
            // A streamed write carries it in a header message.
            let inner = asked.fields().filter_map(|field| field.kind().as_message().cloned()).collect::<Vec<_>>();
            inner.iter().chain([&asked]).any(|message| message.get_field_by_name("request_id").is_some())
        });
        let mut answers: Vec<String> = writes.map(|method| method.output().full_name().to_string()).collect();
        answers.sort();
        answers.dedup();
        assert_eq!(answers, all);
    }
}
