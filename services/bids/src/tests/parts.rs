//! Who is asked to take part, and what they answer: lead, payee and partners; and what the applicant declares.

use kit::caller::{Role, Scope};
use kit::digest::digest;
use kit::ids::{BidId, OrgId};
use pb::bid::State;
use pb::participation::{Part, State as Asking};
use prost::Message;
use testing::stores::events;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::registry::v1::MembershipClass;
use toadlane_proto::rounds::v1 as rounds;
use tonic::{Code, Status};

use super::harness::*;
use crate::content::Paper;
use crate::error::Error;
use crate::store;

/// What a bid says that others lead or are paid for.
fn shared(title: &str, lead: Option<&Council>, payee: Option<&Council>) -> pb::BidContent {
    let id = |council: Option<&Council>| council.map(|council| council.id.to_string()).unwrap_or_default();
    pb::BidContent { lead_organisation_id: id(lead), payee_organisation_id: id(payee), ..a_content(title) }
}

fn confirm(council: &Council, bid: &pb::Bid) -> pb::ConfirmParticipationRequest {
    pb::ConfirmParticipationRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        organisation_id: council.id.to_string(),
        part: Part::Unspecified.into(),
        certifier_id: council.certifier.subject.clone(),
        role: "Section 151 officer".to_string(),
        validate_only: false,
    }
}

fn decline(council: &Council, bid: &pb::Bid) -> pb::DeclineParticipationRequest {
    pb::DeclineParticipationRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        organisation_id: council.id.to_string(),
        part: Part::Unspecified.into(),
        reason: "we were not asked before".to_string(),
        validate_only: false,
    }
}

fn leave(council: &Council, bid: &pb::Bid) -> pb::LeaveBidRequest {
    pb::LeaveBidRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        organisation_id: council.id.to_string(),
        part: Part::Unspecified.into(),
        reason: "our council decided otherwise".to_string(),
        validate_only: false,
    }
}

impl Harness {
    async fn confirmed(&self, council: &Council, bid: &pb::Bid) -> pb::Bid {
        let request = confirm(council, bid);
        self.as_who(&council.certifier).confirm_participation(request).await.unwrap().into_inner()
    }

    async fn with_partner(&self, applicant: &Council, bid: &pb::Bid, partner: &Council, may_edit: bool) -> pb::Bid {
        let set = participants(bid, &[(partner, may_edit)]);
        self.as_who(&applicant.officer).set_participants(set).await.unwrap().into_inner()
    }

    async fn left(&self, who: &Who, council: &Council, bid: &pb::Bid) -> Result<pb::Bid, Status> {
        Ok(self.as_who(who).leave_bid(leave(council, bid)).await?.into_inner())
    }

    async fn missing(&self, who: &Who, bid: &pb::Bid) -> Vec<(String, String)> {
        let check = pb::CheckBidRequest { bid_id: bid.id.clone() };
        let missing = self.as_who(who).check_bid(check).await.unwrap().into_inner().missing;
        missing.into_iter().map(|one| (one.field, one.rule)).collect()
    }

    async fn n_listed(&self, who: &Who) -> usize {
        let list = pb::ListBidsRequest::default();
        self.as_who(who).list_bids(list).await.unwrap().into_inner().bids.len()
    }

    async fn last_line(&self, who: &Who, bid: &pb::Bid) -> pb::HistoryEntry {
        let list = pb::ListBidHistoryRequest { bid_id: bid.id.clone(), ..Default::default() };
        self.as_who(who).list_bid_history(list).await.unwrap().into_inner().entries.pop().unwrap()
    }
}

fn asking(bid: &pb::Bid) -> Vec<(Part, Asking)> {
    bid.participations.iter().map(|one| (one.part(), one.state())).collect()
}

fn one_lead(rules: &mut rounds::Round) {
    let limit = rounds::LeadLimit { counts: 2, at_most: 1 };
    rules.rules.as_mut().unwrap().instruments[0].lead_limit = Some(limit);
}

