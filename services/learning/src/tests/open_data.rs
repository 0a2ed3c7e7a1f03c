//! Open data: the 2020 round as a package that is valid and equal to the reference, and who may have it when.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use kit::caller::Role;
use kit::ids::{AwardId, BidId, OrgId};
use kit::time::at;
use pb::open_data::Format;
use serde_json::Value;
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use tonic::Code;

use super::harness::*;

const EXAMPLE: &str = include_str!("../../tests/data/360giving/example-round-2020.json");
const ROUND: &str = include_str!("../../../demo/data/round-2020.json");
const COUNCILS: &str = include_str!("../../../registry/data/uk-councils.csv");

/// The eight councils of the round, as the registry holds them: from its own register, but for the town council.
fn organisations(round: &Value) -> BTreeMap<String, registry::Organisation> {
    use registry::organisation::Kind;
    let mut reader = csv::Reader::from_reader(COUNCILS.as_bytes());
    let register: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let mut all = BTreeMap::new();
    for council in round["organisations"].as_array().unwrap() {
        let row = register.iter().find(|row| council["register_code"] == row["code"].as_str());
        let name = council["official_name"].as_str().unwrap().to_string();
        let field = |column: &str| row.map_or_else(String::new, |row| row[column].clone());
        let details = registry::OrganisationDetails {
            kind: if row.is_some() { Kind::PrincipalCouncil } else { Kind::LocalCouncil }.into(),
            name,
            short_name: field("short_name"),
            code: field("code"),
            org_id: field("org_id"),
            gss_code: field("gss_code"),
            authority_type: field("type"),
            website: field("website"),
            ..Default::default()
        };
        let organisation =
            registry::Organisation { id: OrgId::new().to_string(), details: Some(details), ..Default::default() };
        all.insert(council["id"].as_str().unwrap().to_string(), organisation);
    }
    all
}

/// The thirteen awards of the published round, paid in full. Two titles were published longer than the standard has
/// them: of these the awards are taken to hold the short form.
fn thirteen(harness: &Harness) -> Vec<awards::Award> {
    let round: Value = serde_json::from_str(ROUND).unwrap();
    let example: Value = serde_json::from_str(EXAMPLE).unwrap();
    let short = |place: usize| example["grants"][place]["title"].as_str().unwrap().to_string();
    let organisations = organisations(&round);
    harness.peers.organisations.lock().unwrap().extend(organisations.values().cloned());
    let said = |value: &Value| value.as_str().unwrap().to_string();
    let bids = round["bids"].as_array().unwrap().iter().enumerate().map(|(place, bid)| {
        let published = said(&bid["title"]);
        let payee = organisations[bid["organisation"].as_str().unwrap()].id.clone();
        let agreement = awards::Agreement {
            version: 1,
            amount: pounds(1_500),
            payee_organisation_id: payee.clone(),
            starts_on: "2020-02-01".to_string(),
            ends_on: "2020-12-31".to_string(),
            ..Default::default()
        };
        awards::Award {
            id: AwardId::new().to_string(),
            reference: said(&bid["id"]),
            bid_id: BidId::new().to_string(),
            public_title: if published.chars().count() > 140 { short(place) } else { published.clone() },
            title: published,
            summary: said(&bid["summary"]),
            applicant_organisation_id: payee,
            requested: pounds(1_500),
            state: awards::award::State::Active.into(),
            agreement: Some(agreement),
            acceptance: Some(awards::Acceptance::default()),
            paid: pounds(1_500),
            returned: pounds(0),
            decided_on: "2020-01-31".to_string(),
            updated_at: Some(at("2020-02-05T12:00:00Z").into()),
            ..Default::default()
        }
    });
    bids.collect()
}

fn asked(harness: &Harness, format: Format) -> pb::GetOpenDataRequest {
    pb::GetOpenDataRequest { round_id: harness.round.to_string(), format: format.into() }
}

async fn data(harness: &Harness, who: &Who, format: Format) -> pb::OpenData {
    harness.as_who(who).open_data.get_open_data(asked(harness, format)).await.unwrap().into_inner()
}

