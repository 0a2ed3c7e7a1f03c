//! Requests about the register and its people as commands.

mod credentials;

use kit::caller::Grant;
use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{BoardId, GrantId, MembershipId, OrgId, PersonId, SeatId};
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use super::{class, duty, kind, nation};
use crate::app::{boards, memberships, organisations, people};
use crate::board::Names;
use crate::organisation::Details;

pub use credentials::NewSecret;

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

impl Parse for organisations::Create {
    type Wire = pb::CreateOrganisationRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let details = details(&mut reader, wire.details);
        reader.finish(details.map(|details| organisations::Create { id: OrgId::new(), details }))
    }
}

impl Parse for organisations::Update {
    type Wire = pb::UpdateOrganisationRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("organisation_id", &wire.organisation_id, &wire.etag);
        let details = details(&mut reader, wire.details);
        reader.finish(target.zip(details).map(|(target, details)| organisations::Update { target, details }))
    }
}

impl Parse for memberships::Add {
    type Wire = pb::AddMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let class = reader.known("membership_class", class(wire.membership_class()));
        let from = reader.date("from_date", &wire.from_date);
        let until = reader.date_or_none("until_date", &wire.until_date);
        let id = MembershipId::new();
        let command =
            || Some(memberships::Add { id, organisation: organisation?, class: class?, from: from?, until: until? });
        reader.finish(command())
    }
}

impl Parse for memberships::End {
    type Wire = pb::EndMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
        let until = reader.date("until_date", &wire.until_date);
        reader.finish(target.zip(until).map(|(target, until)| memberships::End { target, until }))
    }
}

impl Parse for memberships::Suspend {
    type Wire = pb::SuspendMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
        let from = reader.date("from_date", &wire.from_date);
        let reason = reader.said("reason", &wire.reason);
        let command = || Some(memberships::Suspend { target: target?, from: from?, reason: reason? });
        reader.finish(command())
    }
}

impl Parse for memberships::Restore {
    type Wire = pb::RestoreMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
        let until = reader.date("until_date", &wire.until_date);
        reader.finish(target.zip(until).map(|(target, until)| memberships::Restore { target, until }))
    }
}

impl Parse for people::Create {
    type Wire = pb::CreatePersonRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let name = reader.said("name", &wire.name);
        let (id, email) = (PersonId::new(), wire.email);
        let command = || Some(people::Create { id, organisation: organisation?, name: name?, email });
        reader.finish(command())
    }
}

impl Parse for people::Update {
    type Wire = pb::UpdatePersonRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("person_id", &wire.person_id, &wire.etag);
        let name = reader.said("name", &wire.name);
        let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
        let email = wire.email;
        let command = || Some(people::Update { target: target?, name: name?, email, organisation: organisation? });
        reader.finish(command())
    }
}

impl Parse for people::GrantRole {
    type Wire = pb::GrantRoleRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("person_id", &wire.person_id, &wire.etag);
        let duty = reader.known("role", duty(wire.role()));
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let starts_at = reader.time_or_none("starts_at", wire.starts_at);
        let ends_at = reader.time_or_none("ends_at", wire.ends_at);
        let id = GrantId::new();
        let command = || {
            let grant = Grant { duty: duty?, organisation: organisation? };
            Some(people::GrantRole { target: target?, id, grant, starts_at: starts_at?, ends_at: ends_at? })
        };
        reader.finish(command())
    }
}

impl Parse for people::RevokeRole {
    type Wire = pb::RevokeRoleRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("person_id", &wire.person_id, &wire.etag);
        let grant = reader.id("grant_id", &wire.grant_id);
        reader.finish(target.zip(grant).map(|(target, grant)| people::RevokeRole { target, grant }))
    }
}

impl Parse for people::End {
    type Wire = pb::EndPersonRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("person_id", &wire.person_id, &wire.etag);
        reader.finish(target.map(|target| people::End { target }))
    }
}

impl Parse for boards::Create {
    type Wire = pb::CreateBoardRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let name = reader.said("name", &wire.name);
        let short_name = reader.said("short_name", &wire.short_name);
        let (id, name_cy, quorum) = (BoardId::new(), wire.name_cy, wire.quorum);
        let names = name.zip(short_name).map(|(name, short_name)| Names { name, name_cy, short_name });
        reader.finish(names.map(|names| boards::Create { id, names, quorum }))
    }
}

impl Parse for boards::Update {
    type Wire = pb::UpdateBoardRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("board_id", &wire.board_id, &wire.etag);
        let name = reader.said("name", &wire.name);
        let short_name = reader.said("short_name", &wire.short_name);
        let (name_cy, quorum) = (wire.name_cy, wire.quorum);
        let names = name.zip(short_name).map(|(name, short_name)| Names { name, name_cy, short_name });
        reader.finish(target.zip(names).map(|(target, names)| boards::Update { target, names, quorum }))
    }
}

impl Parse for boards::AddSeat {
    type Wire = pb::AddSeatRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let board = reader.id("board_id", &wire.board_id);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let person = reader.id("person_id", &wire.person_id);
        let from = reader.date("from_date", &wire.from_date);
        let until = reader.date_or_none("until_date", &wire.until_date);
        let (id, voting) = (SeatId::new(), wire.voting);
        let command = || {
            let (board, organisation, person) = (board?, organisation?, person?);
            Some(boards::AddSeat { id, board, organisation, person, voting, from: from?, until: until? })
        };
        reader.finish(command())
    }
}

impl Parse for boards::EndSeat {
    type Wire = pb::EndSeatRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("seat_id", &wire.seat_id, &wire.etag);
        let until = reader.date("until_date", &wire.until_date);
        reader.finish(target.zip(until).map(|(target, until)| boards::EndSeat { target, until }))
    }
}
