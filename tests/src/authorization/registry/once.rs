//! What works once, made for the call that brings it: codes out of the mail, and refresh tokens.

use std::time::Duration;

use demo::deployment::Deployment;
use kit::ids::EventId;
use prost::Message;
use toadlane_proto::registry::v1 as pb;
use tokio::time::{Instant, sleep};

use crate::authorization::scene::Scene;

/// The request of an RPC that takes something which works once; none for any other RPC.
pub async fn made_once<'a>(
    scene: &Scene,
    deployment: &Deployment,
    rpc: &str,
    addresses: &mut impl Iterator<Item = &'a String>,
) -> Option<Vec<u8>> {
    let mut email = || addresses.next().expect("people have addresses");
    match rpc {
        "FinishSignIn" => Some(signing_in(scene, deployment, email()).await.encode_to_vec()),
        "RenewSession" => Some(renewing(scene, deployment, email()).await.encode_to_vec()),
        "ConfirmEmail" => Some(confirming(scene, deployment).await.encode_to_vec()),
        _ => None,
    }
}

/// A sign-in that awaits its code.
async fn signing_in(scene: &Scene, deployment: &Deployment, email: &str) -> pb::FinishSignInRequest {
    let request = pb::StartSignInRequest { email: email.to_string() };
    let started: pb::StartSignInResponse = scene.asking.made(&scene.callers.nobody, "StartSignIn", &request).await;
    let mail = mail(deployment, email, "is your sign-in code").await;
    pb::FinishSignInRequest { sign_in_id: started.sign_in_id, code: after(&mail, "\nSubject: ") }
}

/// A session that can be renewed.
async fn renewing(scene: &Scene, deployment: &Deployment, email: &str) -> pb::RenewSessionRequest {
    let finish = signing_in(scene, deployment, email).await;
    let token: pb::AccessToken = scene.asking.made(&scene.callers.nobody, "FinishSignIn", &finish).await;
    pb::RenewSessionRequest { refresh_token: token.refresh_token }
}

/// Another address of somebody, which waits.
async fn confirming(scene: &Scene, deployment: &Deployment) -> pb::ConfirmEmailRequest {
    let (administrator, moving) = (&scene.callers.administrator, &scene.callers.registered.moving);
    // The confirmation before changed them, and did not say how.
    let request = pb::GetPersonRequest { person_id: moving.id.clone() };
    let _: pb::Person = scene.asking.made(administrator, "GetPerson", &request).await;
    let email = format!("{}@verdicts.example", EventId::new());
    let (person_id, name) = (moving.id.clone(), moving.name.clone());
    let request = pb::UpdatePersonRequest { person_id, name, email: email.clone(), ..Default::default() };
    let _: pb::Person = scene.asking.made(administrator, "UpdatePerson", &request).await;
    let mail = mail(deployment, &email, "Confirm this address").await;
    let (confirmation_id, code) = (after(&mail, "\nfor "), after(&mail, "\ncode "));
    pb::ConfirmEmailRequest { confirmation_id, code, ..Default::default() }
}

/// The mail to an address whose subject says this, once it has come; it is thrown away.
async fn mail(deployment: &Deployment, email: &str, says: &str) -> String {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        for entry in std::fs::read_dir(&deployment.mail).unwrap() {
            let path = entry.unwrap().path();
            let mail = std::fs::read_to_string(&path).unwrap();
            let has = |head: &str, text: &str| mail.lines().any(|line| line.starts_with(head) && line.contains(text));
            if has("To: ", email) && has("Subject: ", says) {
                std::fs::remove_file(&path).unwrap();
                return mail;
            }
        }
        assert!(Instant::now() < until, "no mail came for {email}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// The first word after this in a mail.
fn after(mail: &str, head: &str) -> String {
    let rest = mail.split(head).nth(1).and_then(|rest| rest.split_whitespace().next());
    rest.unwrap_or_else(|| panic!("the mail says nothing after {head:?}: {mail}")).to_string()
}
