//! Parses requests about the register and its people, except lists. Every bad field is reported at once; what the field
//! rules of the contract already check is not repeated here.

mod credentials;

use kit::caller::Grant;
use kit::ids::{BoardId, GrantId, MembershipId, OrgId, PersonId, SeatId};
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use crate::app;
use crate::app::reading::AskedStanding;
use crate::board::Names;
use crate::convert::{class, kind, nation, role};
use crate::organisation::Details;

pub use credentials::{
    NewSecret, add_client_key, create_client, finish_sign_in, publish_key, retire_client_key, revoke_client,
    revoke_subject, rotate_client_secret, set_client_scopes,
};

fn details(reader: &mut Reader, wire: Option<pb::OrganisationDetails>) -> Option<Details> {
    let wire = reader.needed("details", wire)?;
    let kind = reader.known("details.kind", kind(wire.kind()));
    let nation = nation(wire.nation());
    let name = reader.said("details.name", &wire.name);
    let start_date = reader.take("details.start_date", "date", wire.start_date.parse());
    let end_date = reader.take("details.end_date", "date", wire.end_date.parse());
    let read = |reader: &mut Reader, field: &str, id: String| reader.id::<OrgId>(field, &id);
    let successors = reader.each("details.successor_ids", wire.successor_ids, read);
    Some(Details {
        kind: kind?,
        name: name?,
        name_cy: wire.name_cy,
        short_name: wire.short_name,
        code: wire.code,
        org_id: wire.org_id,
        gss_code: wire.gss_code,
        former_gss_codes: wire.former_gss_codes,
        authority_type: wire.authority_type,
        authority_type_name: wire.authority_type_name,
        nation,
        region: wire.region,
        county_code: wire.county_code,
        combined_authority_code: wire.combined_authority_code,
        start_date: start_date?,
        end_date: end_date?,
        successors,
        gov_uk_slug: wire.gov_uk_slug,
        website: wire.website,
        legal_body: wire.legal_body,
    })
}

pub fn create_organisation(
    wire: pb::CreateOrganisationRequest,
    reader: &mut Reader,
) -> Option<app::CreateOrganisation> {
    let details = details(reader, wire.details);
    Some(app::CreateOrganisation { id: OrgId::new(), details: details? })
}

pub fn get_organisation(wire: pb::GetOrganisationRequest, reader: &mut Reader) -> Option<OrgId> {
    reader.id("organisation_id", &wire.organisation_id)
}

pub fn get_standing(wire: pb::GetStandingRequest, reader: &mut Reader) -> Option<AskedStanding> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let day = reader.date_or_none("as_of", &wire.as_of);
    let person = reader.id_or_none("person_id", &wire.person_id);
    Some(AskedStanding { organisation: organisation?, day: day?, person: person? })
}

pub fn update_organisation(
    wire: pb::UpdateOrganisationRequest,
    reader: &mut Reader,
) -> Option<app::UpdateOrganisation> {
    let target = reader.target("organisation_id", &wire.organisation_id, &wire.etag);
    let details = details(reader, wire.details);
    Some(app::UpdateOrganisation { target: target?, details: details? })
}

pub fn add_membership(wire: pb::AddMembershipRequest, reader: &mut Reader) -> Option<app::AddMembership> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let class = reader.known("membership_class", class(wire.membership_class()));
    let from = reader.date("from_date", &wire.from_date);
    let until = reader.date_or_none("until_date", &wire.until_date);
    let id = MembershipId::new();
    Some(app::AddMembership { id, organisation: organisation?, class: class?, from: from?, until: until? })
}

pub fn end_membership(wire: pb::EndMembershipRequest, reader: &mut Reader) -> Option<app::EndMembership> {
    let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
    let until = reader.date("until_date", &wire.until_date);
    Some(app::EndMembership { target: target?, until: until? })
}

