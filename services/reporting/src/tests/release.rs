//! The council's explicit consent that the learning uses a report.

use kit::caller::{Area, Scope};
use pb::report::State;
use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;
use tonic::Code;

use super::harness::*;

fn set_release(report: &pb::Report) -> pb::SetReleaseRequest {
    pb::SetReleaseRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        to_learning: true,
        may_quote: true,
        name_contact: true,
        contact: "policy@plymouth.example".to_string(),
        validate_only: false,
    }
}

async fn seen_by_learning(harness: &Harness) -> Vec<String> {
    let list = pb::ListReportsRequest::default();
    let found = harness.as_area(Area::Learning).list_reports(list).await.unwrap().into_inner();
    assert_eq!(found.total_size as usize, found.reports.len());
    found.reports.into_iter().map(|report| report.id).collect()
}

#[tokio::test]
async fn the_learning_reads_what_is_accepted_and_released_until_the_consent_is_withdrawn() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let mut certifier = harness.as_who(&council.certifier);
        let early = certifier.set_release(set_release(&submitted)).await.unwrap_err();
        assert_eq!((early.code(), reason(&early).as_str()), (Code::FailedPrecondition, "ILLEGAL_STEP"));
        let accepted = harness.accept(&submitted).await.unwrap();
        let get = || pb::GetReportRequest { report_id: accepted.id.clone() };
        // Accepted, and nobody has said a word: silence is no consent.
        assert_eq!(accepted.release, Some(pb::Release::default()));
        assert_eq!(harness.as_area(Area::Learning).get_report(get()).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(seen_by_learning(&harness).await, Vec::<String>::new());

        let released = certifier.set_release(set_release(&accepted)).await.unwrap().into_inner();
        assert_eq!((released.state(), released.release.clone().unwrap().changed_at), (State::Accepted, wire(BEGINS)));
        let read = harness.as_area(Area::Learning).get_report(get()).await.unwrap().into_inner();
        assert_eq!(
            (read.content, read.release.unwrap().contact.as_str()),
            (accepted.content.clone(), "policy@plymouth.example")
        );
        assert_eq!(seen_by_learning(&harness).await, std::slice::from_ref(&accepted.id));

        let withdraw = pb::SetReleaseRequest {
            to_learning: false,
            may_quote: false,
            name_contact: false,
            ..set_release(&released)
        };
        certifier.set_release(withdraw).await.unwrap();
        assert_eq!(harness.as_area(Area::Learning).get_report(get()).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(seen_by_learning(&harness).await, Vec::<String>::new());
        let events = harness.events().await;
        let names: Vec<&str> = events.iter().rev().take(3).map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["ReleaseWithdrawn", "ReportReleased", "ReportAccepted"]);
        assert!(!format!("{events:?}").contains("plymouth.example"));
    })
    .await;
}

#[tokio::test]
async fn the_learning_reads_the_accepted_revision_and_none_that_was_given_back() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let request = request_changes(&submitted, &[("answers[progress]", "leave the name out")]);
        let given_back = harness.as_who(&harness.manager).request_changes(request).await.unwrap().into_inner();
        let edited = harness.update(&council, &given_back, progress(&submitted, "three households")).await.unwrap();
        let again = harness.handed_in(&council, &edited).await;
        let accepted = harness.accept(&again).await.unwrap();
        harness.as_who(&council.certifier).set_release(set_release(&accepted)).await.unwrap();
        let list = pb::ListReportRevisionsRequest { report_id: accepted.id.clone(), ..Default::default() };
        let numbers = |client: Client| {
            let (mut client, list) = (client, list.clone());
            async move {
                let found = client.list_report_revisions(list).await.unwrap().into_inner().revisions;
                found.iter().map(|revision| revision.number).collect::<Vec<i32>>()
            }
        };
        assert_eq!(numbers(harness.as_area(Area::Learning)).await, [accepted.revision]);
        assert_eq!(numbers(harness.as_who(&harness.manager)).await, [accepted.revision, submitted.revision]);
        assert_eq!(numbers(harness.as_who(&council.officer)).await, [3, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_consent_that_makes_no_sense_is_refused_with_every_reason() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let accepted = harness.accept(&submitted).await.unwrap();
        let mut certifier = harness.as_who(&council.certifier);
        let blind = pb::SetReleaseRequest { to_learning: false, contact: String::new(), ..set_release(&accepted) };
        let refused = certifier.set_release(blind).await.unwrap_err();
        assert_eq!(fields(&refused), ["may_quote", "name_contact", "contact"]);
        let no_address = pb::SetReleaseRequest { contact: "the policy team".to_string(), ..set_release(&accepted) };
        assert_eq!(fields(&certifier.set_release(no_address).await.unwrap_err()), ["contact"]);
        // A person's own address is taken; a role's is preferred.
        let own = pb::SetReleaseRequest { contact: "ann.jones@plymouth.example".to_string(), ..set_release(&accepted) };
        certifier.set_release(own).await.unwrap();
    })
    .await;
}

