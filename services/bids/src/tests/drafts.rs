//! Drafts: created, edited by several, signed off, and seen by nobody else.

use std::sync::atomic::Ordering;

use http_body_util::{BodyExt, Full};
use kit::caller::{Role, Scope};
use kit::ids::{BidId, OrgId};
use pb::bid::State;
use toadlane_proto::bids::v1 as pb;
use tonic::Code;
use tower::ServiceExt;

use super::harness::*;

#[tokio::test]
async fn one_council_may_have_three_bids_in_a_round() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        harness.at(OPENS).await;
        for number in 1..=3 {
            assert_eq!(harness.submitted(&council, &round).await.number, number);
        }
    })
    .await;
}

#[tokio::test]
async fn a_reference_is_unique_per_client_and_round() {
    each_engine(async |harness| {
        let (council, round, next) = (harness.council("Kirklees"), harness.round(|_| {}), harness.round(|_| {}));
        let with = |round: &_| pb::CreateBidRequest {
            client_reference: "CRM-17".to_string(),
            ..create(&council, round, a_content("Diabeaters"))
        };
        let (system, officer) = (harness.as_who(&council.system), harness.as_who(&council.officer));
        let first = system.clone().create_bid(with(&round)).await.unwrap().into_inner();
        let taken = system.clone().create_bid(with(&round)).await.unwrap_err();
        assert_eq!((taken.code(), reason(&taken).as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"));
        assert!(taken.message().ends_with(&first.id), "{}", taken.message());
        system.clone().create_bid(with(&next)).await.unwrap();
        officer.clone().create_bid(with(&round)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_stale_etag_is_refused_with_the_newer_version() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let mut officer = harness.as_who(&council.officer);
        let changed = officer.update_bid(update(&draft, a_content("Hubs"))).await.unwrap().into_inner();
        let stale = officer.update_bid(update(&draft, a_content("Summit"))).await.unwrap_err();
        assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "STALE_ETAG"));
        assert_eq!(newer::<pb::Bid>(&stale), pb::Bid { closes_at: None, as_of: None, ..changed });
    })
    .await;
}

#[tokio::test]
async fn two_partners_who_edit_the_same_draft_lose_no_write() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        let partners = [harness.council("Preston"), harness.council("Tameside")];
        let draft = harness.draft(&council, &round).await;
        let shared = participants(&draft, &[(&partners[0], true), (&partners[1], true)]);
        let shared = harness.as_who(&council.officer).set_participants(shared).await.unwrap().into_inner();
        let mut writing = Vec::new();
        for partner in &partners {
            let (mut client, mut bid) = (harness.as_who(&partner.system), shared.clone());
            writing.push(tokio::spawn(async move {
                for n in 0..10 {
                    loop {
                        let mut content = bid.content.clone().unwrap();
                        content.partners.push(format!("{} {n}", bid.id));
                        match client.update_bid(update(&bid, content)).await {
                            Ok(updated) => break bid = updated.into_inner(),
                            Err(stale) => bid = newer(&stale),
                        }
                    }
                }
            }));
        }
        for one in writing {
            one.await.unwrap();
        }
        let bid = harness.get(&council.officer, &shared).await.unwrap();
        assert_eq!((bid.content.unwrap().partners.len(), bid.revision), (20, 22));
    })
    .await;
}

#[tokio::test]
async fn a_partner_who_reads_sees_the_draft_and_may_not_edit_and_no_partner_may_submit() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        let (editor, reader) = (harness.council("Preston"), harness.council("Tameside"));
        let draft = harness.draft(&council, &round).await;
        let shared = participants(&draft, &[(&editor, true), (&reader, false)]);
        let shared = harness.as_who(&council.officer).set_participants(shared).await.unwrap().into_inner();
        harness.get(&reader.officer, &shared).await.unwrap();
        let edit = harness.as_who(&reader.officer).update_bid(update(&shared, a_content("Hubs"))).await.unwrap_err();
        assert_eq!((edit.code(), reason(&edit).as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
        assert_eq!(harness.submit(&editor, &shared).await.unwrap_err().code(), Code::PermissionDenied);
        let itself = participants(&shared, &[(&council, true)]);
        let itself = harness.as_who(&council.officer).set_participants(itself).await.unwrap_err();
        assert_eq!(fields(&itself), ["participants"]);
    })
    .await;
}

