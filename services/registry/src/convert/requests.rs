//! Requests about the register and its people as commands.

use kit::caller::Grant;
use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{BoardId, GrantId, MembershipId, OrgId, PersonId, SeatId};
use kit::time::Timestamp;
use toadlane_proto::registry::v1 as pb;

use super::{Report, class, duty, kind, nation};
use crate::app::{Target, boards, memberships, organisations, people};
use crate::board::Names;
use crate::organisation::Details;

impl Report {
    pub(super) fn target<I: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        field: &str,
        id: &str,
        etag: &str,
    ) -> Option<Target<I>> {
        let id = self.id(field, id);
        let says = "give the etag exactly as it was answered";
        let version = self.take("etag", "etag", etag.parse().map_err(|_| says));
        Some(Target { id: id?, version: version? })
    }

    /// A text that says something.
    pub(super) fn said(&mut self, field: &str, text: String) -> Option<String> {
        let trimmed = text.trim();
        let said = if trimmed.is_empty() { Err("say something that can be read") } else { Ok(trimmed.to_string()) };
        self.take(field, "blank", said)
    }

    fn details(&mut self, wire: Option<pb::OrganisationDetails>) -> Option<Details> {
        let wire = self.take("details", "required", wire.ok_or("say what is known of the organisation"))?;
        let kind = self.known("details.kind", kind(wire.kind()));
        let nation = nation(wire.nation());
        let name = self.said("details.name", wire.name);
        let start_date = self.take("details.start_date", "date", wire.start_date.parse());
        let end_date = self.take("details.end_date", "date", wire.end_date.parse());
        let mut successors = Vec::with_capacity(wire.successor_ids.len());
        for (place, id) in wire.successor_ids.iter().enumerate() {
            successors.extend(self.id::<OrgId>(&format!("details.successor_ids[{place}]"), id));
        }
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
}

impl Parse for organisations::Create {
    type Wire = pb::CreateOrganisationRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let details = report.details(wire.details);
        report.finish(details.map(|details| organisations::Create { id: OrgId::new(), details }))
    }
}

impl Parse for organisations::Update {
    type Wire = pb::UpdateOrganisationRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("organisation_id", &wire.organisation_id, &wire.etag);
        let details = report.details(wire.details);
        report.finish(target.zip(details).map(|(target, details)| organisations::Update { target, details }))
    }
}

impl Parse for memberships::Add {
    type Wire = pb::AddMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let organisation = report.id("organisation_id", &wire.organisation_id);
        let class = report.known("membership_class", class(wire.membership_class()));
        let from = report.date("from_date", &wire.from_date);
        let until = report.date_or_none("until_date", &wire.until_date);
        let id = MembershipId::new();
        let command =
            || Some(memberships::Add { id, organisation: organisation?, class: class?, from: from?, until: until? });
        report.finish(command())
    }
}

impl Parse for memberships::End {
    type Wire = pb::EndMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("membership_id", &wire.membership_id, &wire.etag);
        let until = report.date("until_date", &wire.until_date);
        report.finish(target.zip(until).map(|(target, until)| memberships::End { target, until }))
    }
}

impl Parse for memberships::Suspend {
    type Wire = pb::SuspendMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("membership_id", &wire.membership_id, &wire.etag);
        let from = report.date("from_date", &wire.from_date);
        let reason = report.said("reason", wire.reason);
        let command = || Some(memberships::Suspend { target: target?, from: from?, reason: reason? });
        report.finish(command())
    }
}

impl Parse for memberships::Restore {
    type Wire = pb::RestoreMembershipRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("membership_id", &wire.membership_id, &wire.etag);
        let until = report.date("until_date", &wire.until_date);
        report.finish(target.zip(until).map(|(target, until)| memberships::Restore { target, until }))
    }
}

impl Parse for people::Create {
    type Wire = pb::CreatePersonRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let organisation = report.id("organisation_id", &wire.organisation_id);
        let name = report.said("name", wire.name);
        let (id, email) = (PersonId::new(), wire.email);
        let command = || Some(people::Create { id, organisation: organisation?, name: name?, email });
        report.finish(command())
    }
}

