//! PaymentsService: payments, recoveries, checks of payees, pots and their ledger.

use kit::cx::Answer;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::awards::v1::payments_service_server::PaymentsService;
use tonic::Request;

use super::requests;
use crate::Awards;
use crate::app::{self, reading};
use crate::convert::{self, pages};

#[tonic::async_trait]
impl PaymentsService for Awards {
    async fn get_payment(&self, request: Request<pb::GetPaymentRequest>) -> Answer<pb::Payment> {
        self.db
            .show(
                request,
                |wire, reader| reader.id("payment_id", &wire.payment_id),
                reading::payment,
                pb::Payment::from,
            )
            .await
    }

    async fn list_payments(&self, request: Request<pb::ListPaymentsRequest>) -> Answer<pb::ListPaymentsResponse> {
        self.db.show(request, requests::list_payments, reading::payments, pages::payments).await
    }

    async fn approve_payment(&self, request: Request<pb::ApprovePaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::approve_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn instruct_payment(&self, request: Request<pb::InstructPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::instruct_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn confirm_payment(&self, request: Request<pb::ConfirmPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::confirm_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn fail_payment(&self, request: Request<pb::FailPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::fail_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn reconcile_payment(&self, request: Request<pb::ReconcilePaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::reconcile_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn hold_payment(&self, request: Request<pb::HoldPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::hold_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn release_payment(&self, request: Request<pb::ReleasePaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::release_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn cancel_payment(&self, request: Request<pb::CancelPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::cancel_payment, |cmd| cmd.target.id, app::step_payment).await
    }

    async fn open_recovery(&self, request: Request<pb::OpenRecoveryRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::open_recovery, |cmd| cmd.award, app::open_recovery).await
    }

    async fn get_recovery(&self, request: Request<pb::GetRecoveryRequest>) -> Answer<pb::Recovery> {
        self.db
            .show(
                request,
                |wire, reader| reader.id("recovery_id", &wire.recovery_id),
                reading::recovery,
                pb::Recovery::from,
            )
            .await
    }

    async fn list_recoveries(&self, request: Request<pb::ListRecoveriesRequest>) -> Answer<pb::ListRecoveriesResponse> {
        self.db.show(request, requests::list_recoveries, reading::recoveries, pages::recoveries).await
    }

    async fn request_return(&self, request: Request<pb::RequestReturnRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::request_return, |cmd| cmd.target.id, app::step_recovery).await
    }

    async fn record_return(&self, request: Request<pb::RecordReturnRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::record_return, |cmd| cmd.target.id, app::step_recovery).await
    }

    async fn write_off_recovery(&self, request: Request<pb::WriteOffRecoveryRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::write_off_recovery, |cmd| cmd.target.id, app::step_recovery).await
    }

    async fn reconcile_recovery(&self, request: Request<pb::ReconcileRecoveryRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::reconcile_recovery, |cmd| cmd.target.id, app::step_recovery).await
    }

    async fn record_payee_check(&self, request: Request<pb::RecordPayeeCheckRequest>) -> Answer<pb::PayeeCheck> {
        let organisation = |cmd: &app::RecordPayeeCheck| cmd.organisation.to_string();
        self.db.take_keyed(request, requests::record_payee_check, organisation, app::record_payee_check).await
    }

    async fn list_payee_checks(
        &self,
        request: Request<pb::ListPayeeChecksRequest>,
    ) -> Answer<pb::ListPayeeChecksResponse> {
        self.db.show(request, requests::list_payee_checks, reading::payee_checks, pages::payee_checks).await
    }

    async fn get_pot(&self, request: Request<pb::GetPotRequest>) -> Answer<pb::Pot> {
        self.db.show(request, requests::get_pot, reading::pot, convert::pot).await
    }

    async fn list_ledger_entries(
        &self,
        request: Request<pb::ListLedgerEntriesRequest>,
    ) -> Answer<pb::ListLedgerEntriesResponse> {
        self.db.show(request, requests::list_ledger_entries, reading::entries, pages::entries).await
    }
}
