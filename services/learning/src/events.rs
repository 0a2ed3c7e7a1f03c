//! The facts that learning publishes. None carries a text, a quote, a note or the name of a reader. What is under
//! embargo is named by its id alone (rule 31).

use kit::outbox::Fact;
use prost::Message;
use toadlane_proto::learning::v1 as pb;

use crate::case_study::CaseStudy;
use crate::case_study::convert::CASE_STUDY;
use crate::codebook::Codebook;
use crate::codebook::convert::CODEBOOK;
use crate::commission::CommissionNow;
use crate::commission::convert::COMMISSION;
use crate::corpus::convert::{DOCUMENT, head};
use crate::corpus::document::Document;
use crate::insight::Insight;
use crate::insight::convert::INSIGHT;
use crate::passage::Passage;
use crate::passage::convert::PASSAGE;
use crate::publication::PublicationNow;
use crate::publication::convert::PUBLICATION;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    InsightCaptured,
    InsightRewritten,
    InsightPutToCouncils,
    InsightAnswered,
    InsightChecked,
    InsightApproved,
    InsightUsed,
    InsightDropped,
    InsightInterestMarked,
    CaseStudyCreated,
    CaseStudyRewritten,
    CaseStudyConsented,
    CaseStudyWithdrawn,
    PublicationPlanned,
    ItemsSet,
    FactCheckStarted,
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
    /// The name of the event, in the past tense, and the step as history names it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Happened::CommissionCreated => ("toadlane.learning.v1.CommissionCreated", "create"),
            Happened::InterestsDeclared => ("toadlane.learning.v1.InterestsDeclared", "declare_interests"),
            Happened::CommissionEnded => ("toadlane.learning.v1.CommissionEnded", "end"),
            Happened::DocumentAdded => ("toadlane.learning.v1.DocumentAdded", "add"),
            Happened::DocumentChanged => ("toadlane.learning.v1.DocumentChanged", "change"),
            Happened::DocumentWithdrawn => ("toadlane.learning.v1.DocumentWithdrawn", "withdraw"),
            Happened::CodebookCreated => ("toadlane.learning.v1.CodebookCreated", "create"),
            Happened::CodebookVersionAdded => ("toadlane.learning.v1.CodebookVersionAdded", "add_version"),
            Happened::PassageMarked => ("toadlane.learning.v1.PassageMarked", "mark"),
            Happened::PassageRecoded => ("toadlane.learning.v1.PassageRecoded", "recode"),
            Happened::ConsentAsked => ("toadlane.learning.v1.ConsentAsked", "ask_consent"),
            Happened::ConsentGiven => ("toadlane.learning.v1.ConsentGiven", "give_consent"),
            Happened::ConsentRefused => ("toadlane.learning.v1.ConsentRefused", "refuse_consent"),
            Happened::ConsentWithdrawn => ("toadlane.learning.v1.ConsentWithdrawn", "withdraw_consent"),
            Happened::InsightCaptured => ("toadlane.learning.v1.InsightCaptured", "capture"),
            Happened::InsightRewritten => ("toadlane.learning.v1.InsightRewritten", "rewrite"),
            Happened::InsightPutToCouncils => ("toadlane.learning.v1.InsightPutToCouncils", "check"),
            Happened::InsightAnswered => ("toadlane.learning.v1.InsightAnswered", "answer"),
            Happened::InsightChecked => ("toadlane.learning.v1.InsightChecked", "settle"),
            Happened::InsightApproved => ("toadlane.learning.v1.InsightApproved", "approve"),
            Happened::InsightUsed => ("toadlane.learning.v1.InsightUsed", "use"),
            Happened::InsightDropped => ("toadlane.learning.v1.InsightDropped", "drop"),
            Happened::InsightInterestMarked => ("toadlane.learning.v1.InsightInterestMarked", "mark_interest"),
            Happened::CaseStudyCreated => ("toadlane.learning.v1.CaseStudyCreated", "create"),
            Happened::CaseStudyRewritten => ("toadlane.learning.v1.CaseStudyRewritten", "rewrite"),
            Happened::CaseStudyConsented => ("toadlane.learning.v1.CaseStudyConsented", "consent"),
            Happened::CaseStudyWithdrawn => ("toadlane.learning.v1.CaseStudyWithdrawn", "withdraw"),
            Happened::PublicationPlanned => ("toadlane.learning.v1.PublicationPlanned", "plan"),
            Happened::ItemsSet => ("toadlane.learning.v1.ItemsSet", "set_items"),
            Happened::FactCheckStarted => ("toadlane.learning.v1.FactCheckStarted", "start_fact_check"),
            Happened::ReturnedToDrafting => ("toadlane.learning.v1.ReturnedToDrafting", "return"),
            Happened::PublicationApproved => ("toadlane.learning.v1.PublicationApproved", "approve"),
            Happened::PublicationEmbargoed => ("toadlane.learning.v1.PublicationEmbargoed", "embargo"),
            Happened::PublicationReleased => ("toadlane.learning.v1.PublicationReleased", "release"),
            Happened::PublicationPublished => ("toadlane.learning.v1.PublicationPublished", "publish"),
            Happened::PublicationHeldBack => ("toadlane.learning.v1.PublicationHeldBack", "hold_back"),
            Happened::CorrectionOpened => ("toadlane.learning.v1.CorrectionOpened", "correct"),
            Happened::PublicationWithdrawn => ("toadlane.learning.v1.PublicationWithdrawn", "withdraw"),
            Happened::QuotesRemoved => ("toadlane.learning.v1.QuotesRemoved", "remove_quotes"),
            Happened::PublicationNeedsCorrection => {
                ("toadlane.learning.v1.PublicationNeedsCorrection", "need_correction")
            }
        }
    }

    pub fn step(self) -> &'static str {
        self.names().1
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            CommissionEnded | InsightApproved | InsightDropped => true,
            ReturnedToDrafting | PublicationReleased | PublicationHeldBack | CorrectionOpened
            | PublicationWithdrawn => true,
            CommissionCreated | InterestsDeclared | DocumentAdded | DocumentChanged | DocumentWithdrawn => false,
            CodebookCreated | CodebookVersionAdded | PassageMarked | PassageRecoded => false,
            ConsentAsked | ConsentGiven | ConsentRefused | ConsentWithdrawn => false,
            InsightCaptured | InsightRewritten | InsightPutToCouncils | InsightAnswered => false,
            InsightChecked | InsightUsed | InsightInterestMarked => false,
            CaseStudyCreated | CaseStudyRewritten | CaseStudyConsented | CaseStudyWithdrawn => false,
            PublicationPlanned | ItemsSet | FactCheckStarted | PublicationApproved | PublicationEmbargoed => false,
            PublicationPublished | QuotesRemoved | PublicationNeedsCorrection => false,
        }
    }
}

