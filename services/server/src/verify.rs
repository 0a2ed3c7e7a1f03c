//! `toadlane verify`: what the platform signed, checked offline with its key set and nothing else.

use std::io::Read;
use std::path::{Path, PathBuf};

use kit::caller::Role;
use kit::tokens::{KeySet, verify_statement};

#[derive(clap::Subcommand)]
pub enum Verify {
    /// Verify receipts of bids
    Receipt {
        /// Files with a receipt each (its JWS); `-` reads standard input
        #[arg(required = true)]
        receipts: Vec<PathBuf>,
        /// The platform's key set: `roles.json` of its key folder, or what `/.well-known/jwks.json` answers
        #[arg(long, default_value = "toadlane-data/keys/roles.json")]
        keys: PathBuf,
    },
}

impl Verify {
    pub fn run(&self) -> Result<(), String> {
        match self {
            Verify::Receipt { receipts, keys } => {
                let key_set = KeySet::parse(&read(keys)?).map_err(|cause| format!("{}: {cause}", keys.display()))?;
                let mut refused = Vec::new();
                for receipt in receipts {
                    let named = |says| format!("{}: {says}", receipt.display());
                    match read(receipt).and_then(|jws| receipt_claims(&key_set, jws.trim()).map_err(named)) {
                        Ok(claims) => print(receipt, &claims),
                        Err(says) => refused.push(says),
                    }
                }
                if refused.is_empty() { Ok(()) } else { Err(refused.join("\n")) }
            }
        }
    }
}

fn print(receipt: &Path, claims: &bids::receipt::Claims) {
    println!("{}: the receipt is genuine", receipt.display());
    println!("  bid        {}", claims.bid);
    println!("  round      {} ({})", claims.round_reference, claims.round);
    match claims.number {
        Some(number) => println!("  number     {number}"),
        None => println!("  number     none: received after the close and held"),
    }
    println!("  received   {}", claims.received_at);
    println!("  revision   {}, SHA-256 {}", claims.revision, claims.content_sha256);
    println!("  reference  {}", claims.client_reference);
}

/// What a receipt says, if a key of `bids` signed it.
pub fn receipt_claims(key_set: &KeySet, jws: &str) -> Result<bids::receipt::Claims, String> {
    let verified = verify_statement(key_set, bids::receipt::TYPE, jws, Role::Bids.name());
    let (claims, _) = verified.map_err(|cause| format!("the receipt is not genuine: {cause}"))?;
    Ok(claims)
}

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    read.map_err(|cause| format!("{}: {cause}", path.display()))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
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
        let ours = SigningKey::generate(Role::Bids.name()).unwrap();
        let theirs = SigningKey::generate(Role::Bids.name()).unwrap();
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
}
