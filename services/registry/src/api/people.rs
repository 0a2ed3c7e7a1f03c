//! PeopleService.

use kit::cx::{Answer, Cx};
use kit::wire::id;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::people_service_server::PeopleService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::organisation::fold;
use crate::person::Person;
use crate::policy::{self, Action, Verdict};
use crate::{Registry, app, convert, store};

#[tonic::async_trait]
impl PeopleService for Registry {
    async fn create_person(&self, request: Request<pb::CreatePersonRequest>) -> Answer<pb::Person> {
        let (cx, cmd) = Cx::parse::<app::people::Create>(request)?;
        if let Some(person) = self.db.replay(&cx).await? {
            return Ok(Response::new(person));
        }
        let of = cx.clone();
        let person = self.db.write(&cx, move |tx| app::people::create(tx, &of, &cmd)).await?;
        Ok(Response::new(person))
    }

    async fn get_person(&self, request: Request<pb::GetPersonRequest>) -> Answer<pb::Person> {
        let cx = Cx::of(&request)?;
        let asked = id("person_id", &request.get_ref().person_id)?;
        let person = self.db.read(move |tx| store::people::get(tx, asked)).await?;
        let facts = policy::of_person(person.id, person.organisation);
        policy::check(&cx.caller, Action::SeePerson, &facts, "person")?;
        Ok(Response::new(shown(&cx, person)))
    }

    async fn list_people(&self, request: Request<pb::ListPeopleRequest>) -> Answer<pb::ListPeopleResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_people(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows = self.db.read(move |tx| store::people::page(tx, &filter, page.after.clone(), page.limit())).await?;
        let found = asked.page.found(rows, |row| (fold(&row.name), row.id.to_string()));
        let people = found.rows.into_iter().map(|person| shown(&cx, person)).collect();
        Ok(Response::new(pb::ListPeopleResponse { people, next_page_token: found.next_page_token }))
    }

    async fn update_person(&self, request: Request<pb::UpdatePersonRequest>) -> Answer<pb::Person> {
        let (cx, cmd) = Cx::parse::<app::people::Update>(request)?;
        if let Some(person) = self.db.replay(&cx).await? {
            return Ok(Response::new(person));
        }
        let of = cx.clone();
        let person = self.db.write(&cx, move |tx| app::people::update(tx, &of, &cmd)).await?;
        Ok(Response::new(person))
    }

    async fn grant_role(&self, request: Request<pb::GrantRoleRequest>) -> Answer<pb::Person> {
        let (cx, cmd) = Cx::parse::<app::people::GrantRole>(request)?;
        if let Some(person) = self.db.replay(&cx).await? {
            return Ok(Response::new(person));
        }
        let of = cx.clone();
        let person = self.db.write(&cx, move |tx| app::people::grant_role(tx, &of, &cmd)).await?;
        Ok(Response::new(person))
    }

    async fn revoke_role(&self, request: Request<pb::RevokeRoleRequest>) -> Answer<pb::Person> {
        let (cx, cmd) = Cx::parse::<app::people::RevokeRole>(request)?;
        if let Some(person) = self.db.replay(&cx).await? {
            return Ok(Response::new(person));
        }
        let of = cx.clone();
        let person = self.db.write(&cx, move |tx| app::people::revoke_role(tx, &of, &cmd)).await?;
        Ok(Response::new(person))
    }

    async fn end_person(&self, request: Request<pb::EndPersonRequest>) -> Answer<pb::Person> {
        let (cx, cmd) = Cx::parse::<app::people::End>(request)?;
        if let Some(person) = self.db.replay(&cx).await? {
            return Ok(Response::new(person));
        }
        let of = cx.clone();
        let person = self.db.write(&cx, move |tx| app::people::end(tx, &of, &cmd)).await?;
        Ok(Response::new(person))
    }
}

/// The person as this caller may see them.
fn shown(cx: &Cx, person: Person) -> pb::Person {
    let facts = policy::of_person(person.id, person.organisation);
    match policy::decide(&cx.caller, Action::SeeEmail, &facts) {
        Verdict::Allow => person.into(),
        Verdict::Refuse { .. } | Verdict::Hide => convert::without_email(person.into()),
    }
}
