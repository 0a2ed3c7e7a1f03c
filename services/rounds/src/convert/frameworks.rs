//! Frameworks, from the wire and to it.

use kit::wire::{Reader, etag, wire_time};
use toadlane_proto::rounds::v1 as pb;

use super::{text, to_text};
use crate::framework::{Framework, FrameworkVersion, Mapping, Statement, VersionState, Wording};

pub fn wording(reader: &mut Reader, wire: Option<pb::FrameworkWording>) -> Option<Wording> {
    let wire = reader.needed("wording", wire)?;
    let mapping = |wire: pb::StatementMapping| Mapping { previous_code: wire.previous_code, codes: wire.codes };
    Some(Wording {
        label: wire.label,
        statements: reader.each("wording.statements", wire.statements, statement),
        mappings: wire.mappings.into_iter().map(mapping).collect(),
    })
}

fn statement(reader: &mut Reader, field: &str, wire: pb::Statement) -> Option<Statement> {
    let short_name = text(reader, &format!("{field}.short_name"), wire.short_name);
    let text = text(reader, &format!("{field}.text"), wire.text);
    Some(Statement {
        code: wire.code,
        short_name: short_name?,
        text: text?,
        theme: wire.theme,
        network_only: wire.network_only,
    })
}

pub fn framework(framework: Framework) -> pb::Framework {
    pb::Framework {
        id: framework.id.to_string(),
        name: Some(to_text(framework.name)),
        owner_organisation_id: framework.owner.to_string(),
        etag: etag(framework.version),
        versions: framework.versions.into_iter().map(version).collect(),
        created_at: wire_time(framework.created_at),
        updated_at: wire_time(framework.updated_at),
    }
}

fn version(version: FrameworkVersion) -> pb::FrameworkVersion {
    let (state, frozen_at) = match version.state {
        VersionState::Draft => (pb::framework_version::State::Draft, None),
        VersionState::Frozen { at } => (pb::framework_version::State::Frozen, wire_time(at)),
    };
    let wording = version.wording;
    let mapping =
        |mapping: Mapping| pb::StatementMapping { previous_code: mapping.previous_code, codes: mapping.codes };
    pb::FrameworkVersion {
        number: version.number,
        state: state.into(),
        wording: Some(pb::FrameworkWording {
            label: wording.label,
            statements: wording.statements.into_iter().map(to_statement).collect(),
            mappings: wording.mappings.into_iter().map(mapping).collect(),
        }),
        created_at: wire_time(version.created_at),
        frozen_at,
    }
}

fn to_statement(statement: Statement) -> pb::Statement {
    pb::Statement {
        code: statement.code,
        short_name: Some(to_text(statement.short_name)),
        text: Some(to_text(statement.text)),
        theme: statement.theme,
        network_only: statement.network_only,
    }
}

/// For lists: the versions without their statements.
pub fn without_statements(mut framework: pb::Framework) -> pb::Framework {
    for wording in framework.versions.iter_mut().flat_map(|version| &mut version.wording) {
        wording.statements.clear();
        wording.mappings.clear();
    }
    framework
}
