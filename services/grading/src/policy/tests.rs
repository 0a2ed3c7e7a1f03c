use testing::callers::{Who, person, seated, system};

use super::*;

const NAMES: usize = 76;

fn nobody() -> Who {
    Who::nobody(kit::ids::PersonId::new())
}

/// Somebody who can call, by the name that stands in the golden file, and what they are to the assessment.
struct Somebody {
    name: String,
    caller: Caller,
    facts: Facts,
}

/// Places on the panel, and what they are to the bid in question.
fn places() -> Vec<(&'static str, Facts)> {
    let nothing = Facts::default();
    let declared = Facts { panel: Place::Declared, ..nothing };
    let recused = Facts { recused: true, recused_from_some: true, ..declared };
    vec![
        ("not on the panel", nothing),
        ("not on the panel, of the council of another bid", Facts { recused_from_some: true, ..nothing }),
        ("not on the panel, of the council of this bid", Facts { recused: true, recused_from_some: true, ..nothing }),
        ("not on the panel, recorded by them", Facts { recorded: Recorded::ByCaller, ..nothing }),
        ("not on the panel, recorded by another", Facts { recorded: Recorded::ByAnother, ..nothing }),
        ("on the panel, undeclared", Facts { panel: Place::Undeclared, ..nothing }),
        (
            "on the panel, undeclared, it is their own",
            Facts { panel: Place::Undeclared, own: true, own_review: OwnReview::Owed, ..nothing },
        ),
        ("on the panel", declared),
        ("on the panel, own review owed", Facts { own_review: OwnReview::Owed, ..declared }),
        ("on the panel, own review handed in", Facts { own_review: OwnReview::HandedIn, ..declared }),
        ("on the panel, it is their own", Facts { own: true, own_review: OwnReview::Owed, ..declared }),
        ("on the panel, recused from another bid", Facts { recused_from_some: true, ..declared }),
        ("on the panel, recused from this bid", recused),
        ("on the panel, recorded of them", Facts { own: true, recorded: Recorded::ByAnother, ..recused }),
        ("on the panel, recorded by them", Facts { recorded: Recorded::ByCaller, ..declared }),
        ("on the panel, recorded by another", Facts { recorded: Recorded::ByAnother, ..declared }),
    ]
}

fn everybody(applicant: OrgId) -> Vec<Somebody> {
    let mut all = Vec::new();
    let roles = [
        None,
        Some(Role::RoundManager),
        Some(Role::NetworkAdministrator),
        Some(Role::PanelChair),
        Some(Role::Clerk),
        Some(Role::Auditor),
    ];
    for role in roles {
        let granted = role.map_or_else(nobody, |role| Who::person(role, OrgId::new()));
        for (place, facts) in places() {
            let name = format!("{}, {place}", role.map_or("no such duty", Role::name));
            // Who is on a panel has a seat on a board.
            let who = if place.starts_with("on the panel") { granted.clone().seated() } else { granted.clone() };
            all.push(Somebody { name, caller: who.caller(), facts });
        }
    }
    let nothing = Facts::default();
    for (relation, organisation) in [("the bidder", applicant), ("another council", OrgId::new())] {
        for role in [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator] {
            let name = format!("{} of {relation}", role.name());
            all.push(Somebody { name, caller: person(role, organisation), facts: nothing });
        }
        for scope in Scope::ALL {
            let name = format!("system with {} of {relation}", scope.name());
            all.push(Somebody { name, caller: system(organisation, scope), facts: nothing });
        }
    }
    for role in OVERSEE {
        let (name, caller) = (format!("{}, with a seat elsewhere", role.name()), seated(role, OrgId::new()));
        all.push(Somebody { name, caller, facts: nothing });
    }
    let own = Facts { recused: true, recused_from_some: true, panel: Place::Declared, ..nothing };
    let caller = person(Role::Certifier, applicant);
    all.push(Somebody { name: "certifier of the bidder, recused on the panel".to_string(), caller, facts: own });
    for role in [Role::Reviewer, Role::FinanceOfficer, Role::Consultant, Role::Editor, Role::DataProtectionOfficer] {
        let caller = person(role, OrgId::new());
        all.push(Somebody { name: format!("{}, not on the panel", role.name()), caller, facts: nothing });
    }
    for role in Area::ALL {
        all.push(Somebody { name: format!("the platform's {role}"), caller: Caller::area(role), facts: nothing });
    }
    all.push(Somebody { name: "nobody signed in".to_string(), caller: Caller::anonymous(), facts: nothing });
    all
}

