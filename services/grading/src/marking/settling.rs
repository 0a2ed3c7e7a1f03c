//! What must be complete before reviews are locked, and before marks are settled (rule 13).

use kit::fault::Violation;
use kit::ids::BidId;

use crate::assessment::Assessment;
use crate::call::Rubric;
use crate::marking::ranking::{self, Entry, Ranking};
use crate::panel::Member;
use crate::panel::quorum::Conflicts;

/// From how far apart two marks need a reason each, or an agreed mark.
const APART: i32 = 2;

/// How many of the panel may score a bid: those whose seat scores and who are free of conflict.
pub fn n_free_to_score(members: &[Member], rubric: &Rubric, conflicts: &Conflicts, bid: BidId) -> usize {
    members.iter().filter(|member| member.may_score(rubric) && !conflicts.keeps(member.person, bid)).count()
}

/// Bids with fewer reviews than they must have. Where fewer people are free to score than that, theirs are enough.
pub fn too_few_reviews(
    assessment: &Assessment,
    members: &[Member],
    conflicts: &Conflicts,
    entries: &[Entry],
) -> Vec<Violation> {
    let mut found = Vec::new();
    for entry in entries {
        let n_free = n_free_to_score(members, &assessment.call.rubric, conflicts, entry.bid);
        let least = assessment.settings.least_reviews.min(n_free);
        if entry.reviews.len() < least {
            let says = format!("it has {} reviews and must have {least}; assign more", entry.reviews.len());
            found.push(Violation::new(format!("bids[{}]", entry.bid), "assessment.least_reviews", says));
        }
    }
    found
}

/// Criteria that count and that nobody judged, and marks that lie apart without a word. A bid from which everyone who
/// may score is recused is referred (rule 11), and is asked for neither.
pub fn unsettled(
    rubric: &Rubric,
    members: &[Member],
    conflicts: &Conflicts,
    entries: &[Entry],
    ranking: &Ranking,
) -> Vec<Violation> {
    let mut found = Vec::new();
    for ranked in &ranking.bids {
        let is_referred = n_free_to_score(members, rubric, conflicts, ranked.bid) == 0;
        for criterion in ranking::unmarked(rubric, ranked).into_iter().filter(|_| !is_referred) {
            let says = "nobody judged it; agree on a mark";
            let field = format!("bids[{}].criteria[{}]", ranked.bid, criterion.code);
            found.push(Violation::new(field, "assessment.unmarked", says));
        }
    }
    for entry in entries {
        for criterion in rubric.criteria.iter().filter(|criterion| lies_apart(&criterion.code, entry)) {
            let says = "marks lie two or more apart; have each say why, or agree on a mark";
            let field = format!("bids[{}].criteria[{}]", entry.bid, criterion.code);
            found.push(Violation::new(field, "assessment.apart", says));
        }
    }
    found
}

/// Whether a mark that lies apart from another one has neither a reason nor an agreed mark beside it.
fn lies_apart(criterion: &str, entry: &Entry) -> bool {
    if entry.agreed.iter().any(|agreed| agreed.criterion == criterion) {
        return false;
    }
    let of_criterion = entry.reviews.iter().flatten().filter(|mark| mark.criterion == criterion);
    let given: Vec<(i32, bool)> =
        of_criterion.filter_map(|mark| Some((mark.mark?, mark.reason.trim().is_empty()))).collect();
    let is_far = |mark: i32| given.iter().any(|(other, _)| mark.abs_diff(*other) >= APART.unsigned_abs());
    given.iter().any(|&(mark, is_bare)| is_bare && is_far(mark))
}

#[cfg(test)]
mod tests;
