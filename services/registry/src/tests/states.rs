//! Every step from every state, as a golden table: what becomes of it, or why not.

use kit::call::MembershipClass;
use kit::caller::{Grant, Role, Scope};
use kit::ids::{ClientId, ClientKeyId, GrantId, MembershipId, OrgId, PersonId, SecretId, SignInId};
use kit::refusal::Refusal;
use kit::time::{Timestamp, at};
use strum::VariantArray;
use testing::golden::covers;

use crate::client::{self, Client, Credentials, Key, Secret};
use crate::dates::{Term, day};
use crate::error::Error;
use crate::membership::{Membership, standing_on};
use crate::person::{self, GrantState, Person, RoleGrant};
use crate::sign_in::{self, SignIn};

const NOW: &str = "2020-01-06T09:00:00Z";

fn now() -> Timestamp {
    at(NOW)
}

fn table(title: &str, steps: &[&str], rows: &[(&str, Vec<String>)]) -> String {
    let mut text = format!("# {title}\n{:<12}", "");
    for step in steps {
        text += &format!("{step:<16}");
    }
    text = format!("{}\n", text.trim_end());
    for (state, cells) in rows {
        let mut line = format!("{state:<12}");
        for cell in cells {
            line += &format!("{cell:<16}");
        }
        text += &format!("{}\n", line.trim_end());
    }
    text
}

fn cell<T>(result: Result<T, impl Into<Error>>, name: impl Fn(&T) -> String) -> String {
    match result.map_err(Into::into) {
        Ok(after) => name(&after),
        Err(Error::Refused(Refusal::IllegalStep { .. })) => "-".to_string(),
        Err(Error::EndedAlready { .. }) => "ended already".to_string(),
        Err(Error::WrongKind { .. }) => "wrong kind".to_string(),
        Err(Error::OutsideTerm { .. }) => "outside term".to_string(),
        Err(other) => panic!("{other}"),
    }
}

fn people() -> String {
    let organisation = OrgId::new();
    let grant = |role| RoleGrant {
        id: GrantId::new(),
        grant: Grant { role, organisation },
        starts_at: now(),
        ends_at: None,
        granted_by: None,
        state: GrantState::Active { confirmed_by: None },
    };
    let held = grant(Role::Certifier);
    let entered = Person::create(PersonId::new(), organisation, "Bethan Rees", "b@example.org", now());
    let active = entered.grant(held, now()).unwrap();
    let ended = active.end(now()).unwrap();
    covers(person::StateName::VARIANTS, [&active, &ended].map(|person| person.state.into()));
    let name = |person: &Person| <&str>::from(person.state).to_string();
    let steps = ["update", "confirm email", "grant role", "revoke role", "end"];
    let row = |from: &Person| {
        vec![
            cell(from.update("B. Rees", "b@example.org", now()), name),
            cell(from.confirm_email("new@example.org", now()), name),
            cell(from.grant(grant(Role::ApplicantOfficer), now()), name),
            cell(from.revoke(held.id, now()), name),
            cell(from.end(now()), name),
        ]
    };
    table("person: state x step", &steps, &[("active", row(&active)), ("ended", row(&ended))])
}

fn grants() -> String {
    let organisation = OrgId::new();
    let pending = RoleGrant {
        id: GrantId::new(),
        grant: Grant { role: Role::Reviewer, organisation },
        starts_at: now(),
        ends_at: None,
        granted_by: Some(PersonId::new()),
        state: GrantState::Pending,
    };
    let entered = Person::create(PersonId::new(), organisation, "Bethan Rees", "b@example.org", now());
    let waiting = entered.grant(pending, now()).unwrap();
    let active = waiting.confirm(pending.id, None, now()).unwrap();
    let withdrawn = waiting.revoke(pending.id, now()).unwrap();
    let over = active.revoke(pending.id, now()).unwrap();
    let all = [&waiting, &active, &withdrawn, &over];
    covers(person::GrantStateName::VARIANTS, all.map(|person| person.grants[0].state.into()));
    let name = |person: &Person| {
        let is_over = if person.grants[0].is_over_at(now()) { ", over" } else { "" };
        format!("{}{is_over}", <&str>::from(person.grants[0].state))
    };
    let row = |from: &Person| {
        vec![
            cell(from.confirm(pending.id, None, now()), name),
            cell(from.revoke(pending.id, now()), name),
            cell(from.end(now()), name),
        ]
    };
    let rows =
        [("pending", row(&waiting)), ("active", row(&active)), ("withdrawn", row(&withdrawn)), ("over", row(&over))];
    table("role: state x step", &["confirm", "revoke role", "end person"], &rows)
}