/// What the standard's schemas and codelists say against a package.
fn errors_of(package: &str) -> String {
    let python = std::env::var("TOADLANE_TEST_PYTHON")
        .expect("TOADLANE_TEST_PYTHON names a Python with jsonschema: run ./infra/test, which makes one");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let mut child = Command::new(python)
        .args([&format!("{folder}/validate_360.py"), &format!("{folder}/data/360giving")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(package.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the validator failed");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_2020_round_is_a_valid_package_equal_to_the_reference() {
    each_engine(async |harness| {
        *harness.peers.awards.lock().unwrap() = thirteen(&harness);
        harness.at("2020-12-31T09:00:00Z").await;
        let reader = Who::person(Role::ApplicantOfficer, OrgId::new());
        let found = data(&harness, &reader, Format::Format360givingJson).await;
        assert_eq!(errors_of(&found.text), "");
        assert_ne!(errors_of(&found.text.replace("\"2020-01-31\"", "\"31 January\"")), "");
        assert_ne!(errors_of(&found.text.replace("\"MD\"", "\"MET\"")), "");
        let (package, example): (Value, Value) =
            (serde_json::from_str(&found.text).unwrap(), serde_json::from_str(EXAMPLE).unwrap());
        let (ours, theirs) = (package["grants"].as_array().unwrap(), example["grants"].as_array().unwrap());
        assert_eq!(ours.len(), 13);
        for (our, their) in ours.iter().zip(theirs) {
            for field in [
                "id",
                "title",
                "description",
                "currency",
                "amountAppliedFor",
                "amountAwarded",
                "awardDate",
                "grantProgramme",
                "plannedDates",
                "fromOpenCall",
                "locationScope",
                "beneficiaryLocation",
                "recipientOrganization",
                "dataSource",
            ] {
                assert_eq!(our[field], their[field], "{field} of {}", their["id"]);
            }
            assert_eq!(our["fundingOrganization"], their["fundingOrganization"]);
            assert_eq!(
                (&our["amountDisbursed"], our["dateModified"].as_str()),
                (&Value::from(1500), Some("2020-02-05T12:00:00Z"))
            );
        }
        let keys: Vec<&String> = ours[1].as_object().unwrap().keys().collect();
        assert!(keys.contains(&&"classifications".to_string()));
        // The same facts give the same bytes.
        assert_eq!(data(&harness, &reader, Format::Format360givingJson).await.text, found.text);
        let findings: Vec<&String> = found.findings.iter().filter(|says| says.contains("r3-2020-01")).collect();
        assert_eq!(findings.len(), 2, "{findings:?}");
        let csv = data(&harness, &reader, Format::Format360givingCsv).await;
        let mut lines = csv::Reader::from_reader(csv.text.as_bytes());
        let rows: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
        assert_eq!((rows.len(), &rows[8][0], &rows[8][6]), (13, "360G-example-r3-2020-09", "1500"));
        assert_eq!(csv.sha256, kit::digest::digest(csv.text.as_bytes()));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_public_before_the_announcement_and_everything_at_it() {
    each_engine(async |harness| {
        *harness.peers.awards.lock().unwrap() = thirteen(&harness);
        let reader = Who::person(Role::ApplicantOfficer, OrgId::new());
        let announce = |instant: &str| {
            let mut rounds = harness.peers.rounds.lock().unwrap();
            let announces = rounds[0].timetable.as_mut().unwrap().announces.as_mut().unwrap();
            announces.instant = wire(instant);
        };
        announce(BEFORE);
        harness.at("2021-01-04T08:59:59.999998Z").await;
        let format = Format::Format360givingJson;
        let early = harness.as_who(&reader).open_data.get_open_data(asked(&harness, format)).await.unwrap_err();
        assert_eq!((early.code(), early.message()), (Code::NotFound, "no such open data"));
        for who in [&harness.editor, &harness.auditor, &Who::person(Role::RoundManager, OrgId::new())] {
            data(&harness, who, format).await;
        }
        harness.at(BEFORE).await;
        data(&harness, &reader, format).await;
    })
    .await;
}

#[tokio::test]
async fn an_award_that_ended_leaves_the_file_unless_money_was_paid_which_is_shown_net_of_returns() {
    each_engine(async |harness| {
        let mut some = thirteen(&harness);
        some.truncate(4);
        for award in &mut some[..3] {
            award.state = awards::award::State::Terminated.into();
        }
        (some[0].paid, some[1].returned) = (pounds(0), pence(100_050));
        some[2].acceptance = None;
        some[3].state = awards::award::State::Offered.into();
        *harness.peers.awards.lock().unwrap() = some;
        let reader = Who::person(Role::ApplicantOfficer, OrgId::new());
        let found = data(&harness, &reader, Format::Format360givingJson).await;
        let package: Value = serde_json::from_str(&found.text).unwrap();
        let grants = package["grants"].as_array().unwrap();
        assert_eq!(
            (grants.len(), &grants[0]["amountAwarded"], &grants[0]["amountDisbursed"]),
            (1, &Value::from(1500), &Value::from(499.5))
        );
        assert_eq!(found.findings, ["r3-2020-01: left out, it ended before any payment"]);
        harness.peers.awards.lock().unwrap().clear();
        let none = harness
            .as_who(&reader)
            .open_data
            .get_open_data(asked(&harness, Format::Format360givingJson))
            .await
            .unwrap_err();
        assert_eq!(reason(&none), "NO_AWARDS_YET");
    })
    .await;
}
