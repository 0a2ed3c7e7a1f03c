use bids::receipt::{Claims, sign};
use kit::tokens::SigningKey;
use testing::stores::Fresh;

use super::*;

fn a_receipt(number: i64) -> Claims {
    Claims {
        iat: 1_800_000_000,
        bid: "bid_1".to_string(),
        round: "rnd_1".to_string(),
        round_reference: "r3-2020".to_string(),
        applicant: "org_1".to_string(),
        client_reference: "CASE-1".to_string(),
        revision: 1,
        content_sha256: "00".to_string(),
        received_at: "2019-11-06T09:37:00Z".to_string(),
        number: Some(number),
        state: "submitted".to_string(),
    }
}

#[test]
fn of_several_receipts_those_that_are_not_genuine_are_named() {
    let folder = Fresh::sqlite();
    let kit::db::Storage::Sqlite { folder, .. } = &folder.storage else { panic!("a folder was asked for") };
    let ours = SigningKey::generate(Area::Bids.name()).unwrap();
    let theirs = SigningKey::generate(Area::Bids.name()).unwrap();
    let mut set = KeySet::default();
    set.add(ours.public()).unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    let keys = write("keys.json", &set.to_json());
    let first = write("1.jws", &sign(&ours, &a_receipt(1)).unwrap());
    let second = write("2.jws", &sign(&ours, &a_receipt(2)).unwrap());
    let forged = write("forged.jws", &sign(&theirs, &a_receipt(3)).unwrap());
    let verify = |receipts: &[&PathBuf]| {
        let receipts = receipts.iter().copied().cloned().collect();
        Verify::Receipt { receipts, keys: keys.clone() }.run()
    };
    assert_eq!(verify(&[&first, &second]), Ok(()));
    let absent = folder.join("absent.jws");
    let refused = verify(&[&first, &forged, &absent, &second]).unwrap_err();
    let [of_forged, of_absent] = refused.lines().collect::<Vec<_>>()[..] else { panic!("{refused}") };
    assert!(of_forged.starts_with(&format!("{}: the receipt is not genuine", forged.display())), "{refused}");
    assert!(of_absent.starts_with(&format!("{}: No such file", absent.display())), "{refused}");
}
