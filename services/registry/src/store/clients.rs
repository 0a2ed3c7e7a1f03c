//! Integration clients, with their keys, secrets and used assertions.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::caller::{Scope, Subject};
use kit::db::{Backend, Conn, DbError};
use kit::fold::fold;
use kit::ids::{ClientId, OrgId};
use kit::refusal::Refusal;
use kit::stored::{inconsistent, parsed};
use kit::time::Timestamp;

use super::{Key as PageKey, Visible, grouped};
use crate::client::{Client, Credentials, Key, Secret, State};
use crate::error::Error;
use crate::schema::{client, client_key, client_secret, used_assertion};

const PUBLIC_KEY: &str = "public_key";
const SECRET: &str = "secret";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = client, treat_none_as_null = true)]
struct Row {
    id: ClientId,
    version: i64,
    organisation_id: OrgId,
    name: String,
    sort_name: String,
    kind: String,
    scopes: String,
    revoked_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    pending: bool,
}

impl From<&Client> for Row {
    fn from(client: &Client) -> Row {
        let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.name()).collect();
        let kind = match client.credentials {
            Credentials::Keys(_) => PUBLIC_KEY,
            Credentials::Secrets(_) => SECRET,
        };
        Row {
            id: client.id,
            version: client.version,
            organisation_id: client.organisation,
            name: client.name.clone(),
            sort_name: fold(&client.name),
            kind: kind.to_string(),
            scopes: scopes.join(" "),
            revoked_at: match client.state {
                State::Pending | State::Active => None,
                State::Revoked { at } => Some(at),
            },
            created_at: client.created_at,
            updated_at: client.updated_at,
            pending: client.state == State::Pending,
        }
    }
}

pub fn get(conn: &mut Conn, id: ClientId) -> Result<Client, Error> {
    Ok(find(conn, id)?.ok_or(Refusal::NotFound { what: "client" })?)
}

pub fn find(conn: &mut Conn, id: ClientId) -> Result<Option<Client>, DbError> {
    let row: Option<Row> = client::table.find(id).select(Row::as_select()).first(conn).optional()?;
    Ok(complete(conn, row.into_iter().collect())?.pop())
}

pub fn insert(conn: &mut Conn, client: &Client) -> Result<(), DbError> {
    diesel::insert_into(client::table).values(Row::from(client)).execute(conn)?;
    put_credentials(conn, client)
}

