use kit::caller::{Area, Role};
use kit::ids::OrgId;
use toadlane_proto::registry::v1 as pb;
use tonic::Code;

use super::harness::*;

fn a_town_council() -> pb::OrganisationDetails {
    pb::OrganisationDetails {
        kind: pb::organisation::Kind::LocalCouncil.into(),
        name: "Burntwood Town Council".to_string(),
        nation: pb::Nation::England.into(),
        region: "West Midlands".to_string(),
        legal_body: true,
        ..Default::default()
    }
}

fn enter(details: pb::OrganisationDetails) -> pb::CreateOrganisationRequest {
    pb::CreateOrganisationRequest { request_id: new_id(), details: Some(details), validate_only: false }
}

/// Asks how an organisation stood on a day; today, for none.
pub fn standing(organisation: OrgId, as_of: &str) -> pb::GetStandingRequest {
    let (organisation_id, as_of) = (organisation.to_string(), as_of.to_string());
    pb::GetStandingRequest { organisation_id, as_of, person_id: String::new() }
}

async fn get(called: &mut Clients, organisation: &str) -> pb::Organisation {
    let request = pb::GetOrganisationRequest { organisation_id: organisation.to_string() };
    called.organisations.get_organisation(request).await.unwrap().into_inner()
}

async fn search(called: &mut Clients, text: &str) -> Vec<String> {
    let request = pb::ListOrganisationsRequest { search: text.to_string(), ..Default::default() };
    let found = called.organisations.list_organisations(request).await.unwrap().into_inner();
    assert_eq!(found.total_size, found.organisations.len() as i64, "{text}");
    found.organisations.into_iter().map(|found| found.details.unwrap().code).collect()
}

#[tokio::test]
async fn a_council_is_found_by_name_code_former_code_org_id_and_website() {
    each_engine(async |harness| {
        let mut system = harness.as_who(&a_system(harness.network));
        let kirklees = ["kirklees", "KIRKLEES  council", "KIR", "kir", "E08000034", "GB-LAE-KIR", "kirklees.gov.uk"];
        for text in kirklees {
            assert!(search(&mut system, text).await.contains(&"KIR".to_string()), "{text}");
        }
        assert_eq!(search(&mut system, "E07000101").await, ["STV"], "Stevenage, by the code that its area had before");
        assert_eq!(search(&mut system, "rochdale borough council").await, ["RCH"], "less a word of its official name");
        assert_eq!(search(&mut system, "sir ynys mon").await, ["AGY"], "in Welsh, without the accent");
        assert_eq!(search(&mut system, "telford & wrekin").await, ["TFW"]);
        assert_eq!(search(&mut system, "nowhere at all").await, [""; 0]);
        assert_eq!(search(&mut system, "%").await, [""; 0], "a wildcard is no word");
    })
    .await;
}

#[tokio::test]
async fn all_councils_are_walked_page_by_page_without_loss_or_double() {
    each_engine(async |harness| {
        let mut somebody = harness.as_who(&Who::person(Role::ApplicantOfficer, harness.network));
        let mut seen = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListOrganisationsRequest { page_size: 100, page_token, ..Default::default() };
            let page = somebody.organisations.list_organisations(request).await.unwrap().into_inner();
            assert_eq!(page.total_size, 471, "the councils and the network");
            seen.extend(page.organisations.into_iter().map(|found| found.id));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), 471);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 471);
    })
    .await;
}

