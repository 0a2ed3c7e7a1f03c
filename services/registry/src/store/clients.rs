//! Integration clients, with their keys, secrets and used assertions.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::caller::{Scope, Subject};
use kit::db::{Backend, DbError, Tx};
use kit::ids::{ClientId, OrgId};
use kit::stored::{inconsistent, parsed};
use kit::time::Timestamp;

use super::After;
use crate::client::{Client, Credentials, Key, Secret, State};
use crate::error::{Error, Newer};
use crate::organisation::fold;
use crate::policy::Visible;
use crate::schema::{client, client_key, client_secret, used_assertion};

const PUBLIC_KEY: &str = "public_key";
const SECRET: &str = "secret";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = client, treat_none_as_null = true)]
struct ClientRow {
    id: String,
    version: i64,
    organisation_id: String,
    name: String,
    sort_name: String,
    kind: String,
    scopes: String,
    revoked_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl From<&Client> for ClientRow {
    fn from(client: &Client) -> ClientRow {
        let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.name()).collect();
        ClientRow {
            id: client.id.to_string(),
            version: client.version,
            organisation_id: client.organisation.to_string(),
            name: client.name.clone(),
            sort_name: fold(&client.name),
            kind: match client.credentials {
                Credentials::Keys(_) => PUBLIC_KEY.to_string(),
                Credentials::Secrets(_) => SECRET.to_string(),
            },
            scopes: scopes.join(" "),
            revoked_at: match client.state {
                State::Active => None,
                State::Revoked { at } => Some(at.micros()),
            },
            created_at: client.created_at.micros(),
            updated_at: client.updated_at.micros(),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_key)]
struct KeyRow {
    id: String,
    client_id: String,
    kid: String,
    algorithm: String,
    jwk: String,
    not_before: i64,
    retire_at: Option<i64>,
}

impl TryFrom<&KeyRow> for Key {
    type Error = DbError;

