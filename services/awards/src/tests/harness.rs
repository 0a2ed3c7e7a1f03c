//! A service in one process, with everything around it that a test needs.

use std::sync::Arc;

use kit::bus::Bus;
use kit::caller::{Area, Role, Scope};
use kit::consumer::NotTaken;
use kit::db::{Db, Storage};
use kit::ids::{BidId, OrgId, RoundId};
use kit::time::at;
use kit::transport::Transport;
pub use testing::answers::{fields, new_id, newer, pence, reason};
use testing::callers::Gate;
pub use testing::callers::{Council, Who};
use testing::stores::{each_opened, move_clock};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::awards::v1::awards_service_client::AwardsServiceClient;
use toadlane_proto::awards::v1::payments_service_client::PaymentsServiceClient;
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::grading::v1::determination::Outcome as Decision;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;
use tokio_util::sync::CancellationToken;
use tonic::Status;

pub use super::peers::Peers;
pub use super::requests::*;
use crate::Awards;

/// The day on which awards are prepared, four days after the decision.
pub const PREPARED: &str = "2020-02-07T09:00:00Z";

pub struct Harness {
    pub db: Db,
    pub awards: Awards,
    pub peers: Arc<Peers>,
    pub network: OrgId,
    pub manager: Who,
    pub finance: Who,
    /// A second finance officer: who checks accounts and reads the bank's statements.
    pub bookkeeper: Who,
    pub clerk: Who,
    pub administrator: Who,
    transport: Transport,
    gate: Gate,
    stop: CancellationToken,
}

/// The generated clients of one caller.
pub struct Clients {
    pub awards: AwardsServiceClient<Transport>,
    pub payments: PaymentsServiceClient<Transport>,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Runs a test on each engine; its clock is held on the day on which awards are prepared.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_opened(Harness::open, test).await;
}

impl Harness {
    pub fn open(storage: &Storage) -> Harness {
        let db = crate::open(storage, Some(at(PREPARED))).unwrap();
        let gate = Gate::new(&[]);
        let peers = Arc::new(Peers::default());
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let others = || peers.transport();
        let awards = Awards::new(db.clone(), others(), others(), others(), stopped);
        let transport = gate.guard(awards.routes(), db.clock());
        let network = OrgId::new();
        let staff = |role| Who::person(role, network);
        Harness {
            db,
            awards,
            peers,
            network,
            manager: staff(Role::RoundManager),
            finance: staff(Role::FinanceOfficer),
            bookkeeper: staff(Role::FinanceOfficer),
            clerk: staff(Role::Clerk),
            administrator: staff(Role::NetworkAdministrator),
            transport,
            gate,
            stop,
        }
    }

    /// The generated clients with somebody's token.
    pub fn as_who(&self, who: &Who) -> Clients {
        let transport = self.gate.way_of(who, &self.transport);
        Clients { awards: AwardsServiceClient::new(transport.clone()), payments: PaymentsServiceClient::new(transport) }
    }

    /// A council that is a legal body, known to the registry with its certifier.
    pub fn council(&self, name: &str) -> Council {
        let council = Council::new(&[Scope::AwardsCertify]);
        let id = council.id.to_string();
        let standing = registry::Standing {
            organisation_id: id.clone(),
            name: name.to_string(),
            legal_body: true,
            ..Default::default()
        };
        self.peers.standings.lock().unwrap().insert(id.clone(), standing);
        self.peers.certifiers.lock().unwrap().push((id, council.certifier.subject.clone()));
        council
    }

    /// What the register says of a council from now on.
    pub fn register(&self, council: &Council, change: impl FnOnce(&mut registry::Standing)) {
        change(self.peers.standings.lock().unwrap().get_mut(&council.id.to_string()).unwrap());
    }

    /// A round of 2020 with a pot, decided and its bidders informed.
    pub fn round(&self, pot_pence: i64) -> Round {
        let id = RoundId::new();
        let round = a_round(id, pot_pence);
        self.peers.rounds.lock().unwrap().push(round);
        self.graded(id, grading::assessment::State::BiddersInformed);
        Round { id }
    }

    /// How far the assessment of a round is from now on.
    pub fn graded(&self, round: RoundId, state: grading::assessment::State) {
        self.peers.assessments.lock().unwrap().insert(round.to_string(), state);
    }

    /// A bid of the round that is given this sum of £1,500.00.
    pub fn funded(&self, round: &Round, council: &Council, minor_units: i64) {
        self.outcome(round, council, |outcome| outcome.amount = pence(minor_units));
    }

    /// What became of the next bid of a round, changed to a test's liking.
    pub fn outcome(&self, round: &Round, council: &Council, change: impl FnOnce(&mut grading::Outcome)) {
        let mut outcomes = self.peers.outcomes.lock().unwrap();
        let number = 1 + outcomes.iter().filter(|outcome| outcome.round_id == round.id.to_string()).count();
        let mut outcome = an_outcome(round, council, i64::try_from(number).unwrap());
        change(&mut outcome);
        outcomes.push(outcome);
    }

