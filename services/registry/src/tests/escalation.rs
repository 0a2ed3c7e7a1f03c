//! A random walk of people who want more than they were given. Five ordinary people and the administrators of three
//! councils call whatever changes the register, about anybody, and sign in wherever a mailbox of theirs lets them; the
//! network's two administrators meanwhile do their work. Nobody ever holds or causes what is not theirs to give.
//!
//! Short here; `TOADLANE_WALK_STEPS=200000` walks far, and `TOADLANE_TEST_SEED` takes a walk again.

use std::collections::{BTreeMap, VecDeque};

use kit::caller::{Caller, Grant, Role, Subject};
use kit::ids::OrgId;
use testing::seeded::Random;
use testing::stores::Fresh;
use toadlane_proto::registry::v1 as pb;
use tonic::{Code, Response, Status};

use super::boards::{a_board, a_seat};
use super::harness::*;
use super::people::{confirm, end, grant, update};

const STEPS: u64 = 2_000;
const COUNCILS: [&str; 3] = ["KIR", "RCH", "PLY"];
/// Addresses end so whose mail those who walk read.
const THEIRS: &str = "@hostile.example";
/// How many people there are at most: beyond it nobody is entered any more.
const MOST_PEOPLE: usize = 40;

/// Somebody whom nobody of those who walk may become, hinder or hear of, as they were when the walk began.
struct Victim {
    id: String,
    email: String,
    grants: usize,
}

struct Walk {
    harness: Harness,
    random: Random,
    councils: Vec<OrgId>,
    /// Where those who walk have no business: another council, and the network itself.
    others: [OrgId; 2],
    victims: Vec<Victim>,
    people: Vec<String>,
    clients: Vec<String>,
    board: pb::Board,
    /// What was asked of the platform last, for whoever reads a failure.
    trail: VecDeque<String>,
    n_allowed: BTreeMap<&'static str, usize>,
}

/// F-A1, F-A12: the search that the rule of addresses of old would not have survived.
#[tokio::test]
async fn nobody_walks_into_a_duty_that_nobody_gave_them() {
    let asked = std::env::var("TOADLANE_WALK_STEPS").ok();
    let steps = asked.map_or(STEPS, |text| text.parse().expect("TOADLANE_WALK_STEPS is a whole number"));
    let fresh = Fresh::sqlite();
    let mut walk = Walk::begin(Harness::open(&fresh.storage).await).await;
    for step in 0..steps {
        walk.step().await;
        if step % 25 == 0 || step + 1 == steps {
            walk.expect_all_is_well().await;
        }
    }
    let n_allowed: usize = walk.n_allowed.values().sum();
    assert!(n_allowed >= 25, "hardly anything was ever let do: the walk shows nothing: {:?}", walk.n_allowed);
    println!("{steps} steps; let do: {:?}", walk.n_allowed);
}

impl Walk {
    async fn begin(harness: Harness) -> Walk {
        let mut councils = Vec::new();
        for code in COUNCILS {
            councils.push(harness.council(code).await);
        }
        let others = [harness.council("STV").await, harness.network];
        let (mut people, mut victims) = (Vec::new(), Vec::new());
        // Those who walk.
        for (turn, council) in councils.iter().enumerate() {
            let email = format!("administrator{turn}{THEIRS}");
            people.push(harness.an_official(pb::Role::CouncilAdministrator, *council, &email).await.id);
        }
        for turn in 0..5 {
            let email = format!("person{turn}{THEIRS}");
            let council = councils[turn % councils.len()];
            let person = harness.an_official(pb::Role::ApplicantOfficer, council, &email).await;
            people.push(person.id);
        }
        // Those who do not: of the very councils, with duties for the network, for another council, or with a seat.
        let mut admin = harness.as_admin();
        let board = admin.boards.create_board(a_board("EOC")).await.unwrap().into_inner();
        let duties = [
            (pb::Role::RoundManager, harness.network),
            (pb::Role::FinanceOfficer, harness.network),
            (pb::Role::Certifier, others[0]),
            (pb::Role::NetworkAdministrator, harness.network),
        ];
        for (turn, (role, organisation)) in duties.into_iter().enumerate() {
            let council = councils[turn % councils.len()];
            let person = harness.a_person(council, "A Victim", &format!("victim{turn}@example.org")).await;
            let person = admin.people.grant_role(grant(&person, role, organisation)).await.unwrap().into_inner();
            victims.push(Victim { id: person.id.clone(), email: person.email, grants: 1 });
            people.push(person.id);
        }
        let seated = harness.a_person(councils[0], "A Member", "member@example.org").await;
        admin.boards.add_seat(a_seat(&board, councils[0], &seated, "2019-07-01")).await.unwrap();
        victims.push(Victim { id: seated.id.clone(), email: seated.email, grants: 0 });
        people.push(seated.id);
        let apart = harness.a_person(others[0], "Of Another", "another@example.org").await;
        victims.push(Victim { id: apart.id.clone(), email: apart.email, grants: 0 });
        people.push(apart.id);
        victims.push(Victim { id: harness.admin.to_string(), email: "ada@example.org".to_string(), grants: 1 });
        people.push(harness.admin.to_string());
        let (clients, trail, n_allowed) = (Vec::new(), VecDeque::new(), BTreeMap::new());
        let random = Random::announced();
        Walk { harness, random, councils, others, victims, people, clients, board, trail, n_allowed }
    }