/// F-A2e: who takes part is under the digest that is signed.
#[tokio::test]
async fn any_edit_voids_the_sign_off_and_so_does_a_change_of_partners() {
    each_engine(async |harness| {
        let (council, partner, round) =
            (harness.council("Kirklees"), harness.council("Preston"), harness.round(|_| {}));
        let signed = harness.ready(&council, &round).await;
        let sign_off = signed.sign_off.clone().unwrap();
        assert_eq!((sign_off.revision, sign_off.content_sha256), (1, signed.content_sha256.clone()));
        let mut officer = harness.as_who(&council.officer);
        let shared = participants(&signed, &[(&partner, false)]);
        let shared = officer.set_participants(shared).await.unwrap().into_inner();
        assert_eq!((shared.revision, shared.sign_off.clone()), (2, None));
        assert_ne!(shared.content_sha256, signed.content_sha256);
        let shared = harness.signed(&council, &shared).await;
        let edited = officer.update_bid(update(&shared, signed.content.unwrap())).await.unwrap().into_inner();
        assert_eq!((edited.revision, edited.sign_off.clone()), (3, None));
        harness.at(OPENS).await;
        assert_eq!(reason(&harness.submit(&council, &edited).await.unwrap_err()), "SIGN_OFF_NEEDED");
        let missing = officer.check_bid(pb::CheckBidRequest { bid_id: edited.id }).await.unwrap().into_inner().missing;
        assert_eq!(missing.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["sign_off"]);
    })
    .await;
}

