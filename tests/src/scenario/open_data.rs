//! The 360Giving file of the round: valid for a validator that is not ours, and field by field what the example has, or
//! what is listed here.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../services/learning/tests/data/360giving");
const EXAMPLE: &str = include_str!("../../../services/learning/tests/data/360giving/example-round-2020.json");

/// Fields of a grant that are those of the example.
const AS_THE_EXAMPLE: [&str; 12] = [
    "id",
    "title",
    "description",
    "currency",
    "amountAppliedFor",
    "amountAwarded",
    "recipientOrganization",
    "fundingOrganization",
    "grantProgramme",
    "fromOpenCall",
    "locationScope",
    "beneficiaryLocation",
];

pub fn is_valid_and_as_the_example(text: &str) {
    assert_eq!(errors(text), "");
    let broken = text.replacen("\"currency\": \"GBP\"", "\"currency\": 7", 1);
    assert_ne!(errors(&broken), "", "the validator finds what is wrong");

    let (ours, example): (Value, Value) = (serde_json::from_str(text).unwrap(), serde_json::from_str(EXAMPLE).unwrap());
    let (grants, expected) = (ours["grants"].as_array().unwrap(), example["grants"].as_array().unwrap());
    assert_eq!((grants.len(), expected.len()), (13, 13));
    for (grant, expected) in grants.iter().zip(expected) {
        let id = grant["id"].as_str().unwrap();
        for (field, value) in grant.as_object().unwrap() {
            match AS_THE_EXAMPLE.contains(&field.as_str()) {
                true => assert_eq!(*value, expected[field], "{field} of {id}"),
                false => assert_eq!(*value, ours_alone(field), "{field} of {id}"),
            }
        }
        for field in expected.as_object().unwrap().keys() {
            assert!(!grant[field].is_null(), "{field} of {id} is missing");
        }
    }
}

/// What the demo's own course gives: its days, what the ledger paid, and when the last report came.
fn ours_alone(field: &str) -> Value {
    match field {
        "amountDisbursed" => json!(1500),
        "awardDate" => json!("2020-01-30"),
        "plannedDates" => json!([{ "startDate": "2020-02", "endDate": "2020-12" }]),
        "actualDates" => json!([{ "startDate": "2020-02-17", "endDate": "2020-12-31" }]),
        // The example classifies by kinds of activity, which no record of the platform holds.
        "classifications" => json!([{
            "vocabulary": "example-theme", "code": "health-and-social-care", "title": "Health and social care",
        }]),
        "dateModified" => json!("2021-03-22T10:00:00Z"),
        "dataSource" => json!("https://example.org/grants"),
        other => panic!("say here what {other} should be"),
    }
}

/// What `jsonschema` (draft 2020-12) finds, with the codelists: nothing for a valid file.
fn errors(text: &str) -> String {
    let python = std::env::var("TOADLANE_TEST_PYTHON").expect("./infra/test says where Python is");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../services/learning/tests/validate_360.py");
    let mut validator =
        Command::new(python).args([script, SCHEMAS]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    validator.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(validator.wait_with_output().unwrap().stdout).unwrap()
}