    /// Prepares the awards of a round, and answers with them by the number of their bid.
    pub async fn prepared(&self, round: &Round) -> Vec<pb::Award> {
        self.prepared_with(round, |_| {}).await
    }

    pub async fn prepared_with(&self, round: &Round, change: impl FnOnce(&mut pb::AwardSettings)) -> Vec<pb::Award> {
        let mut request = prepare(round);
        change(request.settings.as_mut().unwrap());
        self.as_who(&self.manager).awards.prepare_awards(request).await.unwrap();
        self.in_round(round).await
    }

    /// The awards of a round as the network sees them, by the number of their bid.
    pub async fn in_round(&self, round: &Round) -> Vec<pb::Award> {
        let request = pb::ListAwardsRequest {
            round_id: round.id.to_string(),
            order: pb::list_awards_request::Order::Number.into(),
            ..Default::default()
        };
        self.as_who(&self.manager).awards.list_awards(request).await.unwrap().into_inner().awards
    }

    /// A council with one award of £1,500.00, prepared.
    pub async fn an_award(&self) -> (Round, Council, pb::Award) {
        self.an_award_of(|_| {}).await
    }

    /// The same of an outcome changed to a test's liking.
    pub async fn an_award_of(&self, change: impl FnOnce(&mut grading::Outcome)) -> (Round, Council, pb::Award) {
        let (round, council) = (self.round(1_950_000), self.council("Plymouth"));
        self.outcome(&round, &council, change);
        let award = self.prepared(&round).await.remove(0);
        (round, council, award)
    }

    /// A council with one award of £1,500.00 in these parts, accepted; its account is checked.
    pub async fn an_award_in(&self, parts: Vec<pb::Instalment>) -> (Round, Council, pb::Award) {
        let (round, council) = (self.round(1_950_000), self.council("Plymouth"));
        self.funded(&round, &council, 150_000);
        let award = self.prepared_with(&round, |settings| settings.instalments = parts).await.remove(0);
        self.checked(council.id, "VENDOR-1").await.unwrap();
        let accepted = self.accepted(&council, &award).await;
        (round, council, accepted)
    }

    pub async fn get(&self, who: &Who, award: &pb::Award) -> Result<pb::Award, Status> {
        let request = pb::GetAwardRequest { award_id: award.id.clone() };
        Ok(self.as_who(who).awards.get_award(request).await?.into_inner())
    }

    pub async fn offered(&self, award: &pb::Award) -> pb::Award {
        self.as_who(&self.manager).awards.offer_award(offer(award)).await.unwrap().into_inner()
    }

    /// Offered and accepted by the council's certifier.
    pub async fn accepted(&self, council: &Council, award: &pb::Award) -> pb::Award {
        let offered = self.offered(award).await;
        self.as_who(&council.certifier).awards.accept_award(accept(council, &offered)).await.unwrap().into_inner()
    }

    /// The payments of an award as the network sees them.
    pub async fn payments_of(&self, award: &pb::Award) -> Vec<pb::Payment> {
        let request = pb::ListPaymentsRequest { award_id: award.id.clone(), ..Default::default() };
        self.as_who(&self.manager).payments.list_payments(request).await.unwrap().into_inner().payments
    }

    pub async fn recoveries_of(&self, award: &pb::Award) -> Vec<pb::Recovery> {
        let request = pb::ListRecoveriesRequest { award_id: award.id.clone(), ..Default::default() };
        self.as_who(&self.manager).payments.list_recoveries(request).await.unwrap().into_inner().recoveries
    }

    pub async fn checked(&self, payee: OrgId, account: &str) -> Result<pb::PayeeCheck, Status> {
        Ok(self.as_who(&self.bookkeeper).payments.record_payee_check(check(payee, account)).await?.into_inner())
    }

    /// Approves a payment and sends it to the bank.
    pub async fn instructed(&self, payment: &pb::Payment) -> pb::Payment {
        let approved =
            self.as_who(&self.manager).payments.approve_payment(approve(payment)).await.unwrap().into_inner();
        self.as_who(&self.finance).payments.instruct_payment(instruct(&approved)).await.unwrap().into_inner()
    }

    /// Pays one payment and finds it in the accounts. The payee's account is checked before.
    pub async fn paid(&self, payment: &pb::Payment) -> pb::Payment {
        let instructed = self.instructed(payment).await;
        let today = kit::time::Date::at(self.db.clock().now(), "Europe/London").to_string();
        let by_bookkeeper = || self.as_who(&self.bookkeeper).payments;
        let paid = by_bookkeeper().confirm_payment(confirm(&instructed, &today)).await.unwrap();
        by_bookkeeper().reconcile_payment(reconcile(&paid.into_inner())).await.unwrap().into_inner()
    }

