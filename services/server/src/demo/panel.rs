//! The joint meeting of two boards: interests, reviews, moderation, ranking, decisions and the announcement. That all
//! bids were graded in one meeting in Stevenage and all funded is published; marks, words and days are made up.

use std::collections::HashMap;

use kit::time::at;
use toadlane_client::Client;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1::grading_board::Part;

use super::cast::{Cast, Member};
use super::network::Stage;
use super::play::{Line, Played, Round};
use super::{PlayError, request_id};

pub const SCREENED: &str = "2019-12-16T10:00:00Z";
const REVIEWS_DUE: &str = "2020-01-21T00:00:00Z";
const MODERATION: &str = "2020-01-22T10:00:00Z";
const MEETING: &str = "2020-01-30T10:30:00Z";
const CLOSED: &str = "2020-01-31T16:00:00Z";
const LETTERS: &str = "2020-02-03T08:00:00Z";
const ANNOUNCED: &str = "2020-02-03T09:00:00Z";
/// Each bid is read by so many (rule 13: three unless the round says otherwise).
const REVIEWS_PER_BID: usize = 3;

/// What the boards made of the bids.
pub struct Assessed {
    pub assessment_id: String,
    pub ranking: pb::Ranking,
    pub quorums: Vec<pb::BidQuorum>,
    pub meeting: pb::Meeting,
    pub interests: Vec<pb::Interest>,
    pub letters: Vec<pb::Letter>,
}

/// Plays the assessment from the screening to the announcement.
pub async fn assess(
    stage: &Stage,
    round: &Round,
    cast: &Cast,
    tell: &mut (dyn FnMut(Line) + Send),
) -> Result<Assessed, PlayError> {
    tell(Line::Act("The boards (one joint meeting, as published; marks, words and days are made up)".to_string()));
    let token = &round.network.token;
    stage.move_clocks(token, at(SCREENED)).await?;
    screen(&round.network.manager, &round.bids).await?;
    tell(Line::Step { at: at(SCREENED), says: format!("{} bids screened and found eligible", round.bids.len()) });

    let assessment = open(round).await?;
    let interests = declare(round, cast, &assessment.id).await?;
    for member in &cast.members {
        tell(Line::Step { at: at(SCREENED), says: recusals(round, member, &interests) });
    }
    let n_reviews = review(round, cast, &assessment.id, &interests).await?;
    tell(Line::Step {
        at: at(SCREENED),
        says: format!("{n_reviews} reviews handed in, {REVIEWS_PER_BID} for each bid"),
    });

    stage.move_clocks(token, at(MODERATION)).await?;
    let ranking = moderate(round, cast, &assessment.id, &interests).await?;
    for bid in &ranking.bids {
        tell(Line::Step { at: at(MODERATION), says: in_words(bid, &round.bids) });
    }
    stage.move_clocks(token, at(CLOSED)).await?;
    let (meeting, quorums) = meet(cast, &assessment.id).await?;
    let met = quorums.iter().filter(|quorum| quorum.met).count();
    let says = format!("the boards meet in Stevenage; quorum is met for {met} of {} bids", quorums.len());
    tell(Line::Step { at: at(MEETING), says });
    for quorum in &quorums {
        let number = number_of(&round.bids, &quorum.bid_id);
        let (present, entitled, needed) = (quorum.n_present, quorum.n_entitled, quorum.needed);
        let says = format!("  no. {number:>2}: {present} of {entitled} entitled voters present, {needed} needed");
        tell(Line::Step { at: at(MEETING), says });
    }
    decide(round, cast, &assessment.id, &meeting).await?;
    tell(Line::Step { at: at(CLOSED), says: "all bids are funded; confidential until the announcement".to_string() });

    stage.move_clocks(token, at(LETTERS)).await?;
    let letters = letters(round).await?;
    tell(Line::Step { at: at(LETTERS), says: format!("{} bidders have their letters", letters.len()) });
    stage.move_clocks(token, at(ANNOUNCED)).await?;
    tell(Line::Step { at: at(ANNOUNCED), says: "the decision is public".to_string() });
    Ok(Assessed { assessment_id: assessment.id, ranking, quorums, meeting, interests, letters })
}

