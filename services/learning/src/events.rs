//! The facts that learning publishes. None carries a text, a quote, a note, an address, or the name of a reader or of
//! whoever answered. A publication is named by its id alone, for it may be under embargo: neither its title nor what it
//! cites (rule 31).

use kit::fault::Shown;
use kit::outbox::Fact;
use strum::IntoStaticStr;
use toadlane_proto::learning::v1 as pb;

use crate::case_study::CaseStudy;
use crate::codebook::Codebook;
use crate::commission::CommissionNow;
use crate::corpus::document::Document;
use crate::insight::Insight;
use crate::passage::Passage;
use crate::publication::PublicationNow;

/// What happened, in the past tense. Its event has the name of the variant behind that of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.learning.v1.")]
pub enum Happened {
    CommissionCreated,
    InterestsDeclared,
    CommissionEnded,
    DocumentAdded,
    DocumentChanged,
    DocumentWithdrawn,
    CodebookCreated,
    CodebookVersionAdded,
    PassageMarked,
    PassageRecoded,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    ConsentFell,
    ConsentRenewed,
    InsightCaptured,
    InsightRewritten,
    InsightPutToCouncils,
    InsightAnswered,
    InsightChecked,
    InsightApproved,
    InsightUsed,
    InsightDropped,
    InsightFell,
    InsightInterestMarked,
    CaseStudyCreated,
    CaseStudyRewritten,
    CaseStudyConsented,
    CaseStudyWithdrawn,
    PublicationPlanned,
    ItemsSet,
    FactCheckStarted,
    FactCheckAnswered,
    FactCheckEnded,
    ReturnedToDrafting,
    PublicationApproved,
    PublicationEmbargoed,
    PublicationReleased,
    PublicationPublished,
    PublicationHeldBack,
    CorrectionOpened,
    PublicationWithdrawn,
    QuotesRemoved,
    PublicationNeedsCorrection,
}

impl Happened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            Happened::CommissionCreated => "create",
            Happened::InterestsDeclared => "declare_interests",
            Happened::CommissionEnded => "end",
            Happened::DocumentAdded => "add",
            Happened::DocumentChanged => "change",
            Happened::DocumentWithdrawn => "withdraw",
            Happened::CodebookCreated => "create",
            Happened::CodebookVersionAdded => "add_version",
            Happened::PassageMarked => "mark",
            Happened::PassageRecoded => "recode",
            Happened::ConsentAsked => "ask_consent",
            Happened::ConsentGiven => "give_consent",
            Happened::ConsentRefused => "refuse_consent",
            Happened::ConsentWithdrawn => "withdraw_consent",
            Happened::ConsentFell => "consent_fell",
            Happened::ConsentRenewed => "renew_consent",
            Happened::InsightCaptured => "capture",
            Happened::InsightRewritten => "rewrite",
            Happened::InsightPutToCouncils => "check",
            Happened::InsightAnswered => "answer",
            Happened::InsightChecked => "settle",
            Happened::InsightApproved => "approve",
            Happened::InsightUsed => "use",
            Happened::InsightDropped => "drop",
            Happened::InsightFell => "fall",
            Happened::InsightInterestMarked => "mark_interest",
            Happened::CaseStudyCreated => "create",
            Happened::CaseStudyRewritten => "rewrite",
            Happened::CaseStudyConsented => "consent",
            Happened::CaseStudyWithdrawn => "withdraw",
            Happened::PublicationPlanned => "plan",
            Happened::ItemsSet => "set_items",
            Happened::FactCheckStarted => "start_fact_check",
            Happened::FactCheckAnswered => "answer_fact_check",
            Happened::FactCheckEnded => "end_fact_check",
            Happened::ReturnedToDrafting => "return",
            Happened::PublicationApproved => "approve",
            Happened::PublicationEmbargoed => "embargo",
            Happened::PublicationReleased => "release",
            Happened::PublicationPublished => "publish",
            Happened::PublicationHeldBack => "hold_back",
            Happened::CorrectionOpened => "correct",
            Happened::PublicationWithdrawn => "withdraw",
            Happened::QuotesRemoved => "remove_quotes",
            Happened::PublicationNeedsCorrection => "need_correction",
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            CommissionEnded | InsightApproved | InsightDropped | InsightFell | FactCheckEnded | QuotesRemoved => true,
            ReturnedToDrafting | PublicationReleased | PublicationHeldBack | CorrectionOpened
            | PublicationWithdrawn => true,
            CommissionCreated | InterestsDeclared | DocumentAdded | DocumentChanged | DocumentWithdrawn => false,
            CodebookCreated | CodebookVersionAdded | PassageMarked | PassageRecoded => false,
            ConsentAsked | ConsentGiven | ConsentRefused | ConsentWithdrawn | ConsentFell | ConsentRenewed => false,
            InsightCaptured | InsightRewritten | InsightPutToCouncils | InsightAnswered => false,
            InsightChecked | InsightUsed | InsightInterestMarked => false,
            CaseStudyCreated | CaseStudyRewritten | CaseStudyConsented | CaseStudyWithdrawn => false,
            PublicationPlanned | ItemsSet | FactCheckStarted | FactCheckAnswered | PublicationApproved => false,
            PublicationEmbargoed | PublicationPublished | PublicationNeedsCorrection => false,
        }
    }
}

