//! Rule 1, held against a plain model: whatever is offered, refused, varied, paid, returned and given up in whatever
//! order, no pot is overdrawn and no penny is lost.

use kit::ids::{AwardId, OrgId, RoundId};
use kit::money::Money;
use kit::time::{Timestamp, at};

use super::*;
use crate::payment::{Destination, Payment, Step, Trigger};
use crate::plan::{self, Instalment, Replan};
use crate::recovery::Recovery;

const OPERATIONS: usize = 100_000;
/// So small that the run does not give the pot away.
const SMALL: Money = Money::pence(200);

fn a_pot(pence: i64) -> Pot {
    let empty = Pot::empty(RoundId::new(), "policy_prototype", Currency::GBP);
    empty.post(Kind::SetAside, Money::pence(pence)).unwrap()
}

#[test]
fn one_penny_more_than_the_pot_is_not_committed() {
    let pot = a_pot(1_950_000).post(Kind::Commit, Money::pence(1_950_000)).unwrap();
    assert_eq!((pot.available, pot.committed, pot.n_entries), (0, 1_950_000, 2));
    let refused = a_pot(1_950_000).post(Kind::Commit, Money::pence(1_950_001)).unwrap_err();
    assert!(matches!(refused, Error::PotExhausted { available, .. } if available == Money::pence(1_950_000)));
}

#[test]
fn a_pot_is_exhausted_by_pennies_and_not_overdrawn_by_one() {
    let mut pot = a_pot(137);
    for _ in 0..137 {
        pot = pot.post(Kind::Commit, Money::pence(1)).unwrap();
    }
    assert!(matches!(pot.post(Kind::Commit, Money::pence(1)), Err(Error::PotExhausted { .. })));
    assert_eq!((pot.available, pot.committed, pot.n_entries), (0, 137, 138));
}

#[test]
fn what_an_account_does_not_hold_is_not_taken_from_it() {
    let pot = a_pot(1_000).post(Kind::Commit, Money::pence(400)).unwrap();
    for (kind, pence) in [(Kind::Release, 401), (Kind::Pay, 401), (Kind::Return, 1), (Kind::WriteOff, 1)] {
        assert!(matches!(pot.post(kind, Money::pence(pence)), Err(Error::Overdrawn { .. })), "{kind:?}");
    }
    assert!(matches!(pot.post(Kind::Release, Money::pence(0)), Err(Error::Overdrawn { .. })));
    let euros = Money { currency: "EUR".parse().unwrap(), ..Money::pence(1) };
    assert!(matches!(pot.post(Kind::Commit, euros), Err(Error::Money(_))));
}

fn destination() -> Destination {
    Destination { payee: OrgId::new(), check: 1, account_reference: "VENDOR-1".to_string(), at: at(NOW) }
}

/// The same run from the same seed.
struct Dice(u64);

impl Dice {
    /// A number below `n`, by splitmix64.
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % n
    }

    fn pence(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.below(u64::try_from(most).unwrap())).unwrap()
    }
}

/// An award as the real types have it.
struct Project {
    amount: i64,
    payments: Vec<Payment>,
    recoveries: Vec<Recovery>,
}

/// The plain model: where each penny of the pot is, told by nothing but additions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Plain {
    free: i128,
    promised: i128,
    with_councils: i128,
    given_up: i128,
}

struct World {
    dice: Dice,
    pot: Pot,
    plain: Plain,
    projects: Vec<Project>,
    n_refused: usize,
}

const NOW: &str = "2020-02-04T10:00:00Z";

impl World {
    fn new(seed: u64) -> World {
        let plain = Plain { free: 1_950_000, ..Plain::default() };
        World { dice: Dice(seed), pot: a_pot(1_950_000), plain, projects: Vec::new(), n_refused: 0 }
    }

    fn now() -> Timestamp {
        at(NOW)
    }

    fn post(&mut self, kind: Kind, pence: i64) -> bool {
        match self.pot.post(kind, Money::pence(pence)) {
            Ok(pot) => {
                self.pot = pot;
                true
            }
            Err(Error::PotExhausted { .. }) => {
                self.n_refused += 1;
                false
            }
            Err(other) => panic!("{kind:?} of {pence}: {other}"),
        }
    }

    fn step(&mut self) {
        match self.dice.below(10) {
            0 | 1 => self.offer(),
            2 => self.refuse(),
            3 => self.raise(),
            4 => self.reduce(),
            5 | 6 => self.pay(),
            7 => self.claim(),
            8 => self.take_back(),
            9 => self.give_up(),
            other => unreachable!("below ten: {other}"),
        }
    }

