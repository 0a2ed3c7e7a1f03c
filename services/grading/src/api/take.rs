//! How grading takes a write: like every service, but a stored answer is replayed only while its caller may see every
//! bid in it. A recusal covers earlier answers too (rule 10).

use std::future::{Future, ready};

use kit::cx::{Answer, Cx};
use kit::db::{Gathered, Tx};
use kit::ids::BidId;
use kit::wire::Parse;
use prost::Message;
use toadlane_proto::grading::v1 as pb;
use tonic::Request;

use crate::Grading;
use crate::app::reading;
use crate::error::Error;

/// What an RPC that writes answers, with the bids that it names.
pub trait NamesBids: Message + Default + 'static {
    fn bid_ids(&self) -> Vec<&str>;
}

/// Those about no bid, and those about one. A macro, for generated messages have no trait by which their fields could
/// be read.
macro_rules! names_bids {
    ($($message:ident $(. $bid_id:ident)?),*) => {$(
        impl NamesBids for pb::$message {
            fn bid_ids(&self) -> Vec<&str> {
                vec![$(&self.$bid_id)?]
            }
        }
    )*};
}

names_bids!(Assessment, PanelMember, Meeting);
names_bids!(Interest.bid_id, Review.bid_id, Moderation.bid_id, Recommendation.bid_id, Determination.bid_id);

impl NamesBids for pb::AssignReviewsResponse {
    fn bid_ids(&self) -> Vec<&str> {
        self.reviews.iter().map(|review| review.bid_id.as_str()).collect()
    }
}

impl NamesBids for pb::Ranking {
    fn bid_ids(&self) -> Vec<&str> {
        self.bids.iter().map(|ranked| ranked.bid_id.as_str()).collect()
    }
}

impl Grading {
    /// Takes a write that rests on its command alone.
    pub(super) async fn take<R, C, W, T>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        write: fn(&mut Tx, &Cx, &C) -> Result<T, Error>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        W: NamesBids + From<T>,
        T: Send + 'static,
    {
        let gather = |_: &Cx, _: &C| ready(Ok(Gathered { key: None, facts: () }));
        let write = move |tx: &mut Tx, cx: &Cx, (): &(), cmd: &C| write(tx, cx, cmd);
        self.db.take_after(request, parse, |cx| self.replay(cx), gather, write).await
    }

    /// The same for writes that contend for one row: those with the same key run one after the other.
    pub(super) async fn take_keyed<R, C, K, W, T>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        key: fn(&C) -> K,
        write: fn(&mut Tx, &Cx, &C) -> Result<T, Error>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        K: ToString,
        W: NamesBids + From<T>,
        T: Send + 'static,
    {
        let gather = |_: &Cx, cmd: &C| ready(Ok(Gathered { key: Some(key(cmd).to_string()), facts: () }));
        let write = move |tx: &mut Tx, cx: &Cx, (): &(), cmd: &C| write(tx, cx, cmd);
        self.db.take_after(request, parse, |cx| self.replay(cx), gather, write).await
    }

    /// The same for a write that rests on facts which are gathered first.
    pub(super) async fn take_keyed_with<R, C, K, G, W, T, F>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        key: fn(&C) -> K,
        gather: impl FnOnce(Cx, C) -> F,
        write: fn(&mut Tx, &Cx, &G, &C) -> Result<T, Error>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        K: ToString,
        G: Send + 'static,
        W: NamesBids + From<T>,
        T: Send + 'static,
        F: Future<Output = Result<G, Error>>,
    {
        let gather = |cx: &Cx, cmd: &C| {
            let key = Some(key(cmd).to_string());
            let facts = gather(cx.clone(), cmd.clone());
            async { Ok(Gathered { key, facts: facts.await? }) }
        };
        self.db.take_after(request, parse, |cx| self.replay(cx), gather, write).await
    }

    async fn replay<W: NamesBids>(&self, cx: Cx) -> Result<Option<W>, Error> {
        let answer: Option<W> = self.db.replay(&cx).await?;
        if let Some(answer) = &answer {
            let bids: Vec<BidId> = answer.bid_ids().iter().filter_map(|id| id.parse().ok()).collect();
            self.db.read(move |conn| reading::expect_visible(conn, &cx, &bids)).await?;
        }
        Ok(answer)
    }
}