pub fn suspend_membership(wire: pb::SuspendMembershipRequest, reader: &mut Reader) -> Option<app::SuspendMembership> {
    let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
    let from = reader.date("from_date", &wire.from_date);
    let reason = reader.said("reason", &wire.reason);
    Some(app::SuspendMembership { target: target?, from: from?, reason: reason? })
}

pub fn restore_membership(wire: pb::RestoreMembershipRequest, reader: &mut Reader) -> Option<app::RestoreMembership> {
    let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
    let until = reader.date("until_date", &wire.until_date);
    Some(app::RestoreMembership { target: target?, until: until? })
}

pub fn create_person(wire: pb::CreatePersonRequest, reader: &mut Reader) -> Option<app::CreatePerson> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let name = reader.said("name", &wire.name);
    let (id, email) = (PersonId::new(), wire.email);
    Some(app::CreatePerson { id, organisation: organisation?, name: name?, email })
}

pub fn update_person(wire: pb::UpdatePersonRequest, reader: &mut Reader) -> Option<app::UpdatePerson> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let name = reader.said("name", &wire.name);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let email = wire.email;
    Some(app::UpdatePerson { target: target?, name: name?, email, organisation: organisation? })
}

pub fn grant_role(wire: pb::GrantRoleRequest, reader: &mut Reader) -> Option<app::GrantRole> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let role = reader.known("role", role(wire.role()));
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let starts_at = reader.time_or_none("starts_at", wire.starts_at);
    let ends_at = reader.time_or_none("ends_at", wire.ends_at);
    let id = GrantId::new();
    let grant = Grant { role: role?, organisation: organisation? };
    Some(app::GrantRole { target: target?, id, grant, starts_at: starts_at?, ends_at: ends_at? })
}

pub fn revoke_role(wire: pb::RevokeRoleRequest, reader: &mut Reader) -> Option<app::RevokeRole> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    let grant = reader.id("grant_id", &wire.grant_id);
    Some(app::RevokeRole { target: target?, grant: grant? })
}

pub fn end_person(wire: pb::EndPersonRequest, reader: &mut Reader) -> Option<app::EndPerson> {
    let target = reader.target("person_id", &wire.person_id, &wire.etag);
    Some(app::EndPerson { target: target? })
}

fn names(reader: &mut Reader, name: &str, name_cy: String, short_name: &str) -> Option<Names> {
    let name = reader.said("name", name);
    let short_name = reader.said("short_name", short_name);
    Some(Names { name: name?, name_cy, short_name: short_name? })
}

pub fn create_board(wire: pb::CreateBoardRequest, reader: &mut Reader) -> Option<app::CreateBoard> {
    let names = names(reader, &wire.name, wire.name_cy, &wire.short_name);
    Some(app::CreateBoard { id: BoardId::new(), names: names?, quorum: wire.quorum })
}

pub fn update_board(wire: pb::UpdateBoardRequest, reader: &mut Reader) -> Option<app::UpdateBoard> {
    let target = reader.target("board_id", &wire.board_id, &wire.etag);
    let names = names(reader, &wire.name, wire.name_cy, &wire.short_name);
    Some(app::UpdateBoard { target: target?, names: names?, quorum: wire.quorum })
}

pub fn add_seat(wire: pb::AddSeatRequest, reader: &mut Reader) -> Option<app::AddSeat> {
    let board = reader.id("board_id", &wire.board_id);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let person = reader.id("person_id", &wire.person_id);
    let from = reader.date("from_date", &wire.from_date);
    let until = reader.date_or_none("until_date", &wire.until_date);
    let (id, voting) = (SeatId::new(), wire.voting);
    let (board, organisation, person) = (board?, organisation?, person?);
    Some(app::AddSeat { id, board, organisation, person, voting, from: from?, until: until? })
}

pub fn end_seat(wire: pb::EndSeatRequest, reader: &mut Reader) -> Option<app::EndSeat> {
    let target = reader.target("seat_id", &wire.seat_id, &wire.etag);
    let until = reader.date("until_date", &wire.until_date);
    Some(app::EndSeat { target: target?, until: until? })
}
