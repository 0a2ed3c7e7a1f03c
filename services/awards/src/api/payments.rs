//! PaymentsService: payments, recoveries, checks of payees, pots and their ledger.

use kit::cx::Answer;
use kit::shapes::{dated, listed, one, page, reasoned, step};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::awards::v1::payments_service_server::PaymentsService;
use tonic::Request;

use super::requests;
use crate::Awards;
use crate::app::{self, reading};

#[tonic::async_trait]
impl PaymentsService for Awards {
    async fn get_payment(&self, request: Request<pb::GetPaymentRequest>) -> Answer<pb::Payment> {
        self.db.show(request, one, reading::payment, pb::Payment::from).await
    }

    async fn list_payments(&self, request: Request<pb::ListPaymentsRequest>) -> Answer<pb::ListPaymentsResponse> {
        self.db.show(request, requests::list_payments, reading::payments, dated).await
    }

    async fn approve_payment(&self, request: Request<pb::ApprovePaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::approve_payment).await
    }

    async fn instruct_payment(&self, request: Request<pb::InstructPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::instruct_payment, |cmd| cmd.target.id, app::instruct_payment).await
    }

    async fn confirm_payment(&self, request: Request<pb::ConfirmPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, requests::confirm_payment, |cmd| cmd.target.id, app::confirm_payment).await
    }

    async fn fail_payment(&self, request: Request<pb::FailPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::fail_payment).await
    }

    async fn reconcile_payment(&self, request: Request<pb::ReconcilePaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::reconcile_payment).await
    }

    async fn hold_payment(&self, request: Request<pb::HoldPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::hold_payment).await
    }

    async fn release_payment(&self, request: Request<pb::ReleasePaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::release_payment).await
    }

    async fn cancel_payment(&self, request: Request<pb::CancelPaymentRequest>) -> Answer<pb::Payment> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::cancel_payment).await
    }

    async fn open_recovery(&self, request: Request<pb::OpenRecoveryRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::open_recovery, |cmd| cmd.award, app::open_recovery).await
    }

    async fn get_recovery(&self, request: Request<pb::GetRecoveryRequest>) -> Answer<pb::Recovery> {
        self.db.show(request, one, reading::recovery, pb::Recovery::from).await
    }

    async fn list_recoveries(&self, request: Request<pb::ListRecoveriesRequest>) -> Answer<pb::ListRecoveriesResponse> {
        self.db.show(request, requests::list_recoveries, reading::recoveries, dated).await
    }

    async fn request_return(&self, request: Request<pb::RequestReturnRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::request_return).await
    }

    async fn record_return(&self, request: Request<pb::RecordReturnRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, requests::record_return, |cmd| cmd.target.id, app::record_return).await
    }

    async fn write_off_recovery(&self, request: Request<pb::WriteOffRecoveryRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::write_off_recovery).await
    }

    async fn reconcile_recovery(&self, request: Request<pb::ReconcileRecoveryRequest>) -> Answer<pb::Recovery> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::reconcile_recovery).await
    }

    async fn record_payee_check(&self, request: Request<pb::RecordPayeeCheckRequest>) -> Answer<pb::PayeeCheck> {
        let organisation = |cmd: &app::RecordPayeeCheck| cmd.organisation.to_string();
        self.db.take_keyed(request, requests::record_payee_check, organisation, app::record_payee_check).await
    }

    async fn list_payee_checks(
        &self,
        request: Request<pb::ListPayeeChecksRequest>,
    ) -> Answer<pb::ListPayeeChecksResponse> {
        self.db.show(request, listed, reading::payee_checks, page).await
    }

    async fn list_money_history(
        &self,
        request: Request<pb::ListMoneyHistoryRequest>,
    ) -> Answer<pb::ListMoneyHistoryResponse> {
        self.db.show(request, listed, reading::money_history, page).await
    }

    async fn get_pot(&self, request: Request<pb::GetPotRequest>) -> Answer<pb::Pot> {
        self.db.show(request, requests::get_pot, reading::pot, pb::Pot::from).await
    }

    async fn list_ledger_entries(
        &self,
        request: Request<pb::ListLedgerEntriesRequest>,
    ) -> Answer<pb::ListLedgerEntriesResponse> {
        self.db.show(request, requests::list_ledger_entries, reading::entries, page).await
    }
}