/// Replaces the version it was made from, credentials included.
pub fn update(conn: &mut Conn, old: &Client, new: &Client) -> Result<(), Error> {
    let of_old_version = client::table.find(new.id).filter(client::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    if old.credentials != new.credentials {
        diesel::delete(client_key::table.filter(client_key::client_id.eq(new.id))).execute(conn)?;
        diesel::delete(client_secret::table.filter(client_secret::client_id.eq(new.id))).execute(conn)?;
        put_credentials(conn, new)?;
    }
    Ok(())
}

fn put_credentials(conn: &mut Conn, client: &Client) -> Result<(), DbError> {
    match &client.credentials {
        Credentials::Keys(keys) => {
            for key in keys {
                let row = (
                    client_key::id.eq(key.id),
                    client_key::client_id.eq(client.id),
                    client_key::kid.eq(&key.kid),
                    client_key::algorithm.eq(&key.algorithm),
                    client_key::jwk.eq(&key.jwk),
                    client_key::not_before.eq(key.not_before),
                    client_key::retire_at.eq(key.retire_at),
                );
                diesel::insert_into(client_key::table).values(row).execute(conn)?;
            }
        }
        Credentials::Secrets(secrets) => {
            for secret in secrets {
                let row = (
                    client_secret::id.eq(secret.id),
                    client_secret::client_id.eq(client.id),
                    client_secret::digest.eq(&secret.digest),
                    client_secret::created_at.eq(secret.created_at),
                    client_secret::retire_at.eq(secret.retire_at),
                );
                diesel::insert_into(client_secret::table).values(row).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Uses an assertion up. False when it was used before. `now` decides which old ones are forgotten.
pub fn use_assertion(
    conn: &mut Conn,
    client: ClientId,
    jti: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DbError> {
    diesel::delete(used_assertion::table.filter(used_assertion::expires_at.lt(now))).execute(conn)?;
    let row =
        (used_assertion::client_id.eq(client), used_assertion::jti.eq(jti), used_assertion::expires_at.eq(expires_at));
    let n_new = kit::each_backend!(conn, conn => diesel::insert_into(used_assertion::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(n_new == 1)
}

/// Which clients are asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    pub organisation: Option<OrgId>,
    pub revoked_too: bool,
}

/// One page, by folded name.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    after: Option<PageKey<ClientId>>,
    limit: i64,
) -> Result<Vec<Client>, DbError> {
    let mut query = client::table.into_boxed::<Backend>();
    if let Visible::Own { organisations, with_role_for: _, caller } = visible {
        let of_its_own = client::organisation_id.eq_any(organisations);
        query = match caller {
            Subject::Client(id) => query.filter(of_its_own.or(client::id.eq(id))),
            Subject::Person(_) | Subject::Area(_) | Subject::Anonymous => query.filter(of_its_own),
        };
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(client::organisation_id.eq(organisation));
    }
    if !filter.revoked_too {
        query = query.filter(client::revoked_at.is_null());
    }
    if let Some((name, id)) = after {
        query = query.filter(client::sort_name.gt(name.clone()).or(client::sort_name.eq(name).and(client::id.gt(id))));
    }
    let query = query.order((client::sort_name.asc(), client::id.asc())).limit(limit);
    let rows = query.select(Row::as_select()).load(conn)?;
    complete(conn, rows)
}

/// Adds to rows what other tables keep of them.
fn complete(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Client>, DbError> {
    let ids: Vec<ClientId> = rows.iter().map(|row| row.id).collect();
    let (mut keys, mut secrets) = (keys_of(conn, &ids)?, secrets_of(conn, &ids)?);
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        let credentials = match row.kind.as_str() {
            PUBLIC_KEY => Credentials::Keys(keys.remove(&row.id).unwrap_or_default()),
            SECRET => Credentials::Secrets(secrets.remove(&row.id).unwrap_or_default()),
            other => return Err(inconsistent(format!("client {}: unknown kind {other}", row.id))),
        };
        let scopes = row.scopes.split_ascii_whitespace().map(parsed::<Scope>).collect::<Result<_, _>>()?;
        clients.push(Client {
            id: row.id,
            organisation: row.organisation_id,
            version: row.version,
            name: row.name,
            credentials,
            scopes,
            state: match row.revoked_at {
                Some(at) => State::Revoked { at },
                None if row.pending => State::Pending,
                None => State::Active,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(clients)
}

fn keys_of(conn: &mut Conn, ids: &[ClientId]) -> Result<HashMap<ClientId, Vec<Key>>, DbError> {
    let rows = client_key::table
        .filter(client_key::client_id.eq_any(ids))
        .order((client_key::not_before.asc(), client_key::id.asc()))
        .select((
            client_key::client_id,
            client_key::id,
            client_key::kid,
            client_key::algorithm,
            client_key::jwk,
            client_key::not_before,
            client_key::retire_at,
        ))
        .load(conn)?;
    let keys = rows.into_iter().map(|(client, id, kid, algorithm, jwk, not_before, retire_at)| {
        (client, Key { id, kid, algorithm, jwk, not_before, retire_at })
    });
    Ok(grouped(keys))
}

fn secrets_of(conn: &mut Conn, ids: &[ClientId]) -> Result<HashMap<ClientId, Vec<Secret>>, DbError> {
    let rows = client_secret::table
        .filter(client_secret::client_id.eq_any(ids))
        .order((client_secret::created_at.asc(), client_secret::id.asc()))
        .select((
            client_secret::client_id,
            client_secret::id,
            client_secret::digest,
            client_secret::created_at,
            client_secret::retire_at,
        ))
        .load(conn)?;
    let secrets = rows
        .into_iter()
        .map(|(client, id, digest, created_at, retire_at)| (client, Secret { id, digest, created_at, retire_at }));
    Ok(grouped(secrets))
}
