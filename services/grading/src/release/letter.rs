//! The letter with the decision for one bidder: outcome, sum, conditions, reason and feedback, without a reviewer's
//! name and without a score (rule 20). Plain text, so that it can be sent by any mail.

use kit::call::{Criterion, Text};
use kit::language::Language;
use kit::money::Money;

use crate::assessment::Board;
use crate::bid::AssessedBid;
use crate::call::Call;
use crate::deciding::decision::{Condition, Determination, Outcome};
use crate::marking::moderation::Feedback;

/// All that a letter says.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub call: &'a Call,
    pub bid: &'a AssessedBid,
    pub determination: &'a Determination,
    /// Who decided.
    pub boards: &'a [Board],
    /// Place on the reserve list; none for a bid that is not on it.
    pub reserve_place: Option<i32>,
    pub feedback: &'a [Feedback],
}

/// The letter, in Welsh too where the bid was made in Welsh. What the panel wrote is left as it was written.
pub fn compose(told: Told) -> Text {
    let cy = match told.bid.language {
        Language::En => String::new(),
        Language::Cy => written(&WELSH, &told),
    };
    Text { en: written(&ENGLISH, &told), cy }
}

/// The words of one language.
struct Words {
    dear: &'static str,
    about: fn(&Told, &str) -> String,
    outcome: fn(&Told, Money) -> String,
    conditions: &'static str,
    precedent: &'static str,
    reason: &'static str,
    feedback: &'static str,
    next_if_funded: &'static str,
    next_if_reserve: &'static str,
    embargo: fn(&Call) -> String,
    for_the: &'static str,
    and: &'static str,
    /// A text of the network in this language.
    text: fn(&Text) -> &str,
    language: Language,
}

const ENGLISH: Words = Words {
    dear: "Dear",
    about: |told, day| {
        let Told { bid, call, .. } = told;
        let (title, number, round, reference) = (&bid.title, bid.number, &call.title.en, &call.reference);
        format!("Your bid \u{201c}{title}\u{201d}, number {number} of {round} ({reference}), was decided on {day}.")
    },
    outcome: |told, sum| match told.determination.outcome {
        Outcome::Fund => format!("We are glad to fund your project with {sum}, as you asked."),
        Outcome::FundInPart => {
            format!("We are glad to fund your project with {sum}. You asked for {}.", told.bid.requested)
        }
        Outcome::Reserve => format!(
            "Your project can be funded, but the money set aside is spent. It is number {} on the reserve list and \
             waits for {sum}.",
            told.reserve_place.unwrap_or(0)
        ),
        Outcome::Decline => "We are sorry that we cannot fund your project.".to_string(),
        Outcome::Defer => "We have left your project for another round. You can bid again when one opens.".to_string(),
    },
    conditions: "Conditions of the grant",
    precedent: "before anything is paid",
    reason: "Why we decided so",
    feedback: "What the panel says of your bid",
    embargo: |call| format!("Please keep this to yourselves until the announcement: {}.", call.announces.announced),
    next_if_funded: "What happens next: you are sent an offer with its terms, and a certifier of your council accepts or \
                     refuses it by the day that it names.",
    next_if_reserve: "What happens next: we call those on the list in its order when money is freed.",
    for_the: "For the",
    and: "and the",
    text: |text| &text.en,
    language: Language::En,
};

