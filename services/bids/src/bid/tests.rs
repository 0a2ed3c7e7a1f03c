use kit::caller::Actor;
use kit::stored::from_json;
use kit::time::at;
use strum::VariantArray;
use testing::golden::covers;

use super::*;
use crate::state::{Before, Held, Receipt, StateName};

fn a_bid() -> Bid {
    let now = at("2020-01-20T10:00:00Z");
    Bid {
        id: BidId::new(),
        round: RoundId::new(),
        applicant: OrgId::new(),
        client: String::new(),
        client_reference: None,
        version: 3,
        state: State::Draft { kept: None },
        revision: 2,
        paper: Paper::default(),
        digest: String::new(),
        participants: Vec::new(),
        participations: Vec::new(),
        declared_conflicts: Vec::new(),
        sign_off: None,
        findings: Vec::new(),
        reason: String::new(),
        created_at: now,
        updated_at: now,
    }
}

fn states() -> Vec<State> {
    let receipt = Receipt { number: 4, at: at("2020-01-20T10:00:00Z"), revision: 1 };
    let held = Held { at: at("2020-02-01T00:00:00Z"), queue: 2, revision: 3, kept: None };
    vec![
        State::Draft { kept: None },
        State::Submitted(receipt),
        State::HeldLate(held),
        State::Eligible(receipt),
        State::Ineligible(receipt),
        State::Withdrawn(Before::Received(receipt)),
        State::NotSubmitted { kept: None },
        State::RejectedLate(held),
    ]
}

/// F-A2: lead and payee answer until the bid is handed in and leave until the close; a partner answers after it too.
#[test]
fn what_can_be_answered_in_which_state_is_as_the_golden_table_says() {
    covers(StateName::VARIANTS, states().into_iter().map(StateName::from));
    let by = Actor { subject: String::new(), organisation: None };
    let answer =
        Answer { by, at: at("2020-01-20T11:00:00Z"), digest: String::new(), reason: String::new(), word: None };
    let mut table =
        "What becomes of a bid when its lead or payee, and when a partner, answers; `-` is refused. Whoever\n\
                     confirms or declines was asked, and whoever leaves had confirmed.\n"
            .to_string();
    for state in states() {
        table += &format!("\n{}\n", state.name());
        for &reply in Reply::VARIANTS {
            let to = |part| {
                let organisation = OrgId::new();
                let before = match reply {
                    Reply::Confirm | Reply::Decline => participation::State::Asked,
                    Reply::Leave => participation::State::Confirmed(answer.clone()),
                };
                let participations = vec![Participation { organisation, part, state: before }];
                let replied = Bid { state, participations, ..a_bid() }.reply((organisation, None), reply, &answer);
                replied.map_or("-", |(bid, _)| bid.state.name())
            };
            assert_eq!(to(Part::Lead), to(Part::Payee));
            table += &format!("  {:<10} {:<14} {}\n", reply.name(), to(Part::Lead), to(Part::Partner));
        }
    }
    crate::tests::expect_golden("replies.txt", &table);
}

/// H-1: what an earlier program sealed may print otherwise today.
#[test]
fn a_bid_as_received_keeps_the_digest_that_was_sealed_and_the_sign_off_of_it() {
    let sealed = Paper::default().canonical_json().replace(r#""language":null,"#, "");
    let (id, now, paper) = (BidId::new(), at("2020-01-20T10:00:00Z"), from_json::<Paper>(&sealed).unwrap());
    assert_ne!(paper.canonical_json(), sealed);
    let sign_off = SignOff {
        certifier: PersonId::new(),
        role: "Section 151 officer".to_string(),
        revision: 1,
        digest: digest(&sealed),
        at: now,
        recorded_by: String::new(),
    };
    let bid =
        Bid { id, digest: digest(Paper::default().canonical_json()), sign_off: Some(sign_off.clone()), ..a_bid() };
    let handed_in = Revision {
        bid: id,
        number: 1,
        paper: paper.clone(),
        canonical_json: sealed.clone(),
        digest: digest(&sealed),
        created_at: now,
        author: Actor { subject: String::new(), organisation: None },
        restored_from: None,
    };
    let received = bid.as_received(handed_in);
    assert_eq!((received.revision, received.paper, received.digest), (1, paper, digest(&sealed)));
    assert_eq!(received.sign_off, Some(sign_off));
}
