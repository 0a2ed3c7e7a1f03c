//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod assessments;
mod bids;
mod decisions;
mod history;
mod interests;
mod meetings;
mod moderations;
mod outcomes;
mod panel;
mod reviews;

pub use assessments::{
    AssessmentFilter, assessment, assessment_of_round, due_assessments, insert_assessment, page_of_assessments,
    update_assessment,
};
pub use bids::{answers, assessment_of_bid, bid, bids, insert_bid, n_bids, page_of_bids};
pub use decisions::{
    decisions_of_meeting, determination, determinations, insert_recommendation, page_of_determinations,
    page_of_recommendations, put_determination, recommendations, return_recommendation,
};
pub use history::{history, insert_history};
pub use interests::{
    InterestFilter, are_hidden, conflicts, hidden_from, insert_interest, interest, interests, is_derived,
    page_of_interests, update_interest,
};
pub use meetings::{insert_meeting, meeting, meetings, page_of_meetings, update_meeting};
pub use moderations::{castings, entries, insert_casting, moderation, moderations, put_moderation};
pub use outcomes::{
    OutcomeFilter, insert_outcome, insert_record, letter, n_outcomes, outcomes_of, page_of_outcomes, record,
};
pub use panel::{insert_member, member, members, page_of_members, update_member};
pub use reviews::{
    ReviewFilter, has_live_review, insert_review, live_reviews_of, n_live_reviews, overdue_reviews, own_reviews,
    page_of_reviews, review, reviews, update_review,
};

use kit::caller::Caller;
use kit::db::{DbError, Tx};
use kit::ids::{AssessmentId, BidId};
use kit::money::Money;
use kit::stored::{self, inconsistent};

use crate::assessment::Assessment;
use crate::error::Error;
use crate::review::State;
use crate::sight::{self, Sight};

fn money(minor_units: Option<i64>, currency: Option<&str>) -> Result<Option<Money>, DbError> {
    match (minor_units, currency) {
        (Some(minor_units), Some(currency)) => stored::money(minor_units, currency).map(Some),
        (None, None) => Ok(None),
        (_, _) => Err(inconsistent("half a sum of money")),
    }
}

fn texts(ids: &[BidId]) -> Vec<String> {
    ids.iter().map(BidId::to_string).collect()
}

/// What a caller may see of an assessment.
pub fn sight(tx: &mut Tx, caller: &Caller, id: AssessmentId) -> Result<Sight, Error> {
    let assessment = assessment(tx, id)?;
    Ok(look(tx, caller, assessment)?)
}

/// The same for an assessment that is at hand.
pub fn look(tx: &mut Tx, caller: &Caller, assessment: Assessment) -> Result<Sight, DbError> {
    let mut sight = Sight {
        caller: caller.clone(),
        assessment,
        member: None,
        hidden: Vec::new(),
        owed: Vec::new(),
        handed_in: Vec::new(),
    };
    let Some(person) = sight::person(caller) else {
        return Ok(sight);
    };
    let id = sight.assessment.id;
    sight.member = member(tx, id, person)?;
    sight.hidden = hidden_from(tx, id, person)?;
    for (bid, state) in own_reviews(tx, id, person)? {
        if State::OPEN.contains(&state.as_str()) {
            sight.owed.push(bid);
        } else if State::HANDED_IN.contains(&state.as_str()) {
            sight.handed_in.push(bid);
        }
    }
    Ok(sight)
}