/// F-A2: whoever is named is asked, reads what it is asked to join, and the bid waits for its word.
#[tokio::test]
async fn a_bid_waits_for_the_word_of_lead_and_payee_who_read_what_they_are_asked() {
    each_engine(async |harness| {
        let [applicant, lead, payee] = ["Rochdale", "Kirklees", "Oldham"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let draft = harness.draft_of(&applicant, &round, shared("Hubs", Some(&lead), Some(&payee))).await;
        assert_eq!(asking(&draft), [(Part::Lead, Asking::Asked), (Part::Payee, Asking::Asked)]);
        for council in [&lead, &payee] {
            let seen = harness.get(&council.officer, &draft).await.unwrap();
            assert_eq!((seen.content.unwrap().title.as_str(), harness.n_listed(&council.system).await), ("Hubs", 1));
        }
        let signed = harness.signed(&applicant, &draft).await;
        let refused = harness.submit(&applicant, &signed).await.unwrap_err();
        let both = ["content.lead_organisation_id", "content.payee_organisation_id"];
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("BID_INCOMPLETE", both.map(String::from).to_vec()));
        let rule = |field: &str| (field.to_string(), "participation.confirmed".to_string());
        assert_eq!(harness.missing(&applicant.officer, &signed).await, both.map(rule));

        let one = harness.confirmed(&lead, &signed).await;
        assert_eq!(fields(&harness.submit(&applicant, &one).await.unwrap_err()), [both[1]]);
        let ready = harness.confirmed(&payee, &one).await;
        let of_lead = &ready.participations[0];
        let by = of_lead.answered_by.clone().unwrap();
        assert_eq!((by.subject, by.organisation_id), (lead.certifier.subject.clone(), lead.id.to_string()));
        assert_eq!((&of_lead.content_sha256, &of_lead.certifier_id), (&draft.content_sha256, &lead.certifier.subject));
        let bid = harness.submit(&applicant, &ready).await.unwrap();
        assert_eq!(asking(&bid), [(Part::Lead, Asking::Confirmed), (Part::Payee, Asking::Confirmed)]);
    })
    .await;
}

