use kit::time::at;
use testing::golden::covers;

use super::*;

fn states() -> Vec<State> {
    let now = at("2020-01-28T10:00:00Z");
    let decided = Decided { settled: Settled { moderation_at: now, determination_at: now }, decided_at: now };
    vec![
        State::Reviewing,
        State::Moderation { moderation_at: now },
        State::Determination(decided.settled),
        State::Decided(decided),
        State::BiddersInformed { decided, informed_at: now },
        State::Announced { decided, informed_at: now, announced_at: now },
        State::Cancelled { moderation_at: None, determination_at: None, cancelled_at: now },
    ]
}

#[test]
fn the_golden_table_has_every_state() {
    covers(Stage::VARIANTS, states().into_iter().map(State::stage));
}

#[test]
fn every_step_of_an_assessment_is_as_the_golden_table_says() {
    let mut table = "Where each step leads an assessment from each state; `-` is refused.\n".to_string();
    for from in states() {
        table += &format!("\n{}\n", from.stage().name());
        for &step in Step::VARIANTS {
            let to = from.step(step, at("2020-01-29T10:00:00Z"));
            table += &format!("  {:<20} {}\n", step.name(), to.map_or("-", |to| to.stage().name()));
        }
    }
    crate::tests::expect_golden("states.txt", &table);
}

#[test]
fn an_assessment_that_returns_to_moderation_keeps_when_reviews_were_locked() {
    let (locked, later) = (at("2020-01-28T10:00:00Z"), at("2020-01-29T10:00:00Z"));
    let settled = State::Moderation { moderation_at: locked }.step(Step::StartDetermination, later).unwrap();
    let back = settled.step(Step::ReturnToModeration, later).unwrap();
    assert_eq!((back.moderation_at(), back.determination_at()), (Some(locked), None));
}