    /// Somebody whose mail one of those who walk reads, with the roles that they now have.
    async fn a_walker(&mut self) -> Option<(Who, pb::Person)> {
        for _ in 0..8 {
            let person = self.harness.person(&self.random.one(&self.people).clone()).await;
            if is_theirs(&person.email) && person.ended_at.is_none() {
                return Some((who(&person), person));
            }
        }
        None
    }

    async fn step(&mut self) {
        match self.random.below(24) {
            0 | 1 => return self.network_works().await,
            2 => return self.council_has_an_administrator().await,
            _ => {}
        }
        let Some((walker, themself)) = self.a_walker().await else { return };
        let mut clients = self.harness.as_who(&walker);
        let anybody = self.random.one(&self.people).clone();
        let about = if self.random.below(4) == 0 { themself.id.clone() } else { anybody };
        let target = self.harness.person(&about).await;
        let anywhere = *self.random.one(&[self.councils.as_slice(), &self.others].concat());
        let at_home = self.random.below(2) == 0;
        let organisation = if at_home { themself.organisation_id.parse().unwrap() } else { anywhere };
        let address = self.address(&target);
        let says = format!("{} ({}) about {} at {organisation}", themself.email, themself.id, target.id);
        let name = match self.random.below(11) {
            0 if self.people.len() < MOST_PEOPLE => {
                let request = pb::CreatePersonRequest {
                    request_id: new_id(),
                    organisation_id: organisation.to_string(),
                    name: "Entered".to_string(),
                    email: address.clone(),
                    validate_only: false,
                };
                let entered = clients.people.create_person(request).await;
                if let Ok(entered) = &entered {
                    self.people.push(entered.get_ref().id.clone());
                }
                self.told("create_person", entered)
            }
            0 | 1 => {
                let organisation_id = if self.random.below(4) == 0 { organisation.to_string() } else { String::new() };
                let request = pb::UpdatePersonRequest { email: address.clone(), organisation_id, ..update(&target) };
                let updated = clients.people.update_person(request).await;
                let is_asked = updated.is_ok() && is_theirs(&address) && address != target.email;
                let name = self.told("update_person", updated);
                if is_asked {
                    self.confirm_address(&address).await;
                }
                name
            }
            2 | 3 => {
                let role = *self.random.one(&ROLES);
                self.told("grant_role", clients.people.grant_role(grant(&target, role, organisation)).await)
            }
            4 if !target.grants.is_empty() => {
                self.told("confirm_grant", clients.people.confirm_grant(confirm(&target)).await)
            }
            5 if !target.grants.is_empty() => {
                let grant_id = self.random.one(&target.grants).id.clone();
                let (request_id, person_id, etag) = (new_id(), target.id.clone(), target.etag.clone());
                let request = pb::RevokeRoleRequest { request_id, person_id, etag, grant_id, ..Default::default() };
                self.told("revoke_role", clients.people.revoke_role(request).await)
            }
            6 if self.random.below(4) == 0 => self.told("end_person", clients.people.end_person(end(&target)).await),
            7 => {
                let request = pb::CreateClientRequest {
                    request_id: new_id(),
                    organisation_id: organisation.to_string(),
                    name: "A system".to_string(),
                    kind: pb::client::Kind::Secret.into(),
                    scopes: vec!["bids.read".to_string(), "bids.certify".to_string()],
                    ..Default::default()
                };
                let created = clients.clients.create_client(request).await;
                if let Ok(created) = &created {
                    self.clients.push(created.get_ref().client.as_ref().unwrap().id.clone());
                }
                self.told("create_client", created)
            }
            8 => {
                let (request_id, subject) = (new_id(), target.id.clone());
                let request = pb::RevokeSubjectRequest { request_id, subject, ..Default::default() };
                self.told("revoke_subject", clients.sign_in.revoke_subject(request).await)
            }
            9 => self.told("add_seat", {
                let seat = a_seat(&self.board, organisation, &target, "2019-07-01");
                clients.boards.add_seat(seat).await
            }),
            _ => {
                let seen = clients.people.get_person(pb::GetPersonRequest { person_id: target.id.clone() }).await;
                self.expect_may_see(&themself, &target, &seen);
                self.told("get_person", seen)
            }
        };
        self.trail.push_back(format!("{name}: {says}"));
        if self.trail.len() > 30 {
            self.trail.pop_front();
        }
    }

