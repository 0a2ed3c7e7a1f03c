//! Wire to command, and domain to wire. Every bad field is reported at once; what the field rules of the contract
//! already hold is not said again here.

mod case_studies;
mod corpus;
mod open_data;
mod peers;
mod publications;
mod requests;

pub use case_studies::case_study;
pub use corpus::{codebook, commission, document, facet, head, hit, insight, insight_state, passage, read_filter};
pub use open_data::{announced_at, award, is_published, open_round, payee_of};
pub use peers::{council, principles, report, theme};
pub use publications::{citation, publication, without_items};
pub use requests::{Answered, Moved};

use prost::Message;
use prost_types::Any;

use crate::error::Newer;

/// The resource as it now is, for a caller who read an older version.
pub fn newer_as_any(newer: Newer) -> Any {
    let (name, value) = match newer {
        Newer::Commission(one) => {
            let as_of = one.created_at;
            let mut wire = commission(crate::commission::CommissionNow { commission: one, as_of });
            (wire.as_of, wire.state) = (None, 0);
            ("Commission", wire.encode_to_vec())
        }
        Newer::Codebook(one) => ("Codebook", codebook(one).encode_to_vec()),
        Newer::Passage(one) => ("Passage", passage(one).encode_to_vec()),
        Newer::Insight(one) => ("Insight", insight(one).encode_to_vec()),
        Newer::CaseStudy(one) => ("CaseStudy", case_study(one).encode_to_vec()),
        Newer::Publication(one) => {
            let as_of = one.updated_at;
            let mut wire = publication(one, as_of);
            wire.as_of = None;
            ("Publication", wire.encode_to_vec())
        }
    };
    kit::wire::any(&format!("toadlane.learning.v1.{name}"), value)
}
