//! Whether an answer is what the matrix says.

use prost_reflect::MethodDescriptor;
use toadlane_client::{Reason, Refusal};
use tonic::Code;

use super::asking;
use super::callers::Caller;
use super::golden::Verdict;
use super::wire::Answer;

/// How the answers to one way of calling an RPC are judged.
#[derive(Clone)]
pub enum Judge {
    /// A yes succeeds.
    Done,
    /// A yes of the policy is followed by a refusal for the state that the resource is in.
    Illegal,
    /// A yes has this row in its list; everybody else gets a list as if there were none.
    Rows(String),
    /// A yes has this row in its list, which has other rows too; everybody else gets the list without it.
    Among(String),
    /// A yes finds nothing yet, and is answered as about something that does not exist.
    NotYet,
    /// A yes shows this text, a no the same answer without it.
    Shows(String),
    /// The same of what is no text: whether a message tells it.
    Tells(fn(&[u8]) -> bool),
    /// Everybody succeeds, signed in or not.
    Public,
    /// To everybody it does not exist here, whatever the matrix lets them see elsewhere.
    Nowhere,
}

/// What one caller is answered, and what they are answered about something that does not exist.
pub struct Answers<'a> {
    pub rpc: &'a MethodDescriptor,
    pub caller: &'a Caller,
    pub answer: &'a Answer,
    pub nothing: &'a Answer,
}

impl Answers<'_> {
    /// Whether the call succeeded; an error says how the answer differs from the verdict.
    pub fn judged(&self, judge: &Judge, verdict: Verdict) -> Result<bool, String> {
        let is_right = match (judge, verdict) {
            (Judge::Public, _) => self.is_done(),
            // The door is before every policy, and no policy may let in who has not signed in.
            (_, verdict) if self.caller.is_nobody() => verdict != Verdict::Yes && is_turned_away(self.answer),
            (Judge::Nowhere, _) => self.is_hidden(),
            (judge, Verdict::Yes) => self.is_granted(judge),
            (judge, Verdict::No) => self.is_refused(judge),
            (_, Verdict::Apart) => is(self.answer, Code::PermissionDenied, Reason::SeparationOfDuties),
            (judge, Verdict::Hidden) => self.is_kept_from(judge),
        };
        match is_right {
            true => Ok(self.is_done() && verdict == Verdict::Yes),
            false => {
                Err(format!("{verdict:?} in the matrix; answered {}; of nothing {}", self.says(), told(self.nothing)))
            }
        }
    }

    fn is_granted(&self, judge: &Judge) -> bool {
        match judge {
            Judge::Done => self.is_done(),
            Judge::Illegal => self.answer.status.code() == Code::FailedPrecondition,
            Judge::Rows(id) | Judge::Among(id) => self.is_done() && self.rows().contains(id),
            Judge::NotYet => is(self.answer, Code::NotFound, Reason::NotFound),
            Judge::Shows(text) => self.is_done() && self.answer.holds(text),
            Judge::Tells(told) => self.is_done() && self.tells(*told),
            Judge::Public | Judge::Nowhere => false,
        }
    }

    fn is_refused(&self, judge: &Judge) -> bool {
        match judge {
            Judge::Done | Judge::Illegal | Judge::NotYet | Judge::Among(_) => is_refusal(self.answer),
            Judge::Shows(text) => self.is_done() && !self.answer.holds(text),
            Judge::Tells(told) => self.is_done() && !self.tells(*told),
            Judge::Rows(_) | Judge::Public | Judge::Nowhere => false,
        }
    }

    fn is_kept_from(&self, judge: &Judge) -> bool {
        match judge {
            Judge::Done | Judge::Illegal | Judge::NotYet => self.is_hidden(),
            Judge::Shows(text) => !self.answer.holds(text) && self.is_as_of_nothing(),
            Judge::Tells(told) => !self.tells(*told) && self.is_as_of_nothing(),
            Judge::Among(id) => (self.is_done() || self.is_hidden()) && !self.rows().contains(id),
            // Whoever finds themselves in a list finds nobody else.
            Judge::Rows(_) => match self.rows().as_slice() {
                [] => self.is_done() && self.is_as_of_nothing(),
                rows => rows.iter().all(|row| *row == self.caller.subject),
            },
            Judge::Public | Judge::Nowhere => false,
        }
    }

    fn is_done(&self) -> bool {
        self.answer.status.code() == Code::Ok
    }

    fn is_hidden(&self) -> bool {
        is(self.answer, Code::NotFound, Reason::NotFound) && self.is_as_of_nothing()
    }

    fn is_as_of_nothing(&self) -> bool {
        self.answer.told() == self.nothing.told()
    }

    fn tells(&self, told: fn(&[u8]) -> bool) -> bool {
        self.answer.messages.iter().any(|message| told(message))
    }

    fn rows(&self) -> Vec<String> {
        asking::rows(self.rpc, self.answer)
    }

    fn says(&self) -> String {
        format!("{} with the rows {:?}", told(self.answer), self.rows())
    }
}

fn told(answer: &Answer) -> String {
    format!("{:?} {:?}", answer.status.code(), answer.status.message())
}

fn is(answer: &Answer, code: Code, reason: Reason) -> bool {
    let refusal = Refusal::from(answer.status.clone());
    refusal.code == code && refusal.reason == reason
}

/// What the door says to everybody without a good token.
pub fn is_turned_away(answer: &Answer) -> bool {
    is(answer, Code::Unauthenticated, Reason::SignInNeeded) && answer.messages.is_empty()
}

/// Refused with who may.
fn is_refusal(answer: &Answer) -> bool {
    let refusal = Refusal::from(answer.status.clone());
    let who_may = refusal.metadata.get("who_may").map_or("", String::as_str);
    let says_who = !who_may.is_empty() && refusal.message == format!("{who_may} may do this");
    is(answer, Code::PermissionDenied, Reason::NotAllowed) && says_who
}
