//! What awards refuses, as sentences with data. What each becomes on the wire is in `convert/refusal.rs`.

use kit::db::DbError;
use kit::money::{BadMoney, Money};
use kit::neighbour::Unanswered;
use kit::refusal::Refusal;
use kit::time::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the awards of this round are prepared already")]
    PreparedAlready { existing: String },
    #[error("the round is not decided yet; prepare its awards when it is")]
    DecisionPending,
    #[error("bidders are not informed of the decisions yet; offer when they are")]
    BiddersNotInformed,
    #[error("say in which parts awards are paid: {amount} is too much to be paid at once without a plan")]
    PlanNeeded { amount: Money },
    #[error("the pot holds {available}, and {needed} is needed; give less, or free money first")]
    PotExhausted { available: Money, needed: Money },
    #[error("the pot is {pot}, and {needed} is to be given; give the reason that the deciding body recorded for it")]
    OverCommitted { pot: Money, needed: Money },
    #[error("the ledger does not hold what was to be taken from it ({account})")]
    Overdrawn { account: &'static str },
    #[error(
        "{amount} is not within what can be given: from {floor} to {ceiling}, and at most the {requested} asked for"
    )]
    AmountOutOfBounds { amount: Money, floor: Money, ceiling: Money, requested: Money },
    #[error("the offer could be accepted until {expired_at}; ask the network for a new one")]
    OfferExpired { expired_at: Timestamp },
    #[error("this is not the version and digest of the agreement as it now stands; read it again")]
    AgreementMismatch,
    #[error("the award {first} stands before it on the reserve list; call that one first")]
    OutOfTurn { first: String },
    #[error("the condition was found to be met already")]
    ConditionMetAlready,
    #[error("money is paid or at the bank; terminate the award, and recover what was paid")]
    PaidAlready,
    #[error("what is approved or paid cannot be varied away; recover it")]
    ReducesPaid,
    #[error("the final report is not accepted yet; complete the award when it is")]
    FinalReportMissing,
    #[error("the final report is accepted; dates no longer move")]
    FinalReportAccepted,
    #[error("payments or recoveries are not reconciled yet; reconcile them first")]
    MoneyNotReconciled,
    #[error("{}", payee_not_verified(.usable_from))]
    PayeeNotVerified { usable_from: Option<Timestamp> },
    #[error("only {outstanding} is still to come back")]
    MoreThanOutstanding { outstanding: Money },
    #[error("only {held} was paid and is neither back nor on its way back")]
    MoreThanHeld { held: Money },
    #[error("{outstanding} is outstanding, and {before} of the award was given up before; up to {small} may be in all")]
    BalanceNotSmall { outstanding: Money, before: Money, small: Money },
    #[error("the register names no such successor of the organisation")]
    NotASuccessor,
    #[error("the register says that the organisation exists still; novate when it does not")]
    NotAbolished,
    #[error("the project would end before it starts")]
    EndsBeforeStart,
    #[error("{0}")]
    Money(#[from] BadMoney),
    #[error(transparent)]
    Neighbour(#[from] Unanswered),
    #[error("storage failed")]
    Db(#[from] DbError),
}

fn payee_not_verified(usable_from: &Option<Timestamp>) -> String {
    match usable_from {
        None => "the payee's account is not checked yet; record the check first".to_string(),
        Some(at) => format!("the payee's account has changed; it can be used from {at} on"),
    }
}
