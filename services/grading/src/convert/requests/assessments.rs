//! Requests of AssessmentsService.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{AssessmentId, InterestId};
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use crate::app;
use crate::assessment::Settings;
use crate::interest::{Kind, Step};

/// How many reviews a bid must have at least, whatever the manager says, and how many where they say nothing (rule 13).
const LEAST_REVIEWS: usize = 2;
const DEFAULT_REVIEWS: usize = 3;

impl Parse for app::OpenAssessment {
    type Wire = pb::OpenAssessmentRequest;

    fn parse(wire: Self::Wire) -> Result<app::OpenAssessment, Vec<Violation>> {
        let mut reader = Reader::new();
        let round = reader.id("round_id", &wire.round_id);
        let reviews_due = reader.time("reviews_due", wire.reviews_due);
        let least_reviews = match usize::try_from(wire.least_reviews) {
            Ok(0) => Some(DEFAULT_REVIEWS),
            Ok(least) if least >= LEAST_REVIEWS => Some(least),
            Ok(_) | Err(_) => reader.take("least_reviews", "int32.gte", Err("ask for at least two reviews of a bid")),
        };
        let command = (|| {
            let settings = Settings {
                reviews_due: reviews_due?,
                least_reviews: least_reviews?,
                tie_criterion: wire.tie_criterion,
                letters_ahead_minutes: wire.letters_ahead_minutes,
                scaling_question: Some(wire.scaling_question_id).filter(|id| !id.is_empty()),
            };
            Some(app::OpenAssessment { id: AssessmentId::new(), round: round?, settings })
        })();
        reader.finish(command)
    }
}

impl Parse for app::AddSubstitute {
    type Wire = pb::AddSubstituteRequest;

    fn parse(wire: Self::Wire) -> Result<app::AddSubstitute, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let person = reader.id("person_id", &wire.person_id);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let stands_in_for = reader.id("substitute_for", &wire.substitute_for);
        let command = (|| {
            Some(app::AddSubstitute {
                assessment: assessment?,
                person: person?,
                organisation: organisation?,
                stands_in_for: stands_in_for?,
            })
        })();
        reader.finish(command)
    }
}

fn declared(reader: &mut Reader, field: &str, wire: pb::DeclaredInterest) -> Option<app::Declared> {
    let bid = reader.id(&format!("{field}.bid_id"), &wire.bid_id);
    let kind = reader.known(&format!("{field}.kind"), kind(wire.kind()));
    let note = reader.said(&format!("{field}.note"), &wire.note);
    Some(app::Declared { id: InterestId::new(), bid: bid?, kind: kind?, note: note? })
}

fn kind(wire: pb::interest::Kind) -> Option<Kind> {
    match wire {
        pb::interest::Kind::Unspecified => None,
        pb::interest::Kind::OwnCouncil => Some(Kind::OwnCouncil),
        pb::interest::Kind::RelatedCouncil => Some(Kind::RelatedCouncil),
        pb::interest::Kind::Family => Some(Kind::Family),
        pb::interest::Kind::Employment => Some(Kind::Employment),
        pb::interest::Kind::PreparedBid => Some(Kind::PreparedBid),
        pb::interest::Kind::SupplierOrPartner => Some(Kind::SupplierOrPartner),
        pb::interest::Kind::Other => Some(Kind::Other),
    }
}

impl Parse for app::DeclareInterests {
    type Wire = pb::DeclareInterestsRequest;

    fn parse(wire: Self::Wire) -> Result<app::DeclareInterests, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let interests = reader.each("interests", wire.interests, declared);
        reader.finish(assessment.map(|assessment| app::DeclareInterests { assessment, interests }))
    }
}

impl Parse for app::RecordInterest {
    type Wire = pb::RecordInterestRequest;

    fn parse(wire: Self::Wire) -> Result<app::RecordInterest, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let person = reader.id("person_id", &wire.person_id);
        let interest = reader.needed("interest", wire.interest);
        let interest = interest.and_then(|interest| declared(&mut reader, "interest", interest));
        let command =
            (|| Some(app::RecordInterest { assessment: assessment?, person: person?, interest: interest? }))();
        reader.finish(command)
    }
}

impl Parse for app::DecideInterest {
    type Wire = pb::DecideInterestRequest;

    fn parse(wire: Self::Wire) -> Result<app::DecideInterest, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("interest_id", &wire.interest_id, &wire.etag);
        let step = match wire.state() {
            pb::interest::State::Recused => Some(Step::Recuse),
            pb::interest::State::Cleared => Some(Step::Clear),
            pb::interest::State::Unspecified | pb::interest::State::Declared => None,
        };
        let step = reader.known("state", step);
        let reason = reader.said("reason", &wire.reason);
        let command = (|| Some(app::DecideInterest { target: target?, step: step?, reason: reason? }))();
        reader.finish(command)
    }
}

impl Parse for app::DeriveInterests {
    type Wire = pb::DeriveInterestsRequest;

    fn parse(wire: Self::Wire) -> Result<app::DeriveInterests, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        reader.finish(assessment.map(|assessment| app::DeriveInterests { assessment }))
    }
}

impl Parse for app::StartModeration {
    type Wire = pb::StartModerationRequest;

    fn parse(wire: Self::Wire) -> Result<app::StartModeration, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("assessment_id", &wire.assessment_id, &wire.etag);
        reader.finish(target.map(|target| app::StartModeration { target }))
    }
}

impl Parse for app::StartDetermination {
    type Wire = pb::StartDeterminationRequest;

    fn parse(wire: Self::Wire) -> Result<app::StartDetermination, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("assessment_id", &wire.assessment_id, &wire.etag);
        reader.finish(target.map(|target| app::StartDetermination { target }))
    }
}

impl Parse for app::ReturnToModeration {
    type Wire = pb::ReturnToModerationRequest;

    fn parse(wire: Self::Wire) -> Result<app::ReturnToModeration, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("assessment_id", &wire.assessment_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::ReturnToModeration { target, reason }))
    }
}

impl Parse for app::CloseAssessment {
    type Wire = pb::CloseAssessmentRequest;

    fn parse(wire: Self::Wire) -> Result<app::CloseAssessment, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("assessment_id", &wire.assessment_id, &wire.etag);
        let (departure_reason, over_commitment_reason) = (wire.departure_reason, wire.over_commitment_reason);
        reader.finish(target.map(|target| app::CloseAssessment { target, departure_reason, over_commitment_reason }))
    }
}

impl Parse for app::CancelAssessment {
    type Wire = pb::CancelAssessmentRequest;

    fn parse(wire: Self::Wire) -> Result<app::CancelAssessment, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("assessment_id", &wire.assessment_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::CancelAssessment { target, reason }))
    }
}
