//! PeopleService.

use kit::cx::Answer;
use kit::shapes::{one, page, step};
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::people_service_server::PeopleService;
use tonic::Request;

use super::requests::people as requests;
use crate::Registry;
use crate::app::{self, reading};

#[tonic::async_trait]
impl PeopleService for Registry {
    async fn create_person(&self, request: Request<pb::CreatePersonRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::create_person, app::create_person).await
    }

    async fn get_person(&self, request: Request<pb::GetPersonRequest>) -> Answer<pb::Person> {
        self.db.show(request, one, reading::person, pb::Person::from).await
    }

    async fn list_people(&self, request: Request<pb::ListPeopleRequest>) -> Answer<pb::ListPeopleResponse> {
        self.db.show(request, requests::list_people, reading::people, page).await
    }

    async fn update_person(&self, request: Request<pb::UpdatePersonRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::update_person, app::update_person).await
    }

    async fn grant_role(&self, request: Request<pb::GrantRoleRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::grant_role, app::grant_role).await
    }

    async fn revoke_role(&self, request: Request<pb::RevokeRoleRequest>) -> Answer<pb::Person> {
        self.db.take(request, requests::revoke_role, app::revoke_role).await
    }

    async fn end_person(&self, request: Request<pb::EndPersonRequest>) -> Answer<pb::Person> {
        self.db.take(request, step, app::end_person).await
    }
}
