//! The record of the transitions of all that learning keeps: written once and never changed. One table for many kinds
//! of subject.

use crate::schema::history;

kit::history!(history, subject: String);
