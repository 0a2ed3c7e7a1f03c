//! How credentials become access tokens (RFC 6749, 4.4; RFC 7523, 2.2): the same for the RPC and the OAuth form.
//!
//! Whatever is wrong with a client's credentials, the refusal is the same; what is wrong with an assertion is
//! explained, because its maker needs it and it helps nobody else. All times here are real time.

use kit::ids::{ClientId, TokenId};
use kit::time::Timestamp;
use kit::tokens::{self, AccessClaims};
use kit::transport::AUDIENCE;
use toadlane_proto::registry::v1 as pb;

use crate::Registry;
use crate::app::{self, ExchangeToken, SignedIn};
use crate::person::Person;
use crate::proof::{self, Proof, Refused};
use crate::session::Session;
use crate::sign_in::{TOKEN_LIFETIME_S, token_lifetime_s};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Path of the form that exchanges them.
pub const TOKEN_PATH: &str = "/oauth/token";

pub fn token_endpoint(issuer: &str) -> String {
    format!("{}{TOKEN_PATH}", issuer.trim_end_matches('/'))
}

/// The key of the writes that issue tokens. Each of them holds the same row, so they queue instead of trying again.
pub const TOKENS: &str = "tokens";

impl Registry {
    /// A client's credentials for a token.
    pub(super) async fn exchange(&self, request: pb::ExchangeTokenRequest) -> Result<pb::AccessToken, Refused> {
        if request.grant_type != "client_credentials" {
            return Err(Refused::UnsupportedGrantType);
        }
        let proof = proof_of(&request)?;
        let named = match &proof {
            Proof::Secret(_) => Some(request.client_id.clone()),
            Proof::Assertion(assertion) => tokens::peek_client(assertion),
        };
        let id: ClientId = named.and_then(|id| id.parse().ok()).ok_or(Refused::InvalidClient)?;
        if !request.client_id.is_empty() && request.client_id != id.to_string() {
            return Err(Refused::InvalidClient);
        }
        let accepted = [self.settings.issuer.clone(), token_endpoint(&self.settings.issuer)];
        let cmd = ExchangeToken { id, proof, accepted };
        // Looked at before anything is written: a stranger's guesses shall not hold up those who write.
        let client = self.db.read(move |conn| app::active_client(conn, id)).await?.ok_or(Refused::InvalidClient)?;
        cmd.proof.check(&client, &cmd.accepted, Timestamp::of_this_machine())?;
        let let_in = self.db.work(Some(TOKENS.to_string()), move |tx| app::exchange_token(tx, &cmd)).await?;
        let SignedIn { who: client, issued_at, .. } = let_in?;
        let scope = proof::granted(&client, &request.scope)?;
        let claims = AccessClaims {
            org: Some(client.organisation.to_string()),
            scope,
            client_id: Some(client.id.to_string()),
            ..self.claims(client.id.to_string(), issued_at, TOKEN_LIFETIME_S)
        };
        Ok(self.issue(&claims))
    }

    /// A token for a person who signed in, with what renews it.
    pub(super) fn session_token(
        &self,
        signed_in: SignedIn<Person>,
        session: &Session,
        refresh_token: String,
    ) -> pb::AccessToken {
        pb::AccessToken {
            refresh_token,
            session_id: session.id.to_string(),
            refresh_expires_at: Some(session.renewable_until().into()),
            ..self.person_token(signed_in)
        }
    }

    fn person_token(&self, signed_in: SignedIn<Person>) -> pb::AccessToken {
        let SignedIn { who: person, issued_at, sits } = signed_in;
        // Later than all that was read of the person: a role that ended meanwhile is not in it.
        let now = self.db.clock().now();
        let lifetime = token_lifetime_s(now, person.first_change_after(now));
        let roles = person.held_at(now).iter().map(|grant| grant.to_string()).collect();
        let org = Some(person.organisation.to_string());
        let claims = AccessClaims { org, roles, sits, ..self.claims(person.id.to_string(), issued_at, lifetime) };
        self.issue(&claims)
    }

    fn claims(&self, sub: String, issued_at: i64, lifetime_s: i64) -> AccessClaims {
        AccessClaims {
            iss: self.settings.issuer.clone(),
            aud: AUDIENCE.to_string(),
            sub,
            jti: TokenId::new().to_string(),
            iat: issued_at,
            nbf: issued_at,
            exp: issued_at + lifetime_s,
            org: None,
            roles: Vec::new(),
            scope: String::new(),
            client_id: None,
            sits: false,
        }
    }

    fn issue(&self, claims: &AccessClaims) -> pb::AccessToken {
        pb::AccessToken {
            access_token: tokens::mint(&self.settings.key, claims),
            token_type: "Bearer".to_string(),
            expires_in: claims.exp - claims.iat,
            scope: claims.scope.clone(),
            expires_at: Some(Timestamp::from_micros(0).plus_seconds(claims.exp).into()),
            ..Default::default()
        }
    }
}

fn proof_of(request: &pb::ExchangeTokenRequest) -> Result<Proof, Refused> {
    match (request.client_secret.is_empty(), request.client_assertion.is_empty()) {
        (false, false) => Err(Refused::InvalidRequest("use one way to authenticate: a secret or an assertion")),
        (true, true) => Err(Refused::InvalidClient),
        (false, true) => Ok(Proof::Secret(request.client_secret.clone())),
        (true, false) if request.client_assertion_type == JWT_BEARER => {
            Ok(Proof::Assertion(request.client_assertion.clone()))
        }
        (true, false) => Err(Refused::InvalidRequest("the client_assertion_type must be that of RFC 7523, jwt-bearer")),
    }
}