/// F-A2: a lead answers by its certifier, for itself alone; another council cannot even ask.
#[tokio::test]
async fn a_lead_answers_through_its_own_certifier_and_nobody_else_does() {
    each_engine(async |harness| {
        let [applicant, lead, other] = ["Rochdale", "Kirklees", "Oldham"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        let draft = harness.draft_of(&applicant, &round, shared("Hubs", Some(&lead), None)).await;
        let by = async |who: &Who, request| harness.as_who(who).confirm_participation(request).await.unwrap_err();
        let officer = by(&lead.officer, confirm(&lead, &draft)).await;
        assert_eq!((officer.code(), reason(&officer).as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
        let applicants = by(&applicant.certifier, confirm(&lead, &draft)).await;
        assert_eq!(applicants.code(), Code::PermissionDenied);
        assert_eq!(by(&other.certifier, confirm(&lead, &draft)).await.code(), Code::NotFound);
        let unnamed = by(&applicant.certifier, confirm(&applicant, &draft)).await;
        assert_eq!(unnamed.message(), "no such participation", "the applicant is not asked");
        let without = pb::ConfirmParticipationRequest { certifier_id: String::new(), ..confirm(&lead, &draft) };
        assert_eq!(fields(&by(&lead.certifier, without).await), ["certifier_id"]);
        let former = Who::person(Role::Certifier, lead.id);
        let own = pb::ConfirmParticipationRequest { certifier_id: former.subject.clone(), ..confirm(&lead, &draft) };
        assert_eq!(fields(&by(&former, own).await), ["certifier_id"], "the registry holds no such certifier");
        let writes = by(&lead.system, confirm(&lead, &draft)).await;
        assert_eq!(writes.code(), Code::PermissionDenied, "it has no bids.certify");
        let certifies = Who::system(lead.id, &[Scope::BidsCertify]);
        let confirmed = harness.as_who(&certifies).confirm_participation(confirm(&lead, &draft)).await.unwrap();
        assert_eq!(asking(&confirmed.into_inner()), [(Part::Lead, Asking::Confirmed)]);
    })
    .await;
}

/// F-A2a, F-A2c: naming a rival as lead neither shuts it out nor tells whether it has bid.
#[tokio::test]
async fn a_lead_limit_counts_what_was_confirmed_and_is_told_to_the_lead_alone() {
    each_engine(async |harness| {
        let [hostile, lead] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(one_lead);
        harness.at(OPENS).await;
        let named = harness.draft_of(&hostile, &round, shared("Hubs", Some(&lead), None)).await;
        let named = harness.signed(&hostile, &named).await;
        let before = harness.missing(&hostile.officer, &named).await;
        harness.submit(&hostile, &named).await.unwrap_err();
        let own = harness.submitted(&lead, &round).await;
        assert_eq!(own.state(), State::Submitted, "it is not shut out of its own bid");
        assert_eq!(harness.missing(&hostile.officer, &named).await, before, "that it has bid shows nowhere");
        let refused = harness.as_who(&lead.certifier).confirm_participation(confirm(&lead, &named)).await.unwrap_err();
        assert_eq!(reason(&refused), "LEAD_LIMIT_REACHED");
    })
    .await;
}

/// F-A2a, F-A2c: two confirmed leads of one council, one handed in: the other is refused without a count.
#[tokio::test]
async fn a_confirmed_lead_that_has_bid_meanwhile_is_one_that_has_not_confirmed() {
    each_engine(async |harness| {
        let [applicant, lead] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(one_lead);
        harness.at(OPENS).await;
        let mut drafts = Vec::new();
        for title in ["Hubs", "Diabeaters"] {
            let draft = harness.draft_of(&applicant, &round, shared(title, Some(&lead), None)).await;
            let signed = harness.signed(&applicant, &draft).await;
            drafts.push(harness.confirmed(&lead, &signed).await);
        }
        harness.submit(&applicant, &drafts[0]).await.unwrap();
        let refused = harness.submit(&applicant, &drafts[1]).await.unwrap_err();
        assert_eq!(reason(&refused), "BID_INCOMPLETE");
        assert_eq!(fields(&refused), ["content.lead_organisation_id"]);
        let rules = harness.missing(&applicant.officer, &drafts[1]).await;
        assert_eq!(rules.iter().map(|one| one.1.as_str()).collect::<Vec<_>>(), ["participation.confirmed"]);
    })
    .await;
}

/// F-A2c: a partner who edits is not told what the applicant has handed in.
#[tokio::test]
async fn a_limit_of_the_applicants_own_is_told_to_the_applicant_alone() {
    each_engine(async |harness| {
        let [applicant, partner] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(one_lead);
        harness.at(OPENS).await;
        let draft = harness.draft(&applicant, &round).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, true).await;
        let draft = harness.signed(&applicant, &draft).await;
        harness.submitted(&applicant, &round).await;
        assert_eq!(harness.missing(&applicant.officer, &draft).await[0].1, "round.lead_limit");
        assert_eq!(harness.missing(&partner.officer, &draft).await, []);
    })
    .await;
}

/// F-A2b: nobody borrows a member's name: who asks is tried as well as who leads.
#[tokio::test]
async fn applicant_and_lead_are_members_and_none_of_the_three_is_abolished() {
    each_engine(async |harness| {
        let [company, lead, payee] = ["Acme Ltd", "Kirklees", "Oldham"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let draft = harness.draft_of(&company, &round, shared("Hubs", Some(&lead), Some(&payee))).await;
        let signed = harness.signed(&company, &draft).await;
        let one = harness.confirmed(&lead, &signed).await;
        let ready = harness.confirmed(&payee, &one).await;
        let bid = harness.submit(&company, &ready).await.unwrap();
        harness.at(CLOSES).await;
        for standing in harness.peers.standings.lock().unwrap().iter_mut() {
            if standing.organisation_id == company.id.to_string() {
                standing.membership_class = MembershipClass::Unspecified.into();
            }
            standing.abolished = standing.organisation_id == payee.id.to_string();
        }
        let bid = harness.as_who(&harness.manager).screen_bid(screen(&bid)).await.unwrap().into_inner();
        let unmet: Vec<_> = bid.eligibility.iter().filter(|one| !one.met).map(|one| one.reason.as_str()).collect();
        let day = "11:59pm on 31 January 2020";
        let expected = [
            format!("Acme Ltd was no member at {day}; Kirklees was a member at {day}"),
            format!("Acme Ltd existed at {day}; Kirklees existed at {day}; Oldham no longer existed at {day}"),
            "only members may lead a bid; Full members may lead a bid".to_string(),
        ];
        assert_eq!(unmet, expected);
    })
    .await;
}

/// F-A2d: partners are asked, by whom they are; until they answer they count for nothing, also in a bid handed in.
#[tokio::test]
async fn a_partner_may_confirm_after_the_close_by_an_officer_and_leave_at_any_time() {
    each_engine(async |harness| {
        let [applicant, partner] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let draft = harness.draft(&applicant, &round).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, false).await;
        let signed = harness.signed(&applicant, &draft).await;
        let bid = harness.submit(&applicant, &signed).await.unwrap();
        assert_eq!(asking(&bid), [(Part::Partner, Asking::Asked)]);
        harness.at(AFTER).await;
        let unsaid = pb::ConfirmParticipationRequest {
            certifier_id: String::new(),
            role: String::new(),
            ..confirm(&partner, &bid)
        };
        let confirmed = harness.as_who(&partner.officer).confirm_participation(unsaid).await.unwrap().into_inner();
        assert_eq!((confirmed.state(), &confirmed.content_sha256), (State::Submitted, &bid.content_sha256));
        assert_eq!(asking(&confirmed), [(Part::Partner, Asking::Confirmed)]);
        let line = harness.last_line(&applicant.officer, &bid).await;
        assert_eq!((line.step.as_str(), line.reason), ("confirm", format!("{} confirmed as partner", partner.id)));
        let twice = pb::ConfirmParticipationRequest { certifier_id: String::new(), ..confirm(&partner, &confirmed) };
        let twice = harness.as_who(&partner.officer).confirm_participation(twice).await.unwrap_err();
        assert_eq!(reason(&twice), "ILLEGAL_STEP");

        let left = harness.left(&partner.officer, &partner, &confirmed).await.unwrap();
        assert_eq!((left.state(), asking(&left)), (State::Submitted, vec![(Part::Partner, Asking::Left)]));
        assert_eq!(harness.get(&partner.officer, &left).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(harness.n_listed(&partner.system).await, 0);
        let seen = harness.get(&applicant.officer, &left).await.unwrap();
        assert_eq!(seen.participations[0].reason, "our council decided otherwise");
        let line = harness.last_line(&applicant.officer, &bid).await;
        assert_eq!(line.actor.unwrap().organisation_id, partner.id.to_string());
        assert_eq!(line.reason, format!("{} left as partner: our council decided otherwise", partner.id));
    })
    .await;
}

/// F-A2: who declines has nothing more to do with the bid, and is asked again where it is named anew.
#[tokio::test]
async fn whoever_declines_reads_the_bid_no_more_until_it_is_named_anew() {
    each_engine(async |harness| {
        let [applicant, partner] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        let draft = harness.draft(&applicant, &round).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, true).await;
        let by = decline(&partner, &draft);
        let declined = harness.as_who(&partner.officer).decline_participation(by.clone()).await.unwrap().into_inner();
        assert_eq!(asking(&declined), [(Part::Partner, Asking::Declined)]);
        let again = harness.as_who(&partner.officer).decline_participation(by).await.unwrap().into_inner();
        assert_eq!(again, declined, "the same request is answered again");
        let edit = update(&declined, a_content("Mine"));
        assert_eq!(harness.as_who(&partner.officer).update_bid(edit).await.unwrap_err().code(), Code::NotFound);
        let without = participants(&declined, &[]);
        let without = harness.as_who(&applicant.officer).set_participants(without).await.unwrap().into_inner();
        assert_eq!(asking(&without), []);
        let anew = harness.with_partner(&applicant, &without, &partner, false).await;
        assert_eq!(asking(&anew), [(Part::Partner, Asking::Asked)]);
        harness.get(&partner.officer, &anew).await.unwrap();
    })
    .await;
}

/// F-A2: lead and payee stand by one content.
#[tokio::test]
async fn a_lead_that_confirmed_other_content_is_asked_again_when_it_is_signed_off() {
    each_engine(async |harness| {
        let [applicant, lead] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let content = shared("Hubs", Some(&lead), None);
        let draft = harness.draft_of(&applicant, &round, content.clone()).await;
        let confirmed = harness.confirmed(&lead, &draft).await;
        let signed = harness.signed(&applicant, &confirmed).await;
        assert_eq!(asking(&signed), [(Part::Lead, Asking::Confirmed)], "it is what they confirmed");
        let dearer = pb::BidContent { summary: "Something else".to_string(), ..content };
        let edit = harness.as_who(&applicant.officer).update_bid(update(&signed, dearer)).await.unwrap().into_inner();
        let missing = harness.missing(&applicant.officer, &edit).await;
        assert_eq!(missing[0].1, "participation.confirmed");
        let signed = harness.signed(&applicant, &edit).await;
        assert_eq!(asking(&signed), [(Part::Lead, Asking::Asked)]);
        let line = harness.last_line(&applicant.officer, &signed).await;
        assert_eq!((line.step.as_str(), line.reason), ("sign_off", format!("{} is asked to be lead", lead.id)));
        assert_eq!(reason(&harness.submit(&applicant, &signed).await.unwrap_err()), "BID_INCOMPLETE");
        let confirmed = harness.confirmed(&lead, &signed).await;
        assert_eq!(harness.submit(&applicant, &confirmed).await.unwrap().number, 1);
    })
    .await;
}

/// F-A2: what was handed in rests on the lead's word until the close.
#[tokio::test]
async fn a_submitted_bid_whose_lead_leaves_is_a_draft_again_and_after_the_close_it_cannot_leave() {
    each_engine(async |harness| {
        let [applicant, lead] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let draft = harness.draft_of(&applicant, &round, shared("Hubs", Some(&lead), None)).await;
        let signed = harness.signed(&applicant, &draft).await;
        let ready = harness.confirmed(&lead, &signed).await;
        let bid = harness.submit(&applicant, &ready).await.unwrap();
        let officer = harness.left(&lead.officer, &lead, &bid).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied, "a certifier gave the word, and takes it back");
        let left = harness.left(&lead.certifier, &lead, &bid).await.unwrap();
        assert_eq!((left.state(), left.number, asking(&left)), (State::Draft, 1, vec![(Part::Lead, Asking::Left)]));
        assert_eq!(left.sign_off, None);
        assert_eq!(harness.get(&lead.certifier, &left).await.unwrap_err().code(), Code::NotFound);

        // The applicant leads it alone now.
        let own = harness.as_who(&applicant.officer).update_bid(update(&left, a_content("Hubs"))).await.unwrap();
        let named = update(&own.into_inner(), shared("Hubs", Some(&lead), None));
        let named = harness.as_who(&applicant.officer).update_bid(named).await.unwrap().into_inner();
        let signed = harness.signed(&applicant, &named).await;
        let ready = harness.confirmed(&lead, &signed).await;
        let bid = harness.submit(&applicant, &ready).await.unwrap();
        assert_eq!(bid.number, 1);
        harness.at(AFTER).await;
        let late = harness.left(&lead.certifier, &lead, &bid).await.unwrap_err();
        assert_eq!(reason(&late), "ROUND_CLOSED");
    })
    .await;
}

/// F-A2e: who takes part, leads or is paid is for the applicant to say, by whatever way a revision is written.
#[tokio::test]
async fn a_partner_who_edits_changes_neither_lead_nor_payee_nor_partners() {
    each_engine(async |harness| {
        let [applicant, partner] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        let draft = harness.draft(&applicant, &round).await;
        let shared_draft = harness.with_partner(&applicant, &draft, &partner, true).await;
        let mut editor = harness.as_who(&partner.officer);
        for content in [shared("Mine", Some(&partner), None), shared("Mine", None, Some(&partner))] {
            let refused = editor.update_bid(update(&shared_draft, content)).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
        }
        let restore = pb::RestoreRevisionRequest {
            request_id: new_id(),
            bid_id: draft.id.clone(),
            etag: shared_draft.etag.clone(),
            revision: 1,
            validate_only: false,
        };
        let refused = editor.restore_revision(restore).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "it would take the partner out");
        let explicit = shared("Ours", Some(&applicant), Some(&applicant));
        let edited = editor.update_bid(update(&shared_draft, explicit)).await.unwrap().into_inner();
        assert_eq!(edited.content.unwrap().title, "Ours", "the applicant is what is meant where nobody is named");
    })
    .await;
}

