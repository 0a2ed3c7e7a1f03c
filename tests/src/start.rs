//! What stops a start: one clear sentence, and no port opened.

use std::process::Command;

use testing::stores::Fresh;

use crate::platform::{Platform, program};

fn refused(arguments: &[&str]) -> String {
    let output = Command::new(program()).args(arguments).output().unwrap();
    assert!(!output.status.success(), "{arguments:?} should not start");
    let says = String::from_utf8(output.stderr).unwrap();
    says.trim().to_string()
}

fn in_folder(fresh: &Fresh) -> String {
    match &fresh.storage {
        kit::db::Storage::Sqlite { folder, .. } => folder.display().to_string(),
        kit::db::Storage::Postgres { .. } => panic!("a folder was asked for"),
    }
}

#[test]
fn wrong_settings_are_refused_with_the_setting_and_what_is_accepted() {
    assert!(refused(&["serve", "--roles", "bids"]).contains("--peer registry=http://"));
    let apart = ["serve", "--roles", "registry"];
    assert!(refused(&apart).contains("--nats"), "{}", refused(&apart));
    let twice = ["serve", "--peer", "registry=http://127.0.0.1:1"];
    assert!(refused(&twice).contains("--peer registry=..: this process hosts registry itself"));
    assert!(refused(&["serve", "--roles", "mayor"]).contains("registry, rounds, bids"));
}

#[test]
fn a_second_server_on_the_same_folder_and_a_taken_port_are_refused() {
    let fresh = Fresh::sqlite();
    let platform = Platform::embedded(Fresh::sqlite(), None);
    let data = platform.folder.join("data").display().to_string();
    let same = refused(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]);
    assert!(same.contains("another toadlane uses the folder"), "{same}");
    let taken = refused(&["serve", "--data", &in_folder(&fresh), "--listen", &platform.processes[0].address]);
    assert!(taken.contains("is taken"), "{taken}");
}

#[test]
fn identities_that_can_be_foreseen_are_refused_where_the_clock_is_real() {
    let fresh = Fresh::sqlite();
    let says = refused(&["serve", "--data", &in_folder(&fresh), "--listen", "127.0.0.1:0", "--seed-ids", "7"]);
    assert!(says.contains("--seed-ids: this store has a real clock"), "{says}");
}

#[test]
fn a_damaged_database_file_is_named() {
    let fresh = Fresh::sqlite();
    let folder = in_folder(&fresh);
    std::fs::write(format!("{folder}/bids.sqlite"), "this is no database, and long enough to be looked at as one")
        .unwrap();
    let says = refused(&["serve", "--data", &folder, "--listen", "127.0.0.1:0"]);
    assert!(says.contains("bids.sqlite is damaged"), "{says}");
}

#[test]
fn a_stopped_server_ends_in_order() {
    let mut platform = Platform::embedded(Fresh::sqlite(), None);
    assert_eq!(platform.processes[0].terminate(), Some(0));
}
