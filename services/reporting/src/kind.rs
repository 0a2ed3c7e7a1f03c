//! Whether a report is the interim or the final one.

use strum::{EnumString, IntoStaticStr, VariantArray};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    Interim,
    Final,
}

impl Kind {
    pub fn name(self) -> &'static str {
        self.into()
    }
}