#[tokio::test]
async fn filters_are_by_kind_nation_and_whether_it_still_exists() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let mut count = async |request: pb::ListOrganisationsRequest| {
            admin.organisations.list_organisations(request).await.unwrap().into_inner().total_size
        };
        let wales = pb::ListOrganisationsRequest { nation: pb::Nation::Wales.into(), ..Default::default() };
        assert_eq!(count(wales).await, 22);
        let network = pb::organisation::Kind::Network.into();
        assert_eq!(count(pb::ListOrganisationsRequest { kind: network, ..Default::default() }).await, 1);
        // In January 2020 the districts of Northern Ireland of before 2015 were gone, and those of Cumbria were not.
        let northern_ireland = pb::Nation::NorthernIreland.into();
        let gone =
            pb::ListOrganisationsRequest { nation: northern_ireland, current: Some(false), ..Default::default() };
        assert_eq!(count(gone).await, 25);
        let there =
            pb::ListOrganisationsRequest { search: "Allerdale".to_string(), current: Some(true), ..Default::default() };
        assert_eq!(count(there).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_page_token_is_bound_to_its_filter_and_caller() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let request = pb::ListOrganisationsRequest { page_size: 10, ..Default::default() };
        let page_token = admin.organisations.list_organisations(request).await.unwrap().into_inner().next_page_token;
        let other_filter = pb::ListOrganisationsRequest {
            page_token: page_token.clone(),
            nation: pb::Nation::Wales.into(),
            ..Default::default()
        };
        assert_eq!(
            violations(&admin.organisations.list_organisations(other_filter).await.unwrap_err()),
            ["page_token page_token"]
        );
        let same_filter = pb::ListOrganisationsRequest { page_token, ..Default::default() };
        let mut other = harness.as_who(&Who::person(Role::Auditor, harness.network));
        assert_eq!(
            violations(&other.organisations.list_organisations(same_filter).await.unwrap_err()),
            ["page_token page_token"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_body_that_no_register_lists_is_entered_and_found() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let entered = admin.organisations.create_organisation(enter(a_town_council())).await.unwrap().into_inner();
        assert!(entered.current);
        assert_eq!(get(&mut admin, &entered.id).await, entered);
        assert_eq!(search(&mut admin, "burntwood").await, [""], "it has no code");
    })
    .await;
}

#[tokio::test]
async fn a_code_that_another_organisation_has_is_refused_with_its_name() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        for details in [
            pb::OrganisationDetails { code: "KIR".to_string(), ..a_town_council() },
            pb::OrganisationDetails { gss_code: "E08000034".to_string(), ..a_town_council() },
            pb::OrganisationDetails { org_id: "GB-LAE-KIR".to_string(), ..a_town_council() },
        ] {
            let answer = admin.organisations.create_organisation(enter(details)).await;
            assert_eq!(refusal(answer), (Code::AlreadyExists, "ALREADY_EXISTS".to_string()));
        }
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    each_engine(async |harness| {
        let details = pb::OrganisationDetails {
            name: "  ".to_string(),
            start_date: "2023-02-30".to_string(),
            ..a_town_council()
        };
        let answer = harness.as_admin().organisations.create_organisation(enter(details)).await;
        assert_eq!(violations(&answer.unwrap_err()), ["details.name blank", "details.start_date date"]);
        let details = pb::OrganisationDetails { successor_ids: vec![format!("org_{:032x}", 7)], ..a_town_council() };
        let details = pb::OrganisationDetails { end_date: "2023".to_string(), ..details };
        let answer = harness.as_admin().organisations.create_organisation(enter(details)).await;
        assert_eq!(violations(&answer.unwrap_err()), ["details.successor_ids[0] exists"]);
    })
    .await;
}

#[tokio::test]
async fn only_a_network_administrator_changes_the_register() {
    each_engine(async |harness| {
        for caller in [Who::person(Role::CouncilAdministrator, harness.network), a_system(harness.network)] {
            let answer = harness.as_who(&caller).organisations.create_organisation(enter(a_town_council())).await;
            assert_eq!(refusal(answer), (Code::PermissionDenied, "NOT_ALLOWED".to_string()));
        }
        let answer = harness.as_nobody().organisations.create_organisation(enter(a_town_council())).await;
        assert_eq!(refusal(answer), (Code::Unauthenticated, "SIGN_IN_NEEDED".to_string()));
    })
    .await;
}

