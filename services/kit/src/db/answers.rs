//! Answers by request identity: the key is caller, RPC and id; the digest is over the message without it (AIP-155).
//! The row is written in the transaction of the write it answers, so that "first received" (rule 6) is a committed row.
//! How long it stays says [`crate::retention`].

use diesel::prelude::*;
use prost::Message;

use super::kept::{AnswerRow, idempotency};
use super::{Conn, DbError, Tx};
use crate::cx::Cx;

/// Keeps the answer. A write without a request identity keeps none.
pub fn store(tx: &mut Tx, cx: &Cx, answer: &impl Message) {
    let Some(request_id) = cx.answered_as() else {
        return;
    };
    tx.keep_answer(AnswerRow {
        caller: cx.caller.subject.to_string(),
        rpc: cx.rpc.clone(),
        request_id: request_id.to_string(),
        digest: cx.digest.to_vec(),
        answer: answer.encode_to_vec(),
        answered_at: cx.now,
    });
}

/// The answer given before to this request identity.
///
/// # Errors
/// [`DbError::RequestIdReused`] when it was given to other content.
pub fn find<W: Message + Default>(conn: &mut Conn, cx: &Cx) -> Result<Option<W>, DbError> {
    let Some(request_id) = cx.answered_as() else {
        return Ok(None);
    };
    let stored: Option<(Vec<u8>, Vec<u8>)> = idempotency::table
        .find((cx.caller.subject.to_string(), &cx.rpc, request_id))
        .select((idempotency::digest, idempotency::answer))
        .first(conn)
        .optional()?;
    match stored {
        None => Ok(None),
        Some((digest, _)) if digest != cx.digest => Err(DbError::RequestIdReused),
        Some((_, answer)) => match W::decode(answer.as_slice()) {
            Ok(answer) => Ok(Some(answer)),
            Err(cause) => Err(DbError::Inconsistent(format!("stored answer of {}: {cause}", cx.rpc))),
        },
    }
}