pub async fn screen(manager: &Client, played: &[Played]) -> Result<(), PlayError> {
    for played in played {
        let screen = bids::ScreenBidRequest {
            request_id: request_id(),
            bid_id: played.bid.id.clone(),
            etag: played.bid.etag.clone(),
            validate_only: false,
        };
        let screened = manager.bids().screen_bid(screen).await?.into_inner();
        let decide = bids::DecideEligibilityRequest {
            request_id: request_id(),
            bid_id: screened.id,
            etag: screened.etag,
            eligible: true,
            reason: String::new(),
            validate_only: false,
        };
        manager.bids().decide_eligibility(decide).await?;
    }
    Ok(())
}

pub async fn open(round: &Round) -> Result<pb::Assessment, PlayError> {
    let open = pb::OpenAssessmentRequest {
        request_id: request_id(),
        round_id: round.round.id.clone(),
        reviews_due: Some(at(REVIEWS_DUE).into()),
        least_reviews: 2,
        tie_criterion: "co-operative-difference".to_string(),
        letters_ahead_minutes: 60,
        ..Default::default()
    };
    Ok(round.network.manager.assessments().open_assessment(open).await?.into_inner())
}

/// Every member declares before they read. Two have something to declare besides their own councils.
pub async fn declare(round: &Round, cast: &Cast, assessment_id: &str) -> Result<Vec<pb::Interest>, PlayError> {
    let declared = [
        ("southampton", 1, pb::interest::Kind::Family, "a cousin works for the town council (made up)"),
        ("rochdale", 11, pb::interest::Kind::Other, "spoke at an event of this council in 2017 (made up)"),
    ];
    for member in &cast.members {
        let own = declared.iter().filter(|(council, ..)| *council == member.council);
        let interests = own.map(|(_, order, kind, note)| pb::DeclaredInterest {
            bid_id: bid_of(&round.bids, *order).bid.id.clone(),
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
    let chair = cast.chairs().next().ok_or(PlayError::NoChair)?;
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
fn recusals(round: &Round, member: &Member, interests: &[pb::Interest]) -> String {
    let of_member = interests.iter().filter(|one| one.person_id == member.person_id);
    let recused = of_member.filter(|one| one.state() == pb::interest::State::Recused);
    let mut recused: Vec<_> = recused.map(|one| (number_of(&round.bids, &one.bid_id), kind_in_words(one))).collect();
    recused.sort_unstable();
    let council = &member.council_name;
    let recused: Vec<_> = recused.into_iter().map(|(number, kind)| format!("no. {number} ({kind})")).collect();
    format!("recused, {}: {}", council, recused.join(", "))
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

async fn interests(client: &Client, assessment_id: &str) -> Result<Vec<pb::Interest>, PlayError> {
    let list =
        pb::ListInterestsRequest { assessment_id: assessment_id.to_string(), page_size: 500, ..Default::default() };
    Ok(client.assessments().list_interests(list).await?.into_inner().interests)
}

/// Three reviews for each bid, by members who are free of conflict, in turn.
async fn review(
    round: &Round,
    cast: &Cast,
    assessment_id: &str,
    interests: &[pb::Interest],
) -> Result<usize, PlayError> {
    let mut assignments = Vec::new();
    for (turn, played) in round.bids.iter().enumerate() {
        let free = cast.members.iter().filter(|member| !is_out(interests, &member.person_id, &played.bid.id));
        let free: Vec<_> = free.collect();
        for place in 0..REVIEWS_PER_BID.min(free.len()) {
            let reviewer_id = free[(turn + place) % free.len()].person_id.clone();
            assignments.push(pb::Assignment { bid_id: played.bid.id.clone(), reviewer_id });
        }
    }
    let assign = pb::AssignReviewsRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        assignments,
        validate_only: false,
    };
    let reviews = round.network.manager.reviews().assign_reviews(assign).await?.into_inner().reviews;
    let n_reviews = reviews.len();
    let mut places: HashMap<String, i32> = HashMap::new();
    for review in reviews {
        let place = places.entry(review.bid_id.clone()).or_default();
        *place += 1;
        let member = cast.members.iter().find(|member| member.person_id == review.reviewer_id);
        let member = member.ok_or_else(|| PlayError::NoOrganisation(review.reviewer_id.clone()))?;
        write_review(&member.client, review.clone(), marks(number_of(&round.bids, &review.bid_id), *place)).await?;
    }
    Ok(n_reviews)
}

pub async fn write_review(client: &Client, review: pb::Review, marks: Vec<pb::Mark>) -> Result<(), PlayError> {
    let accept = pb::AcceptReviewRequest {
        request_id: request_id(),
        review_id: review.id,
        etag: review.etag,
        validate_only: false,
    };
    let accepted = client.reviews().accept_review(accept).await?.into_inner();
    let save = pb::SaveReviewRequest {
        request_id: request_id(),
        review_id: accepted.id,
        etag: accepted.etag,
        marks,
        comment: "Made up for the demo.".to_string(),
        validate_only: false,
    };
    let saved = client.reviews().save_review(save).await?.into_inner();
    let submit = pb::SubmitReviewRequest {
        request_id: request_id(),
        review_id: saved.id,
        etag: saved.etag,
        validate_only: false,
    };
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

/// Whoever chairs settles what lies apart and writes feedback; then marks are settled and open ties are cast.
async fn moderate(
    round: &Round,
    cast: &Cast,
    assessment_id: &str,
    interests: &[pb::Interest],
) -> Result<pb::Ranking, PlayError> {
    let manager = &round.network.manager;
    let start = pb::StartModerationRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        etag: etag(manager, assessment_id).await?,
        validate_only: false,
    };
    manager.assessments().start_moderation(start).await?;
    for played in &round.bids {
        let get = pb::GetModerationRequest { assessment_id: assessment_id.to_string(), bid_id: played.bid.id.clone() };
        let chair = chair_of(cast, interests, std::slice::from_ref(&played.bid.id))?;
        let before = chair.reviews().get_moderation(get).await?.into_inner();
        let agreed = pb::AgreedMark {
            criterion: "innovation".to_string(),
            mark: 4,
            reason: "new for the district, if not for the network (made up)".to_string(),
        };
        let feedback = CRITERIA.map(|criterion| pb::Feedback {
            criterion: criterion.to_string(),
            text: "The panel's words on this are not published; these are made up.".to_string(),
        });
        let moderate = pb::ModerateBidRequest {
            request_id: request_id(),
            assessment_id: assessment_id.to_string(),
            bid_id: played.bid.id.clone(),
            etag: before.etag,
            agreed: if played.order == 9 { vec![agreed] } else { Vec::new() },
            feedback: feedback.to_vec(),
            validate_only: false,
        };
        chair.reviews().moderate_bid(moderate).await?;
    }
    let start = pb::StartDeterminationRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        etag: etag(manager, assessment_id).await?,
        validate_only: false,
    };
    manager.assessments().start_determination(start).await?;
    loop {
        let get = pb::GetRankingRequest { assessment_id: assessment_id.to_string() };
        let ranking = manager.reviews().get_ranking(get).await?.into_inner();
        let Some(tie) = ranking.open_ties.first() else { return Ok(ranking) };
        let cast_tie = pb::CastTieRequest {
            request_id: request_id(),
            assessment_id: assessment_id.to_string(),
            bid_ids: tie.bid_ids.clone(),
            reason: "the chair's casting decision (made up)".to_string(),
            validate_only: false,
        };
        chair_of(cast, interests, &tie.bid_ids)?.reviews().cast_tie(cast_tie).await?;
    }
}

/// Who chairs where these bids are spoken of: the first who is recused from none of them.
fn chair_of<'a>(cast: &'a Cast, interests: &[pb::Interest], bid_ids: &[String]) -> Result<&'a Client, PlayError> {
    let free = cast.chairs().find(|chair| !bid_ids.iter().any(|bid_id| is_out(interests, &chair.person_id, bid_id)));
    free.map(|chair| &chair.client).ok_or(PlayError::NoChair)
}

/// Whether a member has an interest in a bid that is not cleared.
pub fn is_out(interests: &[pb::Interest], person_id: &str, bid_id: &str) -> bool {
    let of_both = interests.iter().filter(|one| one.person_id == person_id && one.bid_id == bid_id);
    of_both.into_iter().any(|one| one.state() != pb::interest::State::Cleared)
}

pub async fn etag(client: &Client, assessment_id: &str) -> Result<String, PlayError> {
    let get = pb::GetAssessmentRequest { assessment_id: assessment_id.to_string() };
    Ok(client.assessments().get_assessment(get).await?.into_inner().etag)
}

async fn meet(cast: &Cast, assessment_id: &str) -> Result<(pb::Meeting, Vec<pb::BidQuorum>), PlayError> {
    // One member is absent, so that quorum is more than a formality.
    let present: Vec<String> = cast.members.iter().skip(1).map(|member| member.person_id.clone()).collect();
    let mut chairs = cast.chairs();
    let (chair, other) = chairs.next().zip(chairs.next()).ok_or(PlayError::NoChair)?;
    let record = pb::RecordMeetingRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        part: Part::Joint.into(),
        held_at: Some(at(MEETING).into()),
        place: "Stevenage".to_string(),
        chair_id: chair.person_id.clone(),
        present,
        minutes: format!(
            "Both boards met jointly and took the bids one by one. Whoever had an interest left the room for that bid; \
             for those of {}, the member for {} took the chair. (Made up: the published record holds no minutes.)",
            chair.council_name, other.council_name
        ),
        validate_only: false,
    };
    let meeting = cast.clerk.decisions().record_meeting(record).await?.into_inner();
    let list = pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), page_size: 500, ..Default::default() };
    let quorums = cast.clerk.decisions().list_quorums(list).await?.into_inner().quorums;
    Ok((meeting, quorums))
}