#[tokio::test]
async fn only_a_certifier_of_the_applicant_signs_off() {
    each_engine(async |harness| {
        let (council, other, round) = (harness.council("Kirklees"), harness.council("Preston"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let by = |who: &Who| harness.as_who(who);
        let uncertified = by(&council.system).sign_off_bid(sign_off(&council, &draft)).await.unwrap_err();
        assert_eq!(uncertified.code(), Code::PermissionDenied);
        let hidden = by(&other.certifier).sign_off_bid(sign_off(&other, &draft)).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
        let system = Who::system(council.id, &[Scope::BidsCertify]);
        let foreign = by(&system).sign_off_bid(sign_off(&other, &draft)).await.unwrap_err();
        assert_eq!(fields(&foreign), ["certifier_id"]);
        // Somebody with the duty in their token, whom the registry no longer holds.
        let former = Who::person(Role::Certifier, council.id);
        let own = pb::SignOffBidRequest { certifier_id: former.subject.clone(), ..sign_off(&council, &draft) };
        assert_eq!(fields(&by(&former).sign_off_bid(own).await.unwrap_err()), ["certifier_id"]);
        let for_another = by(&former).sign_off_bid(sign_off(&council, &draft)).await.unwrap_err();
        assert_eq!(for_another.message(), "only the certifier named may do this");
        let signed = by(&system).sign_off_bid(sign_off(&council, &draft)).await.unwrap().into_inner();
        assert_eq!(signed.sign_off.unwrap().recorded_by, system.subject);
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_bid_and_no_bid_look_the_same_to_the_byte() {
    each_engine(async |harness| {
        let (council, other, round) = (harness.council("Kirklees"), harness.council("Preston"), harness.round(|_| {}));
        let theirs = harness.draft(&council, &round).await;
        let unknown = pb::Bid { id: BidId::new().to_string(), ..theirs.clone() };
        let mut answers = Vec::new();
        for bid in [&theirs, &unknown] {
            let mut client = harness.as_who(&other.officer);
            let get = client.get_bid(pb::GetBidRequest { bid_id: bid.id.clone() }).await.unwrap_err();
            let update = client.update_bid(update(bid, a_content("Hubs"))).await.unwrap_err();
            let submit = client.submit_bid(submit(bid)).await.unwrap_err();
            let receipt = client.get_receipt(pb::GetReceiptRequest { bid_id: bid.id.clone() }).await.unwrap_err();
            let seen = [get, update, submit, receipt]
                .map(|status| (status.code(), status.message().to_string(), status.details().to_vec()));
            answers.push(seen);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!((answers[0][0].0, answers[0][0].1.as_str()), (Code::NotFound, "no such bid"));
    })
    .await;
}

#[tokio::test]
async fn a_draft_for_another_organisation_and_for_an_unknown_round_is_not_found() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        let mut officer = harness.as_who(&council.officer);
        let request = create(&council, &round, a_content("Hubs"));
        let foreign = pb::CreateBidRequest { applicant_organisation_id: OrgId::new().to_string(), ..request.clone() };
        assert_eq!(officer.create_bid(foreign).await.unwrap_err().message(), "no such organisation");
        let unknown = pb::CreateBidRequest { round_id: kit::ids::RoundId::new().to_string(), ..request.clone() };
        assert_eq!(officer.create_bid(unknown).await.unwrap_err().message(), "no such round");
        harness.peers.down.store(true, Ordering::SeqCst);
        let down = officer.create_bid(request).await.unwrap_err();
        assert_eq!((down.code(), reason(&down).as_str()), (Code::Unavailable, "TRY_AGAIN"));
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        let content = pb::BidContent {
            title: "t".repeat(301),
            months: 121,
            lead_organisation_id: "org_1".to_string(),
            partners: vec![String::new()],
            ..a_content("Hubs")
        };
        let request = pb::CreateBidRequest { request_id: "7".to_string(), ..create(&council, &round, content) };
        let refused = harness.as_who(&council.officer).create_bid(request).await.unwrap_err();
        let mut found = fields(&refused);
        found.sort();
        let bad =
            ["content.lead_organisation_id", "content.months", "content.partners[0]", "content.title", "request_id"];
        assert_eq!((reason(&refused).as_str(), found), ("INVALID_FIELDS", bad.map(str::to_string).to_vec()));
    })
    .await;
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Kirklees"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        // GetBid with a bid_id of two bytes that are no text.
        let frame: &[u8] = &[0, 0, 0, 0, 4, 0x0a, 2, 0xff, 0xfe];
        let request = http::Request::post("/toadlane.bids.v1.BidsService/GetBid")
            .header("content-type", "application/grpc")
            .body(tonic::body::Body::new(Full::new(bytes::Bytes::from_static(frame))))
            .unwrap();
        let response = harness.transport_of(&council.officer).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let trailers = body.collect().await.unwrap().trailers().cloned().unwrap_or(head.headers);
        assert_eq!(trailers["grpc-status"], "3");
        harness.get(&council.officer, &draft).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_rounds_form_decides_whether_a_title_of_188_characters_will_do() {
    each_engine(async |harness| {
        let council = harness.council("Southampton");
        let strict = harness.round(|_| {});
        let free = harness.round(|round| round.rules.as_mut().unwrap().form.as_mut().unwrap().title_max_chars = 0);
        let long = pb::BidContent { title: "é".repeat(188), ..a_content("City Co-operative Care Summit") };
        harness.at(OPENS).await;
        let bid = harness.draft_of(&council, &strict, long.clone()).await;
        let bid = harness.signed(&council, &bid).await;
        let refused = harness.submit(&council, &bid).await.unwrap_err();
        assert_eq!(fields(&refused), ["content.title"]);
        let bid = harness.draft_of(&council, &free, long.clone()).await;
        let bid = harness.signed(&council, &bid).await;
        assert_eq!(harness.submit(&council, &bid).await.unwrap().content.unwrap().title, long.title);
    })
    .await;
}

#[tokio::test]
async fn a_lead_limit_that_is_reached_shows_before_the_bid_is_handed_in() {
    each_engine(async |harness| {
        let limit = toadlane_proto::rounds::v1::LeadLimit { counts: 2, at_most: 1 };
        let round = harness.round(|round| round.rules.as_mut().unwrap().instruments[0].lead_limit = Some(limit));
        let council = harness.council("Kirklees");
        let second = harness.ready(&council, &round).await;
        harness.at(OPENS).await;
        harness.submitted(&council, &round).await;
        let check = pb::CheckBidRequest { bid_id: second.id };
        let missing = harness.as_who(&council.officer).check_bid(check).await.unwrap().into_inner().missing;
        assert_eq!(missing.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), ["round.lead_limit"]);
    })
    .await;
}

#[tokio::test]
async fn an_earlier_revision_can_be_compared_and_restored_and_its_digest_covers_its_canonical_json() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft_of(&council, &round, a_content("Complex Needs Leads")).await;
        let mut officer = harness.as_who(&council.officer);
        let changed = pb::BidContent { title: "Complex Needs Alliance".to_string(), ..draft.content.clone().unwrap() };
        let changed = officer.update_bid(update(&draft, changed)).await.unwrap().into_inner();
        let compare = pb::CompareRevisionsRequest { bid_id: draft.id.clone(), first: 1, second: 2 };
        let changes = officer.compare_revisions(compare).await.unwrap().into_inner().changes;
        let expected = pb::Change {
            field: "title".to_string(),
            before: "Complex Needs Leads".to_string(),
            after: "Complex Needs Alliance".to_string(),
        };
        assert_eq!(changes, [expected]);
        let restore = pb::RestoreRevisionRequest {
            request_id: new_id(),
            bid_id: draft.id.clone(),
            etag: changed.etag.clone(),
            revision: 1,
            validate_only: false,
        };
        let restored = officer.restore_revision(restore).await.unwrap().into_inner();
        assert_eq!((restored.revision, &restored.content_sha256), (3, &draft.content_sha256));
        let list = pb::ListRevisionsRequest { bid_id: draft.id, page_size: 2, page_token: String::new() };
        let page = officer.list_revisions(list.clone()).await.unwrap().into_inner();
        assert_eq!(
            page.revisions.iter().map(|one| (one.number, one.restored_from)).collect::<Vec<_>>(),
            [(3, 1), (2, 0)]
        );
        let rest = pb::ListRevisionsRequest { page_token: page.next_page_token, ..list };
        let rest = officer.list_revisions(rest).await.unwrap().into_inner();
        assert_eq!((rest.revisions[0].number, rest.next_page_token.as_str()), (1, ""));
        for revision in page.revisions {
            assert_eq!(kit::digest::digest(&revision.canonical_json), revision.content_sha256);
        }
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_of_a_draft_writes_nothing() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let dry = pb::CreateBidRequest { validate_only: true, ..create(&council, &round, a_content("Hubs")) };
        let bid = harness.as_who(&council.officer).create_bid(dry).await.unwrap().into_inner();
        assert_eq!(bid.state(), State::Draft);
        assert_eq!(harness.get(&council.officer, &bid).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}
