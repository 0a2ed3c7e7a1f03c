use kit::wire::row_name;
use strum::VariantArray;
use toadlane_proto::reporting::v1::report::State;

use super::state_named;
use crate::state::StateName;

#[test]
fn every_state_has_the_same_name_in_rows_and_on_the_wire() {
    for name in StateName::VARIANTS.iter().map(|&name| <&str>::from(name)) {
        let state = state_named(name);
        assert_ne!(state, State::Unspecified, "{name}");
        assert_eq!(row_name(state.as_str_name(), "STATE_").as_deref(), Some(name));
    }
}
