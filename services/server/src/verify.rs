//! `toadlane verify`: what the platform signed, checked offline with its key set and nothing else.

use std::io::Read;
use std::path::{Path, PathBuf};

use kit::caller::Area;
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
    let verified = verify_statement(key_set, bids::receipt::TYPE, jws, Area::Bids.name());
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
mod tests;