    /// An address of theirs, the present one, or that of somebody else.
    fn address(&mut self, target: &pb::Person) -> String {
        match self.random.below(4) {
            0 => target.email.clone(),
            1 => format!("new{}{THEIRS}", self.random.below(1 << 30)),
            2 => self.random.one(&self.victims).email.clone(),
            _ => format!("person{}{THEIRS}", self.random.below(8)),
        }
    }

    /// Reads the mail of an address of theirs, and confirms with what it says.
    async fn confirm_address(&mut self, address: &str) {
        let mail = self.harness.mail_that(address, |mail| mail.contains("\ncode ")).await;
        let answer = self.harness.as_nobody().sign_in.confirm_email(confirmation(&mail)).await;
        self.told("confirm_email", answer);
        for file in std::fs::read_dir(&self.harness.mail).unwrap() {
            let _ = std::fs::remove_file(file.unwrap().path());
        }
    }

    /// Two administrators charge an innocent person with a duty for the network, which makes them a victim too.
    async fn network_works(&mut self) {
        let person = self.harness.person(&self.random.one(&self.people).clone()).await;
        let is_innocent = !is_theirs(&person.email) && person.ended_at.is_none();
        if !is_innocent || !person.grants.is_empty() || person.email.is_empty() {
            return;
        }
        let given = grant(&person, pb::Role::Reviewer, self.harness.network);
        let given = self.harness.as_admin().people.grant_role(given).await.unwrap().into_inner();
        let second = self.harness.person(&self.victims[3].id.clone()).await;
        let mut second = self.harness.as_who(&who(&second));
        second.people.confirm_grant(confirm(&given)).await.unwrap();
        self.victims.retain(|victim| victim.id != given.id);
        self.victims.push(Victim { id: given.id, email: person.email, grants: 1 });
    }

    /// Those who walk end each other too: a council without an administrator gets a new one, who walks.
    async fn council_has_an_administrator(&mut self) {
        let council = *self.random.one(&self.councils);
        for id in &self.people {
            let person = self.harness.person(id).await;
            let mut held = person.grants.iter().filter(|held| is_in_force(held));
            let is_it = held.any(|held| {
                held.role() == pb::Role::CouncilAdministrator && held.organisation_id == council.to_string()
            });
            if is_it && is_theirs(&person.email) && person.ended_at.is_none() {
                return;
            }
        }
        let email = format!("administrator{}{THEIRS}", self.random.below(1 << 30));
        let entered = self.harness.an_official(pb::Role::CouncilAdministrator, council, &email).await;
        self.people.push(entered.id);
    }