/// L-A8: what a council lets be read and quoted is for those to say who certify.
#[tokio::test]
async fn only_the_council_consents_by_a_person_or_a_system_that_certifies() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let accepted = harness.accept(&submitted).await.unwrap();
        for who in [&harness.manager, &council.system, &council.officer] {
            let refused = harness.as_who(who).set_release(set_release(&accepted)).await.unwrap_err();
            assert_eq!(refused.code(), Code::PermissionDenied);
        }
        let system = Who::system(council.id, &[Scope::ReportsCertify]);
        let by_system = harness.as_who(&system).set_release(set_release(&accepted)).await.unwrap().into_inner();
        harness.as_who(&council.certifier).set_release(set_release(&by_system)).await.unwrap();
    })
    .await;
}

/// L-A1: whoever drew on a report learns from the report itself that it was taken back meanwhile, and released anew.
#[tokio::test]
async fn a_release_says_since_when_it_is_given_and_begins_anew_when_more_is_allowed_than_before() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let mut report = harness.accept(&submitted).await.unwrap();
        let mut given_at = Vec::new();
        let changes = [
            ("2020-08-01T09:00:00Z", true, true),
            ("2020-08-02T09:00:00Z", true, true),
            ("2020-08-03T09:00:00Z", true, false),
            ("2020-08-04T09:00:00Z", true, true),
            ("2020-08-05T09:00:00Z", false, false),
            ("2020-08-06T09:00:00Z", true, true),
        ];
        for (instant, to_learning, may_quote) in changes {
            harness.at(instant).await;
            let (name_contact, contact) = (false, String::new());
            let set = pb::SetReleaseRequest { to_learning, may_quote, name_contact, contact, ..set_release(&report) };
            report = harness.as_who(&council.certifier).set_release(set).await.unwrap().into_inner();
            given_at.push(report.release.clone().unwrap().given_at);
        }
        let expected = [
            wire("2020-08-01T09:00:00Z"),
            wire("2020-08-01T09:00:00Z"),
            wire("2020-08-01T09:00:00Z"),
            wire("2020-08-04T09:00:00Z"),
            None,
            wire("2020-08-06T09:00:00Z"),
        ];
        assert_eq!(given_at, expected);
    })
    .await;
}

/// L-A6: words that were added later are released by themselves, and by those who wrote them.
#[tokio::test]
async fn an_addendum_is_a_text_of_its_author_with_a_digest_and_a_release_of_its_own() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let accepted = harness.accept(&submitted).await.unwrap();
        let mut certifier = harness.as_who(&council.certifier);
        let released = certifier.set_release(set_release(&accepted)).await.unwrap().into_inner();
        let own = addendum(&released, "a figure was wrong");
        let own = harness.as_who(&council.officer).add_addendum(own).await.unwrap().into_inner();
        let theirs = addendum(&own, "slow to answer");
        let both = harness.as_who(&harness.manager).add_addendum(theirs).await.unwrap().into_inner();
        let authors: Vec<_> = both.addenda.iter().map(|one| one.author.clone().unwrap().organisation_id).collect();
        let network = harness.manager.caller().organisations()[0];
        assert_eq!(authors, [council.id.to_string(), network.to_string()]);
        assert_eq!(both.addenda[0].content_sha256, kit::digest::digest("a figure was wrong"));
        assert_eq!(both.content_sha256, accepted.content_sha256);

        let learning = async || {
            let get = pb::GetReportRequest { report_id: both.id.clone() };
            let report = harness.as_area(Area::Learning).get_report(get).await.unwrap().into_inner();
            report.addenda.into_iter().map(|one| one.text).collect::<Vec<_>>()
        };
        assert_eq!(learning().await, Vec::<String>::new());
        let release = |report: &pb::Report, number: i32, to_learning: bool| pb::ReleaseAddendumRequest {
            request_id: new_id(),
            report_id: report.id.clone(),
            etag: report.etag.clone(),
            number,
            to_learning,
            may_quote: to_learning,
            validate_only: false,
        };
        for who in [&council.officer, &council.system, &harness.manager] {
            let refused = harness.as_who(who).release_addendum(release(&both, 1, true)).await.unwrap_err();
            assert_eq!(refused.code(), Code::PermissionDenied);
        }
        assert_eq!(fields(&certifier.release_addendum(release(&both, 2, true)).await.unwrap_err()), ["number"]);
        let missing = certifier.release_addendum(release(&both, 3, true)).await.unwrap_err();
        assert_eq!(missing.code(), Code::NotFound);
        let unread = pb::ReleaseAddendumRequest { may_quote: true, ..release(&both, 1, false) };
        assert_eq!(fields(&certifier.release_addendum(unread).await.unwrap_err()), ["may_quote"]);
        let given = certifier.release_addendum(release(&both, 1, true)).await.unwrap().into_inner();
        assert!(given.addenda[0].release.as_ref().is_some_and(|release| release.may_quote));
        assert_eq!(given.addenda[1].release, None);
        assert_eq!(learning().await, ["a figure was wrong"]);
        certifier.release_addendum(release(&given, 1, false)).await.unwrap();
        assert_eq!(learning().await, Vec::<String>::new());
        let names = harness.event_names().await;
        assert_eq!(names[names.len() - 2..], ["AddendumReleased", "AddendumWithdrawn"]);
    })
    .await;
}
