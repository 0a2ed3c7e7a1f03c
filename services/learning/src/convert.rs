//! Wire to command, and domain to wire. Every bad field is reported at once; what the field rules of the contract
//! already hold is not said again here.

mod case_studies;
mod commissions;
mod corpus;
mod insights;
mod lists;
mod open_data;
mod peers;
mod publications;
mod requests;

pub use case_studies::case_study;
pub use commissions::commission;
pub use corpus::{codebook, document, facet, head, hit, passage};
pub use insights::insight;
pub use lists::{
    list_case_studies, list_commissions, list_documents, list_insights, list_passages, list_publications, search_corpus,
};
pub use open_data::{announced_at, award, is_published, open_data, open_round, payee_of};
pub use peers::{council, principles, report, theme};
pub use publications::{citation, publication, publication_document, without_items};

use kit::wire::any;
use prost::Message;
use prost_types::Any;

use crate::commission::CommissionNow;
use crate::error::Newer;
use crate::publication::PublicationNow;

pub const COMMISSION: &str = "toadlane.learning.v1.Commission";
pub const DOCUMENT: &str = "toadlane.learning.v1.Document";
pub const CODEBOOK: &str = "toadlane.learning.v1.Codebook";
pub const PASSAGE: &str = "toadlane.learning.v1.Passage";
pub const INSIGHT: &str = "toadlane.learning.v1.Insight";
pub const CASE_STUDY: &str = "toadlane.learning.v1.CaseStudy";
pub const PUBLICATION: &str = "toadlane.learning.v1.Publication";

/// The present version for the details of a refusal. Without the instant, which is not at hand.
pub fn newer_as_any(newer: Newer) -> Any {
    let (name, value) = match newer {
        Newer::Commission(one) => {
            let as_of = one.created_at;
            let mut wire = commission(CommissionNow { commission: one, as_of });
            (wire.as_of, wire.state) = (None, 0);
            (COMMISSION, wire.encode_to_vec())
        }
        Newer::Codebook(one) => (CODEBOOK, codebook(one).encode_to_vec()),
        Newer::Passage(one) => (PASSAGE, passage(one).encode_to_vec()),
        Newer::Insight(one) => (INSIGHT, insight(one).encode_to_vec()),
        Newer::CaseStudy(one) => (CASE_STUDY, case_study(one).encode_to_vec()),
        Newer::Publication(one) => {
            let as_of = one.updated_at;
            let mut wire = publication(PublicationNow { publication: one, as_of });
            wire.as_of = None;
            (PUBLICATION, wire.encode_to_vec())
        }
    };
    any(name, value)
}