/// F-A2e: what was sealed before keeps its bytes, and the participants that stood beside it; what is written next names
/// them.
#[tokio::test]
async fn a_first_paper_keeps_its_digest_and_the_next_one_has_its_participants() {
    each_engine(async |harness| {
        let [applicant, partner] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        let draft = harness.draft(&applicant, &round).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, true).await;
        let id: BidId = draft.id.parse().unwrap();
        let rewriting = harness.db.work(None, move |tx| {
            use diesel::prelude::*;
            let paper = Paper { participants: None, ..store::get(tx, id)?.paper };
            diesel::update(crate::schema::revision::table.find((id, 2)))
                .set(crate::schema::revision::canonical_json.eq(paper.canonical_json()))
                .execute(&mut **tx)
                .map_err(kit::db::DbError::from)?;
            Ok::<_, Error>(digest(paper.canonical_json()))
        });
        let sealed = rewriting.await.unwrap();
        let first = harness.get(&partner.officer, &draft).await.unwrap();
        assert_eq!((&first.content_sha256, &first.participants), (&sealed, &draft.participants));
        let edit = update(&first, first.content.clone().unwrap());
        let next = harness.as_who(&partner.officer).update_bid(edit).await.unwrap().into_inner();
        assert_eq!((next.content_sha256, next.participants), (draft.content_sha256, draft.participants));
    })
    .await;
}

