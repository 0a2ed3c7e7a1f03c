//! How bids are judged: criteria, marks, grades and the boards that give them.

use std::collections::{BTreeSet, HashSet};

use kit::call::{Criterion, Part, Scale};
use kit::ids::BoardId;

use super::Findings;
use crate::framework::FrameworkVersion;
use crate::rules::Rules;

pub fn criteria(found: &mut Findings, rules: &Rules, framework: Option<&FrameworkVersion>) {
    if rules.criteria.is_empty() {
        found.say("rules.criteria", "round.required", "give at least one criterion to judge by");
    } else if rules.criteria.iter().map(|criterion| i64::from(criterion.weight)).sum::<i64>() == 0 {
        found.say("rules.criteria", "round.no_weight", "give at least one criterion a weight above 0");
    }
    let codes = rules.criteria.iter().map(|criterion| criterion.code.as_str());
    found.twice(codes, |place| format!("rules.criteria[{place}].code"));
    match &rules.scale {
        Some(scale) => marks(found, scale),
        None => found.say("rules.scale", "round.required", "set the marks that reviewers may give"),
    }
    for (place, criterion) in rules.criteria.iter().enumerate() {
        judged(found, &format!("rules.criteria[{place}]"), criterion, rules.scale.as_ref(), framework);
    }
}

fn judged(
    found: &mut Findings,
    field: &str,
    criterion: &Criterion,
    scale: Option<&Scale>,
    framework: Option<&FrameworkVersion>,
) {
    if let (Some(mark), Some(scale)) = (criterion.minimum, scale)
        && !scale.admits(mark)
    {
        let says = format!("{mark} is not on the scale from {} to {}", scale.min, scale.max);
        found.say(format!("{field}.minimum_mark"), "round.mark_off_scale", says);
    }
    if let Some(framework) = framework
        && !criterion.principle.is_empty()
        && !framework.has_statement(&criterion.principle)
    {
        let says = format!("version {} of the framework has no statement `{}`", framework.number, criterion.principle);
        found.say(format!("{field}.principle"), "round.unknown_principle", says);
    }
}

fn marks(found: &mut Findings, scale: &Scale) {
    if scale.min >= scale.max {
        found.say("rules.scale.max", "round.scale_order", "let the highest mark be above the lowest");
    }
    let mut seen = HashSet::new();
    for (place, anchor) in scale.anchors.iter().enumerate() {
        let field = format!("rules.scale.anchors[{place}].mark");
        if !scale.admits(anchor.mark) {
            let says = format!("{} is not on the scale from {} to {}", anchor.mark, scale.min, scale.max);
            found.say(field, "round.mark_off_scale", says);
        } else if !seen.insert(anchor.mark) {
            found.say(field, "round.code_twice", format!("{} has a text already; give each mark one", anchor.mark));
        }
    }
}

pub fn bands(found: &mut Findings, rules: &Rules) {
    let grades = rules.bands.iter().map(|band| band.grade.as_str());
    found.twice(grades, |place| format!("rules.bands[{place}].grade"));
    for (place, pair) in rules.bands.windows(2).enumerate() {
        if pair[1].at_least >= pair[0].at_least {
            let says = "put the best grade first, each of the others from a lower total";
            found.say(format!("rules.bands[{}].at_least", place + 1), "round.band_order", says);
        }
    }
    if let Some(last) = rules.bands.last().filter(|last| last.at_least != 0) {
        let says = format!("totals below {} have no grade; let the last grade begin at 0", last.at_least);
        found.say(format!("rules.bands[{}].at_least", rules.bands.len() - 1), "round.band_gap", says);
    }
}

pub fn boards(found: &mut Findings, rules: &Rules, known: &BTreeSet<BoardId>) {
    let mut seen = HashSet::new();
    for (place, board) in rules.boards.iter().enumerate() {
        let field = format!("rules.boards[{place}].board_id");
        if !known.contains(&board.board) {
            found.say(field, "round.unknown_board", "the registry holds no such board; enter it there first");
        } else if !seen.insert(board.board) {
            found.say(field, "round.code_twice", "this board stands here a second time; give each one part");
        }
    }
    let count = |part| rules.boards.iter().filter(|board| board.part == part).count();
    match (count(Part::Joint), count(Part::Recommends), count(Part::Determines)) {
        (0, 0, 0) => found.say("rules.boards", "round.required", "name the board or boards that grade"),
        (1.., 0, 0) | (0, 1, 1) => {}
        _ => {
            let says = "let all boards sit jointly, or let one recommend and one determine";
            found.say("rules.boards", "round.board_parts", says);
        }
    }
}
