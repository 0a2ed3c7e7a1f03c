//! What each refusal becomes on the wire: its code, its reason, and the newer version of what is stale.

use kit::fault::{Fault, Newer, Reason, Violation};
use kit::time::Date;
use kit::verdict::not_allowed;
use kit::wire::any;
use prost::Message;
use prost_types::Any;
use toadlane_proto::registry::v1 as pb;
use tonic::{Code, Status};

use super::{BOARD, CLIENT, MEMBERSHIP, ORGANISATION, PERSON, SEAT};
use crate::board::{Board, SeatNow};
use crate::client::Client;
use crate::error::Error;
use crate::membership::Membership;
use crate::organisation::{Organisation, OrganisationNow};
use crate::person::Person;
use crate::proof::Refused;

kit::service_error!(Error);

/// Without what follows from others and from the day, which is not at hand.
impl Newer for Organisation {
    fn to_any(&self) -> Any {
        let today = Date::at(self.updated_at, "UTC");
        let now = OrganisationNow { organisation: self.clone(), predecessors: Vec::new(), today };
        any(ORGANISATION, pb::Organisation::from(now).encode_to_vec())
    }
}

impl Newer for Membership {
    fn to_any(&self) -> Any {
        any(MEMBERSHIP, pb::Membership::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Person {
    fn to_any(&self) -> Any {
        any(PERSON, pb::Person::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Board {
    fn to_any(&self) -> Any {
        any(BOARD, pb::Board::from(self.clone()).encode_to_vec())
    }
}

impl Newer for SeatNow {
    fn to_any(&self) -> Any {
        any(SEAT, pb::Seat::from(self.clone()).encode_to_vec())
    }
}

impl Newer for Client {
    fn to_any(&self) -> Any {
        any(CLIENT, pb::Client::from(self.clone()).encode_to_vec())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        let precondition = |says| Fault::new(Code::FailedPrecondition, Reason::IllegalStep, says);
        let exists = |says| Fault::new(Code::AlreadyExists, Reason::AlreadyExists, says);
        match error {
            Error::NotFound { what } => Fault::not_found(what),
            Error::NotAllowed { who_may } => not_allowed(who_may),
            Error::Stale(newer) => Fault::stale(&*newer, says),
            Error::IllegalStep { what: _, from, step } => precondition(says).with("from", from).with("step", step),
            Error::EndedAlready { .. }
            | Error::TooMany { .. }
            | Error::WrongKind { .. }
            | Error::LastAdministrator
            | Error::AdministratorExists
            | Error::RetiredKey { .. }
            | Error::TwoKeys { .. } => precondition(says),
            Error::EndBeforeStart { field, .. } => Fault::invalid(vec![Violation::new(field, "order", says)]),
            Error::OutsideTerm { field } => Fault::invalid(vec![Violation::new(field, "term", says)]),
            Error::Overlap { existing, .. } => exists(says).with("existing", existing),
            Error::AlreadyExists { field, existing, .. } => {
                exists(says).with("field", field).with("existing", existing)
            }
            Error::WrongCode => Fault::new(Code::Unauthenticated, Reason::SignInNeeded, says),
            Error::Invalid(violations) => Fault::invalid(violations),
            Error::KeySet(cause) => Fault::internal(&cause),
            Error::Db(cause) => cause.fault(),
        }
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Status {
        let says = refused.to_string();
        match refused {
            Refused::UnsupportedGrantType | Refused::InvalidRequest(_) | Refused::InvalidScope => {
                Fault::new(Code::InvalidArgument, Reason::InvalidFields, says).into()
            }
            Refused::InvalidClient | Refused::InvalidAssertion(_) | Refused::UsedAssertion => {
                Fault::new(Code::Unauthenticated, Reason::SignInNeeded, says).into()
            }
            Refused::Failed(error) => error.into(),
        }
    }
}
