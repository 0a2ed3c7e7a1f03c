//! Rule 23: one act moves the dates of a round.

use toadlane_proto::awards::v1 as pb;
use tonic::Code;

use super::harness::*;

fn extend(round: &Round) -> pb::ExtendAwardsRequest {
    pb::ExtendAwardsRequest {
        request_id: new_id(),
        round_id: round.id.to_string(),
        reason: "Covid-19".to_string(),
        ends_on: "2021-03-31".to_string(),
        interim_report_due: deadline("2020-12-19T00:00:00Z", "18 December 2020"),
        final_report_due: deadline("2021-05-01T00:00:00+01:00", "30 April 2021"),
        validate_only: false,
    }
}

fn ends_on(day: &str, round: &Round) -> pb::ExtendAwardsRequest {
    pb::ExtendAwardsRequest {
        ends_on: day.to_string(),
        interim_report_due: None,
        final_report_due: None,
        ..extend(round)
    }
}

/// A round of three awards: two active, the last still on offer.
async fn a_round_in_delivery(harness: &Harness) -> (Round, Council, Vec<pb::Award>) {
    let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
    for _ in 0..3 {
        harness.funded(&round, &council, 150_000);
    }
    let awards = harness.prepared(&round).await;
    harness.accepted(&council, &awards[0]).await;
    harness.accepted(&council, &awards[1]).await;
    harness.offered(&awards[2]).await;
    (round, council, awards)
}

async fn last_days(harness: &Harness, round: &Round) -> Vec<String> {
    harness.in_round(round).await.into_iter().map(|award| award.agreement.unwrap().ends_on).collect()
}

#[tokio::test]
async fn one_act_moves_every_live_award_and_keeps_the_original_dates() {
    each_engine(async |harness| {
        let (round, council, awards) = a_round_in_delivery(&harness).await;
        let extension =
            harness.as_who(&harness.manager).awards.extend_awards(extend(&round)).await.unwrap().into_inner();
        assert_eq!(
            (extension.n_varied, extension.made_by.clone().unwrap().subject),
            (3, harness.manager.subject.clone())
        );
        for award in harness.in_round(&round).await {
            let (now, then) = (award.agreement.unwrap(), award.original.unwrap());
            assert_eq!((now.version, now.ends_on.as_str(), then.ends_on.as_str()), (2, "2021-03-31", "2020-11-30"));
            assert_eq!(then.final_report_due, deadline("2021-01-01T00:00:00Z", "31 December 2020"));
            assert_eq!(now.interim_report_due, deadline("2020-12-19T00:00:00Z", "18 December 2020"));
        }
        let list = pb::ListVariationsRequest { award_id: awards[0].id.clone(), ..Default::default() };
        let variations =
            harness.as_who(&reader(&council)).awards.list_variations(list).await.unwrap().into_inner().variations;
        assert_eq!(variations.len(), 1);
        assert_eq!((&variations[0].extension_id, variations[0].version), (&extension.id, 2));
        assert_eq!(variations[0].reason, "Covid-19");
    })
    .await;
}

#[tokio::test]
async fn an_awards_own_later_date_wins() {
    each_engine(async |harness| {
        let (round, council, awards) = a_round_in_delivery(&harness).await;
        let later = pb::Change { ends_on: "2021-06-30".to_string(), ..Default::default() };
        let request = super::variations::request(&awards[1], later);
        let variation = harness.as_who(&council.officer).awards.request_variation(request).await.unwrap().into_inner();
        harness
            .as_who(&harness.manager)
            .awards
            .decide_variation(super::variations::decide(&variation, true))
            .await
            .unwrap();
        let extension =
            harness.as_who(&harness.manager).awards.extend_awards(ends_on("2021-03-31", &round)).await.unwrap();
        assert_eq!(extension.into_inner().n_varied, 2);
        assert_eq!(last_days(&harness, &round).await, ["2021-03-31", "2021-06-30", "2021-03-31"]);
    })
    .await;
}

