//! Which account of an award a report is.

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
