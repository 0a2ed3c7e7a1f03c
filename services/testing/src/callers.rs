//! Callers with tokens, and the guard that admits them: for tests of a service as its callers see it.

use std::collections::HashMap;
use std::sync::Arc;

use http::{HeaderValue, Request, header};
use tonic::body::Body;
use tonic::service::Routes;
use tower::{ServiceExt, service_fn};

use kit::caller::{Area, Caller, Grant, Role, Scope, Subject};
use kit::clock::Clock;
use kit::guard::{Door, Limits, PerMinute, Public, Revocations, guarded};
use kit::ids::{ClientId, OrgId, PersonId};
use kit::rules::RulesLayer;
use kit::time::Timestamp;
use kit::tokens::{AccessClaims, Expect, KeySet, SigningKey, TokenCache, mint, mint_role};
use kit::transport::{AUDIENCE, Transport};

/// Who signed the tokens of these callers.
pub const ISSUER: &str = "https://toadlane.test";

/// Somebody with a token.
#[derive(Clone, Debug)]
pub struct Who {
    /// As it stands in tokens and records.
    pub subject: String,
    caller: Caller,
}

impl Who {
    /// Somebody whose token makes them this caller.
    pub fn of(caller: Caller) -> Who {
        Who { subject: caller.subject.to_string(), caller }
    }

    /// A person without any role, at home somewhere.
    pub fn nobody(person: PersonId) -> Who {
        Who::of(Caller { subject: Subject::Person(person), home: Some(OrgId::new()), ..Caller::anonymous() })
    }

    /// A person of an organisation with a role for it.
    pub fn person(role: Role, organisation: OrgId) -> Who {
        Who::nobody(PersonId::new()).and(role, organisation).of_home(organisation)
    }

    /// The same person, belonging to this organisation.
    pub fn of_home(mut self, organisation: OrgId) -> Who {
        self.caller.home = Some(organisation);
        self
    }

    /// The same person with one more role.
    pub fn and(mut self, role: Role, organisation: OrgId) -> Who {
        self.caller.grants.push(Grant { role, organisation });
        self
    }

    /// The same person with a seat on a board.
    pub fn seated(mut self) -> Who {
        self.caller.sits = true;
        self
    }

    /// A system of an organisation.
    pub fn system(organisation: OrgId, scopes: &[Scope]) -> Who {
        let subject = Subject::Client(ClientId::new());
        Who::of(Caller { subject, organisation: Some(organisation), scopes: scopes.to_vec(), ..Caller::anonymous() })
    }

    /// Another role of the platform.
    pub fn area(area: Area) -> Who {
        Who::of(Caller::area(area))
    }

    /// What the guard makes of the token.
    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// # Panics
    /// For a system and for a role.
    pub fn id(&self) -> PersonId {
        self.subject.parse().expect("this is a person")
    }
}

/// A person with a role, as a policy sees them.
pub fn person(role: Role, organisation: OrgId) -> Caller {
    Who::person(role, organisation).caller
}

/// The same with a seat on a board.
pub fn seated(role: Role, organisation: OrgId) -> Caller {
    Who::person(role, organisation).seated().caller
}

/// A system of an organisation, as a policy sees it.
pub fn system(organisation: OrgId, scope: Scope) -> Caller {
    Who::system(organisation, &[scope]).caller
}

/// A council with its people and its system.
#[derive(Clone)]
pub struct Council {
    pub id: OrgId,
    pub officer: Who,
    pub certifier: Who,
    pub system: Who,
}

impl Council {
    /// Its system may do this.
    pub fn new(scopes: &[Scope]) -> Council {
        let id = OrgId::new();
        let [officer, certifier] = [Role::ApplicantOfficer, Role::Certifier].map(|role| Who::person(role, id));
        Council { id, officer, certifier, system: Who::system(id, scopes) }
    }
}

/// The way into a service: its guard, and the keys of all who sign tokens for it.
pub struct Gate {
    door: Arc<Door>,
    /// One for each role.
    keys: Vec<Arc<SigningKey>>,
}

impl Gate {
    /// `large` names the RPCs whose requests may be.
    ///
    /// # Panics
    /// When the contract cannot be held.
    pub fn new(large: &[&str]) -> Gate {
        let made = |role: Area| Arc::new(SigningKey::generate(role.name()).expect("a key can be made"));
        let keys: Vec<Arc<SigningKey>> = Area::ALL.map(made).into();
        let mut known = KeySet::default();
        for key in &keys {
            known.add(key.public()).expect("each role has one key");
        }
        let door = Arc::new(Door {
            keys: known,
            tokens: TokenCache::new(Expect { issuer: ISSUER.to_string(), audience: AUDIENCE.to_string() }, AUDIENCE),
            revocations: Revocations::complete(),
            public: HashMap::new(),
            limits: Limits::new(PerMinute::default()),
            rules: RulesLayer::new(toadlane_proto::pool(), large, 64 << 20).expect("the contract can be held"),
        });
        Gate { door, keys }
    }

    /// The same with RPCs that need no token.
    ///
    /// # Panics
    /// When something is behind the door by then.
    pub fn open_to(mut self, public: &[&str]) -> Gate {
        let door = Arc::get_mut(&mut self.door).expect("nothing is behind the door yet");
        door.public = public.iter().map(|rpc| ((*rpc).to_string(), Public::Counted)).collect();
        self
    }

    /// Puts a service behind the door.
    pub fn guard(&self, routes: Routes, clock: &Clock) -> Transport {
        guarded(routes, self.door.clone(), clock.clone())
    }

    /// The key that a role signs with.
    pub fn key(&self, area: Area) -> Arc<SigningKey> {
        let key = self.keys.iter().find(|key| key.role() == area.name());
        key.expect("there is one for each role").clone()
    }

    /// The public keys of all roles.
    pub fn known(&self) -> &KeySet {
        &self.door.keys
    }

    /// Whose tokens have ended.
    pub fn revocations(&self) -> &Revocations {
        &self.door.revocations
    }

    /// The same way in, with somebody's token on each call.
    ///
    /// # Panics
    /// For somebody who has not signed in.
    pub fn way_of(&self, who: &Who, transport: &Transport) -> Transport {
        self.way_with(&self.token(who), transport)
    }

    /// The same way in, with this token on each call.
    ///
    /// # Panics
    /// For a token that is not plain text.
    pub fn way_with(&self, token: &str, transport: &Transport) -> Transport {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token is plain text");
        let transport = transport.clone();
        Transport::new(service_fn(move |mut request: Request<Body>| {
            request.headers_mut().insert(header::AUTHORIZATION, bearer.clone());
            transport.clone().oneshot(request)
        }))
    }

    fn token(&self, who: &Who) -> String {
        let (caller, now) = (&who.caller, Timestamp::of_this_machine().seconds());
        if let Subject::Area(role) = caller.subject {
            return mint_role(&self.key(role), AUDIENCE, now);
        }
        let scopes: Vec<&str> = caller.scopes.iter().map(|scope| scope.name()).collect();
        let claims = AccessClaims {
            iss: ISSUER.to_string(),
            aud: AUDIENCE.to_string(),
            sub: who.subject.clone(),
            jti: uuid::Uuid::now_v7().to_string(),
            iat: now,
            nbf: now,
            exp: now + 600,
            org: caller.organisation.or(caller.home).map(|id| id.to_string()),
            roles: caller.grants.iter().map(Grant::to_string).collect(),
            scope: scopes.join(" "),
            client_id: caller.organisation.map(|_| who.subject.clone()),
            sits: caller.sits,
        };
        mint(&self.key(Area::Registry), &claims)
    }
}