    fn some_project(&mut self) -> Option<usize> {
        match self.projects.len() {
            0 => None,
            n => Some(usize::try_from(self.dice.below(n as u64)).unwrap()),
        }
    }

    fn offer(&mut self) {
        let amount = self.dice.pence(200_000);
        if !self.post(Kind::Commit, amount) {
            assert!(i128::from(amount) > self.plain.free, "refused although it was free");
            return;
        }
        self.plain.free -= i128::from(amount);
        self.plain.promised += i128::from(amount);
        let halves = [50, 50].map(|percent| Instalment { percent, trigger: Trigger::Active });
        let plan: &[Instalment] = if self.dice.below(2) == 0 { &halves } else { &[] };
        let id = AwardId::new();
        let parts = plan::split(Money::pence(amount), plan).unwrap();
        let payments =
            (1..).zip(parts).map(|(nth, (trigger, part))| Payment::new(id, nth, trigger, part, World::now()));
        self.projects.push(Project { amount, payments: payments.collect(), recoveries: Vec::new() });
    }

    /// Refused, lapsed, withdrawn or terminated: what is open is freed. What was paid can still come back.
    fn refuse(&mut self) {
        let Some(at) = self.some_project() else { return };
        let mut project = self.projects.swap_remove(at);
        for payment in project.payments.iter_mut().filter(|payment| payment.state.is_open()) {
            *payment = payment.step(Step::Cancel, "", World::now()).unwrap();
            let pence = payment.amount.minor_units;
            assert!(self.post(Kind::Release, pence));
            project.amount -= pence;
            self.plain.promised -= i128::from(pence);
            self.plain.free += i128::from(pence);
        }
        let back = |recovery: &Recovery| recovery.returned.minor_units + recovery.written_off.minor_units;
        if project.amount > project.recoveries.iter().map(back).sum() {
            self.projects.push(project);
        }
    }

    fn raise(&mut self) {
        let Some(at) = self.some_project() else { return };
        let by = self.dice.pence(50_000);
        if !self.post(Kind::Commit, by) {
            assert!(i128::from(by) > self.plain.free, "refused although it was free");
            return;
        }
        self.plain.free -= i128::from(by);
        self.plain.promised += i128::from(by);
        let project = &mut self.projects[at];
        project.amount += by;
        match plan::raise(&project.payments, Money::pence(by)).unwrap() {
            Replan::Change { nth, to } => {
                project.payments[nth] = project.payments[nth].with_amount(to, "", World::now());
            }
            Replan::Add(amount) => {
                let (id, nth) = (project.payments[0].award, i32::try_from(project.payments.len()).unwrap() + 1);
                project.payments.push(Payment::new(id, nth, Trigger::Active, amount, World::now()));
            }
        }
    }

    fn reduce(&mut self) {
        let Some(at) = self.some_project() else { return };
        let by = self.dice.pence(50_000);
        let project = &mut self.projects[at];
        let open: i64 = project
            .payments
            .iter()
            .filter(|payment| payment.state.is_open())
            .map(|payment| payment.amount.minor_units)
            .sum();
        let changes = match plan::reduce(&project.payments, Money::pence(by)) {
            Ok(changes) => changes,
            Err(Error::ReducesPaid) => return assert!(by > open, "refused although it was open"),
            Err(other) => panic!("{other}"),
        };
        project.amount -= by;
        let mut freed = Vec::new();
        for change in changes {
            let Replan::Change { nth, to } = change else { panic!("a reduction adds nothing") };
            let old = project.payments[nth].clone();
            freed.push(old.amount.minor_units - to.minor_units);
            project.payments[nth] = match to.minor_units {
                0 => old.step(Step::Cancel, "", World::now()).unwrap(),
                _ => old.with_amount(to, "", World::now()),
            };
        }
        for pence in freed {
            assert!(self.post(Kind::Release, pence));
        }
        self.plain.promised -= i128::from(by);
        self.plain.free += i128::from(by);
    }

    fn pay(&mut self) {
        let Some(at) = self.some_project() else { return };
        let project = &mut self.projects[at];
        let Some(nth) = project.payments.iter().position(|payment| payment.state.is_open()) else { return };
        let actor = |subject: &str| kit::caller::Actor { subject: subject.to_string(), organisation: None };
        let steps = [
            Step::FallDue,
            Step::Approve(actor("per_1")),
            Step::Instruct { by: actor("per_2"), bank_reference: "BACS".to_string(), to: destination() },
            Step::Confirm { by: actor("per_3"), on: "2020-02-04".parse().unwrap() },
        ];
        let mut payment = project.payments[nth].clone();
        for step in steps {
            payment = payment.step(step, "", World::now()).unwrap();
        }
        let pence = payment.amount.minor_units;
        project.payments[nth] = payment;
        assert!(self.post(Kind::Pay, pence));
        self.plain.promised -= i128::from(pence);
        self.plain.with_councils += i128::from(pence);
    }