async fn decide(round: &Round, cast: &Cast, assessment_id: &str, meeting: &pb::Meeting) -> Result<(), PlayError> {
    for played in &round.bids {
        let determine = pb::DetermineBidRequest {
            request_id: request_id(),
            assessment_id: assessment_id.to_string(),
            bid_id: played.bid.id.clone(),
            outcome: pb::determination::Outcome::Fund.into(),
            amount: played.bid.content.clone().unwrap_or_default().requested,
            basis: pb::determination::Basis::Meeting.into(),
            meeting_id: meeting.id.clone(),
            ..Default::default()
        };
        cast.clerk.decisions().determine_bid(determine).await?;
    }
    let close = pb::CloseAssessmentRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        etag: etag(&cast.clerk, assessment_id).await?,
        ..Default::default()
    };
    cast.clerk.assessments().close_assessment(close).await?;
    Ok(())
}

/// Each council's own system fetches its letters.
async fn letters(round: &Round) -> Result<Vec<pb::Letter>, PlayError> {
    let mut letters = Vec::with_capacity(round.bids.len());
    for played in &round.bids {
        let system = round.network.system_of(&played.bid.applicant_organisation_id)?;
        let get = pb::GetLetterRequest { bid_id: played.bid.id.clone() };
        letters.push(system.client.decisions().get_letter(get).await?.into_inner());
    }
    Ok(letters)
}

