//! Who signs in at the moment at which tokens end.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kit::db::{Conn, Storage, Tx};
use kit::time::Timestamp;
use serde_json::Value;
use toadlane_proto::registry::v1 as pb;
use tokio::sync::mpsc;

use super::boards::{a_board, a_seat};
use super::clients::{create, rotate, with_secret};
use super::harness::*;
use super::sign_in::{finish, start};
use crate::app::{self, ExchangeToken};
use crate::error::Error;
use crate::proof::{Proof, Refused};
use crate::store::revocations;

/// On PostgreSQL both run at once: whoever ends the tokens waits, and takes an instant after that of the token.
#[tokio::test]
async fn whoever_ends_tokens_waits_for_one_that_is_being_issued() {
    each_engine(async |harness| {
        let subject = harness.admin.to_string();
        let (holds, mut is_held) = mpsc::unbounded_channel();
        let (ends, is_ended) = std::sync::mpsc::channel();
        let both_at_once = matches!(harness.storage, Storage::Postgres { .. });
        let issue = harness.db.work(None, move |tx| {
            revocations::hold(tx)?;
            holds.send(()).unwrap();
            while both_at_once && is_ended.try_recv().is_err() && n_waiting(tx) == 0 {}
            Ok::<_, Error>(Timestamp::of_this_machine())
        });
        let end = async {
            is_held.recv().await.unwrap();
            let end = move |tx: &mut Tx| {
                let revocation = revocations::insert(tx, &subject)?;
                // Whoever would listen may be through by now.
                let _ = ends.send(());
                Ok::<_, Error>(revocation)
            };
            harness.db.work(None, end).await
        };
        let (issued_at, revocation) = tokio::join!(issue, end);
        assert!(issued_at.unwrap() <= revocation.unwrap().revoked_at);
    })
    .await;
}

/// How many connections to this database wait for another's lock.
fn n_waiting(conn: &mut Conn) -> i64 {
    let n = "(SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
             WHERE NOT granted AND datname = current_database())";
    diesel::select(sql::<BigInt>(n)).get_result(conn).unwrap()
}

/// Whichever is first: the token says that its holder sits, or it has ended.
#[tokio::test]
async fn a_sign_in_beside_a_new_seat_gives_no_token_that_knows_nothing_of_it() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        for n in 0..8 {
            let email = format!("manager{n}@example.org");
            let person = harness.an_official(pb::Role::RoundManager, harness.network, &email).await;
            let (mut nobody, seen) = (harness.as_nobody(), harness.mailed_codes());
            let started = start(&mut nobody, &email).await;
            let codes = harness.wait_for_mail(seen.len() + 1).await;
            let code = codes.iter().find(|code| !seen.contains(code)).unwrap();
            let seat = a_seat(&board, harness.network, &person, "2019-07-01");
            let (token, seated) = tokio::join!(finish(&mut nobody, &started, code), admin.boards.add_seat(seat));
            seated.unwrap();
            let claims = claims(&token.unwrap().access_token);
            let listed = harness.list_revocations().await;
            let ended = listed
                .revocations
                .into_iter()
                .find(|revocation| revocation.subject == person.id)
                .unwrap()
                .revoked_at
                .unwrap();
            assert!(claims["sits"] == true || claims["iat"].as_i64().unwrap() <= ended.seconds, "{claims} {ended}");
        }
    })
    .await;
}

/// However long its request has waited.
#[tokio::test]
async fn a_secret_that_was_replaced_meanwhile_signs_nobody_in() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let created = create(&mut own, with_secret(kirklees, &["bids.read"])).await;
        let client = created.client.unwrap();
        let waiting = ExchangeToken {
            id: client.id.parse().unwrap(),
            proof: Proof::Secret(created.secret),
            accepted: [ISSUER.to_string(), format!("{ISSUER}/oauth/token")],
        };
        let exchange = async |waiting: ExchangeToken| {
            harness.db.work(None, move |tx| app::exchange_token(tx, &waiting)).await.unwrap()
        };
        assert!(exchange(waiting.clone()).await.is_ok());
        own.clients.rotate_client_secret(rotate(&client, None)).await.unwrap();
        assert!(matches!(exchange(waiting).await, Err(Refused::InvalidClient)));
    })
    .await;
}

/// What a token says.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