const OF_INTERESTS: [Action; 3] = [Action::SeeInterest, Action::AnswerInterest, Action::DecideInterest];

const STAGES: [Stage; 6] =
    [Stage::Reviewing, Stage::Moderation, Stage::Decided, Stage::BiddersInformed, Stage::Announced, Stage::Cancelled];

fn at(stage: Stage, applicant: OrgId, facts: Facts) -> Facts {
    let has_results = stage != Stage::Reviewing && stage != Stage::Cancelled;
    Facts { stage, has_results, applicant: Some(applicant), funded: true, ..facts }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let applicant = OrgId::new();
    let mut matrix = "Who may do what in an assessment, with a bid, review or interest of it: yes; `no` is told who \
                      may; `hidden` is told\nthat there is no such thing. Whether a step is legal in a stage is \
                      another matter.\n"
        .to_string();
    for &action in Action::VARIANTS {
        let heads: Vec<&str> = STAGES.iter().map(|stage| stage.name()).collect();
        matrix += &format!("\n{action:?}\n  {:NAMES$} {}\n", "", heads.join(" "));
        for Somebody { name, caller, facts } in everybody(applicant) {
            // Who recorded an interest matters to nothing else.
            if facts.recorded != Recorded::No && !OF_INTERESTS.contains(&action) {
                continue;
            }
            let words = STAGES.iter().map(|&stage| {
                let word = decide(&caller, action, &at(stage, applicant, facts)).word();
                format!("{word:<width$}", width = stage.name().len())
            });
            let line = format!("  {name:<NAMES$} {}", words.collect::<Vec<_>>().join(" "));
            matrix += &format!("{}\n", line.trim_end());
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

#[test]
fn no_role_stands_above_a_recusal_before_the_announcement() {
    let applicant = OrgId::new();
    let caller = Role::ALL.iter().fold(nobody(), |who, &role| who.and(role, OrgId::new())).caller();
    let recused = Facts { recused: true, recused_from_some: true, panel: Place::Declared, ..Facts::default() };
    let about_all = [
        Action::Open,
        Action::Find,
        Action::See,
        Action::DeclareInterests,
        Action::AddSubstitute,
        Action::DeriveInterests,
        Action::Cancel,
        Action::RecordMeeting,
    ];
    for action in Action::VARIANTS.iter().copied().filter(|action| !about_all.contains(action)) {
        for stage in STAGES.into_iter().filter(|&stage| stage != Stage::Announced) {
            let verdict = decide(&caller, action, &at(stage, applicant, recused));
            assert_ne!(verdict, Verdict::Allow, "{action:?} while {}", stage.name());
        }
    }
}

#[test]
fn a_list_of_assessments_holds_what_each_look_would() {
    let applicant = OrgId::new();
    for Somebody { name, caller, facts } in everybody(applicant) {
        for &stage in Stage::VARIANTS {
            let listed = finds_all(&caller) || facts.panel != Place::Outside;
            let found = decide(&caller, Action::Find, &at(stage, applicant, facts)) == Verdict::Allow;
            assert_eq!(listed, found, "{name} while {}", stage.name());
        }
    }
}

#[test]
fn a_list_of_outcomes_tells_what_each_outcome_would() {
    let applicant = OrgId::new();
    for Somebody { name, caller, facts } in everybody(applicant) {
        for &stage in Stage::VARIANTS {
            for funded in [true, false] {
                let facts = Facts { funded, ..at(stage, applicant, facts) };
                let told = told(&caller, stage, facts.panel);
                let public = told.funded && funded;
                let listed = public || (told.within && !facts.recused) || told.own.contains(&applicant);
                let seen = decide(&caller, Action::SeeOutcome, &facts) == Verdict::Allow;
                assert_eq!(listed, seen, "{name} while {}", stage.name());
            }
        }
    }
}

/// G-C10: declined bids were shown to everyone signed in, the consultant included.
#[test]
fn who_was_not_funded_is_told_to_nobody_but_the_bidder_those_who_run_the_round_and_the_platform() {
    let applicant = OrgId::new();
    for Somebody { name, caller, facts } in everybody(applicant) {
        let declined = Facts { funded: false, ..at(Stage::Announced, applicant, facts) };
        if decide(&caller, Action::SeeOutcome, &declined) == Verdict::Allow {
            let runs = oversees(&caller, declined.panel) && !declined.recused;
            assert!(runs || reads_outcomes(&caller) || is_told(&caller, &declined), "{name}");
        }
    }
}