fn memberships() -> String {
    let term = Term { from: day("2018-04-01"), until: None };
    let organisation = OrgId::new();
    let good = Membership::begin(MembershipId::new(), organisation, MembershipClass::Full, term, &[], now()).unwrap();
    let suspended = good.suspend(day("2019-06-01"), "subscription", now()).unwrap();
    let ended = good.end(day("2019-12-01"), now()).unwrap();
    let name = |membership: &Membership| {
        let standing = standing_on(std::slice::from_ref(membership), day("2020-01-06"));
        match (standing.class, standing.good) {
            (None, _) => "ended",
            (Some(_), true) => "good",
            (Some(_), false) => "suspended",
        }
        .to_string()
    };
    let steps = ["end", "suspend", "restore"];
    let row = |from: &Membership| {
        vec![
            cell(from.end(day("2019-12-31"), now()), name),
            cell(from.suspend(day("2020-01-01"), "subscription", now()), name),
            cell(from.restore(day("2020-01-01"), now()), name),
        ]
    };
    let rows = [("good", row(&good)), ("suspended", row(&suspended)), ("ended", row(&ended))];
    table("membership: standing x step", &steps, &rows)
}

fn clients() -> String {
    let key = |kid: &str| Key {
        id: ClientKeyId::new(),
        kid: kid.to_string(),
        algorithm: "EdDSA".to_string(),
        jwk: "{}".to_string(),
        not_before: now(),
        retire_at: None,
    };
    let secret = || Secret { id: SecretId::new(), digest: "digest".to_string(), created_at: now(), retire_at: None };
    let one = key("one");
    let create = |credentials| {
        Client::create(ClientId::new(), OrgId::new(), "Case management", credentials, &[Scope::BidsRead], now())
    };
    let with_key = create(Credentials::Keys(vec![one.clone()]));
    let with_secret = create(Credentials::Secrets(vec![secret()]));
    let revoked = with_key.revoke(now()).unwrap();
    let pending = with_key.clone().waiting();
    let all = [&pending, &with_key, &with_secret, &revoked];
    covers(client::StateName::VARIANTS, all.map(|client| client.state.into()));
    let name = |client: &Client| <&str>::from(client.state).to_string();
    let steps = ["activate", "set scopes", "add key", "retire key", "rotate secret", "revoke"];
    let row = |from: &Client| {
        vec![
            cell(from.activate(now()), name),
            cell(from.set_scopes(&[], now()), name),
            cell(from.add_key(key("two"), now(), now()), name),
            cell(from.retire_key(one.id, None, now(), now()), name),
            cell(from.rotate(secret(), None, now(), now()), name),
            cell(from.revoke(now()), name),
        ]
    };
    let rows = [
        ("pending", row(&pending)),
        ("with key", row(&with_key)),
        ("with secret", row(&with_secret)),
        ("revoked", row(&revoked)),
    ];
    table("client: state x step", &steps, &rows)
}

fn sign_ins() -> String {
    let waiting = SignIn::start(SignInId::new(), Some(PersonId::new()), "digest", now());
    let unknown = SignIn { person: None, ..waiting.clone() };
    let used = waiting.try_code(true, now()).0;
    let locked = SignIn { state: sign_in::State::Waiting { n_tries: sign_in::MOST_TRIES }, ..waiting.clone() };
    covers(sign_in::StateName::VARIANTS, [&waiting, &unknown, &used, &locked].map(|sign_in| sign_in.state.into()));
    let steps = ["right code", "wrong code", "right, too late"];
    let row = |from: &SignIn| {
        let try_it = |matches, when| match from.try_code(matches, when) {
            (_, Some(_)) => "signed in".to_string(),
            (after, None) if after == *from => "-".to_string(),
            (_, None) => "a try less".to_string(),
        };
        vec![try_it(true, now()), try_it(false, now()), try_it(true, waiting.expires_at())]
    };
    let rows =
        [("waiting", row(&waiting)), ("nobody's", row(&unknown)), ("used", row(&used)), ("locked", row(&locked))];
    table("sign-in: state x step", &steps, &rows)
}

#[test]
fn every_step_from_every_state_is_as_the_golden_table_says() {
    let tables = [people(), grants(), memberships(), clients(), sign_ins()].join("\n");
    super::expect_golden("states.txt", &tables);
}
