//! Frameworks through the generated client: worded, mapped, and frozen by the rounds that use them.

use kit::caller::Role;
use kit::ids::OrgId;
use toadlane_proto::rounds::v1 as pb;
use tonic::Code;

use super::harness::{Clients, each_engine, new_id, refusal, violations};
use super::requests::{create_framework, wording};

fn add(framework: &pb::Framework, wording: pb::FrameworkWording) -> pb::AddFrameworkVersionRequest {
    pb::AddFrameworkVersionRequest {
        request_id: new_id(),
        framework_id: framework.id.clone(),
        etag: framework.etag.clone(),
        wording: Some(wording),
        validate_only: false,
    }
}

fn reword(framework: &pb::Framework, wording: pb::FrameworkWording) -> pb::UpdateFrameworkVersionRequest {
    pb::UpdateFrameworkVersionRequest {
        request_id: new_id(),
        framework_id: framework.id.clone(),
        etag: framework.etag.clone(),
        number: 1,
        wording: Some(wording),
        validate_only: false,
    }
}

async fn read(caller: &mut Clients, id: &str) -> pb::Framework {
    let request = pb::GetFrameworkRequest { framework_id: id.to_string() };
    caller.frameworks.get_framework(request).await.unwrap().into_inner()
}

fn states(framework: &pb::Framework) -> Vec<pb::framework_version::State> {
    framework.versions.iter().map(pb::FrameworkVersion::state).collect()
}

#[tokio::test]
async fn a_framework_is_read_by_everyone_and_written_by_editors() {
    each_engine(async |harness| {
        let framework = harness.framework().await;
        assert_eq!(read(&mut harness.as_who(&harness.officer), &framework.id).await, framework);
        let refused =
            harness.as_who(&harness.officer).frameworks.create_framework(create_framework(harness.network)).await;
        assert_eq!(refusal(refused), (Code::PermissionDenied, "NOT_ALLOWED".to_string()));
        let mut manager = harness.as_who(&harness.manager);
        let request = add(&framework, wording("2020", &["learning"]));
        let refused = manager.frameworks.add_framework_version(request).await;
        assert_eq!(refusal(refused).0, Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn an_owner_that_the_registry_does_not_hold_is_refused() {
    each_engine(async |harness| {
        let mut editor = harness.as_who(&harness.who(Role::Editor));
        let refused = editor.frameworks.create_framework(create_framework(OrgId::new())).await.unwrap_err();
        assert_eq!(violations(&refused), ["owner_organisation_id organisation.unknown"]);
    })
    .await;
}

#[tokio::test]
async fn a_version_that_a_scheduled_round_uses_is_frozen() {
    each_engine(async |harness| {
        let mut editor = harness.as_who(&harness.who(Role::Editor));
        let round = harness.draft(&mut harness.as_who(&harness.manager)).await;
        let id = &round.rules.as_ref().unwrap().framework_id;
        let draft = read(&mut editor, id).await;
        assert_eq!(states(&draft), [pb::framework_version::State::Draft]);
        let reworded = wording("2019-1", &["co-production", "learning"]);
        editor.frameworks.update_framework_version(reword(&draft, reworded.clone())).await.unwrap();

        harness.as_who(&harness.manager).rounds.schedule_round(super::requests::schedule(&round)).await.unwrap();
        let frozen = read(&mut editor, id).await;
        assert_eq!(states(&frozen), [pb::framework_version::State::Frozen]);
        let refused = editor.frameworks.update_framework_version(reword(&frozen, reworded)).await;
        assert_eq!(refusal(refused), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
    })
    .await;
}

#[tokio::test]
async fn a_new_version_says_what_became_of_each_statement() {
    each_engine(async |harness| {
        let mut editor = harness.as_who(&harness.who(Role::NetworkAdministrator));
        let framework = harness.framework().await;
        let mut next = wording("2024-observed", &["co-production", "sharing"]);
        let refused = editor.frameworks.add_framework_version(add(&framework, next.clone())).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(violations(&refused), ["wording.mappings framework.not_mapped"; 2]);

        let mapping = |previous_code: &str, codes: &[&str]| pb::StatementMapping {
            previous_code: previous_code.to_string(),
            codes: codes.iter().map(|code| code.to_string()).collect(),
        };
        next.mappings = vec![mapping("learning", &["sharing"]), mapping("walking-the-talk", &[])];
        let added = editor.frameworks.add_framework_version(add(&framework, next.clone())).await.unwrap().into_inner();
        use pb::framework_version::State::{Draft, Frozen};
        assert_eq!(states(&added), [Frozen, Draft]);
        assert_eq!(added.versions[1].wording, Some(next));
        assert_eq!(read(&mut editor, &framework.id).await, added);
    })
    .await;
}

#[tokio::test]
async fn frameworks_are_listed_by_owner_without_their_statements() {
    each_engine(async |harness| {
        let framework = harness.framework().await;
        let mut officer = harness.as_who(&harness.officer);
        let own =
            pb::ListFrameworksRequest { owner_organisation_id: harness.network.to_string(), ..Default::default() };
        let listed = officer.frameworks.list_frameworks(own.clone()).await.unwrap().into_inner();
        assert_eq!((listed.total_size, listed.frameworks[0].id.as_str()), (1, framework.id.as_str()));
        assert!(listed.frameworks[0].versions[0].wording.as_ref().unwrap().statements.is_empty());
        let others = pb::ListFrameworksRequest { owner_organisation_id: OrgId::new().to_string(), ..own };
        let listed = officer.frameworks.list_frameworks(others).await.unwrap().into_inner();
        assert_eq!(listed.total_size, 0);
    })
    .await;
}

#[tokio::test]
async fn a_stale_etag_of_a_framework_is_refused() {
    each_engine(async |harness| {
        let mut editor = harness.as_who(&harness.who(Role::Editor));
        let framework = harness.framework().await;
        let again = wording("2019-1", &["co-production"]);
        editor.frameworks.update_framework_version(reword(&framework, again.clone())).await.unwrap();
        let refused = editor.frameworks.update_framework_version(reword(&framework, again)).await;
        assert_eq!(refusal(refused), (Code::Aborted, "STALE_ETAG".to_string()));
    })
    .await;
}
