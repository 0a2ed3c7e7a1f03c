//! OrganisationsService.

use kit::cx::Answer;
use kit::shapes::{counted, one};
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::organisations_service_server::OrganisationsService;
use tonic::Request;

use super::requests::organisations as requests;
use crate::app::{self, reading};
use crate::{Registry, convert};

#[tonic::async_trait]
impl OrganisationsService for Registry {
    async fn create_organisation(&self, request: Request<pb::CreateOrganisationRequest>) -> Answer<pb::Organisation> {
        self.db.take(request, requests::create_organisation, app::create_organisation).await
    }

    async fn get_organisation(&self, request: Request<pb::GetOrganisationRequest>) -> Answer<pb::Organisation> {
        self.db.show(request, one, reading::organisation, pb::Organisation::from).await
    }

    async fn list_organisations(
        &self,
        request: Request<pb::ListOrganisationsRequest>,
    ) -> Answer<pb::ListOrganisationsResponse> {
        self.db.show(request, requests::list_organisations, reading::organisations, counted).await
    }

    async fn update_organisation(&self, request: Request<pb::UpdateOrganisationRequest>) -> Answer<pb::Organisation> {
        self.db.take(request, requests::update_organisation, app::update_organisation).await
    }

    async fn add_membership(&self, request: Request<pb::AddMembershipRequest>) -> Answer<pb::Membership> {
        self.db.take(request, requests::add_membership, app::add_membership).await
    }

    async fn end_membership(&self, request: Request<pb::EndMembershipRequest>) -> Answer<pb::Membership> {
        self.db.take(request, requests::end_membership, app::end_membership).await
    }

    async fn suspend_membership(&self, request: Request<pb::SuspendMembershipRequest>) -> Answer<pb::Membership> {
        self.db.take(request, requests::suspend_membership, app::suspend_membership).await
    }

    async fn restore_membership(&self, request: Request<pb::RestoreMembershipRequest>) -> Answer<pb::Membership> {
        self.db.take(request, requests::restore_membership, app::restore_membership).await
    }

    async fn list_memberships(
        &self,
        request: Request<pb::ListMembershipsRequest>,
    ) -> Answer<pb::ListMembershipsResponse> {
        self.db.show(request, requests::list_memberships, reading::memberships, convert::memberships).await
    }

    async fn get_standing(&self, request: Request<pb::GetStandingRequest>) -> Answer<pb::Standing> {
        self.db.show(request, requests::get_standing, reading::standing, pb::Standing::from).await
    }
}
