//! The joint meeting of two boards: screening, moderation, ranking, decisions and the announcement. That all
//! bids were graded in one meeting in Stevenage and all funded is published; marks, words and days are made up.

use kit::time::at;
use toadlane_client::{Client, Reason, Refusal};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1::grading_board::Part;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::interests::{self, declare, is_out};
use crate::people::{Deputy, Member, People};
use crate::requests::request_id;
use crate::reviews::{CRITERIA, REVIEWS_PER_BID, review};
use crate::round::{Round, SubmittedBid};
use crate::timeline::{Line, Tell};

pub const SCREENED: &str = "2019-12-16T10:00:00Z";
const REVIEWS_DUE: &str = "2020-01-21T00:00:00Z";
const MODERATION: &str = "2020-01-22T10:00:00Z";
const MEETING: &str = "2020-01-30T10:30:00Z";
const CLOSED: &str = "2020-01-31T16:00:00Z";
const LETTERS: &str = "2020-02-03T08:00:00Z";
const ANNOUNCED: &str = "2020-02-03T09:00:00Z";

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
    deployment: &Deployment,
    round: &Round,
    people: &People,
    tell: Tell<'_>,
) -> Result<Assessed, Error> {
    tell(Line::heading("The boards (one joint meeting, as published; marks, words and days are made up)"));
    let token = &round.network.token;
    deployment.move_clocks(token, at(SCREENED)).await?;
    let n_apart = screen_apart(round, &people.deputy).await?;
    tell(Line::step(SCREENED, format!("{} bids screened and found eligible", round.bids.len())));
    let council = &people.deputy.council_name;
    let says =
        format!("  the deputy manager is of {council} and is refused its bids: the manager screened these {n_apart}");
    tell(Line::step(SCREENED, says));

    let assessment_id = open(round).await?.id;
    let interests = declare(round, people, &assessment_id).await?;
    for member in &people.members {
        tell(Line::step(SCREENED, interests::recusals(round, member, &interests)));
    }
    let n_reviews = review(round, people, &assessment_id, &interests).await?;
    tell(Line::step(SCREENED, format!("{n_reviews} reviews handed in, {REVIEWS_PER_BID} for each bid")));

    deployment.move_clocks(token, at(MODERATION)).await?;
    let ranking = moderate(round, people, &assessment_id, &interests).await?;
    for bid in &ranking.bids {
        tell(Line::step(MODERATION, in_words(bid, round)));
    }
    deployment.move_clocks(token, at(CLOSED)).await?;
    let (meeting, quorums) = meet(people, &assessment_id).await?;
    let met = quorums.iter().filter(|quorum| quorum.met).count();
    let says = format!("the boards meet in Stevenage; quorum is met for {met} of {} bids", quorums.len());
    tell(Line::step(MEETING, says));
    for quorum in &quorums {
        let number = round.number_of(&quorum.bid_id);
        let (present, entitled, needed) = (quorum.n_present, quorum.n_entitled, quorum.needed);
        let says = format!("  no. {number:>2}: {present} of {entitled} entitled voters present, {needed} needed");
        tell(Line::step(MEETING, says));
    }
    decide(round, people, &assessment_id, &meeting).await?;
    tell(Line::step(CLOSED, "all bids are funded; confidential until the announcement"));

    deployment.move_clocks(token, at(LETTERS)).await?;
    let letters = letters(round).await?;
    tell(Line::step(LETTERS, format!("{} bidders have their letters", letters.len())));
    deployment.move_clocks(token, at(ANNOUNCED)).await?;
    tell(Line::step(ANNOUNCED, "the decision is public"));
    Ok(Assessed { assessment_id, ranking, quorums, meeting, interests, letters })
}

pub async fn screen(manager: &Client, submitted: &[SubmittedBid]) -> Result<(), Error> {
    for SubmittedBid { bid, .. } in submitted {
        screen_one(manager, bid).await?;
    }
    Ok(())
}

async fn screen_one(manager: &Client, bid: &bids::Bid) -> Result<(), Error> {
    let (bid_id, etag) = (bid.id.clone(), bid.etag.clone());
    let screen = bids::ScreenBidRequest { request_id: request_id(), bid_id, etag, validate_only: false };
    let bids::Bid { id: bid_id, etag, .. } = manager.bids().screen_bid(screen).await?.into_inner();
    let decide =
        bids::DecideEligibilityRequest { request_id: request_id(), bid_id, etag, eligible: true, ..Default::default() };
    manager.bids().decide_eligibility(decide).await?;
    Ok(())
}

/// The deputy screens; of the bids of their own council, which the platform refuses them, the manager does: how many.
async fn screen_apart(round: &Round, deputy: &Deputy) -> Result<usize, Error> {
    let mut n_refused = 0;
    for SubmittedBid { bid, .. } in &round.bids {
        match screen_one(&deputy.client, bid).await {
            Err(Error::Refused(status)) if Refusal::from(status.clone()).reason == Reason::SeparationOfDuties => {
                n_refused += 1;
                screen_one(&round.network.manager, bid).await?;
            }
            screened => screened?,
        }
    }
    Ok(n_refused)
}

