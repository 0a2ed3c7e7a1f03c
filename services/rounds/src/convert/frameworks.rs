//! Frameworks as the wire has them.

use kit::wire::{etag, wire_time};
use toadlane_proto::rounds::v1 as pb;

use super::rules::text;
use crate::framework::{Framework, FrameworkVersion, Mapping, Statement, VersionState, Wording};

impl From<Framework> for pb::Framework {
    fn from(framework: Framework) -> pb::Framework {
        pb::Framework {
            id: framework.id.to_string(),
            name: Some(text(framework.name)),
            owner_organisation_id: framework.owner.to_string(),
            etag: etag(framework.version),
            versions: framework.versions.into_iter().map(version).collect(),
            created_at: wire_time(framework.created_at),
            updated_at: wire_time(framework.updated_at),
        }
    }
}

fn version(version: FrameworkVersion) -> pb::FrameworkVersion {
    use pb::framework_version::State as Wire;
    let (state, frozen_at) = match version.state {
        VersionState::Draft => (Wire::Draft, None),
        VersionState::Frozen { at } => (Wire::Frozen, wire_time(at)),
    };
    pb::FrameworkVersion {
        number: version.number,
        state: state.into(),
        wording: Some(wording(version.wording)),
        created_at: wire_time(version.created_at),
        frozen_at,
    }
}

fn wording(Wording { label, statements, mappings }: Wording) -> pb::FrameworkWording {
    let mapping = |Mapping { previous_code, codes }| pb::StatementMapping { previous_code, codes };
    let statements = statements.into_iter().map(statement).collect();
    pb::FrameworkWording { label, statements, mappings: mappings.into_iter().map(mapping).collect() }
}

fn statement(statement: Statement) -> pb::Statement {
    let Statement { code, short_name, text, theme, network_only } = statement;
    let (short_name, text) = (Some(self::text(short_name)), Some(self::text(text)));
    pb::Statement { code, short_name, text, theme, network_only }
}

/// For lists: the versions without their statements.
pub fn without_statements(mut framework: pb::Framework) -> pb::Framework {
    for wording in framework.versions.iter_mut().flat_map(|version| &mut version.wording) {
        wording.statements.clear();
        wording.mappings.clear();
    }
    framework
}