fn fact(
    happened: Happened,
    subject: String,
    version: i64,
    resource_type: &'static str,
    resource: &impl Message,
) -> Fact {
    Fact { kind: happened.names().0, subject, version, resource_type, resource: resource.encode_to_vec() }
}

pub fn commission(happened: Happened, now: &CommissionNow) -> Fact {
    let mut wire = pb::Commission::from(now.clone());
    wire.declarations.clear();
    fact(happened, wire.id.clone(), now.commission.version, COMMISSION, &wire)
}

pub fn document(happened: Happened, document: &Document) -> Fact {
    let wire = head(document.clone());
    fact(happened, wire.id.clone(), document.position, DOCUMENT, &wire)
}

pub fn codebook(happened: Happened, codebook: &Codebook) -> Fact {
    let wire = pb::Codebook::from(codebook.clone());
    fact(happened, wire.id.clone(), codebook.version, CODEBOOK, &wire)
}

pub fn passage(happened: Happened, passage: &Passage) -> Fact {
    let mut wire = pb::Passage::from(passage.clone());
    (wire.quote, wire.memo) = (String::new(), String::new());
    fact(happened, wire.id.clone(), passage.version, PASSAGE, &wire)
}

pub fn insight(happened: Happened, insight: &Insight) -> Fact {
    let mut wire = pb::Insight::from(insight.clone());
    (wire.text, wire.conditions, wire.reason) = (String::new(), String::new(), String::new());
    wire.answers.iter_mut().for_each(|answer| answer.comment.clear());
    fact(happened, wire.id.clone(), insight.version, INSIGHT, &wire)
}

pub fn case_study(happened: Happened, study: &CaseStudy) -> Fact {
    let mut wire = pb::CaseStudy::from(study.clone());
    (wire.narrative, wire.contact) = (Vec::new(), None);
    wire.principles_met.iter_mut().for_each(|met| met.wording.clear());
    fact(happened, wire.id.clone(), study.version, CASE_STUDY, &wire)
}

pub fn publication(happened: Happened, now: &PublicationNow) -> Fact {
    let mut wire = pb::Publication::from(now.clone());
    (wire.title, wire.edition_note, wire.reason) = (String::new(), String::new(), String::new());
    (wire.items, wire.embargo_group) = (Vec::new(), Vec::new());
    fact(happened, wire.id.clone(), now.publication.version, PUBLICATION, &wire)
}
