use kit::caller::{Area, Role};
use kit::time::{Timestamp, at};
use kit::tokens::{KeySet, PublicKey, SigningKey, sign_statement};
use serde_json::json;
use toadlane_proto::registry::v1 as pb;
use tonic::{Code, Status};

use super::boards::{a_board, a_seat};
use super::clients::{create, with_key, with_secret};
use super::harness::*;
use super::people::{end, grant, update};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub async fn start(called: &mut Clients, email: &str) -> pb::StartSignInResponse {
    let request = pb::StartSignInRequest { email: email.to_string() };
    called.sign_in.start_sign_in(request).await.unwrap().into_inner()
}

pub async fn finish(
    called: &mut Clients,
    started: &pb::StartSignInResponse,
    code: &str,
) -> Result<pb::AccessToken, Status> {
    let request = pb::FinishSignInRequest { sign_in_id: started.sign_in_id.clone(), code: code.to_string() };
    called.sign_in.finish_sign_in(request).await.map(tonic::Response::into_inner)
}

/// The same with the code that was mailed, which is the first one.
async fn start_with_code(harness: &Harness, email: &str) -> (pb::StartSignInResponse, String) {
    let started = start(&mut harness.as_nobody(), email).await;
    (started, harness.wait_for_mail(1).await.remove(0))
}

