//! Lists as filters and pages, within what the caller may see.

use kit::cx::Cx;
use kit::fault::Violation;
use kit::ids::{OrgId, PersonId};
use kit::paging::Listed;
use kit::time::Date;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as pb;

use super::{class, duty, kind, nation};
use crate::policy;
use crate::store::{
    boards, clients as client_store, memberships as membership_store, organisations as organisation_store,
    people as people_store,
};

/// The text that orders a list, and the identity where it is the same.
type Key = (String, String);

pub fn list_organisations(
    cx: &Cx,
    wire: &pb::ListOrganisationsRequest,
) -> Result<Listed<organisation_store::Filter, Key>, Vec<Violation>> {
    let mut reader = Reader::new();
    let bound = pb::ListOrganisationsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = organisation_store::Filter {
        kind: kind(wire.kind()),
        nation: nation(wire.nation()),
        exists: wire.current.map(|wanted| (Date::today(cx.now), wanted)),
        search: wire.search.clone(),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

pub fn list_memberships(
    cx: &Cx,
    wire: &pb::ListMembershipsRequest,
) -> Result<Listed<membership_store::Filter, Key>, Vec<Violation>> {
    let mut reader = Reader::new();
    let bound = pb::ListMembershipsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let as_of = reader.date_or_none("as_of", &wire.as_of);
    let class = class(wire.membership_class());
    let filter = organisation.zip(as_of);
    let filter = filter.map(|(organisation, as_of)| membership_store::Filter { organisation, class, as_of });
    reader.finish(filter.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_people(cx: &Cx, wire: &pb::ListPeopleRequest) -> Result<Listed<people_store::Filter, Key>, Vec<Violation>> {
    let mut reader = Reader::new();
    let bound = pb::ListPeopleRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let duty = duty(wire.role()).map(|duty| (duty, cx.now));
    let visible = policy::visible_people(&cx.caller);
    let (search, ended_too) = (wire.search.clone(), wire.include_ended);
    let filter =
        organisation.map(|organisation| people_store::Filter { organisation, duty, search, ended_too, visible });
    reader.finish(filter.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_seats(cx: &Cx, wire: &pb::ListSeatsRequest) -> Result<Listed<boards::Filter, Key>, Vec<Violation>> {
    let mut reader = Reader::new();
    let bound = pb::ListSeatsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let board = reader.id_or_none("board_id", &wire.board_id);
    let person = reader.id_or_none("person_id", &wire.person_id);
    let as_of = reader.date_or_none("as_of", &wire.as_of);
    let filter = || Some(boards::Filter { board: board?, person: person?, as_of: as_of? });
    reader.finish(filter().zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_clients(
    cx: &Cx,
    wire: &pb::ListClientsRequest,
) -> Result<Listed<client_store::Filter, Key>, Vec<Violation>> {
    let mut reader = Reader::new();
    let bound = pb::ListClientsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let (revoked_too, visible) = (wire.include_revoked, policy::visible_clients(&cx.caller));
    let filter = organisation.map(|organisation| client_store::Filter { organisation, revoked_too, visible });
    reader.finish(filter.zip(page).map(|(filter, page)| Listed { filter, page }))
}

/// Of which organisation, on which day, and about which person a standing is asked.
#[derive(Clone, Copy, Debug)]
pub struct AskedStanding {
    pub organisation: OrgId,
    pub day: Date,
    pub person: Option<PersonId>,
}

pub fn standing_asked(cx: &Cx, wire: &pb::GetStandingRequest) -> Result<AskedStanding, Vec<Violation>> {
    let mut reader = Reader::new();
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let day = reader.date_or_none("as_of", &wire.as_of).map(|day| day.unwrap_or_else(|| Date::today(cx.now)));
    let person = reader.id_or_none("person_id", &wire.person_id);
    let asked = || Some(AskedStanding { organisation: organisation?, day: day?, person: person? });
    reader.finish(asked())
}
