//! The record of an award's transitions: written once and never changed.

use kit::ids::AwardId;

use crate::schema::history;

kit::history!(history, award_id: AwardId);
