//! One connection, over which the systems of several councils call by turns.

use futures_util::{StreamExt, TryStreamExt, stream};
use toadlane_client::{Client, ConnectError, Credentials, Place, Signed, Status};
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::registry::v1::ExchangeTokenRequest;
use tonic::Request;

use crate::plan::Council;

/// How many requests are in flight while nothing is measured.
pub const AT_ONCE: usize = 16;

pub struct Caller(Client);

impl Caller {
    pub fn connect(server: &str) -> Result<Caller, ConnectError> {
        Ok(Caller(Client::connect(Place::new(server), Credentials::Anonymous)?))
    }

    pub fn bids(&self) -> BidsServiceClient<Signed> {
        self.0.bids()
    }

    /// A request of one council's system.
    pub fn signed<T>(message: T, token: &str) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {token}").parse().expect("a token is made of letters, digits and -_.");
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    /// An access token for the system of each council, in their order.
    pub async fn tokens(&self, councils: &[Council]) -> Result<Vec<String>, Status> {
        let exchanged = stream::iter(councils).map(|council| async move {
            let asked = ExchangeTokenRequest {
                grant_type: "client_credentials".to_string(),
                client_id: council.client_id.clone(),
                client_secret: council.client_secret.clone(),
                ..Default::default()
            };
            Ok(self.0.sign_in().exchange_token(asked).await?.into_inner().access_token)
        });
        exchanged.buffered(AT_ONCE).try_collect().await
    }
}
