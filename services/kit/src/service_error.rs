//! What the errors of all services have in common, so that they fail and are told alike.

/// What a service's error comes from and turns into in the same way everywhere: queries fail as `Error::Db`, a verdict
/// refuses as `Error::NotAllowed` and hides as `Error::NotFound`, and the caller is told its fault. With
/// `asks neighbours`, also: what a neighbour's word lacks is `Error::Neighbour`, and an event that fails for store or
/// neighbour comes again, for anything else never.
#[macro_export]
macro_rules! service_error {
    ($error:ident) => {
        impl From<diesel::result::Error> for $error {
            fn from(error: diesel::result::Error) -> $error {
                $error::Db($crate::db::DbError::Query(error))
            }
        }

        impl $crate::verdict::Denial for $error {
            fn not_allowed(who_may: &'static str) -> $error {
                $error::NotAllowed { who_may }
            }

            fn not_found(what: &'static str) -> $error {
                $error::NotFound { what }
            }
        }

        impl From<$error> for tonic::Status {
            fn from(error: $error) -> tonic::Status {
                $crate::fault::Fault::from(error).into()
            }
        }
    };
    ($error:ident asks neighbours) => {
        $crate::service_error!($error);

        impl From<$crate::neighbour::Unusable> for $error {
            fn from(error: $crate::neighbour::Unusable) -> $error {
                $error::Neighbour(error.into())
            }
        }

        impl From<$error> for $crate::consumer::NotTaken {
            fn from(error: $error) -> $crate::consumer::NotTaken {
                match error {
                    $error::Db(error) => error.into(),
                    $error::Neighbour(error) => error.into(),
                    other => $crate::consumer::NotTaken::Ever(other.to_string()),
                }
            }
        }
    };
}
