//! Frameworks as the wire has them.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::rounds::v1 as pb;

use crate::app::reading::Summary;
use crate::framework::{Framework, FrameworkVersion, Mapping, Statement, Wording};

impl From<Framework> for pb::Framework {
    fn from(framework: Framework) -> pb::Framework {
        pb::Framework {
            id: framework.id.to_string(),
            name: Some(framework.name.into()),
            owner_organisation_id: framework.owner.to_string(),
            etag: etag(framework.version),
            versions: framework.versions.into_iter().map(pb::FrameworkVersion::from).collect(),
            created_at: wire_time(framework.created_at),
            updated_at: wire_time(framework.updated_at),
        }
    }
}

impl Shown for Framework {
    type Wire = pb::Framework;
}

/// The versions without their statements.
impl From<Summary<Framework>> for pb::Framework {
    fn from(Summary(framework): Summary<Framework>) -> pb::Framework {
        let mut framework = pb::Framework::from(framework);
        for wording in framework.versions.iter_mut().flat_map(|version| &mut version.wording) {
            wording.statements.clear();
            wording.mappings.clear();
        }
        framework
    }
}

impl From<FrameworkVersion> for pb::FrameworkVersion {
    fn from(version: FrameworkVersion) -> pb::FrameworkVersion {
        pb::FrameworkVersion {
            number: version.number,
            state: wire_enum::<pb::framework_version::State>(version.state).into(),
            wording: Some(version.wording.into()),
            created_at: wire_time(version.created_at),
            frozen_at: version.state.frozen_at().and_then(wire_time),
        }
    }
}

impl From<Wording> for pb::FrameworkWording {
    fn from(Wording { label, statements, mappings }: Wording) -> pb::FrameworkWording {
        let mapping = |Mapping { previous_code, codes }| pb::StatementMapping { previous_code, codes };
        let statements = statements.into_iter().map(pb::Statement::from).collect();
        pb::FrameworkWording { label, statements, mappings: mappings.into_iter().map(mapping).collect() }
    }
}

impl From<Statement> for pb::Statement {
    fn from(Statement { code, short_name, text, theme, network_only }: Statement) -> pb::Statement {
        pb::Statement { code, short_name: Some(short_name.into()), text: Some(text.into()), theme, network_only }
    }
}
