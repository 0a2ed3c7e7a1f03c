//! OrganisationsService.

use std::collections::HashMap;

use kit::cx::{Answer, Cx};
use kit::time::Date;
use kit::wire::id;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::organisations_service_server::OrganisationsService;
use tonic::{Request, Response};

use crate::app::{self, OrganisationNow};
use crate::error::Error;
use crate::membership::standing_on;
use crate::organisation::fold;
use crate::policy::{self, Action, Facts};
use crate::{Registry, convert, store};

#[tonic::async_trait]
impl OrganisationsService for Registry {
    async fn create_organisation(&self, request: Request<pb::CreateOrganisationRequest>) -> Answer<pb::Organisation> {
        let (cx, cmd) = Cx::parse::<app::organisations::Create>(request)?;
        if let Some(organisation) = self.db.replay(&cx).await? {
            return Ok(Response::new(organisation));
        }
        let of = cx.clone();
        let organisation = self.db.write(&cx, move |tx| app::organisations::create(tx, &of, &cmd)).await?;
        Ok(Response::new(organisation))
    }

    async fn get_organisation(&self, request: Request<pb::GetOrganisationRequest>) -> Answer<pb::Organisation> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "organisation")?;
        let asked = id("organisation_id", &request.get_ref().organisation_id)?;
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let organisation = store::organisations::get(tx, asked)?;
                let predecessors = store::organisations::predecessors(tx, &[asked])?.remove(&asked).unwrap_or_default();
                Ok((organisation, predecessors))
            })
            .await;
        let (organisation, predecessors) = found?;
        Ok(Response::new(OrganisationNow { organisation, predecessors, today: Date::today(cx.now) }.into()))
    }

    async fn list_organisations(
        &self,
        request: Request<pb::ListOrganisationsRequest>,
    ) -> Answer<pb::ListOrganisationsResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "organisation")?;
        let asked = convert::list_organisations(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let rows = store::organisations::page(tx, &filter, page.after.clone(), page.limit())?;
                let ids: Vec<_> = rows.iter().map(|organisation| organisation.id).collect();
                let predecessors = store::organisations::predecessors(tx, &ids)?;
                Ok((rows, predecessors, store::organisations::count(tx, &filter)?))
            })
            .await;
        let (rows, mut predecessors, total_size): (_, HashMap<_, _>, _) = found?;
        let found = asked.page.found(rows, |row| (fold(&row.details.name), row.id.to_string()));
        let organisations = found.rows.into_iter().map(|organisation| {
            let predecessors = predecessors.remove(&organisation.id).unwrap_or_default();
            OrganisationNow { organisation, predecessors, today: Date::today(cx.now) }.into()
        });
        Ok(Response::new(pb::ListOrganisationsResponse {
            organisations: organisations.collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_organisation(&self, request: Request<pb::UpdateOrganisationRequest>) -> Answer<pb::Organisation> {
        let (cx, cmd) = Cx::parse::<app::organisations::Update>(request)?;
        if let Some(organisation) = self.db.replay(&cx).await? {
            return Ok(Response::new(organisation));
        }
        let of = cx.clone();
        let organisation = self.db.write(&cx, move |tx| app::organisations::update(tx, &of, &cmd)).await?;
        Ok(Response::new(organisation))
    }

    async fn add_membership(&self, request: Request<pb::AddMembershipRequest>) -> Answer<pb::Membership> {
        let (cx, cmd) = Cx::parse::<app::memberships::Add>(request)?;
        if let Some(membership) = self.db.replay(&cx).await? {
            return Ok(Response::new(membership));
        }
        let of = cx.clone();
        let membership = self.db.write(&cx, move |tx| app::memberships::add(tx, &of, &cmd)).await?;
        Ok(Response::new(membership))
    }

    async fn end_membership(&self, request: Request<pb::EndMembershipRequest>) -> Answer<pb::Membership> {
        let (cx, cmd) = Cx::parse::<app::memberships::End>(request)?;
        if let Some(membership) = self.db.replay(&cx).await? {
            return Ok(Response::new(membership));
        }
        let of = cx.clone();
        let membership = self.db.write(&cx, move |tx| app::memberships::end(tx, &of, &cmd)).await?;
        Ok(Response::new(membership))
    }

    async fn suspend_membership(&self, request: Request<pb::SuspendMembershipRequest>) -> Answer<pb::Membership> {
        let (cx, cmd) = Cx::parse::<app::memberships::Suspend>(request)?;
        if let Some(membership) = self.db.replay(&cx).await? {
            return Ok(Response::new(membership));
        }
        let of = cx.clone();
        let membership = self.db.write(&cx, move |tx| app::memberships::suspend(tx, &of, &cmd)).await?;
        Ok(Response::new(membership))
    }

    async fn restore_membership(&self, request: Request<pb::RestoreMembershipRequest>) -> Answer<pb::Membership> {
        let (cx, cmd) = Cx::parse::<app::memberships::Restore>(request)?;
        if let Some(membership) = self.db.replay(&cx).await? {
            return Ok(Response::new(membership));
        }
        let of = cx.clone();
        let membership = self.db.write(&cx, move |tx| app::memberships::restore(tx, &of, &cmd)).await?;
        Ok(Response::new(membership))
    }

    async fn list_memberships(
        &self,
        request: Request<pb::ListMembershipsRequest>,
    ) -> Answer<pb::ListMembershipsResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "membership")?;
        let asked = convert::list_memberships(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let rows = store::memberships::page(tx, &filter, page.after.clone(), page.limit())?;
                Ok((rows, store::memberships::count(tx, &filter)?))
            })
            .await;
        let (rows, total_size) = found?;
        let found = asked.page.found(rows, |row| (row.term.from.to_string(), row.id.to_string()));
        Ok(Response::new(pb::ListMembershipsResponse {
            memberships: found.rows.into_iter().map(pb::Membership::from).collect(),
            next_page_token: found.next_page_token,
            total_size,
        }))
    }

    async fn get_standing(&self, request: Request<pb::GetStandingRequest>) -> Answer<pb::Standing> {
        let cx = Cx::of(&request)?;
        let asked = convert::standing_asked(&cx, request.get_ref()).map_err(Error::Invalid)?;
        policy::check(&cx.caller, Action::ReadRegister, &Facts::default(), "organisation")?;
        if asked.person.is_some() {
            let facts = policy::of_organisation(asked.organisation);
            policy::check(&cx.caller, Action::AskCertifier, &facts, "organisation")?;
        }
        let standing = self
            .db
            .read(move |tx| {
                let organisation = store::organisations::get(tx, asked.organisation)?;
                let memberships = store::memberships::of_organisation(tx, asked.organisation)?;
                let person = match asked.person {
                    Some(person) => store::people::find(tx, person)?,
                    None => None,
                };
                let certifier = person.filter(|person| person.is_certifier_of(asked.organisation, cx.now));
                let standing = standing_on(&memberships, asked.day);
                Ok::<_, Error>(convert::standing(organisation, asked.day, standing, certifier))
            })
            .await?;
        Ok(Response::new(standing))
    }
}
