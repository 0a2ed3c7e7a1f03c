//! Where the platform runs, and what its operators have of it beside the API: the mail with sign-in codes, and the
//! clocks, where they are held.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kit::time::Timestamp;
use toadlane_client::{Client, Code, Credentials, Place, Places};
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::types::v1::SetClockRequest;

use crate::error::Error;
use crate::requests::request_id;

#[derive(Clone)]
pub struct Deployment {
    pub places: Places,
    /// The addresses of all processes: each keeps a clock.
    pub clocks: Vec<Place>,
    /// Folder to which the registry writes its mail.
    pub mail: PathBuf,
}

/// How often a sign-in is begun, at most: the platform sends no more codes to one address in a quarter of an hour.
const MOST_STARTS: usize = 5;

impl Deployment {
    /// All roles at one address.
    pub fn at(place: Place, mail: PathBuf) -> Deployment {
        Deployment { places: Places::one(place.clone()), clocks: vec![place], mail }
    }

    pub fn client(&self, credentials: Credentials) -> Result<Client, Error> {
        Ok(Client::connect(self.places.clone(), credentials)?)
    }

    /// A client for a person, signed in with the one-time code from their mail.
    pub async fn sign_in(&self, email: &str) -> Result<Client, Error> {
        self.client(Credentials::Token(self.token(email).await?))
    }

    /// Signs a person in with the one-time code from their mail: their access token. Nothing that gives a token out is
    /// answered twice, so a sign-in whose code never came, or whose answer was lost, is begun anew.
    pub async fn token(&self, email: &str) -> Result<String, Error> {
        for _ in 1..MOST_STARTS {
            match self.token_at_once(email).await {
                Err(Error::NoMail(_)) => {}
                Err(Error::Refused(status)) if status.code() == Code::Unauthenticated => {}
                settled => return settled,
            }
        }
        self.token_at_once(email).await
    }

    async fn token_at_once(&self, email: &str) -> Result<String, Error> {
        while let Some((path, _)) = find_mail(&self.mail, email)? {
            std::fs::remove_file(path)?;
        }
        let anonymous = self.client(Credentials::Anonymous)?;
        let asked = pb::StartSignInRequest { email: email.to_string() };
        let sign_in_id = anonymous.sign_in().start_sign_in(asked).await?.into_inner().sign_in_id;
        let finish = pb::FinishSignInRequest { sign_in_id, code: self.code_for(email).await? };
        Ok(anonymous.sign_in().finish_sign_in(finish).await?.into_inner().access_token)
    }

    /// Waits for the mail, reads the code and throws the mail away.
    async fn code_for(&self, email: &str) -> Result<String, Error> {
        for _ in 0..100 {
            if let Some((path, code)) = find_mail(&self.mail, email)? {
                std::fs::remove_file(path)?;
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(Error::NoMail(email.to_string()))
    }

    /// What the platform's key set is, asked as anyone may.
    pub async fn key_set(&self) -> Result<String, Error> {
        let anonymous = self.client(Credentials::Anonymous)?;
        Ok(anonymous.sign_in().get_key_set(pb::GetKeySetRequest {}).await?.into_inner().jwks)
    }

    /// Moves the clocks of all processes, as a network administrator may. Each settles what is due before it answers.
    pub async fn move_clocks(&self, token: &str, to: Timestamp) -> Result<(), Error> {
        for place in &self.clocks {
            let client = Client::connect(place.clone(), Credentials::Token(token.to_string()))?;
            let asked = SetClockRequest { now: Some(to.into()), request_id: request_id() };
            client.clock().set_clock(asked).await?;
        }
        Ok(())
    }
}

fn find_mail(folder: &Path, email: &str) -> std::io::Result<Option<(PathBuf, String)>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            // Somebody else's, who signs in at the same time and has read it.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(cause),
        };
        let to = text.lines().any(|line| line.starts_with("To: ") && line.contains(email));
        let subject = text.lines().find_map(|line| line.strip_prefix("Subject: "));
        let subject = subject.filter(|subject| subject.contains("is your sign-in code"));
        if let Some(code) = subject.filter(|_| to).and_then(|subject| subject.split_whitespace().next()) {
            return Ok(Some((path, code.to_string())));
        }
    }
    Ok(None)
}