impl Parse for people::Update {
    type Wire = pb::UpdatePersonRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("person_id", &wire.person_id, &wire.etag);
        let name = report.said("name", wire.name);
        let organisation = report.id_or_none("organisation_id", &wire.organisation_id);
        let (email, real_now) = (wire.email, Timestamp::of_this_machine());
        let command =
            || Some(people::Update { target: target?, name: name?, email, organisation: organisation?, real_now });
        report.finish(command())
    }
}

impl Parse for people::GrantRole {
    type Wire = pb::GrantRoleRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("person_id", &wire.person_id, &wire.etag);
        let duty = report.known("role", duty(wire.role()));
        let organisation = report.id("organisation_id", &wire.organisation_id);
        let starts_at = report.time_or_none("starts_at", wire.starts_at);
        let ends_at = report.time_or_none("ends_at", wire.ends_at);
        let id = GrantId::new();
        let command = || {
            let grant = Grant { duty: duty?, organisation: organisation? };
            Some(people::GrantRole { target: target?, id, grant, starts_at: starts_at?, ends_at: ends_at? })
        };
        report.finish(command())
    }
}

impl Parse for people::RevokeRole {
    type Wire = pb::RevokeRoleRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("person_id", &wire.person_id, &wire.etag);
        let grant = report.id("grant_id", &wire.grant_id);
        let real_now = Timestamp::of_this_machine();
        report.finish(target.zip(grant).map(|(target, grant)| people::RevokeRole { target, grant, real_now }))
    }
}

impl Parse for people::End {
    type Wire = pb::EndPersonRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("person_id", &wire.person_id, &wire.etag);
        let real_now = Timestamp::of_this_machine();
        report.finish(target.map(|target| people::End { target, real_now }))
    }
}

impl Parse for boards::Create {
    type Wire = pb::CreateBoardRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let name = report.said("name", wire.name);
        let short_name = report.said("short_name", wire.short_name);
        let (id, name_cy, quorum) = (BoardId::new(), wire.name_cy, wire.quorum);
        let names = name.zip(short_name).map(|(name, short_name)| Names { name, name_cy, short_name });
        report.finish(names.map(|names| boards::Create { id, names, quorum }))
    }
}

impl Parse for boards::Update {
    type Wire = pb::UpdateBoardRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("board_id", &wire.board_id, &wire.etag);
        let name = report.said("name", wire.name);
        let short_name = report.said("short_name", wire.short_name);
        let (name_cy, quorum) = (wire.name_cy, wire.quorum);
        let names = name.zip(short_name).map(|(name, short_name)| Names { name, name_cy, short_name });
        report.finish(target.zip(names).map(|(target, names)| boards::Update { target, names, quorum }))
    }
}

impl Parse for boards::AddSeat {
    type Wire = pb::AddSeatRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let board = report.id("board_id", &wire.board_id);
        let organisation = report.id("organisation_id", &wire.organisation_id);
        let person = report.id("person_id", &wire.person_id);
        let from = report.date("from_date", &wire.from_date);
        let until = report.date_or_none("until_date", &wire.until_date);
        let (id, voting) = (SeatId::new(), wire.voting);
        let command = || {
            let (board, organisation, person) = (board?, organisation?, person?);
            Some(boards::AddSeat { id, board, organisation, person, voting, from: from?, until: until? })
        };
        report.finish(command())
    }
}

impl Parse for boards::EndSeat {
    type Wire = pb::EndSeatRequest;

    fn parse(wire: Self::Wire) -> Result<Self, Vec<Violation>> {
        let mut report = Report::new();
        let target = report.target("seat_id", &wire.seat_id, &wire.etag);
        let until = report.date("until_date", &wire.until_date);
        report.finish(target.zip(until).map(|(target, until)| boards::EndSeat { target, until }))
    }
}
