use demo::deployment::Deployment;
use testing::stores::Fresh;
use toadlane_client::Place;
use toadlane_proto::registry::v1::{Role, WhoAmIRequest};

use super::*;
use crate::serve::start;
use crate::settings::Serve;

/// F-A11: nothing let a network in again whose one administrator had lost their mailbox.
#[tokio::test]
async fn an_administrator_without_a_mailbox_is_let_in_again_under_a_new_address() {
    let fresh = Fresh::sqlite();
    let kit::db::Storage::Sqlite { folder, .. } = &fresh.storage else { panic!("a folder was asked for") };
    let store = Store { data: folder.join("data"), database: None, keys: None, syncs: false };
    let (network, name) = ("The network".to_string(), "Ada Admin".to_string());
    let first = Admin::First { store: store.clone(), network, name, email: "ada@lost.example".to_string() };
    first.run().await.unwrap();
    let recover = |who: &str| {
        let (who, email) = (who.to_string(), "ada@new.example".to_string());
        Admin::Recover { store: store.clone(), who, email }
    };
    assert_eq!(recover("nobody@lost.example").run().await, Err("no such person".to_string()));
    recover("ada@lost.example").run().await.unwrap();

    let running = start(&Serve::embedded(store.clone())).await.unwrap();
    let says = recover("ada@new.example").run().await.unwrap_err();
    assert!(says.contains("another toadlane uses the folder"), "{says}");
    let place = Place::new(format!("http://{}", running.address));
    let ada = Deployment::at(place, store.data.join("mail")).sign_in("ada@new.example").await.unwrap();
    let who = ada.sign_in().who_am_i(WhoAmIRequest {}).await.unwrap().into_inner();
    assert_eq!(who.roles[0].role(), Role::NetworkAdministrator);
    running.stop().await;
}
