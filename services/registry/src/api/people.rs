//! PeopleService.

use kit::cx::{Answer, Cx};
use kit::db::Tx;
use kit::ids::OrgId;
use kit::shapes::{listed, one, page};
use kit::wire::Parse;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::people_service_server::PeopleService;
use tonic::{Request, Response};

use super::requests::{NewCode, people as requests};
use crate::Registry;
use crate::app::{self, reading};
use crate::error::Error;
use crate::person::Person;

#[tonic::async_trait]
impl PeopleService for Registry {
    async fn create_person(&self, request: Request<pb::CreatePersonRequest>) -> Answer<pb::Person> {
        self.take_new_email(request, requests::create_person, app::create_person).await
    }

    async fn get_person(&self, request: Request<pb::GetPersonRequest>) -> Answer<pb::Person> {
        self.db.show(request, one, reading::person, pb::Person::from).await
    }

    async fn list_people(&self, request: Request<pb::ListPeopleRequest>) -> Answer<pb::ListPeopleResponse> {
        self.db.show(request, requests::list_people, reading::people, page).await
    }

    async fn update_person(&self, request: Request<pb::UpdatePersonRequest>) -> Answer<pb::Person> {
        self.take_new_email(request, requests::update_person, app::update_person).await
    }

    /// Written out: a council that is asked to confirm it is told behind the answer.
    async fn grant_role(&self, request: Request<pb::GrantRoleRequest>) -> Answer<pb::Person> {
        let (cx, cmd) = Cx::parse(request, requests::grant_role)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let (id, council, write_cx) = (cmd.id.to_string(), cmd.grant.organisation, cx.clone());
        let answer: pb::Person = self.db.write(&cx, move |tx| app::grant_role(tx, &write_cx, &cmd)).await?;
        let waits = |held: &pb::RoleGrant| held.id == id && held.state() == pb::role_grant::State::Pending;
        if answer.grants.iter().any(waits) {
            self.tell_council(&cx, council).await?;
        }
        Ok(Response::new(answer))
    }

    async fn confirm_grant(&self, request: Request<pb::ConfirmGrantRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::confirm_grant, app::confirm_grant).await
    }

    async fn revoke_role(&self, request: Request<pb::RevokeRoleRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::revoke_role, app::revoke_role).await
    }

    async fn end_person(&self, request: Request<pb::EndPersonRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::end_person, app::end_person).await
    }

    async fn list_history(&self, request: Request<pb::ListHistoryRequest>) -> Answer<pb::ListHistoryResponse> {
        self.db.show(request, listed, reading::history, page).await
    }
}

impl Registry {
    /// Mails a council's administrators that something waits for them; a dry run has nothing wait.
    pub(super) async fn tell_council(&self, cx: &Cx, council: OrgId) -> Result<(), Error> {
        if cx.validate_only {
            return Ok(());
        }
        let now = cx.now;
        let addresses = self.db.read(move |conn| reading::administrators_of(conn, council, now)).await?;
        let mail = self.settings.mail.clone();
        tokio::spawn(async move { mail.send_waiting(&addresses).await });
        Ok(())
    }

    /// Takes a write that may have an address wait: if it does, its code and the notice are mailed behind the answer.
    async fn take_new_email<R, C>(
        &self,
        request: Request<R>,
        parse: Parse<R, NewCode<C>>,
        write: fn(&mut Tx, &Cx, &C) -> Result<Person, Error>,
    ) -> Answer<pb::Person>
    where
        C: Send + 'static,
    {
        let (cx, NewCode { command, id, shown_once }) = Cx::parse(request, parse)?;
        if let Some(stored) = self.db.replay(&cx).await? {
            return Ok(Response::new(stored));
        }
        let write_cx = cx.clone();
        let answer: pb::Person = self.db.write(&cx, move |tx| write(tx, &write_cx, &command)).await?;
        if let Some(letters) = self.db.read(move |conn| app::letters(conn, id)).await? {
            let mail = self.settings.mail.clone();
            tokio::spawn(async move { mail.send_email_change(&letters, &id.to_string(), &shown_once).await });
        }
        Ok(Response::new(answer))
    }
}
