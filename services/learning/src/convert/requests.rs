//! Requests as commands.

mod case_studies;
mod commissions;
mod corpus;
mod insights;
mod publications;
