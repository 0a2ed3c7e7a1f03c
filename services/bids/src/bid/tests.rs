use kit::caller::Actor;
use kit::stored::from_json;
use kit::time::at;

use super::*;

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
    let bid = Bid {
        id,
        round: RoundId::new(),
        applicant: OrgId::new(),
        client: String::new(),
        client_reference: None,
        version: 3,
        state: State::Draft { kept: None },
        revision: 2,
        paper: Paper::default(),
        digest: digest(Paper::default().canonical_json()),
        participants: Vec::new(),
        sign_off: Some(sign_off.clone()),
        findings: Vec::new(),
        reason: String::new(),
        created_at: now,
        updated_at: now,
    };
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
