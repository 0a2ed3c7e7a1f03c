//! Passages. One whose document was withdrawn is in no read, list, count or export.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{CommissionId, DocumentId, OrgId, PassageId};
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use crate::error::{Error, Newer};
use crate::passage::{Consent, Passage};
use crate::schema::{document, passage, passage_code};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = passage, treat_none_as_null = true)]
struct Row {
    id: String,
    version: i64,
    commission_id: String,
    document_id: String,
    source_id: String,
    source_revision: i32,
    source_sha256: String,
    section_key: String,
    start_byte: i64,
    end_byte: i64,
    quote: String,
    codes: String,
    codebook_id: String,
    codebook_version: i32,
    memo: String,
    consent: String,
    answer_by: Option<i64>,
    organisation_id: String,
    award_reference: String,
    marked_by: String,
    created_at: i64,
}

impl From<&Passage> for Row {
    fn from(passage: &Passage) -> Row {
        Row {
            id: passage.id.to_string(),
            version: passage.version,
            commission_id: passage.commission.to_string(),
            document_id: passage.document.to_string(),
            source_id: passage.source.clone(),
            source_revision: passage.source_revision,
            source_sha256: passage.source_sha256.clone(),
            section_key: passage.section.clone(),
            start_byte: passage.start as i64,
            end_byte: passage.end as i64,
            quote: passage.quote.clone(),
            codes: json(&passage.codes),
            codebook_id: passage.codebook.to_string(),
            codebook_version: passage.codebook_version,
            memo: passage.memo.clone(),
            consent: passage.consent.name().to_string(),
            answer_by: passage.consent.answer_by().map(Timestamp::micros),
            organisation_id: passage.organisation.to_string(),
            award_reference: passage.award_reference.clone(),
            marked_by: passage.marked_by.to_string(),
            created_at: passage.created_at.micros(),
        }
    }
}

impl TryFrom<Row> for Passage {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Passage, DbError> {
        let consent = match (row.consent.as_str(), row.answer_by.map(Timestamp::from_micros)) {
            ("not_asked", None) => Consent::NotAsked,
            ("asked", Some(answer_by)) => Consent::Asked { answer_by },
            ("given", Some(answer_by)) => Consent::Given { answer_by },
            ("refused", Some(answer_by)) => Consent::Refused { answer_by },
            ("withdrawn", Some(answer_by)) => Consent::Withdrawn { answer_by },
            (other, _) => return Err(inconsistent(format!("passage {}: consent {other}", row.id))),
        };
        Ok(Passage {
            id: parsed(&row.id)?,
            version: row.version,
            commission: parsed(&row.commission_id)?,
            document: parsed(&row.document_id)?,
            source: row.source_id,
            source_revision: row.source_revision,
            source_sha256: row.source_sha256,
            section: row.section_key,
            start: usize::try_from(row.start_byte).map_err(inconsistent)?,
            end: usize::try_from(row.end_byte).map_err(inconsistent)?,
            quote: row.quote,
            codes: from_json(&row.codes)?,
            codebook: parsed(&row.codebook_id)?,
            codebook_version: row.codebook_version,
            memo: row.memo,
            consent,
            organisation: parsed(&row.organisation_id)?,
            award_reference: row.award_reference,
            marked_by: parsed(&row.marked_by)?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

pub fn passage(tx: &mut Tx, id: PassageId) -> Result<Passage, Error> {
    let row = passage::table
        .inner_join(document::table)
        .filter(document::withdrawn.eq(false))
        .filter(passage::id.eq(id.to_string()))
        .select(Row::as_select())
        .first(tx)
        .optional()?;
    Ok(Passage::try_from(row.ok_or(Error::NotFound { what: "passage" })?)?)
}

pub fn insert_passage(tx: &mut Tx, new: &Passage) -> Result<(), DbError> {
    diesel::insert_into(passage::table).values(Row::from(new)).execute(tx)?;
    insert_codes(tx, new)
}

fn insert_codes(tx: &mut Tx, new: &Passage) -> Result<(), DbError> {
    for code in &new.codes {
        diesel::insert_into(passage_code::table)
            .values((passage_code::passage_id.eq(new.id.to_string()), passage_code::code.eq(code)))
            .execute(tx)?;
    }
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_passage(tx: &mut Tx, old: &Passage, new: &Passage) -> Result<(), Error> {
    let of_old_version =
        passage::table.filter(passage::id.eq(new.id.to_string())).filter(passage::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Passage(passage(tx, new.id)?.without_notes())));
    }
    if old.codes != new.codes {
        diesel::delete(passage_code::table.filter(passage_code::passage_id.eq(new.id.to_string()))).execute(tx)?;
        insert_codes(tx, new)?;
    }
    Ok(())
}

/// Which passages: of a commission, or those about which these councils were asked.
#[derive(Clone, Debug, Default)]
pub struct PassageFilter {
    pub commission: Option<CommissionId>,
    pub councils: Vec<OrgId>,
    pub document: Option<DocumentId>,
    pub code: String,
}

type Boxed = diesel::helper_types::IntoBoxed<'static, diesel::dsl::InnerJoin<passage::table, document::table>, Backend>;

fn filtered(filter: &PassageFilter) -> Boxed {
    let mut query = passage::table.inner_join(document::table).into_boxed::<Backend>();
    query = query.filter(document::withdrawn.eq(false));
    query = match filter.commission {
        Some(commission) => query.filter(passage::commission_id.eq(commission.to_string())),
        None => {
            let councils: Vec<String> = filter.councils.iter().map(OrgId::to_string).collect();
            query.filter(passage::organisation_id.eq_any(councils)).filter(passage::consent.ne("not_asked"))
        }
    };
    if let Some(document) = filter.document {
        query = query.filter(passage::document_id.eq(document.to_string()));
    }
    if !filter.code.is_empty() {
        query = query.filter(exists(
            passage_code::table
                .filter(passage_code::passage_id.eq(passage::id))
                .filter(passage_code::code.eq(filter.code.clone())),
        ));
    }
    query
}

/// One page by identity.
pub fn page_of_passages(
    tx: &mut Tx,
    filter: &PassageFilter,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Passage>, DbError> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        query = query.filter(passage::id.gt(after));
    }
    let rows: Vec<Row> = query.order(passage::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Passage::try_from).collect()
}

pub fn n_passages(tx: &mut Tx, filter: &PassageFilter) -> Result<i64, DbError> {
    Ok(filtered(filter).count().get_result(tx)?)
}

/// Every passage of a document, whether it was withdrawn or not: what a consent taken back reaches.
pub fn passages_of_document(tx: &mut Tx, document: DocumentId) -> Result<Vec<Passage>, DbError> {
    let rows: Vec<Row> = passage::table
        .filter(passage::document_id.eq(document.to_string()))
        .order(passage::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Passage::try_from).collect()
}

pub(super) fn passages_named(tx: &mut Tx, ids: &[String]) -> Result<Vec<Passage>, DbError> {
    let rows: Vec<Row> = passage::table.filter(passage::id.eq_any(ids)).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Passage::try_from).collect()
}