#[tokio::test]
async fn an_extension_to_before_today_or_to_dates_that_all_have_is_refused_and_moves_nothing() {
    each_engine(async |harness| {
        let (round, ..) = a_round_in_delivery(&harness).await;
        let by_manager = || harness.as_who(&harness.manager).awards;
        // While the last one is still on offer.
        harness.at("2020-03-01T09:00:00Z").await;
        let past = by_manager().extend_awards(ends_on("2020-02-29", &round)).await.unwrap_err();
        assert_eq!((past.code(), fields(&past)), (Code::InvalidArgument, vec!["ends_on".to_string()]));
        let past =
            pb::ExtendAwardsRequest { final_report_due: deadline("2020-03-01T09:00:00Z", "now"), ..extend(&round) };
        assert_eq!(fields(&by_manager().extend_awards(past).await.unwrap_err()), ["final_report_due"]);
        for day in ["2020-11-29", "2020-11-30"] {
            let earlier = by_manager().extend_awards(ends_on(day, &round)).await.unwrap_err();
            assert_eq!(fields(&earlier), ["ends_on"], "{day}");
        }
        let none = pb::ExtendAwardsRequest { ends_on: String::new(), ..ends_on("2021-03-31", &round) };
        assert_eq!(fields(&by_manager().extend_awards(none).await.unwrap_err()), ["ends_on"]);
        assert_eq!(last_days(&harness, &round).await, ["2020-11-30"; 3]);
    })
    .await;
}

#[tokio::test]
async fn an_award_whose_final_report_is_accepted_is_not_extended() {
    each_engine(async |harness| {
        let (round, _, awards) = a_round_in_delivery(&harness).await;
        super::reports::accept_final(&harness, &awards[0], "2020-02-20T10:00:00Z").await;
        let extension =
            harness.as_who(&harness.manager).awards.extend_awards(extend(&round)).await.unwrap().into_inner();
        assert_eq!(extension.n_varied, 2);
        assert_eq!(last_days(&harness, &round).await, ["2020-11-30", "2021-03-31", "2021-03-31"]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_counts_and_moves_nothing_and_a_repeated_request_is_one_extension() {
    each_engine(async |harness| {
        let (round, ..) = a_round_in_delivery(&harness).await;
        let dry = pb::ExtendAwardsRequest { validate_only: true, ..extend(&round) };
        let counted = harness.as_who(&harness.manager).awards.extend_awards(dry).await.unwrap().into_inner();
        assert_eq!(counted.n_varied, 3);
        assert_eq!(last_days(&harness, &round).await, ["2020-11-30"; 3]);
        let request = extend(&round);
        let first = harness.as_who(&harness.manager).awards.extend_awards(request.clone()).await.unwrap().into_inner();
        let again = harness.as_who(&harness.manager).awards.extend_awards(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        let list = pb::ListExtensionsRequest { round_id: round.id.to_string(), ..Default::default() };
        let listed =
            harness.as_who(&harness.manager).awards.list_extensions(list).await.unwrap().into_inner().extensions;
        assert_eq!(listed, [first]);
    })
    .await;
}

#[tokio::test]
async fn an_extension_is_read_by_the_councils_of_the_round_and_made_by_those_who_run_it() {
    each_engine(async |harness| {
        let (round, council, _) = a_round_in_delivery(&harness).await;
        let by_council = harness.as_who(&council.officer).awards.extend_awards(extend(&round)).await.unwrap_err();
        assert_eq!(by_council.code(), Code::PermissionDenied);
        let extension =
            harness.as_who(&harness.manager).awards.extend_awards(extend(&round)).await.unwrap().into_inner();
        let get = pb::GetExtensionRequest { extension_id: extension.id.clone() };
        let read = harness.as_who(&reader(&council)).awards.get_extension(get.clone()).await.unwrap().into_inner();
        assert_eq!(read.reason, "Covid-19");
        let stranger = harness.council("Preston");
        assert_eq!(
            harness.as_who(&stranger.officer).awards.get_extension(get).await.unwrap_err().code(),
            Code::NotFound
        );
    })
    .await;
}