    fn try_from(row: &KeyRow) -> Result<Key, DbError> {
        Ok(Key {
            id: parsed(&row.id)?,
            kid: row.kid.clone(),
            algorithm: row.algorithm.clone(),
            jwk: row.jwk.clone(),
            not_before: Timestamp::from_micros(row.not_before),
            retire_at: row.retire_at.map(Timestamp::from_micros),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_secret)]
struct SecretRow {
    id: String,
    client_id: String,
    digest: String,
    created_at: i64,
    retire_at: Option<i64>,
}

impl TryFrom<&SecretRow> for Secret {
    type Error = DbError;

    fn try_from(row: &SecretRow) -> Result<Secret, DbError> {
        Ok(Secret {
            id: parsed(&row.id)?,
            digest: row.digest.clone(),
            created_at: Timestamp::from_micros(row.created_at),
            retire_at: row.retire_at.map(Timestamp::from_micros),
        })
    }
}

pub fn get(tx: &mut Tx, id: ClientId) -> Result<Client, Error> {
    find(tx, id)?.ok_or(Error::NotFound { what: "client" })
}

pub fn find(tx: &mut Tx, id: ClientId) -> Result<Option<Client>, DbError> {
    let row: Option<ClientRow> =
        client::table.find(id.to_string()).select(ClientRow::as_select()).first(tx).optional()?;
    Ok(complete(tx, row.into_iter().collect())?.pop())
}

pub fn insert(tx: &mut Tx, client: &Client) -> Result<(), DbError> {
    diesel::insert_into(client::table).values(ClientRow::from(client)).execute(tx)?;
    put_credentials(tx, client)
}

/// Writes the new version over the one it was made from, credentials included.
pub fn update(tx: &mut Tx, old: &Client, new: &Client) -> Result<(), Error> {
    let of_old_version =
        client::table.filter(client::id.eq(new.id.to_string())).filter(client::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(ClientRow::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Client(get(tx, new.id)?)));
    }
    if old.credentials != new.credentials {
        let id = new.id.to_string();
        diesel::delete(client_key::table.filter(client_key::client_id.eq(&id))).execute(tx)?;
        diesel::delete(client_secret::table.filter(client_secret::client_id.eq(&id))).execute(tx)?;
        put_credentials(tx, new)?;
    }
    Ok(())
}

fn put_credentials(tx: &mut Tx, client: &Client) -> Result<(), DbError> {
    match &client.credentials {
        Credentials::Keys(keys) => {
            for key in keys {
                let row = KeyRow {
                    id: key.id.to_string(),
                    client_id: client.id.to_string(),
                    kid: key.kid.clone(),
                    algorithm: key.algorithm.clone(),
                    jwk: key.jwk.clone(),
                    not_before: key.not_before.micros(),
                    retire_at: key.retire_at.map(Timestamp::micros),
                };
                diesel::insert_into(client_key::table).values(row).execute(tx)?;
            }
        }
        Credentials::Secrets(secrets) => {
            for secret in secrets {
                let row = SecretRow {
                    id: secret.id.to_string(),
                    client_id: client.id.to_string(),
                    digest: secret.digest.clone(),
                    created_at: secret.created_at.micros(),
                    retire_at: secret.retire_at.map(Timestamp::micros),
                };
                diesel::insert_into(client_secret::table).values(row).execute(tx)?;
            }
        }
    }
    Ok(())
}

/// Uses an assertion up. False when it was used before. `now` decides which old ones are forgotten.
pub fn use_assertion(
    tx: &mut Tx,
    client: ClientId,
    jti: &str,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, DbError> {
    diesel::delete(used_assertion::table.filter(used_assertion::expires_at.lt(now.micros()))).execute(tx)?;
    let row = (
        used_assertion::client_id.eq(client.to_string()),
        used_assertion::jti.eq(jti),
        used_assertion::expires_at.eq(expires_at.micros()),
    );
    let n_new = kit::each_backend!(tx, conn => diesel::insert_into(used_assertion::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(n_new == 1)
}

/// Which clients: what was asked for, within what the caller may see.
#[derive(Clone, Debug)]
pub struct Filter {
    pub organisation: Option<OrgId>,
    pub revoked_too: bool,
    pub visible: Visible,
}

type Condition = Box<dyn BoxableExpression<client::table, Backend, SqlType = Bool>>;

fn seen(visible: &Visible) -> Option<Condition> {
    match visible {
        Visible::All => None,
        Visible::Of { organisations, caller } => {
            let organisations: Vec<String> = organisations.iter().map(OrgId::to_string).collect();
            let of_its_own = client::organisation_id.eq_any(organisations);
            Some(match caller {
                Subject::Client(id) => Box::new(of_its_own.or(client::id.eq(id.to_string()))),
                Subject::Person(_) | Subject::Role(_) | Subject::Anonymous => Box::new(of_its_own),
            })
        }
    }
}

/// One page, by folded name.
pub fn page(tx: &mut Tx, filter: &Filter, after: After, limit: i64) -> Result<Vec<Client>, DbError> {
    let mut query = client::table.into_boxed();
    if let Some(seen) = seen(&filter.visible) {
        query = query.filter(seen);
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(client::organisation_id.eq(organisation.to_string()));
    }
    if !filter.revoked_too {
        query = query.filter(client::revoked_at.is_null());
    }
    if let Some((name, id)) = after {
        let same_name = client::sort_name.eq(name.clone()).and(client::id.gt(id));
        query = query.filter(client::sort_name.gt(name).or(same_name));
    }
    let rows: Vec<ClientRow> = query
        .order((client::sort_name.asc(), client::id.asc()))
        .limit(limit)
        .select(ClientRow::as_select())
        .load(tx)?;
    complete(tx, rows)
}

fn complete(tx: &mut Tx, rows: Vec<ClientRow>) -> Result<Vec<Client>, DbError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let keys: Vec<KeyRow> = client_key::table
        .filter(client_key::client_id.eq_any(ids.clone()))
        .order((client_key::not_before.asc(), client_key::id.asc()))
        .select(KeyRow::as_select())
        .load(tx)?;
    let secrets: Vec<SecretRow> = client_secret::table
        .filter(client_secret::client_id.eq_any(ids))
        .order((client_secret::created_at.asc(), client_secret::id.asc()))
        .select(SecretRow::as_select())
        .load(tx)?;
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        let credentials = match row.kind.as_str() {
            PUBLIC_KEY => {
                let of_row = keys.iter().filter(|key| key.client_id == row.id);
                Credentials::Keys(of_row.map(Key::try_from).collect::<Result<_, _>>()?)
            }
            SECRET => {
                let of_row = secrets.iter().filter(|secret| secret.client_id == row.id);
                Credentials::Secrets(of_row.map(Secret::try_from).collect::<Result<_, _>>()?)
            }
            other => return Err(inconsistent(format!("client {}: unknown kind {other}", row.id))),
        };
        let scopes = row.scopes.split_ascii_whitespace().map(parsed::<Scope>).collect::<Result<_, _>>()?;
        clients.push(Client {
            id: parsed(&row.id)?,
            organisation: parsed(&row.organisation_id)?,
            version: row.version,
            name: row.name,
            credentials,
            scopes,
            state: row.revoked_at.map_or(State::Active, |at| State::Revoked { at: Timestamp::from_micros(at) }),
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        });
    }
    Ok(clients)
}
