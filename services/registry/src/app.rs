//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it,
//! and so are secrets. One file per collection.

mod boards;
mod clients;
mod memberships;
mod organisations;
mod people;
pub mod reading;
mod sign_in;

pub use boards::{AddSeat, CreateBoard, EndSeat, UpdateBoard, add_seat, create_board, end_seat, update_board};
pub use clients::{
    AddClientKey, CreateClient, RetireClientKey, RevokeClient, RotateClientSecret, SetClientScopes, add_client_key,
    create_client, retire_client_key, revoke_client, rotate_client_secret, set_client_scopes,
};
pub use memberships::{
    AddMembership, EndMembership, RestoreMembership, SuspendMembership, add_membership, end_membership,
    restore_membership, suspend_membership,
};
pub use organisations::{CreateOrganisation, UpdateOrganisation, create_organisation, update_organisation};
pub use people::{
    CreatePerson, EndPerson, GrantRole, RevokeRole, UpdatePerson, create_person, end_person, grant_role, revoke_role,
    update_person,
};
pub use sign_in::{
    ExchangeToken, FinishSignIn, FirstAdministrator, PublishKey, RevokeSubject, SignedIn, StartSignIn, active_client,
    admin_first, exchange_token, finish_sign_in, is_right, publish_key, revoke_subject, start_sign_in, take_keys,
};