    fn claim(&mut self) {
        let Some(at) = self.some_project() else { return };
        let project = &mut self.projects[at];
        let paid: i64 = project
            .payments
            .iter()
            .filter(|payment| payment.state.paid_on().is_some())
            .map(|payment| payment.amount.minor_units)
            .sum();
        let claimed: i64 = project.recoveries.iter().map(|recovery| recovery.amount.minor_units).sum();
        let held = paid - claimed;
        if held == 0 {
            return;
        }
        // As often all of it, or the run would end with every penny given away.
        let pence = if self.dice.below(2) == 0 { held } else { self.dice.pence(held) };
        let (id, award) = (kit::ids::RecoveryId::new(), project.payments[0].award);
        project.recoveries.push(Recovery::new(id, award, Money::pence(pence), "", World::now()));
    }

    /// A recovery that is not settled, of some award.
    fn some_recovery(&mut self) -> Option<(usize, usize)> {
        let at = self.some_project()?;
        let unsettled = |recovery: &Recovery| recovery.outstanding().minor_units > 0;
        self.projects[at].recoveries.iter().position(unsettled).map(|nth| (at, nth))
    }

    fn take_back(&mut self) {
        let Some((at, nth)) = self.some_recovery() else { return };
        let outstanding = self.projects[at].recoveries[nth].outstanding().minor_units;
        let pence = if self.dice.below(2) == 0 { outstanding } else { self.dice.pence(60_000) };
        match self.projects[at].recoveries[nth].take_back(Money::pence(pence), World::now()) {
            Ok(taken) => self.projects[at].recoveries[nth] = taken,
            Err(Error::MoreThanOutstanding { .. }) => return assert!(pence > outstanding),
            Err(other) => panic!("{other}"),
        }
        assert!(self.post(Kind::Return, pence));
        self.plain.with_councils -= i128::from(pence);
        self.plain.free += i128::from(pence);
    }

    fn give_up(&mut self) {
        let Some((at, nth)) = self.some_recovery() else { return };
        let outstanding = self.projects[at].recoveries[nth].outstanding().minor_units;
        let before: i64 = self.projects[at].recoveries.iter().map(|recovery| recovery.written_off.minor_units).sum();
        match self.projects[at].recoveries[nth].write_off(SMALL, Money::pence(before), "small", World::now()) {
            Ok(written_off) => self.projects[at].recoveries[nth] = written_off,
            Err(Error::BalanceNotSmall { .. }) => return assert!(before + outstanding > SMALL.minor_units),
            Err(other) => panic!("{other}"),
        }
        assert!(self.post(Kind::WriteOff, outstanding));
        self.plain.with_councils -= i128::from(outstanding);
        self.plain.given_up += i128::from(outstanding);
    }

    /// The pot has every penny where the model has it, and so have the awards.
    fn expect_in_order(&self) {
        let pot = &self.pot;
        let books = [pot.available, pot.committed, pot.paid, pot.written_off].map(i128::from);
        let model = [self.plain.free, self.plain.promised, self.plain.with_councils, self.plain.given_up];
        assert_eq!(books, model);
        assert!(books.iter().all(|balance| *balance >= 0), "{books:?}");
        assert_eq!(books.iter().sum::<i128>(), 1_950_000);
        let promised: i64 = self
            .projects
            .iter()
            .flat_map(|project| &project.payments)
            .filter(|payment| payment.state.is_open())
            .map(|payment| payment.amount.minor_units)
            .sum();
        assert_eq!(i128::from(promised), self.plain.promised);
    }

    fn expect_each_award_in_order(&self) {
        for project in &self.projects {
            let planned = project.payments.iter().filter(|payment| payment.state != crate::payment::State::Cancelled);
            assert_eq!(planned.map(|payment| payment.amount.minor_units).sum::<i64>(), project.amount);
        }
    }
}

#[test]
fn no_interleaving_of_a_hundred_thousand_operations_overdraws_a_pot_or_loses_a_penny() {
    let mut world = World::new(2020);
    for _ in 0..OPERATIONS {
        world.step();
        world.expect_in_order();
    }
    world.expect_each_award_in_order();
    // The run was one in which money was short, came back and was given up.
    assert!(world.n_refused > 1_000, "{}", world.n_refused);
    assert!(world.pot.n_entries > 10_000 && world.pot.written_off > 0, "{:?}", world.pot);
}
