//! What is kept of every change of a passage, and the changes that follow from the release of its document, which
//! nobody makes to the passage itself.

use kit::cx::Cx;
use kit::db::Tx;

use super::{Consent, ConsentStep, Passage, store};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::policy;

/// The release that a consent rests on ended: what was given is withdrawn, and what was asked is not asked.
pub fn fall(tx: &mut Tx, cx: &Cx, passage: &Passage) -> Result<(), Error> {
    match passage.consent {
        Consent::Asked { .. } | Consent::Given { .. } => {
            save(tx, cx, passage, passage.step(ConsentStep::Fall)?, Happened::ConsentFell).map(|_| ())
        }
        Consent::NotAsked | Consent::Refused { .. } | Consent::Withdrawn { .. } => Ok(()),
    }
}

/// A new release begins unasked, whatever was answered under the one before.
pub fn renew(tx: &mut Tx, cx: &Cx, passage: &Passage) -> Result<(), Error> {
    if !passage.is_asked() {
        return Ok(());
    }
    save(tx, cx, passage, passage.step(ConsentStep::Renew)?, Happened::ConsentRenewed).map(|_| ())
}

/// Saves the new version of a passage with its line of history and its event.
pub fn save(tx: &mut Tx, cx: &Cx, old: &Passage, new: Passage, happened: Happened) -> Result<Passage, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
pub fn record(tx: &mut Tx, cx: &Cx, old: Option<&Passage>, new: Passage, happened: Happened) -> Result<Passage, Error> {
    let states = (old.map(|old| old.consent.name()), new.consent.name());
    let council = policy::council_of(&cx.caller, &[new.organisation]);
    note(tx, cx, happened, states, "", council, events::passage(happened, &new))?;
    Ok(new)
}