    /// An award of £1,500.00 that is accepted and paid at once.
    pub async fn a_paid_award(&self) -> (Round, Council, pb::Award) {
        let (round, council, award) = self.an_award().await;
        self.accepted(&council, &award).await;
        self.checked(council.id, "VENDOR-1").await.unwrap();
        self.paid(&self.payments_of(&award).await[0]).await;
        let award = self.get(&self.manager, &award).await.unwrap();
        (round, council, award)
    }

    /// Takes an event of `reporting`.
    pub async fn take(&self, event: types::Event) -> Result<(), NotTaken> {
        self.awards.clone().take_report(event).await
    }

    pub async fn opened(&self, award: &pb::Award, minor_units: i64) -> Result<pb::Recovery, Status> {
        let request = pb::OpenRecoveryRequest {
            request_id: new_id(),
            award_id: award.id.clone(),
            amount: pence(minor_units),
            reason: "the hub was never opened".to_string(),
            validate_only: false,
        };
        Ok(self.as_who(&self.manager).payments.open_recovery(request).await?.into_inner())
    }

    pub async fn returned(&self, recovery: &pb::Recovery, minor_units: i64) -> Result<pb::Recovery, Status> {
        Ok(self.as_who(&self.finance).payments.record_return(give_back(recovery, minor_units)).await?.into_inner())
    }

    pub async fn pot(&self, round: &Round) -> pb::Pot {
        let request = pb::GetPotRequest { round_id: round.id.to_string(), instrument: INSTRUMENT.to_string() };
        self.as_who(&self.finance).payments.get_pot(request).await.unwrap().into_inner()
    }

    /// The balances of a pot in pence: available, committed, paid, written off.
    pub async fn balances(&self, round: &Round) -> [i64; 4] {
        let pot = self.pot(round).await;
        [pot.available, pot.committed, pot.paid, pot.written_off].map(in_pence)
    }

    /// Moves the clock, and lets what is due happen.
    pub async fn at(&self, instant: &str) {
        self.clock(instant).await;
        self.awards.tick().await.unwrap();
    }

    /// Moves the clock while the ticker has yet to notice.
    pub async fn clock(&self, instant: &str) {
        move_clock(&self.db, instant).await;
    }

    /// Publishes events from now on.
    pub fn relay(&self) {
        tokio::spawn(kit::relay::run(self.db.clone(), Bus::local(), Area::Awards, self.awards.stop.clone()));
    }
}

/// A system of a council that may read, not certify.
pub fn reader(council: &Council) -> Who {
    Who::system(council.id, &[Scope::AwardsRead])
}

/// A round, as tests name it.
#[derive(Clone)]
pub struct Round {
    pub id: RoundId,
}

pub const INSTRUMENT: &str = "policy_prototype";

/// What a sum is in pence.
pub fn in_pence(money: Option<types::Money>) -> i64 {
    money.unwrap().minor_units
}

pub fn deadline(instant: &str, announced: &str) -> Option<types::Deadline> {
    let (zone, announced) = ("Europe/London".to_string(), announced.to_string());
    Some(types::Deadline { instant: Some(at(instant).into()), zone, announced })
}

fn a_round(id: RoundId, pot_pence: i64) -> rounds::Round {
    let instrument = rounds::Instrument {
        code: INSTRUMENT.to_string(),
        pot: pence(pot_pence),
        floor: pence(1),
        ceiling: pence(500_000),
        ..Default::default()
    };
    let suffix = &id.to_string()[28..];
    let rules =
        rounds::RoundRules { reference: format!("r3-{suffix}"), instruments: vec![instrument], ..Default::default() };
    let timetable = rounds::Timetable {
        interim_report_due: deadline("2020-07-01T00:00:00Z", "30 June 2020"),
        final_report_due: deadline("2021-01-01T00:00:00Z", "31 December 2020"),
        ..Default::default()
    };
    rounds::Round { id: id.to_string(), rules: Some(rules), timetable: Some(timetable), ..Default::default() }
}

fn an_outcome(round: &Round, council: &Council, number: i64) -> grading::Outcome {
    grading::Outcome {
        round_id: round.id.to_string(),
        bid_id: BidId::new().to_string(),
        number,
        title: format!("Bid {number}"),
        summary: "food growing, delivery and cooking".to_string(),
        applicant_organisation_id: council.id.to_string(),
        lead_organisation_id: council.id.to_string(),
        payee_organisation_id: council.id.to_string(),
        instrument: INSTRUMENT.to_string(),
        requested: pence(150_000),
        outcome: Decision::Fund.into(),
        amount: pence(150_000),
        decided_on: "2020-02-03".to_string(),
        months: 9,
        revision: 2,
        content_sha256: "ab".repeat(32),
        principles_met: vec!["co-production".to_string()],
        ..Default::default()
    }
}