    fn told<T>(&mut self, name: &'static str, answer: Result<Response<T>, Status>) -> &'static str {
        match answer {
            Ok(_) => *self.n_allowed.entry(name).or_default() += 1,
            Err(status) => {
                let is_refusal = !matches!(status.code(), Code::Internal | Code::Unknown);
                assert!(is_refusal, "{name}: {status:?}\n{:#?}", self.trail);
            }
        }
        name
    }

    /// Of another council nobody is seen, and no address but those of one's own council's people.
    fn expect_may_see(&self, walker: &pb::Person, target: &pb::Person, seen: &Result<Response<pb::Person>, Status>) {
        let Ok(seen) = seen else { return };
        let is_self = walker.id == target.id;
        let of_network = self.others.iter().any(|other| other.to_string() == target.organisation_id);
        assert!(is_self || !of_network, "{} sees {}\n{:#?}", walker.id, target.id, self.trail);
        let own = walker.grants.iter().any(|held| {
            held.role() == pb::Role::CouncilAdministrator && held.organisation_id == target.organisation_id
        });
        let is_shown = !seen.get_ref().email.is_empty();
        assert!(is_self || own || !is_shown, "{} reads the address of {}\n{:#?}", walker.id, target.id, self.trail);
    }

    async fn expect_all_is_well(&mut self) {
        for victim in &self.victims {
            let now = self.harness.person(&victim.id).await;
            let held = now.grants.iter().filter(|held| is_in_force(held)).count();
            let untouched = (&now.email, now.ended_at.is_none(), held >= victim.grants);
            assert_eq!(untouched, (&victim.email, true, true), "{now:?}\n{:#?}", self.trail);
        }
        let councils: Vec<String> = self.councils.iter().map(OrgId::to_string).collect();
        for id in self.people.clone() {
            let person = self.harness.person(&id).await;
            if !is_theirs(&person.email) {
                continue;
            }
            for held in &person.grants {
                let is_theirs = COUNCIL_ROLES.contains(&held.role()) && councils.contains(&held.organisation_id);
                assert!(is_theirs, "{person:?} holds what nobody gave them\n{:#?}", self.trail);
            }
        }
        for id in self.clients.clone() {
            let request = pb::GetClientRequest { client_id: id };
            let client = self.harness.as_admin().clients.get_client(request).await.unwrap().into_inner();
            assert!(councils.contains(&client.organisation_id), "{client:?}\n{:#?}", self.trail);
        }
    }
}

const COUNCIL_ROLES: [pb::Role; 3] = [pb::Role::ApplicantOfficer, pb::Role::Certifier, pb::Role::CouncilAdministrator];

const ROLES: [pb::Role; 8] = [
    pb::Role::ApplicantOfficer,
    pb::Role::Certifier,
    pb::Role::CouncilAdministrator,
    pb::Role::NetworkAdministrator,
    pb::Role::RoundManager,
    pb::Role::FinanceOfficer,
    pb::Role::PanelChair,
    pb::Role::Auditor,
];

/// The clock stands still: what has an end has ended.
fn is_in_force(grant: &pb::RoleGrant) -> bool {
    grant.state() == pb::role_grant::State::Active && grant.ends_at.is_none()
}

fn is_theirs(email: &str) -> bool {
    email.ends_with(THEIRS)
}

/// A person as their token says who they are.
fn who(person: &pb::Person) -> Who {
    let held = |role: Role, organisation: &str| Grant { role, organisation: organisation.parse().unwrap() };
    let in_force = person.grants.iter().filter(|grant| is_in_force(grant));
    let grants = in_force.filter_map(|grant| Some(held(role_of(grant.role())?, &grant.organisation_id)));
    Who::of(Caller {
        subject: Subject::Person(person.id.parse().unwrap()),
        home: Some(person.organisation_id.parse().unwrap()),
        grants: grants.collect(),
        ..Caller::anonymous()
    })
}

fn role_of(role: pb::Role) -> Option<Role> {
    let name = role.as_str_name().strip_prefix("ROLE_")?.to_lowercase();
    match name.as_str() {
        "learning_consultant" => Some(Role::Consultant),
        name => name.parse().ok(),
    }
}
