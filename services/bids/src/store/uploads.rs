//! The files sent for a bid, as far as it must be known what they take up and whether a revision has them. Their bytes
//! are kept by digest, which several bids may share.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kit::db::{Conn, DbError};
use kit::ids::BidId;
use kit::time::Timestamp;

use crate::content::Attachment;
use crate::schema::{revision, upload};

/// Keeps in mind that the bytes of a file will come.
pub fn announce(conn: &mut Conn, bid: BidId, file: &Attachment, now: Timestamp) -> Result<(), DbError> {
    let known = diesel::update(upload::table.find((bid, &file.sha256))).set(upload::announced_at.eq(now));
    if known.execute(conn)? == 0 {
        let row = (
            upload::bid_id.eq(bid),
            upload::sha256.eq(&file.sha256),
            upload::size_bytes.eq(file.size_bytes),
            upload::state.eq("announced"),
            upload::announced_at.eq(now),
        );
        diesel::insert_into(upload::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// A revision of the bid has the file.
pub fn keep(conn: &mut Conn, bid: BidId, sha256: &str) -> Result<(), DbError> {
    diesel::update(upload::table.find((bid, sha256))).set(upload::state.eq("kept")).execute(conn)?;
    Ok(())
}

/// How many bytes were sent for a bid in all its revisions, besides those of this file.
pub fn n_bytes_besides(conn: &mut Conn, bid: BidId, sha256: &str) -> Result<i64, DbError> {
    let sum = "COALESCE(CAST(SUM(size_bytes) AS BIGINT), 0)";
    let others = upload::table.filter(upload::bid_id.eq(bid)).filter(upload::sha256.ne(sha256));
    Ok(others.select(sql::<BigInt>(sum)).first(conn)?)
}

/// Whether the bytes are being cleared away.
pub fn is_condemned(conn: &mut Conn, sha256: &str) -> Result<bool, DbError> {
    let condemned = upload::table.filter(upload::sha256.eq(sha256)).filter(upload::state.eq("condemned"));
    Ok(select(exists(condemned)).get_result(conn)?)
}

/// Digests of files that were announced until this instant and came into no revision, or are being cleared away.
pub fn lost(conn: &mut Conn, until: Timestamp, limit: i64) -> Result<Vec<String>, DbError> {
    Ok(upload::table
        .filter(upload::state.eq_any(["announced", "condemned"]))
        .filter(upload::announced_at.le(until))
        .order(upload::announced_at.asc())
        .limit(limit)
        .select(upload::sha256)
        .load(conn)?)
}

/// Marks a lost file as being cleared away, so that nobody sends it anew meanwhile. False where its bytes are needed,
/// by this bid or another: then the lost uploads of it are forgotten.
pub fn condemn(conn: &mut Conn, sha256: &str, until: Timestamp) -> Result<bool, DbError> {
    let of_digest = || upload::table.filter(upload::sha256.eq(sha256));
    let needed = of_digest().filter(upload::state.eq("kept").or(upload::announced_at.gt(until)));
    // What was kept before uploads were counted has no row.
    let written = revision::table.filter(revision::canonical_json.like(format!("%{sha256}%")));
    let is_needed: bool = select(exists(needed).or(exists(written))).get_result(conn)?;
    let lost = of_digest().filter(upload::state.ne("kept")).filter(upload::announced_at.le(until));
    if is_needed {
        diesel::delete(lost).execute(conn)?;
    } else {
        diesel::update(lost).set(upload::state.eq("condemned")).execute(conn)?;
    }
    Ok(!is_needed)
}

/// The bytes are gone.
pub fn forget(conn: &mut Conn, sha256: &str) -> Result<(), DbError> {
    let condemned = upload::table.filter(upload::sha256.eq(sha256)).filter(upload::state.eq("condemned"));
    diesel::delete(condemned).execute(conn)?;
    Ok(())
}
