//! The registry as its callers meet it: through the generated clients over the local transport, behind the guard and the
//! field rules, on both engines. The golden files in `tests/golden/` hold the policy and the states.

mod boards;
mod clients;
mod house;
mod oauth;
mod organisations;
mod people;
mod policy;
mod sign_in;
mod states;
