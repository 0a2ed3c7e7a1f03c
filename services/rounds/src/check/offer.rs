//! What is on offer: instruments with their sums, periods and limits.

use kit::money::{Currency, Money};

use super::Findings;
use crate::rules::{Instrument, LeadCounts};

pub fn instruments(found: &mut Findings, instruments: &[Instrument]) {
    if instruments.is_empty() {
        found.say("rules.instruments", "round.required", "offer at least one kind of support");
    }
    let codes = instruments.iter().map(|instrument| instrument.code.as_str());
    found.twice(codes, |place| format!("rules.instruments[{place}].code"));
    let mut currency = None;
    for (place, instrument) in instruments.iter().enumerate() {
        let field = format!("rules.instruments[{place}]");
        sums(found, &field, instrument, &mut currency);
        period(found, &field, instrument);
        lead_limit(found, &field, instrument);
        if instrument.admitted_classes.is_empty() {
            let says = "name at least one class of members that may bid";
            found.say(format!("{field}.admitted_classes"), "round.required", says);
        }
    }
}

/// The first currency found is the round's: a list of its bids has one total.
fn sums(found: &mut Findings, field: &str, instrument: &Instrument, currency: &mut Option<Currency>) {
    let sums = [("pot", instrument.pot), ("floor", instrument.floor), ("ceiling", instrument.ceiling)];
    for (name, sum) in sums {
        let Some(Money { currency: own, .. }) = sum else {
            found.say(format!("{field}.{name}"), "round.required", "give a sum; the floor may be nothing");
            continue;
        };
        let first = *currency.get_or_insert(own);
        if own != first {
            let says = format!("this sum is in {}, the round began in {}; use one", own.as_str(), first.as_str());
            found.say(format!("{field}.{name}"), "round.one_currency", says);
        }
    }
    let (Some(pot), Some(floor), Some(ceiling)) = (instrument.pot, instrument.floor, instrument.ceiling) else {
        return;
    };
    if ceiling.minor_units <= 0 {
        found.say(format!("{field}.ceiling"), "round.nothing_to_ask", "let a bid ask for more than nothing");
    }
    if floor.minor_units > ceiling.minor_units {
        let says = format!("the floor of {floor} is above the ceiling of {ceiling}; lower it");
        found.say(format!("{field}.floor"), "round.floor_above_ceiling", says);
    }
    if ceiling.minor_units > pot.minor_units {
        let says = format!("the ceiling of {ceiling} is more than the whole pot of {pot}; lower it");
        found.say(format!("{field}.ceiling"), "round.ceiling_above_pot", says);
    }
}

fn period(found: &mut Findings, field: &str, instrument: &Instrument) {
    if instrument.months_min < 1 {
        found.say(format!("{field}.months_min"), "round.required", "give the shortest project, in months, from 1");
    }
    if instrument.months_max < instrument.months_min.max(1) {
        let says = "give the longest project, in months, not shorter than the shortest";
        found.say(format!("{field}.months_max"), "round.months_order", says);
    }
}

fn lead_limit(found: &mut Findings, field: &str, instrument: &Instrument) {
    let limit = instrument.lead_limit;
    let says = match limit.counts {
        LeadCounts::Nothing if limit.at_most != 0 => "nothing is counted, so give 0; or say what to count",
        LeadCounts::BidsInRound | LeadCounts::LiveProjects if limit.at_most < 1 => {
            "let an organisation lead at least one"
        }
        LeadCounts::Nothing | LeadCounts::BidsInRound | LeadCounts::LiveProjects => return,
    };
    found.say(format!("{field}.lead_limit.at_most"), "round.lead_limit", says);
}
