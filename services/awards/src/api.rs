//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

mod awards;
mod payments;

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AwardId, PaymentId, RecoveryId};
use prost::Message;

use crate::error::Error;
use crate::policy::Action;
use crate::{Awards, pot_of, store};

impl Awards {
    /// Writes what moves money, or may: one after the other with all that contends for the same pot.
    async fn write_to_pot<W, T, F>(&self, cx: &Cx, award: AwardId, write: F) -> Result<W, Error>
    where
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    {
        let award = self.seen(cx, Action::See, award).await?;
        self.db.write_keyed(cx, pot_of(&award), write).await
    }

    /// The award to which a payment belongs, if the caller may see it.
    async fn award_of_payment(&self, cx: &Cx, id: PaymentId) -> Result<AwardId, Error> {
        let payment = self.db.read(move |tx| store::payment(tx, id)).await?;
        self.seen_of(cx, Action::See, payment.award, "payment").await?;
        Ok(payment.award)
    }

    /// The award to which a recovery belongs, if the caller may see it.
    async fn award_of_recovery(&self, cx: &Cx, id: RecoveryId) -> Result<AwardId, Error> {
        let recovery = self.db.read(move |tx| store::recovery(tx, id)).await?;
        self.seen_of(cx, Action::See, recovery.award, "recovery").await?;
        Ok(recovery.award)
    }
}