const WELSH: Words = Words {
    dear: "Annwyl",
    about: |told, day| {
        let Told { bid, call, .. } = told;
        let (title, number, round) = (&bid.title, bid.number, (WELSH.text)(&call.title));
        let reference = &call.reference;
        format!("Penderfynwyd ar eich cais \u{201c}{title}\u{201d}, rhif {number} o {round} ({reference}), ar {day}.")
    },
    outcome: |told, sum| match told.determination.outcome {
        Outcome::Fund => format!("Mae'n bleser gennym ariannu eich prosiect gyda {sum}, fel y gofynnwyd."),
        Outcome::FundInPart => {
            format!("Mae'n bleser gennym ariannu eich prosiect gyda {sum}. Gofynnwyd am {}.", told.bid.requested)
        }
        Outcome::Reserve => format!(
            "Gellir ariannu eich prosiect, ond mae'r arian a neilltuwyd wedi ei wario. Mae'n rhif {} ar y rhestr wrth \
             gefn ac yn aros am {sum}.",
            told.reserve_place.unwrap_or(0)
        ),
        Outcome::Decline => "Mae'n ddrwg gennym na allwn ariannu eich prosiect.".to_string(),
        Outcome::Defer => {
            "Rydym wedi gohirio eich prosiect tan rownd arall. Gallwch wneud cais eto pan fydd un yn agor.".to_string()
        }
    },
    conditions: "Amodau'r grant",
    precedent: "cyn talu unrhyw arian",
    reason: "Pam y penderfynwyd felly",
    feedback: "Beth mae'r panel yn ei ddweud am eich cais",
    embargo: |call| format!("Cadwch hyn yn gyfrinachol tan y cyhoeddiad: {}.", call.announces.announced),
    next_if_funded: "Y cam nesaf: anfonir cynnig atoch gyda'i delerau, a bydd ardystiwr eich cyngor yn ei dderbyn neu'n ei \
                     wrthod erbyn y dyddiad a nodir ynddo.",
    next_if_reserve: "Y cam nesaf: byddwn yn galw ar y rhai ar y rhestr yn ei threfn pan ryddheir arian.",
    for_the: "Ar ran",
    and: "a",
    text: |text| if text.cy.is_empty() { &text.en } else { &text.cy },
    language: Language::Cy,
};

fn written(words: &Words, told: &Told) -> String {
    let Told { call, bid, determination, feedback, .. } = told;
    let sum = determination.amount.unwrap_or(bid.requested);
    let mut paragraphs = vec![
        format!("{} {},", words.dear, bid.applicant.name),
        (words.about)(told, &words.language.day(determination.decided_on)),
        (words.outcome)(told, sum),
    ];
    if !determination.conditions.is_empty() {
        paragraphs.push(conditions(words, &determination.conditions));
    }
    if !determination.outcome.is_funded() && !determination.reason.is_empty() {
        paragraphs.push(format!("{}\n{}", words.reason, determination.reason));
    }
    if !feedback.is_empty() {
        paragraphs.push(on_criteria(words, &call.rubric.criteria, feedback));
    }
    match determination.outcome {
        Outcome::Fund | Outcome::FundInPart => paragraphs.push(words.next_if_funded.to_string()),
        Outcome::Reserve => paragraphs.push(words.next_if_reserve.to_string()),
        Outcome::Decline | Outcome::Defer => {}
    }
    paragraphs.push((words.embargo)(call));
    let boards: Vec<&str> = told.boards.iter().map(|board| board.name.as_str()).collect();
    paragraphs.push(format!("{} {}", words.for_the, boards.join(&format!(" {} ", words.and))));
    paragraphs.join("\n\n") + "\n"
}

fn conditions(words: &Words, conditions: &[Condition]) -> String {
    let mut lines = vec![words.conditions.to_string()];
    for (place, condition) in conditions.iter().enumerate() {
        let precedent = if condition.precedent { format!(" ({})", words.precedent) } else { String::new() };
        lines.push(format!("{}. {}{precedent}", place + 1, condition.text));
    }
    lines.join("\n")
}

/// In the order of the criteria as published.
fn on_criteria(words: &Words, criteria: &[Criterion], feedback: &[Feedback]) -> String {
    let mut lines = vec![words.feedback.to_string()];
    for criterion in criteria {
        for said in feedback.iter().filter(|said| said.criterion == criterion.code) {
            lines.push(format!("{}: {}", (words.text)(&criterion.name), said.text));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