pub fn commission(happened: Happened, now: &CommissionNow) -> Fact {
    let wire = pb::Commission { declarations: Vec::new(), ..now.clone().into() };
    Fact::of(happened.into(), now.commission.id, now.commission.version, &wire)
}

pub fn document(happened: Happened, document: &Document) -> Fact {
    let wire = pb::Document { contact: String::new(), ..document.clone().without_text().into() };
    Fact::of(happened.into(), document.id, document.position, &wire)
}

pub fn codebook(happened: Happened, codebook: &Codebook) -> Fact {
    Fact::of(happened.into(), codebook.id, codebook.version, &codebook.shown())
}

pub fn passage(happened: Happened, passage: &Passage) -> Fact {
    let (quote, memo) = (String::new(), String::new());
    let wire = pb::Passage { quote, memo, answered_by: None, ..passage.shown() };
    Fact::of(happened.into(), passage.id, passage.version, &wire)
}

pub fn insight(happened: Happened, insight: &Insight) -> Fact {
    let mut wire = insight.shown();
    (wire.text, wire.conditions, wire.reason) = (String::new(), String::new(), String::new());
    for answer in &mut wire.answers {
        (answer.comment, answer.answered_by) = (String::new(), None);
    }
    Fact::of(happened.into(), insight.id, insight.version, &wire)
}

pub fn case_study(happened: Happened, study: &CaseStudy) -> Fact {
    let mut wire = study.shown();
    (wire.narrative, wire.contact, wire.answered_by) = (Vec::new(), None, None);
    wire.principles_met.iter_mut().for_each(|met| met.wording.clear());
    Fact::of(happened.into(), study.id, study.version, &wire)
}

pub fn publication(happened: Happened, now: &PublicationNow) -> Fact {
    let mut wire = pb::Publication::from(now.clone());
    (wire.title, wire.edition_note, wire.reason) = (String::new(), String::new(), String::new());
    (wire.items, wire.sources, wire.embargo_group) = (Vec::new(), Vec::new(), Vec::new());
    (wire.fact_check, wire.overlay) = (None, None);
    Fact::of(happened.into(), now.publication.id, now.publication.version, &wire)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_name_of_what_happened_in_the_package() {
        assert_eq!(<&str>::from(Happened::ItemsSet), "toadlane.learning.v1.ItemsSet");
        assert_eq!(
            <&str>::from(Happened::PublicationNeedsCorrection),
            "toadlane.learning.v1.PublicationNeedsCorrection"
        );
    }
}