#[tokio::test]
async fn a_person_signs_in_with_the_code_from_the_mail() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let certifier = harness.an_official(pb::Role::Certifier, kirklees, "Bethan@kirklees.example").await;
        let mut nobody = harness.as_nobody();
        let started = start(&mut nobody, "bethan@KIRKLEES.example").await;
        let codes = harness.wait_for_mail(1).await;
        let typed = codes[0].to_lowercase().replace('-', " ");
        let token = finish(&mut nobody, &started, &typed).await.unwrap();
        assert_eq!((token.token_type.as_str(), token.expires_in, token.scope.as_str()), ("Bearer", 600, ""));

        let mut signed_in = harness.with_token(&token.access_token);
        let who = signed_in.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!((who.subject.as_str(), who.name.as_str()), (certifier.id.as_str(), "Bethan Rees"));
        let role = pb::HeldRole { role: pb::Role::Certifier.into(), organisation_id: kirklees.to_string() };
        assert_eq!(who.roles, [role]);
        let again = finish(&mut nobody, &started, &codes[0]).await;
        assert_eq!(refusal(again), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()), "a code works once");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_cannot_be_told_from_a_known_one() {
    each_engine(async |harness| {
        let mut nobody = harness.as_nobody();
        let known = start(&mut nobody, "ada@example.org").await;
        let unknown = start(&mut nobody, "eve@example.org").await;
        let lasts = |started: &pb::StartSignInResponse| started.expires_at.unwrap().seconds;
        assert!((lasts(&known) - lasts(&unknown)).abs() <= 1);
        let said = async |started: &pb::StartSignInResponse| {
            told(&finish(&mut harness.as_nobody(), started, "0000-0000").await.unwrap_err())
        };
        let never = pb::StartSignInResponse { sign_in_id: format!("sgn_{:032x}", 1), expires_at: None };
        let of_known = said(&known).await;
        assert_eq!(of_known, said(&unknown).await);
        assert_eq!(of_known, said(&never).await);
        assert_eq!(harness.wait_for_mail(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_lock_a_sign_in_although_each_was_refused() {
    each_engine(async |harness| {
        let mut nobody = harness.as_nobody();
        let (started, code) = start_with_code(&harness, "ada@example.org").await;
        for _ in 0..5 {
            assert_eq!(refusal(finish(&mut nobody, &started, "0000-0000").await).0, Code::Unauthenticated);
        }
        assert_eq!(refusal(finish(&mut nobody, &started, &code).await).0, Code::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn wrong_codes_in_a_race_are_all_counted() {
    each_engine(async |harness| {
        let (started, code) = start_with_code(&harness, "ada@example.org").await;
        let tries: Vec<_> = (0..5)
            .map(|_| {
                let (mut nobody, started) = (harness.as_nobody(), started.clone());
                tokio::spawn(async move { finish(&mut nobody, &started, "0000-0000").await })
            })
            .collect();
        for guess in tries {
            assert_eq!(refusal(guess.await.unwrap()).0, Code::Unauthenticated);
        }
        assert!(finish(&mut harness.as_nobody(), &started, &code).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_address_is_sent_five_codes_in_a_quarter_of_an_hour_and_the_answer_stays_the_same() {
    each_engine(async |harness| {
        let mut nobody = harness.as_nobody();
        for _ in 0..7 {
            start(&mut nobody, "ada@example.org").await;
        }
        // Somebody else's mail is not held up, and comes last.
        let kirklees = harness.council("KIR").await;
        harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        start(&mut nobody, "olu@kirklees.example").await;
        assert_eq!(harness.wait_for_mail(6).await.len(), 6);
    })
    .await;
}

/// F-A5, C-1.10: five starts by a stranger used up the address's codes, and its owner was sent none.
#[tokio::test]
async fn a_stranger_keeps_nobody_out_and_floods_no_mailbox() {
    each_engine(async |harness| {
        let mut nobody = harness.as_nobody();
        let mut strangers = Vec::new();
        for _ in 0..20 {
            strangers.push(start(&mut nobody, "ada@example.org").await);
        }
        let codes = harness.wait_for_mail(5).await;
        // Each wrong code costs the stranger's own sign-in a try.
        for started in &strangers {
            for _ in 0..5 {
                assert!(finish(&mut nobody, started, "0000-0000").await.is_err());
            }
        }
        let started = start(&mut nobody, "ada@example.org").await;
        let mut n_right = 0;
        for code in &codes {
            n_right += usize::from(finish(&mut nobody, &started, code).await.is_ok());
            if n_right == 1 {
                break;
            }
        }
        assert_eq!(n_right, 1, "the latest code in the mailbox, of five");
        assert_eq!(harness.mailed_codes().len(), 5);
        for code in &codes {
            assert!(finish(&mut nobody, &started, code).await.is_err(), "and once");
        }
    })
    .await;
}

/// F-A11: who uses the codes is sent the next one, however often.
#[tokio::test]
async fn a_code_that_was_used_counts_no_more() {
    each_engine(async |harness| {
        for _ in 0..8 {
            harness.sign_in("ada@example.org").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_sent_to_an_address_that_was_replaced_is_worth_nothing() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let (started, code) = start_with_code(&harness, "olu@kirklees.example").await;
        let request = pb::UpdatePersonRequest { email: "new@kirklees.example".to_string(), ..update(&person) };
        harness.as_admin().people.update_person(request).await.unwrap();
        let mail = harness.mail_to("new@kirklees.example").await;
        harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await.unwrap();
        assert!(finish(&mut harness.as_nobody(), &started, &code).await.is_err());
        let listed = harness.list_revocations().await;
        assert_eq!(listed.revocations[0].subject, person.id, "and the tokens of the old address end");
    })
    .await;
}

#[tokio::test]
async fn a_token_lasts_no_longer_than_the_role_in_it() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let request = pb::GrantRoleRequest {
            ends_at: Some(at("2020-01-06T09:02:00Z").into()),
            ..grant(&person, pb::Role::LearningConsultant, kirklees)
        };
        harness.as_admin().people.grant_role(request).await.unwrap();
        let (started, code) = start_with_code(&harness, "b@kirklees.example").await;
        assert_eq!(finish(&mut harness.as_nobody(), &started, &code).await.unwrap().expires_in, 120);
    })
    .await;
}

#[tokio::test]
async fn an_ended_person_signs_in_no_more() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let (started, code) = start_with_code(&harness, "olu@kirklees.example").await;
        harness.as_admin().people.end_person(end(&person)).await.unwrap();
        assert!(finish(&mut harness.as_nobody(), &started, &code).await.is_err(), "a code from before");
    })
    .await;
}

pub fn revoke(subject: impl ToString) -> pb::RevokeSubjectRequest {
    pb::RevokeSubjectRequest { request_id: new_id(), subject: subject.to_string(), ..Default::default() }
}

#[tokio::test]
async fn a_revocation_ends_the_tokens_before_it_and_none_after() {
    each_engine(async |harness| {
        let mut nobody = harness.as_nobody();
        let (started, code) = start_with_code(&harness, "ada@example.org").await;
        let token = finish(&mut nobody, &started, &code).await.unwrap().access_token;
        let mut ada = harness.with_token(&token);
        let revoked = ada.sign_in.revoke_subject(revoke(harness.admin)).await.unwrap().into_inner();
        let listed = harness.list_revocations().await;
        assert_eq!(listed.revocations, std::slice::from_ref(&revoked));
        assert_eq!((listed.last_position, listed.more), (revoked.position, false));
        // As each role's guard does when it has asked.
        harness.gate.revocations().add(&revoked.subject, revoked.revoked_at.unwrap().seconds);
        assert_eq!(refusal(ada.sign_in.who_am_i(pb::WhoAmIRequest {}).await).0, Code::Unauthenticated);

        let started = start(&mut nobody, "ada@example.org").await;
        let codes = harness.wait_for_mail(2).await;
        let new_code = codes.iter().find(|mailed| **mailed != code).unwrap();
        let token = finish(&mut nobody, &started, new_code).await.unwrap().access_token;
        let who = harness.with_token(&token).sign_in.who_am_i(pb::WhoAmIRequest {}).await;
        assert!(who.is_ok(), "in the very same second: {who:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_a_seat_signs_in_as_one_who_sits() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        for (role, ends) in [(pb::Role::Auditor, true), (pb::Role::Certifier, false)] {
            let email = format!("{}@example.org", role.as_str_name());
            let person = harness.an_official(role, harness.network, &email).await;
            let seen = harness.mailed_codes();
            let mut nobody = harness.as_nobody();
            let sits = async |nobody: &mut Clients, seen: &[String]| {
                let started = start(nobody, &email).await;
                let codes = harness.wait_for_mail(seen.len() + 1).await;
                let code = codes.iter().find(|code| !seen.contains(code)).unwrap();
                let token = finish(nobody, &started, code).await.unwrap().access_token;
                let who = harness.with_token(&token).sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
                (who.sits, codes)
            };
            let (before, seen) = sits(&mut nobody, &seen).await;
            admin.boards.add_seat(a_seat(&board, harness.network, &person, "2019-07-01")).await.unwrap();
            let listed = harness.list_revocations().await;
            let ended = listed.revocations.iter().any(|revocation| revocation.subject == person.id);
            assert_eq!(ended, ends, "only a token that opened too much ends");
            assert_eq!((before, sits(&mut nobody, &seen).await.0), (false, true));
        }
    })
    .await;
}

#[tokio::test]
async fn revocations_are_numbered_without_gaps_and_read_from_a_position() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let writers: Vec<_> = (0..20)
            .map(|_| {
                let (mut admin, request) = (harness.as_admin(), revoke(&person.id));
                tokio::spawn(async move { admin.sign_in.revoke_subject(request).await.unwrap() })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let mut bids = harness.as_area(Area::Bids);
        let (mut after_position, mut seen) = (0, Vec::new());
        loop {
            let request = pb::ListRevocationsRequest { after_position, page_size: 7 };
            let page = bids.sign_in.list_revocations(request).await.unwrap().into_inner();
            seen.extend(page.revocations.iter().map(|revocation| revocation.position));
            after_position = page.last_position;
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, (1..=20).collect::<Vec<_>>());
        let mut admin = harness.as_admin();
        let request = pb::ListRevocationsRequest { after_position: 0, page_size: 0 };
        assert_eq!(refusal(admin.sign_in.list_revocations(request).await).0, Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn who_may_revoke_whom() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let mut other = harness.as_administrator_of(rochdale);
        assert_eq!(refusal(other.sign_in.revoke_subject(revoke(&person.id)).await).0, Code::NotFound);
        let mut colleague = harness.as_who(&Who::person(Role::Certifier, kirklees));
        assert_eq!(refusal(colleague.sign_in.revoke_subject(revoke(&person.id)).await).0, Code::PermissionDenied);
        let mut own = harness.as_administrator_of(kirklees);
        assert!(own.sign_in.revoke_subject(revoke(&person.id)).await.is_ok());
    })
    .await;
}

fn by_secret(client: &str, secret: &str, scope: &str) -> pb::ExchangeTokenRequest {
    pb::ExchangeTokenRequest {
        grant_type: "client_credentials".to_string(),
        client_id: client.to_string(),
        client_secret: secret.to_string(),
        scope: scope.to_string(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_secret_is_exchanged_for_a_token_of_the_clients_scopes_or_fewer() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let request = with_secret(kirklees, &["bids.read", "bids.write"]);
        let created = create(&mut own, request).await;
        let (client, secret) = (created.client.unwrap().id, created.secret);
        let mut nobody = harness.as_nobody();
        let all = nobody.sign_in.exchange_token(by_secret(&client, &secret, "")).await.unwrap().into_inner();
        assert_eq!((all.scope.as_str(), all.expires_in), ("bids.read bids.write", 600));
        let who =
            harness.with_token(&all.access_token).sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!((who.subject.as_str(), who.organisation_id), (client.as_str(), kirklees.to_string()));
        assert_eq!(who.scopes, ["bids.read", "bids.write"]);
        assert_eq!(who.roles, []);
        let fewer = nobody.sign_in.exchange_token(by_secret(&client, &secret, "bids.read")).await.unwrap().into_inner();
        assert_eq!(fewer.scope, "bids.read");
        let more = nobody.sign_in.exchange_token(by_secret(&client, &secret, "bids.certify")).await;
        assert_eq!(refusal(more).0, Code::InvalidArgument);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_are_refused_alike() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let client = create(&mut own, with_secret(kirklees, &[])).await.client.unwrap();
        let mut nobody = harness.as_nobody();
        let mut said = Vec::new();
        for request in [
            by_secret(&client.id, "tls_wrong", ""),
            by_secret(&format!("cli_{:032x}", 1), "tls_wrong", ""),
            by_secret("", "tls_wrong", ""),
            by_secret(&client.id, "", ""),
        ] {
            let status = nobody.sign_in.exchange_token(request).await.unwrap_err();
            said.push((status.code(), status.message().to_string()));
        }
        assert_eq!(said[0].0, Code::Unauthenticated);
        assert!(said.iter().all(|answer| *answer == said[0]), "{said:?}");
    })
    .await;
}

fn assertion(client: &str, key: &SigningKey, audience: &str, jti: &str) -> String {
    let now = Timestamp::of_this_machine().seconds();
    let claims = json!({ "iss": client, "sub": client, "aud": audience, "jti": jti, "iat": now, "exp": now + 60 });
    sign_statement(key, "JWT", &claims).unwrap()
}

fn by_assertion(assertion: &str) -> pb::ExchangeTokenRequest {
    pb::ExchangeTokenRequest {
        grant_type: "client_credentials".to_string(),
        client_assertion_type: JWT_BEARER.to_string(),
        client_assertion: assertion.to_string(),
        ..Default::default()
    }
}

#[tokio::test]
async fn an_assertion_is_exchanged_once() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let key = SigningKey::generate("council").unwrap();
        let request = with_key(kirklees, &key, &["bids.certify"]);
        let client = create(&mut own, request).await.client.unwrap().id;
        let mut nobody = harness.as_nobody();
        for audience in [ISSUER.to_string(), format!("{ISSUER}/oauth/token")] {
            let once = assertion(&client, &key, &audience, &new_id());
            let token = nobody.sign_in.exchange_token(by_assertion(&once)).await.unwrap().into_inner();
            assert_eq!(token.scope, "bids.certify");
            assert_eq!(refusal(nobody.sign_in.exchange_token(by_assertion(&once)).await).0, Code::Unauthenticated);
        }
        let elsewhere = assertion(&client, &key, "https://other.example.org", &new_id());
        let status = nobody.sign_in.exchange_token(by_assertion(&elsewhere)).await.unwrap_err();
        assert!(status.message().contains("aud"), "{}", status.message());
        let stranger = assertion(&client, &SigningKey::generate("stranger").unwrap(), ISSUER, &new_id());
        assert_eq!(refusal(nobody.sign_in.exchange_token(by_assertion(&stranger)).await).0, Code::Unauthenticated);
        let other_client = pb::ExchangeTokenRequest {
            client_id: format!("cli_{:032x}", 1),
            ..by_assertion(&assertion(&client, &key, ISSUER, &new_id()))
        };
        assert_eq!(refusal(nobody.sign_in.exchange_token(other_client).await).0, Code::Unauthenticated);
    })
    .await;
}

#[tokio::test]
async fn one_assertion_in_a_race_gives_one_token() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let key = SigningKey::generate("council").unwrap();
        let client = create(&mut own, with_key(kirklees, &key, &[])).await.client.unwrap();
        let once = assertion(&client.id, &key, ISSUER, &new_id());
        let uses: Vec<_> = (0..8)
            .map(|_| {
                let (mut nobody, request) = (harness.as_nobody(), by_assertion(&once));
                tokio::spawn(async move { nobody.sign_in.exchange_token(request).await })
            })
            .collect();
        let mut n_tokens = 0;
        for attempt in uses {
            match attempt.await.unwrap() {
                Ok(_) => n_tokens += 1,
                Err(status) => assert_eq!(status.code(), Code::Unauthenticated, "{status:?}"),
            }
        }
        assert_eq!(n_tokens, 1);
    })
    .await;
}

#[tokio::test]
async fn the_key_set_is_for_everybody_and_keeps_retired_keys_dated() {
    each_engine(async |harness| {
        let before = harness.key_set().await;
        assert_eq!(before.keys.iter().map(|key| key.role.as_str()).collect::<Vec<_>>(), ["bids", "registry"]);

        let new = SigningKey::generate("bids").unwrap();
        let mut set = KeySet::default();
        set.add(new.public()).unwrap();
        let publish = |jwks: String| pb::PublishKeyRequest { request_id: new_id(), jwks };
        let mut bids = harness.as_area(Area::Bids);
        bids.sign_in.publish_key(publish(set.to_json())).await.unwrap();
        let after = bids.sign_in.publish_key(publish(set.to_json())).await.unwrap().into_inner();
        let of_bids: Vec<_> = after.keys.iter().filter(|key| key.role == "bids").collect();
        assert_eq!(of_bids.len(), 2, "published twice, known once");
        assert!(of_bids.iter().find(|key| key.kid == new.kid()).unwrap().retired_at.is_none());
        assert!(of_bids.iter().find(|key| key.kid != new.kid()).unwrap().retired_at.is_some());
        let read = KeySet::parse(&after.jwks).unwrap();
        assert!(read.get(&before.keys[0].kid).unwrap().retired_at.is_some(), "in the JWK Set too");

        let mut foreign = KeySet::default();
        foreign.add(SigningKey::generate("registry").unwrap().public()).unwrap();
        assert_eq!(violations(&bids.sign_in.publish_key(publish(foreign.to_json())).await.unwrap_err()), ["jwks role"]);
        let answer = harness.as_admin().sign_in.publish_key(publish(set.to_json())).await;
        assert_eq!(refusal(answer).0, Code::PermissionDenied);
    })
    .await;
}

async fn retired(harness: &Harness, key: &SigningKey) -> Option<bool> {
    harness.key_set().await.keys.iter().find(|known| known.kid == key.kid()).map(|known| known.retired_at.is_some())
}

#[tokio::test]
async fn a_key_that_follows_another_retires_it_and_an_old_key_set_never_brings_it_back() {
    each_engine(async |harness| {
        let (one, two) = (SigningKey::generate("rounds").unwrap(), SigningKey::generate("rounds").unwrap());
        harness.registry.prepare(&[one.public()]).await.unwrap();
        harness.registry.prepare(&[two.public()]).await.unwrap();
        harness.registry.prepare(&[one.public()]).await.unwrap();
        assert_eq!((retired(&harness, &one).await, retired(&harness, &two).await), (Some(true), Some(false)));
    })
    .await;
}

#[tokio::test]
async fn a_dated_key_of_the_set_is_taken_as_retired() {
    each_engine(async |harness| {
        let (old, new) = (SigningKey::generate("rounds").unwrap(), SigningKey::generate("rounds").unwrap());
        let dated = PublicKey { retired_at: Some(1_600_000_000), ..old.public() };
        harness.registry.prepare(&[dated.clone(), new.public()]).await.unwrap();
        assert_eq!((retired(&harness, &old).await, retired(&harness, &new).await), (Some(true), Some(false)));
        let both = [old.public(), new.public()];
        let refused = harness.registry.prepare(&both).await.unwrap_err();
        assert!(matches!(refused, crate::error::Error::TwoKeys { .. }), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn preparing_again_changes_nothing() {
    each_engine(async |harness| {
        let before = harness.key_set().await;
        harness.registry.prepare(&[]).await.unwrap();
        let after = harness.key_set().await;
        assert_eq!(before, after);
    })
    .await;
}

#[tokio::test]
async fn a_person_without_roles_is_somebody_all_the_same() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let caller = Who::nobody(person.id.parse().unwrap());
        let who = harness.as_who(&caller).sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!((who.name.as_str(), who.roles.len()), ("Olu", 0));
    })
    .await;
}
