//! What every service's `Error` implements in the same way.

/// What a service's error is made from and turned into: queries fail as `Error::Db`, and the caller gets
/// its fault. With `asks neighbours`, also: an
/// unusable answer is `Error::Neighbour`, and an event that fails for store or neighbour is redelivered, for anything
/// else never.
#[macro_export]
macro_rules! service_error {
    ($error:ident) => {
        impl From<diesel::result::Error> for $error {
            fn from(error: diesel::result::Error) -> $error {
                $error::Db($crate::db::DbError::Query(error))
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
