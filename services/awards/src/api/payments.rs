//! PaymentsService.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::id;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::awards::v1::payments_service_server::PaymentsService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::payment::Payment;
use crate::policy::{self, Action, Facts, Verdict};
use crate::{Awards, app, convert, store};

/// A payment as its reader may see it: a council is not told who approved it.
fn shown(cx: &Cx, payment: Payment) -> pb::Payment {
    match policy::decide(&cx.caller, Action::SeeBooks, &Facts::default()) {
        Verdict::Allow => convert::payment(payment),
        Verdict::Refuse { .. } | Verdict::Hide => convert::without_hands(convert::payment(payment)),
    }
}

#[tonic::async_trait]
impl PaymentsService for Awards {
    async fn get_payment(&self, request: Request<pb::GetPaymentRequest>) -> Answer<pb::Payment> {
        let cx = Cx::of(&request)?;
        let asked = id("payment_id", &request.get_ref().payment_id)?;
        self.award_of_payment(&cx, asked).await?;
        let payment = self.db.read(move |tx| store::payment(tx, asked)).await?;
        Ok(Response::new(shown(&cx, payment)))
    }

    async fn list_payments(&self, request: Request<pb::ListPaymentsRequest>) -> Answer<pb::ListPaymentsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_payments(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows =
            self.db.read(move |tx| store::page_of_payments(tx, &filter, page.after.clone(), page.limit())).await?;
        let found = asked.page.found(rows, |payment| (payment.award.to_string(), payment.sequence));
        Ok(Response::new(pb::ListPaymentsResponse {
            payments: found.rows.into_iter().map(|payment| shown(&cx, payment)).collect(),
            next_page_token: found.next_page_token,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn approve_payment(&self, request: Request<pb::ApprovePaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::ApprovePayment(cmd)) = Cx::parse::<convert::ApprovePayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn instruct_payment(&self, request: Request<pb::InstructPaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::InstructPayment(cmd)) = Cx::parse::<convert::InstructPayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn confirm_payment(&self, request: Request<pb::ConfirmPaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::ConfirmPayment(cmd)) = Cx::parse::<convert::ConfirmPayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn fail_payment(&self, request: Request<pb::FailPaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::FailPayment(cmd)) = Cx::parse::<convert::FailPayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn reconcile_payment(&self, request: Request<pb::ReconcilePaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::ReconcilePayment(cmd)) = Cx::parse::<convert::ReconcilePayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn hold_payment(&self, request: Request<pb::HoldPaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::HoldPayment(cmd)) = Cx::parse::<convert::HoldPayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn release_payment(&self, request: Request<pb::ReleasePaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::ReleasePayment(cmd)) = Cx::parse::<convert::ReleasePayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn cancel_payment(&self, request: Request<pb::CancelPaymentRequest>) -> Answer<pb::Payment> {
        let (cx, convert::CancelPayment(cmd)) = Cx::parse::<convert::CancelPayment>(request)?;
        if let Some(payment) = self.db.replay(&cx).await? {
            return Ok(Response::new(payment));
        }
        let award = self.award_of_payment(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let payment = self.write_to_pot(&cx, award, move |tx| app::step_payment(tx, &of, &cmd)).await?;
        Ok(Response::new(payment))
    }

    async fn open_recovery(&self, request: Request<pb::OpenRecoveryRequest>) -> Answer<pb::Recovery> {
        let (cx, cmd) = Cx::parse::<app::OpenRecovery>(request)?;
        if let Some(recovery) = self.db.replay(&cx).await? {
            return Ok(Response::new(recovery));
        }
        let of = cx.clone();
        let recovery = self.write_to_pot(&cx, cmd.award, move |tx| app::open_recovery(tx, &of, &cmd)).await?;
        Ok(Response::new(recovery))
    }

    async fn get_recovery(&self, request: Request<pb::GetRecoveryRequest>) -> Answer<pb::Recovery> {
        let cx = Cx::of(&request)?;
        let asked = id("recovery_id", &request.get_ref().recovery_id)?;
        self.award_of_recovery(&cx, asked).await?;
        Ok(Response::new(self.db.read(move |tx| store::recovery(tx, asked)).await?.into()))
    }

    async fn list_recoveries(&self, request: Request<pb::ListRecoveriesRequest>) -> Answer<pb::ListRecoveriesResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_recoveries(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows =
            self.db.read(move |tx| store::page_of_recoveries(tx, &filter, page.after.clone(), page.limit())).await?;
        let found = asked.page.found(rows, |recovery| recovery.id.to_string());
        Ok(Response::new(pb::ListRecoveriesResponse {
            recoveries: found.rows.into_iter().map(convert::recovery).collect(),
            next_page_token: found.next_page_token,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn request_return(&self, request: Request<pb::RequestReturnRequest>) -> Answer<pb::Recovery> {
        let (cx, convert::RequestReturn(cmd)) = Cx::parse::<convert::RequestReturn>(request)?;
        if let Some(recovery) = self.db.replay(&cx).await? {
            return Ok(Response::new(recovery));
        }
        let award = self.award_of_recovery(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let recovery = self.write_to_pot(&cx, award, move |tx| app::step_recovery(tx, &of, &cmd)).await?;
        Ok(Response::new(recovery))
    }

    async fn record_return(&self, request: Request<pb::RecordReturnRequest>) -> Answer<pb::Recovery> {
        let (cx, convert::RecordReturn(cmd)) = Cx::parse::<convert::RecordReturn>(request)?;
        if let Some(recovery) = self.db.replay(&cx).await? {
            return Ok(Response::new(recovery));
        }
        let award = self.award_of_recovery(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let recovery = self.write_to_pot(&cx, award, move |tx| app::step_recovery(tx, &of, &cmd)).await?;
        Ok(Response::new(recovery))
    }

    async fn write_off_recovery(&self, request: Request<pb::WriteOffRecoveryRequest>) -> Answer<pb::Recovery> {
        let (cx, convert::WriteOffRecovery(cmd)) = Cx::parse::<convert::WriteOffRecovery>(request)?;
        if let Some(recovery) = self.db.replay(&cx).await? {
            return Ok(Response::new(recovery));
        }
        let award = self.award_of_recovery(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let recovery = self.write_to_pot(&cx, award, move |tx| app::step_recovery(tx, &of, &cmd)).await?;
        Ok(Response::new(recovery))
    }

    async fn reconcile_recovery(&self, request: Request<pb::ReconcileRecoveryRequest>) -> Answer<pb::Recovery> {
        let (cx, convert::ReconcileRecovery(cmd)) = Cx::parse::<convert::ReconcileRecovery>(request)?;
        if let Some(recovery) = self.db.replay(&cx).await? {
            return Ok(Response::new(recovery));
        }
        let award = self.award_of_recovery(&cx, cmd.target.id).await?;
        let of = cx.clone();
        let recovery = self.write_to_pot(&cx, award, move |tx| app::step_recovery(tx, &of, &cmd)).await?;
        Ok(Response::new(recovery))
    }

    async fn record_payee_check(&self, request: Request<pb::RecordPayeeCheckRequest>) -> Answer<pb::PayeeCheck> {
        let (cx, cmd) = Cx::parse::<app::RecordPayeeCheck>(request)?;
        if let Some(check) = self.db.replay(&cx).await? {
            return Ok(Response::new(check));
        }
        let of = cx.clone();
        let key = cmd.organisation;
        let check = self.db.write_keyed(&cx, key, move |tx| app::record_payee_check(tx, &of, &cmd)).await?;
        Ok(Response::new(check))
    }

    async fn list_payee_checks(
        &self,
        request: Request<pb::ListPayeeChecksRequest>,
    ) -> Answer<pb::ListPayeeChecksResponse> {
        let cx = Cx::of(&request)?;
        policy::check_at_large(&cx.caller, Action::SeeBooks, "organisation")?;
        let asked = request.into_inner();
        let of = id("organisation_id", &asked.organisation_id)?;
        let bound = pb::ListPayeeChecksRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i64>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self.db.read(move |tx| store::payee_checks(tx, of, of_page.after, of_page.limit())).await?;
        let found = page.found(rows, |check| check.sequence);
        let checks = found.rows.into_iter().map(convert::payee_check).collect();
        Ok(Response::new(pb::ListPayeeChecksResponse { checks, next_page_token: found.next_page_token }))
    }

    async fn get_pot(&self, request: Request<pb::GetPotRequest>) -> Answer<pb::Pot> {
        let cx = Cx::of(&request)?;
        policy::check_at_large(&cx.caller, Action::SeeBooks, "pot")?;
        let asked = request.into_inner();
        let round = id("round_id", &asked.round_id)?;
        let pot = self.db.read(move |tx| store::pot(tx, round, &asked.instrument)).await?;
        Ok(Response::new(convert::pot(pot, cx.now)))
    }

    async fn list_ledger_entries(
        &self,
        request: Request<pb::ListLedgerEntriesRequest>,
    ) -> Answer<pb::ListLedgerEntriesResponse> {
        let cx = Cx::of(&request)?;
        policy::check_at_large(&cx.caller, Action::SeeBooks, "pot")?;
        let asked = request.into_inner();
        let round = id("round_id", &asked.round_id)?;
        let bound = pb::ListLedgerEntriesRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i64>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows: Result<_, Error> = self
            .db
            .read(move |tx| {
                let pot = store::pot(tx, round, &asked.instrument)?;
                Ok(store::entries(tx, round, &pot.instrument, of_page.after.unwrap_or(0), of_page.limit())?)
            })
            .await;
        let found = page.found(rows?, |entry| entry.sequence);
        let entries = found.rows.into_iter().map(convert::entry).collect();
        Ok(Response::new(pb::ListLedgerEntriesResponse { entries, next_page_token: found.next_page_token }))
    }
}
