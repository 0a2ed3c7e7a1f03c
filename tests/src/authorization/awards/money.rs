//! Payments, recoveries and the books.

use toadlane_proto::awards::v1 as pb;

use super::{OFFERED, PREPARED, of_none, one, section, see};
use crate::authorization::Case;
use crate::authorization::callers::Org;
use crate::authorization::scene::Scene;
use crate::authorization::scene::accounts::{check, confirm, give_back, hold, instruct, recover};

/// A step of a payment: of a prepared award, where it is planned only, and of one that is ready for it.
fn step(scene: &Scene, action: &str, ready: &str, of: impl Fn(String) -> Vec<Vec<u8>>) -> Vec<Case> {
    let on = |state: &str, name: &str| {
        let id = &scene.granted.payments[name].id;
        Case::of(section(action, state), id, of(id.clone()))
    };
    vec![on(PREPARED, PREPARED).illegal(), on(OFFERED, ready)]
}

pub fn cases(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    payments(scene, rpc).or_else(|| recoveries(scene, rpc)).or_else(|| books(scene, rpc))
}

fn payments(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let reason = || "because".to_string();
    Some(match rpc {
        "GetPayment" => [PREPARED, OFFERED]
            .map(|state| {
                let payment_id = scene.granted.payments[state].id.clone();
                let request = pb::GetPaymentRequest { payment_id };
                Case::new(section("See", state), &scene.granted.payments[state].id, request)
            })
            .into(),
        "ListPayments" => [PREPARED, OFFERED]
            .map(|state| {
                let award_id = scene.granted.own[state].id.clone();
                let request = pb::ListPaymentsRequest { award_id, ..Default::default() };
                let case = Case::new(section("See", state), &scene.granted.own[state].id, request);
                case.rows(&scene.granted.payments[state].id)
            })
            .into(),
        "ApprovePayment" => step(scene, "ApprovePayment", "to approve", |payment_id| {
            one(pb::ApprovePaymentRequest { payment_id, ..Default::default() })
        }),
        "InstructPayment" => step(scene, "InstructPayment", "to instruct", |payment_id| one(instruct(&payment_id))),
        "ConfirmPayment" => step(scene, "Book", "instructed", |payment_id| one(confirm(&payment_id))),
        "FailPayment" => step(scene, "Book", "to fail", |payment_id| {
            one(pb::FailPaymentRequest { payment_id, reason: reason(), ..Default::default() })
        }),
        "ReconcilePayment" => step(scene, "Book", "paid", |payment_id| {
            one(pb::ReconcilePaymentRequest { payment_id, ..Default::default() })
        }),
        "HoldPayment" => step(scene, "HoldPayment", "to hold", |payment_id| one(hold(&payment_id))),
        "ReleasePayment" => step(scene, "HoldPayment", "held", |payment_id| {
            one(pb::ReleasePaymentRequest { payment_id, ..Default::default() })
        }),
        // What is only planned can be given up too.
        "CancelPayment" => step(scene, "HoldPayment", "to cancel", |payment_id| {
            one(pb::CancelPaymentRequest { payment_id, reason: reason(), ..Default::default() })
        })
        .into_iter()
        .map(|case| Case { judge: crate::authorization::judge::Judge::Done, ..case })
        .collect(),
        _ => return None,
    })
}

fn recoveries(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let [due, asked, small, returned] = [0, 1, 2, 3].map(|nth| scene.granted.recoveries[nth].id.clone());
    let of = |action: &str, id: &str, message: Vec<Vec<u8>>| vec![Case::of(section(action, OFFERED), id, message)];
    Some(match rpc {
        "OpenRecovery" => {
            let on = |state: &str, name: &str| {
                let award_id = &scene.granted.own[name].id;
                Case::new(section("OpenRecovery", state), award_id, recover(award_id, 30))
            };
            // Nothing was paid that could come back.
            vec![on(PREPARED, PREPARED).illegal(), on(OFFERED, "paid")]
        }
        "GetRecovery" => of("See", &due, one(pb::GetRecoveryRequest { recovery_id: due.clone() })),
        "ListRecoveries" => {
            let award = &scene.granted.own["paid"].id;
            let request = pb::ListRecoveriesRequest { award_id: award.clone(), ..Default::default() };
            vec![Case::new(section("See", OFFERED), award, request).rows(&due)]
        }
        "RequestReturn" => {
            let request = pb::RequestReturnRequest { recovery_id: due.clone(), ..Default::default() };
            of("Book", &due, one(request))
        }
        "RecordReturn" => of("Book", &asked, one(give_back(&asked, 60))),
        "WriteOffRecovery" => {
            let (recovery_id, reason) = (small.clone(), "too little to ask for".to_string());
            of("WriteOff", &small, one(pb::WriteOffRecoveryRequest { recovery_id, reason, ..Default::default() }))
        }
        "ReconcileRecovery" => {
            let request = pb::ReconcileRecoveryRequest { recovery_id: returned.clone(), ..Default::default() };
            of("Book", &returned, one(request))
        }
        _ => return None,
    })
}

fn books(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let round_id = &scene.granted.round.id;
    let instrument = || "policy_prototype".to_string();
    let payee = scene.callers.org(Org::Editor);
    Some(match rpc {
        "RecordPayeeCheck" => {
            let staff = scene.callers.staff();
            // Whoever is of some council checks that one.
            let case = Case::by_caller(section("CheckPayee", PREPARED), "", move |caller| {
                one(check(staff.get(&caller.subject).unwrap_or(&payee)))
            });
            vec![case.and(&section("CheckPayee", OFFERED))]
        }
        "ListPayeeChecks" => {
            let request = pb::ListPayeeChecksRequest { organisation_id: payee.clone(), ..Default::default() };
            of_none("SeeBooks", &payee, one(request))
        }
        "ListMoneyHistory" => {
            see(scene, |award_id| one(pb::ListMoneyHistoryRequest { award_id, ..Default::default() }))
        }
        "GetPot" => {
            let request = pb::GetPotRequest { round_id: round_id.clone(), instrument: instrument() };
            of_none("SeeBooks", round_id, one(request))
        }
        "ListLedgerEntries" => {
            let (round_id, instrument) = (round_id.clone(), instrument());
            let request = pb::ListLedgerEntriesRequest { round_id, instrument, ..Default::default() };
            of_none("SeeBooks", &scene.granted.round.id, one(request))
        }
        _ => return None,
    })
}
