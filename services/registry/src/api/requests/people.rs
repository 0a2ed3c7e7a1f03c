//! Requests of PeopleService.

use kit::caller::Grant;
use kit::ids::{GrantId, PersonId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use super::{NewCode, new_email};
use crate::app;
use crate::convert::role;
use crate::store::{Key, people};

pub fn create_person(wire: pb::CreatePersonRequest, reader: &mut Reader) -> Option<NewCode<app::CreatePerson>> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let name = reader.text("name", &wire.name);
    let (email, shown_once) = new_email(wire.email);
    let id = email.id;
    let command = app::CreatePerson { id: PersonId::new(), organisation: organisation?, name: name?, email };
    Some(NewCode { command, id, shown_once })
}

pub fn list_people(wire: pb::ListPeopleRequest, reader: &mut Reader) -> Option<Listed<people::Filter, Key<PersonId>>> {
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let (role, search, ended_too) = (role(wire.role()), wire.search, wire.include_ended);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: people::Filter { organisation: organisation?, role, search, ended_too }, page: page? })
}

pub fn update_person(wire: pb::UpdatePersonRequest, reader: &mut Reader) -> Option<NewCode<app::UpdatePerson>> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let name = reader.text("name", &wire.name);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let ((email, shown_once), reason) = (new_email(wire.email), wire.reason);
    let id = email.id;
    let command = app::UpdatePerson { target: target?, name: name?, email, organisation: organisation?, reason };
    Some(NewCode { command, id, shown_once })
}

pub fn grant_role(wire: pb::GrantRoleRequest, reader: &mut Reader) -> Option<app::GrantRole> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let role = reader.known("role", role(wire.role()));
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let starts_at = reader.time_or_none("starts_at", wire.starts_at);
    let ends_at = reader.time_or_none("ends_at", wire.ends_at);
    let id = GrantId::new();
    let grant = Grant { role: role?, organisation: organisation? };
    let (starts_at, ends_at, reason) = (starts_at?, ends_at?, wire.reason);
    Some(app::GrantRole { target: target?, id, grant, starts_at, ends_at, reason })
}

pub fn confirm_grant(wire: pb::ConfirmGrantRequest, reader: &mut Reader) -> Option<app::ConfirmGrant> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let grant = reader.id("grant_id", &wire.grant_id);
    Some(app::ConfirmGrant { target: target?, grant: grant?, reason: wire.reason })
}

pub fn revoke_role(wire: pb::RevokeRoleRequest, reader: &mut Reader) -> Option<app::RevokeRole> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let grant = reader.id("grant_id", &wire.grant_id);
    Some(app::RevokeRole { target: target?, grant: grant?, reason: wire.reason })
}

pub fn end_person(wire: pb::EndPersonRequest, reader: &mut Reader) -> Option<app::EndPerson> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    Some(app::EndPerson { target: target?, reason: wire.reason })
}
