//! What each refusal becomes on the wire: its code and its reason.

use kit::fault::{Fault, Reason};
use tonic::{Code, Status};

use crate::error::Error;
use crate::proof::Refused;

kit::service_error!(Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let says = error.to_string();
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::EndedAlready { .. }
            | Error::TooMany { .. }
            | Error::WrongKind { .. }
            | Error::LastAdministrator
            | Error::AdministratorExists
            | Error::RetiredKey { .. }
            | Error::TwoKeys { .. } => Fault::precondition(Reason::IllegalStep, says),
            Error::EndBeforeStart { field, .. } => Fault::bad_field(field, "order", says),
            Error::OutsideTerm { field } => Fault::bad_field(field, "term", says),
            Error::Overlap { existing, .. } => Fault::exists(says, existing),
            Error::AlreadyExists { field, existing, .. } => Fault::exists(says, existing).with("field", field),
            Error::WrongCode | Error::SessionEnded => Fault::new(Code::Unauthenticated, Reason::SignInNeeded, says),
            Error::WrongConfirmation => Fault::precondition(Reason::WrongCode, says),
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
