//! The real 2020 round, from the call to the publication, through the public API: on SQLite and on PostgreSQL, in one
//! process and with every role in a process of its own. What it leaves behind is the same everywhere, byte for byte.

mod citations;
mod open_data;

use std::collections::BTreeMap;

use demo::round::Round;
use demo::second_half::{self, SecondHalf};
use demo::{call, first_half};
use kit::tokens::KeySet;
use server::verify;

use crate::platform::{Platform, each_engine};

/// What a round leaves: its papers by their names, and what its receipts say.
#[derive(Debug, PartialEq)]
struct Left {
    papers: BTreeMap<String, String>,
    receipts: Vec<Receipt>,
}

/// The claims of a verified receipt that are the same wherever the round is run.
#[derive(Debug, PartialEq)]
struct Receipt {
    number: Option<i64>,
    client_reference: String,
    revision: i32,
    received_at: String,
    state: String,
}

async fn run_round(platform: &Platform) -> (Round, SecondHalf, Left) {
    let round = first_half::play(&platform.deployment, &mut |_| {}).await.unwrap();
    let receipts = receipts(platform, &round).await;
    let out = platform.folder.join("out");
    let whole = second_half::play(&platform.deployment, &round, &out, &mut |_| {}).await.unwrap();
    let papers = whole.files.iter().map(|path| {
        let name = path.strip_prefix(&out).unwrap().display().to_string();
        (name, std::fs::read_to_string(path).unwrap())
    });
    let papers = papers.collect();
    (round, whole, Left { papers, receipts })
}

/// The receipts as they are verified offline; each with one letter changed is refused.
async fn receipts(platform: &Platform, round: &Round) -> Vec<Receipt> {
    let record = demo::record::Record::published();
    let key_set = platform.deployment.key_set().await.unwrap();
    let keys = KeySet::parse(&key_set).unwrap();
    assert_eq!(round.bids.len(), 13);
    let instants: Vec<_> = round.bids.iter().map(|submitted| submitted.bid.received_at).collect();
    assert!(instants.is_sorted_by_key(|at| at.map(|at| (at.seconds, at.nanos))));
    let verified = round.bids.iter().zip(&record.bids).map(|(submitted, published)| {
        assert_eq!(submitted.bid.number, i64::from(published.order), "{}", published.title);
        assert_eq!(submitted.bid.content.as_ref().unwrap().title, published.title);
        let claims = verify::receipt_claims(&keys, &submitted.receipt.jws).unwrap();
        assert_eq!(claims.number, Some(i64::from(published.order)));
        assert_eq!(claims.content_sha256, submitted.bid.content_sha256);
        assert_eq!(claims.client_reference, submitted.client_reference);
        assert!(verify::receipt_claims(&keys, &altered(&submitted.receipt.jws)).is_err());
        let (number, client_reference, revision) = (claims.number, claims.client_reference, claims.revision);
        Receipt { number, client_reference, revision, received_at: claims.received_at, state: claims.state }
    });
    verified.collect()
}

fn altered(jws: &str) -> String {
    let middle = jws.len() / 2;
    let other = if &jws[middle..=middle] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &jws[..middle], &jws[middle + 1..])
}

type Place = fn(testing::stores::Fresh, Option<&str>) -> Platform;

#[tokio::test(flavor = "multi_thread")]
async fn the_round_leaves_the_same_bytes_on_every_engine_in_one_process_and_in_seven() {
    let mut first: Option<Left> = None;
    let places: [(&str, Place); 2] = [("in one process", Platform::embedded), ("in seven processes", Platform::apart)];
    for (placement, place) in places {
        for (engine, fresh) in each_engine() {
            let platform = place(fresh, Some(call::BEGINS));
            let (round, whole, left) = run_round(&platform).await;
            println!("{placement} on {engine}: {} papers, {} receipts", left.papers.len(), left.receipts.len());
            let Some(first) = &first else {
                whole_round(&whole, &left);
                open_data::is_valid_and_as_the_example(&left.papers["360giving.json"]);
                citations::lead_to_the_bytes(&round, &whole, &left.papers["publication.html"]).await;
                first = Some(left);
                continue;
            };
            assert_eq!(left.papers.keys().collect::<Vec<_>>(), first.papers.keys().collect::<Vec<_>>());
            for (name, text) in &left.papers {
                assert!(*text == first.papers[name], "{name} differs {placement} on {engine}");
            }
            assert_eq!(left.receipts, first.receipts);
        }
    }
    let compared = first.expect("four rounds were run");
    println!("compared, byte for byte: {}", compared.papers.keys().cloned().collect::<Vec<_>>().join(", "));
}

/// What the issue of the whole round asks for, in numbers.
fn whole_round(whole: &SecondHalf, left: &Left) {
    let of = |folder: &str| left.papers.keys().filter(|name| name.starts_with(folder)).count();
    assert_eq!((of("board-packs/"), of("letters/")), (8, 13));
    let ledger = &left.papers["ledger.csv"];
    let paid: Vec<&str> = ledger.lines().filter(|line| line.contains(",pay,")).collect();
    assert_eq!(paid.len(), 13);
    assert!(paid.iter().all(|line| line.contains(",1500.00,GBP,")), "13 x 1,500.00 = 19,500.00");
    assert!(whole.assessed.ranking.bids.iter().any(|bid| bid.tied), "ties are shown");
    assert!(whole.assessed.quorums.iter().all(|quorum| quorum.met));
    assert_eq!(left.papers["recusals.csv"].lines().filter(|line| line.contains(",recused,")).count(), 15);
    // No identity of the system, which differs from store to store, and no signature.
    let identity = |word: &str| word.get(3..4) == Some("_") && word.len() == 36;
    for (name, text) in &left.papers {
        let found = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').find(|word| identity(word));
        assert_eq!(found, None, "in {name}");
    }
}
