//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod assessments;
mod bids;
mod deciding;
mod history;
mod marking;
mod near_misses;
mod panels;
mod release;

pub use assessments::{Visible, due, get, insert, of_round, page, update};
pub use bids::{
    answers, assessment_of_bid, bid, bids, hints, insert_bid, insert_involved, involved, n_bids, number, others,
    page_of_bids,
};
pub use deciding::{
    decisions_of_meeting, determination, determinations, insert_meeting, insert_recommendation, meeting, meetings,
    page_of_determinations, page_of_meetings, page_of_recommendations, put_determination, recommendations,
    return_recommendation, update_meeting,
};
pub use history::{history, insert_history};
pub use marking::{
    ReviewFilter, VisibleReviews, castings, has_live_review, insert_casting, insert_review, moderation, moderations,
    n_live_reviews, overdue_reviews, own_reviews, page_of_reviews, put_moderation, review, reviews, update_review,
};
pub use near_misses::{insert_near_miss, near_miss, near_misses, page_of_near_misses, update_near_miss};
pub use panels::{
    InterestFilter, VisibleInterests, are_hidden, conflicts, hidden_from, insert_interest, insert_member, interest,
    interests, is_derived, member, members, page_of_interests, page_of_members, put_declaration, update_interest,
    update_member,
};
pub use release::{
    VisibleOutcomes, insert_outcome, insert_record, letter, n_outcomes, outcome_counts, outcomes_of, page_of_outcomes,
    record,
};

use kit::db::DbError;
use kit::money::Money;
use kit::stored::{self, inconsistent};

fn money(minor_units: Option<i64>, currency: Option<&str>) -> Result<Option<Money>, DbError> {
    match (minor_units, currency) {
        (Some(minor_units), Some(currency)) => stored::money(minor_units, currency).map(Some),
        (None, None) => Ok(None),
        (_, _) => Err(inconsistent("half a sum of money")),
    }
}
