use kit::time::at;
use testing::golden::covers;

use super::*;
use crate::samples::{a_closed_round, a_draft, a_scheduled_round, an_open_round};

#[test]
fn every_step_from_every_state_is_as_the_golden_table_says() {
    let rounds = [a_draft(), a_scheduled_round(), an_open_round(), a_closed_round()];
    let cancelled = an_open_round().cancel("no money", at("2019-12-01T10:00:00Z")).unwrap();
    covers(StateName::VARIANTS, rounds.iter().chain([&cancelled]).map(|round| round.state.into()));
    let mut table = String::from("# state x step: the state after, or - where the step is refused\n");
    table += &format!("{:<10}", "");
    for &step in Step::VARIANTS {
        table += &format!(" {:<10}", step.name());
    }
    for round in rounds.iter().chain([&cancelled]) {
        table += &format!("\n{:<10}", round.state.name());
        for &step in Step::VARIANTS {
            let after = round.state.step(step, at("2019-12-01T10:00:00Z"));
            table += &format!(" {:<10}", after.map_or("-", |state| state.name()));
        }
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    crate::tests::expect_golden("states.txt", &table);
}