#[tokio::test]
async fn a_merger_links_both_sides_and_the_standing_says_so() {
    each_engine(async |harness| {
        let (old, new) = (harness.council("KIR").await, harness.council("CLD").await);
        let mut admin = harness.as_admin();
        let before = get(&mut admin, &old.to_string()).await;
        let details = pb::OrganisationDetails {
            end_date: "2020-03-31".to_string(),
            successor_ids: vec![new.to_string()],
            ..before.details.unwrap()
        };
        let request = pb::UpdateOrganisationRequest {
            request_id: new_id(),
            organisation_id: old.to_string(),
            etag: before.etag,
            details: Some(details),
            validate_only: false,
        };
        let merged = admin.organisations.update_organisation(request).await.unwrap().into_inner();
        assert_eq!((merged.abolished_from.as_str(), merged.current), ("2020-04-01", true), "it is January");

        let successor = get(&mut admin, &new.to_string()).await;
        assert_eq!(successor.predecessor_ids, [old.to_string()]);

        let mut abolished_on = async |as_of: &str| {
            let standing = admin.organisations.get_standing(standing(old, as_of)).await.unwrap().into_inner();
            assert_eq!(standing.successor_ids, [new.to_string()]);
            standing.abolished
        };
        assert!(!abolished_on("2020-03-31").await);
        assert!(abolished_on("2020-04-01").await);
    })
    .await;
}

#[tokio::test]
async fn a_stale_etag_is_refused_with_the_newer_version() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let entered = admin.organisations.create_organisation(enter(a_town_council())).await.unwrap().into_inner();
        let update = |name: &str| pb::UpdateOrganisationRequest {
            request_id: new_id(),
            organisation_id: entered.id.clone(),
            etag: entered.etag.clone(),
            details: Some(pb::OrganisationDetails { name: name.to_string(), ..a_town_council() }),
            validate_only: false,
        };
        admin.organisations.update_organisation(update("Burntwood")).await.unwrap();
        let status = admin.organisations.update_organisation(update("Burnt Wood")).await.unwrap_err();
        assert_eq!(status.code(), Code::Aborted);
        let newer: pb::Organisation = newer(&status);
        assert_eq!(newer.details.unwrap().name, "Burntwood");
        assert_eq!(newer.etag, "2");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_replays_and_a_dry_run_writes_nothing() {
    each_engine(async |harness| {
        let mut admin = harness.as_admin();
        let request = enter(a_town_council());
        let dry = pb::CreateOrganisationRequest { validate_only: true, request_id: new_id(), ..request.clone() };
        admin.organisations.create_organisation(dry).await.unwrap();
        assert_eq!(search(&mut admin, "burntwood").await.len(), 0);
        let first = admin.organisations.create_organisation(request.clone()).await.unwrap().into_inner();
        let again = admin.organisations.create_organisation(request.clone()).await.unwrap().into_inner();
        assert_eq!(first, again);
        assert_eq!(search(&mut admin, "burntwood").await.len(), 1);
        let details = pb::OrganisationDetails { name: "Another".to_string(), ..a_town_council() };
        let other = pb::CreateOrganisationRequest { details: Some(details), ..request };
        let answer = admin.organisations.create_organisation(other).await;
        assert_eq!(refusal(answer), (Code::AlreadyExists, "REQUEST_ID_REUSED".to_string()));
    })
    .await;
}

fn member(organisation: OrgId, class: pb::MembershipClass, from: &str) -> pb::AddMembershipRequest {
    pb::AddMembershipRequest {
        request_id: new_id(),
        organisation_id: organisation.to_string(),
        membership_class: class.into(),
        from_date: from.to_string(),
        until_date: String::new(),
        validate_only: false,
    }
}