pub async fn open(round: &Round) -> Result<pb::Assessment, Error> {
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

/// Whoever chairs settles what lies apart and writes feedback; then marks are settled and open ties are cast.
async fn moderate(
    round: &Round,
    people: &People,
    assessment_id: &str,
    interests: &[pb::Interest],
) -> Result<pb::Ranking, Error> {
    let manager = &round.network.manager;
    let start = pb::StartModerationRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        etag: etag(manager, assessment_id).await?,
        validate_only: false,
    };
    manager.assessments().start_moderation(start).await?;
    for SubmittedBid { order, bid, .. } in &round.bids {
        let get = pb::GetModerationRequest { assessment_id: assessment_id.to_string(), bid_id: bid.id.clone() };
        let chair = chair_of(people, interests, std::slice::from_ref(&bid.id))?;
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
            bid_id: bid.id.clone(),
            etag: before.etag,
            agreed: if *order == 9 { vec![agreed] } else { Vec::new() },
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
        chair_of(people, interests, &tie.bid_ids)?.reviews().cast_tie(cast_tie).await?;
    }
}

/// Who chairs where these bids are spoken of: the first who is recused from none of them.
fn chair_of<'a>(people: &'a People, interests: &[pb::Interest], bid_ids: &[String]) -> Result<&'a Client, Error> {
    let is_free = |chair: &&Member| !bid_ids.iter().any(|bid_id| is_out(interests, &chair.person_id, bid_id));
    people.chairs().find(is_free).map(|chair| &chair.client).ok_or(Error::NoChair)
}

pub async fn etag(client: &Client, assessment_id: &str) -> Result<String, Error> {
    let get = pb::GetAssessmentRequest { assessment_id: assessment_id.to_string() };
    Ok(client.assessments().get_assessment(get).await?.into_inner().etag)
}

async fn meet(people: &People, assessment_id: &str) -> Result<(pb::Meeting, Vec<pb::BidQuorum>), Error> {
    // One member is absent, so that quorum is more than a formality.
    let present: Vec<String> = people.members.iter().skip(1).map(|member| member.person_id.clone()).collect();
    let mut chairs = people.chairs();
    let (chair, other) = chairs.next().zip(chairs.next()).ok_or(Error::NoChair)?;
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
    let meeting = people.clerk.decisions().record_meeting(record).await?.into_inner();
    let list = pb::ListQuorumsRequest { meeting_id: meeting.id.clone(), page_size: 500, ..Default::default() };
    let quorums = people.clerk.decisions().list_quorums(list).await?.into_inner().quorums;
    Ok((meeting, quorums))
}

async fn decide(round: &Round, people: &People, assessment_id: &str, meeting: &pb::Meeting) -> Result<(), Error> {
    for SubmittedBid { bid, .. } in &round.bids {
        let determine = pb::DetermineBidRequest {
            request_id: request_id(),
            assessment_id: assessment_id.to_string(),
            bid_id: bid.id.clone(),
            outcome: pb::determination::Outcome::Fund.into(),
            amount: bid.content.clone().unwrap_or_default().requested,
            basis: pb::determination::Basis::Meeting.into(),
            meeting_id: meeting.id.clone(),
            ..Default::default()
        };
        people.clerk.decisions().determine_bid(determine).await?;
    }
    let close = pb::CloseAssessmentRequest {
        request_id: request_id(),
        assessment_id: assessment_id.to_string(),
        etag: etag(&people.clerk, assessment_id).await?,
        ..Default::default()
    };
    people.clerk.assessments().close_assessment(close).await?;
    Ok(())
}

/// Each council's own system fetches its letters.
async fn letters(round: &Round) -> Result<Vec<pb::Letter>, Error> {
    let mut letters = Vec::with_capacity(round.bids.len());
    for SubmittedBid { bid, .. } in &round.bids {
        let system = round.network.system_of(&bid.applicant_organisation_id)?;
        let get = pb::GetLetterRequest { bid_id: bid.id.clone() };
        letters.push(system.client.decisions().get_letter(get).await?.into_inner());
    }
    Ok(letters)
}

/// `1. 82.50 A  no. 12 Southampton City Council`, with what settled a tie.
fn in_words(ranked: &pb::RankedBid, round: &Round) -> String {
    use pb::ranked_bid::SettledBy;
    let council = round.bid(&ranked.bid_id).map_or("", |submitted| &submitted.council);
    let total = ranked.total.as_ref().map_or("no total", |total| &total.shown);
    let settled = match ranked.settled_by() {
        SettledBy::Unspecified | SettledBy::Total => "",
        SettledBy::TieCriterion => "  (tied; higher on the co-operative difference)",
        SettledBy::FewerAwards => "  (tied; fewer bids of the council above)",
        SettledBy::LowerRequest => "  (tied; asks for less)",
        SettledBy::Casting => "  (tied; the chair's casting decision)",
        SettledBy::Nothing => "  (tied)",
    };
    format!("{:>2}. {total} {:<2} no. {:>2} {council}{settled}", ranked.rank, ranked.grade, ranked.number)
}
