//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod frameworks;
mod history;
mod rounds;

pub use frameworks::{
    framework, framework_version, frameworks, insert_framework, n_frameworks, update_framework,
};
pub use history::{HistoryRow, history, insert_history};
pub use rounds::{Filter, due, insert_round, n_rounds, round, rounds, update_round};

use kit::db::DbError;
use serde::Serialize;
use serde::de::DeserializeOwned;

mod tables {
    diesel::table! {
        framework (id) {
            id -> Text,
            name_en -> Text,
            name_cy -> Text,
            owner_id -> Text,
            version -> BigInt,
            created_at -> BigInt,
            updated_at -> BigInt,
        }
    }

    diesel::table! {
        framework_version (framework_id, number) {
            framework_id -> Text,
            number -> Integer,
            label -> Text,
            wording -> Text,
            created_at -> BigInt,
            frozen_at -> Nullable<BigInt>,
        }
    }

    diesel::table! {
        round (id) {
            id -> Text,
            reference -> Text,
            programme -> Nullable<Text>,
            version -> BigInt,
            state -> Text,
            rules -> Text,
            timetable -> Text,
            framework_id -> Nullable<Text>,
            framework_version -> Nullable<Integer>,
            opens_at -> Nullable<BigInt>,
            closes_at -> Nullable<BigInt>,
            originally_closes -> Nullable<Text>,
            reason -> Text,
            scheduled_at -> Nullable<BigInt>,
            opened_at -> Nullable<BigInt>,
            closed_at -> Nullable<BigInt>,
            cancelled_at -> Nullable<BigInt>,
            created_at -> BigInt,
            updated_at -> BigInt,
        }
    }

    diesel::table! {
        history (round_id, sequence) {
            round_id -> Text,
            sequence -> BigInt,
            happened_at -> BigInt,
            actor -> Text,
            actor_organisation -> Nullable<Text>,
            step -> Text,
            from_state -> Nullable<Text>,
            to_state -> Text,
            reason -> Text,
            timetable_before -> Nullable<Text>,
            timetable_after -> Nullable<Text>,
        }
    }
}

fn inconsistent(what: impl std::fmt::Display) -> DbError {
    DbError::Inconsistent(what.to_string())
}

/// Reads a stored text that must be of its kind.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, DbError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|cause| inconsistent(format!("{text}: {cause}")))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and flags become JSON")
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(inconsistent)
}