/// F-A2: nobody who was named before this was known had been asked.
#[tokio::test]
async fn whoever_was_named_before_is_asked_by_the_migration() {
    each_engine(async |harness| {
        let [applicant, lead, partner] = ["Rochdale", "Kirklees", "Oldham"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        let draft = harness.draft_of(&applicant, &round, shared("Hubs", Some(&lead), None)).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, false).await;
        harness.confirmed(&lead, &draft).await;
        let again = harness.db.work(None, |tx| {
            use diesel::connection::SimpleConnection;
            tx.batch_execute(include_str!("../../migrations/2026-11-30-000001_walls/down.sql"))?;
            Ok::<_, kit::db::DbError>(
                tx.batch_execute(include_str!("../../migrations/2026-11-30-000001_walls/up.sql"))?,
            )
        });
        again.await.unwrap();
        let draft = harness.get(&lead.officer, &draft).await.unwrap();
        assert_eq!(asking(&draft), [(Part::Lead, Asking::Asked), (Part::Partner, Asking::Asked)]);
        harness.get(&partner.officer, &draft).await.unwrap();
    })
    .await;
}

/// F-A2d: ties are declared beside the bid, for the eyes of those who settle them.
#[tokio::test]
async fn what_an_applicant_declares_is_read_by_itself_and_by_a_manager_after_the_close_and_is_in_no_event() {
    each_engine(async |harness| {
        let [applicant, partner] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let draft = harness.draft(&applicant, &round).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, true).await;
        let signed = harness.signed(&applicant, &draft).await;
        let conflict = pb::DeclaredConflict {
            whose: Some(pb::declared_conflict::Whose::Name("Cllr Jones".to_string())),
            words: "sister of our officer".to_string(),
        };
        let declare = |bid: &pb::Bid| pb::DeclareConflictsRequest {
            request_id: new_id(),
            bid_id: bid.id.clone(),
            etag: bid.etag.clone(),
            declared_conflicts: vec![conflict.clone()],
            validate_only: false,
        };
        let by_partner = harness.as_who(&partner.officer).declare_conflicts(declare(&signed)).await.unwrap_err();
        assert_eq!(by_partner.code(), Code::PermissionDenied);
        let declared = harness.as_who(&applicant.officer).declare_conflicts(declare(&signed)).await.unwrap();
        let declared = declared.into_inner();
        assert_eq!((&declared.declared_conflicts[..], declared.sign_off.is_some()), (&[conflict.clone()][..], true));
        let bid = harness.submit(&applicant, &declared).await.unwrap();
        let sees = async |who: &Who| harness.get(who, &bid).await.unwrap().declared_conflicts;
        assert_eq!(sees(&harness.manager).await, []);
        harness.at(AFTER).await;
        assert_eq!(sees(&harness.manager).await, std::slice::from_ref(&conflict));
        assert_eq!(sees(&Who::area(kit::caller::Area::Grading)).await, std::slice::from_ref(&conflict));
        assert_eq!(sees(&applicant.certifier).await, std::slice::from_ref(&conflict));
        assert_eq!(sees(&partner.officer).await, []);
        assert_eq!(sees(&Who::person(Role::Auditor, OrgId::new())).await, []);
        assert_eq!(sees(&harness.manager.clone().of_home(partner.id)).await, [], "it concerns their own");
        let bodies: Vec<Vec<u8>> = events(&harness.db).await.iter().map(Message::encode_to_vec).collect();
        assert!(!String::from_utf8_lossy(&bodies.concat()).contains("Jones"));
    })
    .await;
}

