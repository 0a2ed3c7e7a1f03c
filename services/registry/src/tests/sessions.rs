//! What a person who signed in goes on with.

use kit::digest::digest;
use kit::time::Timestamp;
use kit::tokens::Secret;
use toadlane_proto::registry::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;
use super::people::{end, grant};
use super::sign_in::revoke;
use crate::app::{self, RenewSession};

async fn renew(harness: &Harness, token: &pb::AccessToken) -> Result<pb::AccessToken, Status> {
    let request = pb::RenewSessionRequest { refresh_token: token.refresh_token.clone() };
    harness.as_nobody().sign_in.renew_session(request).await.map(tonic::Response::into_inner)
}

async fn sessions(called: &mut Clients) -> Vec<pb::Session> {
    called.sign_in.list_sessions(pb::ListSessionsRequest::default()).await.unwrap().into_inner().sessions
}

/// F-A11, K-0.1: people had ten minutes, and no more than five mails a quarter of an hour.
#[tokio::test]
async fn a_session_renews_a_token_with_the_roles_of_the_moment() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let person = harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let first = harness.sign_in("b@kirklees.example").await;
        harness.as_admin().people.grant_role(grant(&person, pb::Role::Certifier, kirklees)).await.unwrap();
        let second = renew(&harness, &first).await.unwrap();
        assert_ne!(second.refresh_token, first.refresh_token);
        assert_eq!((&second.session_id, second.expires_in), (&first.session_id, 600));
        let mut signed_in = harness.with_token(&second.access_token);
        let who = signed_in.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
        assert_eq!((who.subject.as_str(), who.roles.len()), (person.id.as_str(), 1));
        renew(&harness, &second).await.unwrap();
        let made_up = pb::AccessToken { refresh_token: Secret::generate().shown_once, ..Default::default() };
        assert_eq!(refusal(renew(&harness, &made_up).await).0, Code::Unauthenticated);
        let exchanged = pb::AccessToken::default();
        assert_eq!(exchanged.refresh_token, "", "a client has none");
    })
    .await;
}

/// A stolen refresh token that is used twice ends the session for both who have it, and its tokens at once.
#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_session() {
    each_engine(async |harness| {
        let stolen = harness.sign_in("ada@example.org").await;
        let elsewhere = harness.sign_in("ada@example.org").await;
        let next = renew(&harness, &stolen).await.unwrap();
        assert_eq!(refusal(renew(&harness, &stolen).await), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()));
        assert_eq!(refusal(renew(&harness, &next).await).0, Code::Unauthenticated, "nor does the other");
        let ended = harness.list_revocations().await;
        assert_eq!(ended.revocations[0].subject, harness.admin.to_string());
        renew(&harness, &elsewhere).await.unwrap();
    })
    .await;
}

/// Eight hours of work with one sign-in; half an hour without any ends it.
#[tokio::test]
async fn a_session_lasts_as_long_as_it_is_used_and_a_day_of_work_at_most() {
    each_engine(async |harness| {
        let token = harness.sign_in("ada@example.org").await;
        let began = Timestamp::of_this_machine();
        let at = async |given: &str, minutes: i64| {
            let Secret { shown_once, stored } = Secret::generate();
            let real_now = began.plus_seconds(60 * minutes);
            let cmd = RenewSession { given: digest(given), next: stored, real_now };
            let now = harness.db.clock().now();
            let renewed = harness.db.work(None, move |tx| app::renew_session(tx, now, &cmd)).await.unwrap();
            renewed.map(|_| shown_once)
        };
        let mut refresh = token.refresh_token;
        for n in 1..48 {
            refresh = at(&refresh, 10 * n).await.unwrap();
        }
        let after_lunch = at(&refresh, 470 + 31).await;
        assert_eq!(after_lunch, None);
        let mut refresh = harness.sign_in("ada@example.org").await.refresh_token;
        for n in 1..28 {
            refresh = at(&refresh, 25 * n).await.unwrap();
        }
        refresh = at(&refresh, 699).await.unwrap();
        assert_eq!(at(&refresh, 721).await, None);
    })
    .await;
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_and_no_others() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        harness.a_person(kirklees, "Bethan Rees", "b@kirklees.example").await;
        let [one, two] = [harness.sign_in("ada@example.org").await, harness.sign_in("ada@example.org").await];
        let other = harness.sign_in("b@kirklees.example").await;
        let mut ada = harness.with_token(&two.access_token);
        let seen: Vec<String> = sessions(&mut ada).await.into_iter().map(|session| session.id).collect();
        assert_eq!(seen, [two.session_id.clone(), one.session_id.clone()], "newest first");
        let end_one = |session_id: &str| pb::EndSessionRequest {
            request_id: new_id(),
            session_id: session_id.to_string(),
            validate_only: false,
        };
        assert_eq!(refusal(ada.sign_in.end_session(end_one(&other.session_id)).await).0, Code::NotFound);
        assert_eq!(ada.sign_in.end_session(end_one(&one.session_id)).await.unwrap().into_inner().ended, 1);
        assert!(renew(&harness, &one).await.is_err());
        let two = renew(&harness, &two).await.unwrap();
        assert_eq!(ada.sign_in.end_session(end_one("")).await.unwrap().into_inner().ended, 1);
        assert!(renew(&harness, &two).await.is_err());
        assert_eq!(sessions(&mut ada).await, []);
        renew(&harness, &other).await.unwrap();
        let mut system = harness.as_who(&a_system(kirklees));
        assert_eq!(sessions(&mut system).await, []);
    })
    .await;
}

#[tokio::test]
async fn sessions_end_with_the_person_and_with_whoever_revokes_them() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut own = harness.as_administrator_of(kirklees);
        let person = harness.a_person(kirklees, "Olu", "olu@kirklees.example").await;
        let session = harness.sign_in("olu@kirklees.example").await;
        own.sign_in.revoke_subject(revoke(&person.id)).await.unwrap();
        assert!(renew(&harness, &session).await.is_err());
        let session = harness.sign_in("olu@kirklees.example").await;
        own.people.end_person(end(&person)).await.unwrap();
        assert!(renew(&harness, &session).await.is_err());
    })
    .await;
}
