//! The tonic traits, and what their writes need: most wait their turn at the pot of an award. No rules here.

mod awards;
mod payments;
mod requests;
mod streams;

use kit::cx::{Answer, Cx, Target};
use kit::db::{Gathered, Tx};
use kit::ids::{AwardId, OrgId, PersonId, VariationId};
use kit::wire::Parse;
use prost::Message;
use tonic::Request;

use crate::Awards;
use crate::agreement::Change;
use crate::app;
use crate::app::reading::{self, OfAward};
use crate::award::Award;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::prepare::Decisions;
use crate::round::Decided;
use crate::variation::Variation;

impl Awards {
    /// Takes a write that moves money, or may: one after the other with all that contends for the pot of its award.
    async fn take_to_pot<R, C, I, W, T>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        about: fn(&C) -> I,
        write: fn(&mut Tx, &Cx, &C) -> Result<T, Error>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        I: OfAward,
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
    {
        let gather = |cx: Cx, cmd: C| async move {
            let id = about(&cmd);
            let award = self.db.read(move |conn| id.award(conn, &cx)).await?;
            Ok(at_pot(&award, write))
        };
        self.db.take_keyed_with(request, parse, gather, |tx, cx, write, cmd| write(tx, cx, cmd)).await
    }
}

/// The facts for a write that takes its turn at the pot of this award.
fn at_pot<G>(award: &Award, facts: G) -> Gathered<G> {
    Gathered { key: Some(award.pot_key()), facts }
}

/// Facts that writes need.
impl Awards {
    /// The award, if the caller may do this with it.
    async fn seen(&self, cx: Cx, action: Action, id: AwardId) -> Result<Award, Error> {
        self.db.read(move |conn| reading::seen(conn, &cx, action, id)).await
    }

    /// The round whose awards are to be prepared, with what was decided on its bids.
    async fn decisions(&self, cx: Cx, cmd: app::PrepareAwards) -> Result<Gathered<Decisions>, Error> {
        policy::check_at_large(&cx.caller, Action::Prepare, "round")?;
        let round = self.peers.round(cmd.round).await?;
        let outcomes = self.peers.outcomes(cmd.round).await?;
        Ok(Gathered { key: Some(cmd.round.to_string()), facts: Decisions { round, outcomes } })
    }

    /// How far the decisions of the award's round are.
    async fn decided(&self, cx: Cx, cmd: Target<AwardId>) -> Result<Gathered<Decided>, Error> {
        let award = self.seen(cx, Action::Offer, cmd.id).await?;
        Ok(at_pot(&award, self.peers.decided(award.round).await?))
    }

    /// The organisation of the award, if the registry holds the certifier named as one of it.
    async fn certifier_of(&self, cx: Cx, cmd: app::AcceptAward) -> Result<Gathered<Option<OrgId>>, Error> {
        let award = self.seen(cx, Action::Accept, cmd.target.id).await?;
        let certifier_of = self.peers.register.certifier_of::<Error>(cmd.certifier, award.applicant).await?;
        Ok(at_pot(&award, certifier_of))
    }

    /// What the register says of the organisations that a variation would name, and of its certifier.
    async fn asked_to_request(&self, cx: Cx, cmd: app::RequestVariation) -> Result<Gathered<app::Asked>, Error> {
        let (change, certifier) = (cmd.change.clone(), cmd.word.as_ref().map(|word| word.certifier));
        let award = self.db.read(move |conn| reading::seen_to_vary(conn, &cx, cmd.award, &cmd.change)).await?;
        self.asked(&award, &change, certifier).await
    }

    /// The same for one that was asked for.
    async fn asked_to_decide(&self, cx: Cx, cmd: app::DecideVariation) -> Result<Gathered<app::Asked>, Error> {
        let (award, variation) = self.variation(cx, Action::DecideVariation, cmd.target.id).await?;
        self.asked(&award, &variation.change, None).await
    }

    /// The same for one that the council is to agree to.
    async fn asked_to_accept(&self, cx: Cx, cmd: app::AcceptVariation) -> Result<Gathered<app::Asked>, Error> {
        let (award, variation) = self.variation(cx, Action::Accept, cmd.target.id).await?;
        self.asked(&award, &variation.change, Some(cmd.word.certifier)).await
    }

    /// The variation with its award, if the caller may do this with it.
    async fn variation(&self, cx: Cx, action: Action, id: VariationId) -> Result<(Award, Variation), Error> {
        self.db.read(move |conn| reading::variation_for(conn, &cx, action, id)).await
    }

    async fn asked(
        &self,
        award: &Award,
        change: &Change,
        certifier: Option<PersonId>,
    ) -> Result<Gathered<app::Asked>, Error> {
        let standings = self.peers.standings(award, change).await?;
        let certifier_of = match certifier {
            Some(certifier) => self.peers.register.certifier_of::<Error>(certifier, award.applicant).await?,
            None => None,
        };
        Ok(at_pot(award, app::Asked { standings, certifier_of }))
    }
}