/// F-A2, F-A10: each step is a line: who was asked, who confirmed by whose word, who declined and why.
#[tokio::test]
async fn every_step_of_taking_part_is_a_line_of_history_and_an_event() {
    each_engine(async |harness| {
        let [applicant, lead, partner] = ["Rochdale", "Kirklees", "Oldham"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        let draft = harness.draft_of(&applicant, &round, shared("Hubs", Some(&lead), None)).await;
        let draft = harness.with_partner(&applicant, &draft, &partner, false).await;
        let confirmed = harness.confirmed(&lead, &draft).await;
        let no = decline(&partner, &confirmed);
        harness.as_who(&partner.certifier).decline_participation(no).await.unwrap();
        let list = pb::ListBidHistoryRequest { bid_id: draft.id.clone(), ..Default::default() };
        let entries = harness.as_who(&lead.officer).list_bid_history(list).await.unwrap().into_inner().entries;
        let told: Vec<_> = entries.into_iter().map(|entry| (entry.step, entry.reason)).collect();
        let word = format!("by {} as Section 151 officer", lead.certifier.subject);
        let expected = [
            ("create", format!("{} is asked to be lead", lead.id)),
            ("set_participants", format!("{} is asked to be partner", partner.id)),
            ("confirm", format!("{} confirmed as lead, {word}", lead.id)),
            ("decline", format!("{} declined to be partner: we were not asked before", partner.id)),
        ];
        assert_eq!(told, expected.map(|(step, reason)| (step.to_string(), reason)));
        let kinds: Vec<String> = events(&harness.db).await.into_iter().map(|event| event.r#type).collect();
        let kind = |name: &str| format!("toadlane.bids.v1.{name}");
        let expected = ["BidCreated", "BidParticipantsSet", "ParticipationConfirmed", "ParticipationDeclined"];
        assert_eq!(kinds, expected.map(kind));
        let bodies: Vec<Vec<u8>> = events(&harness.db).await.iter().map(Message::encode_to_vec).collect();
        let text = String::from_utf8_lossy(&bodies.concat()).into_owned();
        assert!(!text.contains("Section 151") && !text.contains("not asked before"), "no person and no reason in them");
    })
    .await;
}

/// F-BS: the certifier is one still when the bid is handed in, whoever's word it is; a register that is away stops
/// nobody.
#[tokio::test]
async fn a_bid_does_not_rest_on_the_word_of_somebody_who_is_no_certifier_any_more() {
    each_engine(async |harness| {
        let [applicant, lead] = ["Rochdale", "Kirklees"].map(|name| harness.council(name));
        let round = harness.round(|_| {});
        harness.at(OPENS).await;
        let draft = harness.draft_of(&applicant, &round, shared("Hubs", Some(&lead), None)).await;
        let signed = harness.signed(&applicant, &draft).await;
        let ready = harness.confirmed(&lead, &signed).await;
        let all = harness.peers.certifiers.lock().unwrap().clone();
        for gone in [&applicant, &lead] {
            harness.peers.certifiers.lock().unwrap().retain(|(id, _)| *id != gone.id.to_string());
            let refused = harness.submit(&applicant, &ready).await.unwrap_err();
            assert_eq!(reason(&refused), "SIGN_OFF_NEEDED");
            let missing = harness.missing(&applicant.officer, &ready).await;
            assert_eq!(missing.last().unwrap().1, "sign_off.certifier");
            harness.peers.certifiers.lock().unwrap().clone_from(&all);
        }
        assert_eq!(harness.missing(&applicant.officer, &ready).await, [], "what it says now is what counts");
        harness.peers.down.store(true, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(harness.submit(&applicant, &ready).await.unwrap().number, 1);
    })
    .await;
}