async fn add(called: &mut Clients, request: pb::AddMembershipRequest) -> pb::Membership {
    called.organisations.add_membership(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn membership_is_read_as_at_a_day() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let mut admin = harness.as_admin();
        let associate = add(&mut admin, member(kirklees, pb::MembershipClass::Associate, "2018-04-01")).await;
        let end = pb::EndMembershipRequest {
            request_id: new_id(),
            membership_id: associate.id.clone(),
            etag: associate.etag,
            until_date: "2019-04-01".to_string(),
            validate_only: false,
        };
        admin.organisations.end_membership(end).await.unwrap();
        let full = add(&mut admin, member(kirklees, pb::MembershipClass::Full, "2019-04-01")).await;
        let suspend = pb::SuspendMembershipRequest {
            request_id: new_id(),
            membership_id: full.id.clone(),
            etag: full.etag,
            from_date: "2019-09-01".to_string(),
            reason: "subscription not paid".to_string(),
            validate_only: false,
        };
        let suspended = admin.organisations.suspend_membership(suspend).await.unwrap().into_inner();
        let restore = pb::RestoreMembershipRequest {
            request_id: new_id(),
            membership_id: full.id,
            etag: suspended.etag,
            until_date: "2019-10-01".to_string(),
            validate_only: false,
        };
        let restored = admin.organisations.restore_membership(restore).await.unwrap().into_inner();
        assert_eq!(restored.suspensions.len(), 1, "it stays on record");

        let mut bids = harness.as_area(Area::Bids);
        let mut on = async |as_of: &str| {
            let standing = bids.organisations.get_standing(standing(kirklees, as_of)).await.unwrap().into_inner();
            (standing.membership_class(), standing.good_standing)
        };
        assert_eq!(on("2018-03-31").await, (pb::MembershipClass::Unspecified, false));
        assert_eq!(on("2019-03-31").await, (pb::MembershipClass::Associate, true));
        assert_eq!(on("2019-04-01").await, (pb::MembershipClass::Full, true));
        assert_eq!(on("2019-09-01").await, (pb::MembershipClass::Full, false));
        assert_eq!(on("").await, (pb::MembershipClass::Full, true), "today");

        let request = pb::ListMembershipsRequest { as_of: "2018-12-31".to_string(), ..Default::default() };
        let listed = admin.organisations.list_memberships(request).await.unwrap().into_inner();
        assert_eq!((listed.total_size, listed.memberships[0].id.clone()), (1, associate.id));
    })
    .await;
}

#[tokio::test]
async fn two_memberships_of_one_organisation_never_overlap_not_even_in_a_race() {
    each_engine(async |harness| {
        let kirklees = harness.council("KIR").await;
        let attempts = (0..8).map(|n| {
            let mut admin = harness.as_admin();
            let request = member(kirklees, pb::MembershipClass::Full, &format!("2019-04-0{}", n + 1));
            let request = pb::AddMembershipRequest { until_date: "2021-04-01".to_string(), ..request };
            tokio::spawn(async move { admin.organisations.add_membership(request).await })
        });
        let mut n_added = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                Ok(_) => n_added += 1,
                Err(status) => assert_eq!(status.code(), Code::AlreadyExists, "{status:?}"),
            }
        }
        assert_eq!(n_added, 1);
    })
    .await;
}

#[tokio::test]
async fn whether_a_person_is_a_certifier_is_told_to_those_who_need_it() {
    each_engine(async |harness| {
        let (kirklees, rochdale) = (harness.council("KIR").await, harness.council("RCH").await);
        let certifier = harness.an_official(pb::Role::Certifier, kirklees, "c@kirklees.example").await;
        let asked = |organisation: OrgId| pb::GetStandingRequest {
            person_id: certifier.id.clone(),
            ..standing(organisation, "")
        };
        let standing =
            harness.as_area(Area::Bids).organisations.get_standing(asked(kirklees)).await.unwrap().into_inner();
        assert!(standing.person_is_certifier);
        assert_eq!(standing.certifier_name, "Bethan Rees");
        let standing =
            harness.as_area(Area::Bids).organisations.get_standing(asked(rochdale)).await.unwrap().into_inner();
        assert!(!standing.person_is_certifier);
        assert_eq!(standing.certifier_name, "", "the name of somebody who is none is not told");
        let mut own = harness.as_who(&a_system(kirklees));
        assert!(own.organisations.get_standing(asked(kirklees)).await.unwrap().into_inner().person_is_certifier);
        let mut other = harness.as_who(&a_system(rochdale));
        let answer = other.organisations.get_standing(asked(kirklees)).await;
        assert_eq!(refusal(answer), (Code::PermissionDenied, "NOT_ALLOWED".to_string()));
    })
    .await;
}
