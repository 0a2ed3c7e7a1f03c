//! Requests of OrganisationsService.

use kit::ids::{MembershipId, OrgId};
use kit::names::named;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use super::ending;
use crate::app::reading::AskedStanding;
use crate::app::{self, Ending};
use crate::convert::nation;
use crate::organisation::Details;
use crate::store::{Key, memberships, organisations};

fn details(reader: &mut Reader, wire: Option<pb::OrganisationDetails>) -> Option<Details> {
    let wire = reader.required("details", wire)?;
    let kind = reader.named("details.kind", wire.kind());
    let nation = nation(wire.nation());
    let name = reader.text("details.name", &wire.name);
    let start_date = reader.take("details.start_date", "date", wire.start_date.parse());
    let end_date = reader.take("details.end_date", "date", wire.end_date.parse());
    let successors = reader.ids("details.successor_ids", wire.successor_ids);
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

pub fn update_organisation(
    wire: pb::UpdateOrganisationRequest,
    reader: &mut Reader,
) -> Option<app::UpdateOrganisation> {
    let target = reader.target("organisation_id", &wire.organisation_id, &wire.etag);
    let details = details(reader, wire.details);
    Some(app::UpdateOrganisation { target: target?, details: details? })
}

pub fn list_organisations(
    wire: pb::ListOrganisationsRequest,
    reader: &mut Reader,
) -> Option<Listed<organisations::Filter, Key<OrgId>>> {
    let (kind, nation) = (named(wire.kind()), nation(wire.nation()));
    let filter = organisations::Filter { kind, nation, current: wire.current, search: wire.search };
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter, page: page? })
}

pub fn add_membership(wire: pb::AddMembershipRequest, reader: &mut Reader) -> Option<app::AddMembership> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let class = reader.named("membership_class", wire.membership_class());
    let from = reader.date("from_date", &wire.from_date);
    let until = reader.date_or_none("until_date", &wire.until_date);
    let id = MembershipId::new();
    Some(app::AddMembership { id, organisation: organisation?, class: class?, from: from?, until: until? })
}

pub fn end_membership(wire: pb::EndMembershipRequest, reader: &mut Reader) -> Option<Ending<MembershipId>> {
    ending(reader, "membership_id", &wire.membership_id, &wire.etag, &wire.until_date)
}

pub fn suspend_membership(wire: pb::SuspendMembershipRequest, reader: &mut Reader) -> Option<app::SuspendMembership> {
    let target = reader.target("membership_id", &wire.membership_id, &wire.etag);
    let from = reader.date("from_date", &wire.from_date);
    let reason = reader.text("reason", &wire.reason);
    Some(app::SuspendMembership { target: target?, from: from?, reason: reason? })
}

pub fn restore_membership(wire: pb::RestoreMembershipRequest, reader: &mut Reader) -> Option<Ending<MembershipId>> {
    ending(reader, "membership_id", &wire.membership_id, &wire.etag, &wire.until_date)
}

pub fn list_memberships(
    wire: pb::ListMembershipsRequest,
    reader: &mut Reader,
) -> Option<Listed<memberships::Filter, Key<MembershipId>>> {
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let as_of = reader.date_or_none("as_of", &wire.as_of);
    let class = named(wire.membership_class());
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: memberships::Filter { organisation: organisation?, class, as_of: as_of? }, page: page? })
}

pub fn get_standing(wire: pb::GetStandingRequest, reader: &mut Reader) -> Option<AskedStanding> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let day = reader.date_or_none("as_of", &wire.as_of);
    let person = reader.id_or_none("person_id", &wire.person_id);
    Some(AskedStanding { organisation: organisation?, day: day?, person: person? })
}