fn bid_of(bids: &[Played], order: u32) -> &Played {
    &bids[order as usize - 1]
}

pub fn number_of(bids: &[Played], bid_id: &str) -> i64 {
    bids.iter().find(|played| played.bid.id == bid_id).map_or(0, |played| played.bid.number)
}

/// `1. 82.50 A  no. 12 Southampton City Council`, with what settled a tie.
fn in_words(ranked: &pb::RankedBid, bids: &[Played]) -> String {
    let council = bids.iter().find(|played| played.bid.id == ranked.bid_id).map_or("", |played| &played.council);
    let total = ranked.total.as_ref().map_or("no total", |total| &total.shown);
    let settled = match ranked.settled_by() {
        pb::ranked_bid::SettledBy::Unspecified | pb::ranked_bid::SettledBy::Total => "",
        pb::ranked_bid::SettledBy::TieCriterion => "  (tied; higher on the co-operative difference)",
        pb::ranked_bid::SettledBy::FewerAwards => "  (tied; fewer bids of the council above)",
        pb::ranked_bid::SettledBy::LowerRequest => "  (tied; asks for less)",
        pb::ranked_bid::SettledBy::Casting => "  (tied; the chair's casting decision)",
        pb::ranked_bid::SettledBy::Nothing => "  (tied)",
    };
    format!("{:>2}. {total} {:<2} no. {:>2} {council}{settled}", ranked.rank, ranked.grade, ranked.number)
}
