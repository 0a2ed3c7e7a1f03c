//! Our enums and those of the wire, which are turned into each other by their names.

use kit::names::assert_same_names;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::case_study::Language;
use crate::publication::reading::Format;
use crate::{case_study, commission, corpus, insight, passage, publication};

#[test]
fn our_names_are_those_of_the_wire() {
    use strum::VariantArray;
    assert_same_names::<pb::case_study::State, _>(case_study::State::VARIANTS);
    assert_same_names::<pb::commission::State, _>(commission::State::VARIANTS);
    assert_same_names::<pb::document::Kind, _>(corpus::document::Kind::VARIANTS);
    assert_same_names::<pb::insight::State, _>(insight::StateName::VARIANTS);
    assert_same_names::<pb::passage::Consent, _>(passage::ConsentName::VARIANTS);
    assert_same_names::<pb::publication::State, _>(publication::state::StateName::VARIANTS);
    assert_same_names::<pb::publication_document::Format, _>(Format::VARIANTS);
    assert_same_names::<types::Language, _>(&[Language::En, Language::Cy]);
}
