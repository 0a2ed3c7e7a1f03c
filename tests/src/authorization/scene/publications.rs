//! Publications in every state, all of them with the same quote.

use toadlane_proto::learning::v1 as pb;

use super::super::callers::{Callers, Learner, Org};
use super::findings::Study;
use super::{LATER, LATER_IN_WORDS, deadline};

pub struct Publications {
    pub drafting: pb::Publication,
    /// In a fact check that waits for its council.
    pub checking: pb::Publication,
    /// In one that is over.
    pub heard: pb::Publication,
    /// One to be returned to drafting, one to be embargoed.
    pub approved: [pb::Publication; 2],
    /// With a group of one.
    pub embargoed: pb::Publication,
    pub published: pb::Publication,
    /// Published, and open for a second edition.
    pub corrected: pb::Publication,
    /// Published, and taken back.
    pub withdrawn: pb::Publication,
}

impl Publications {
    pub(super) async fn set(study: &Study<'_>, commission: &pb::Commission, passage: &pb::Passage) -> Publications {
        let press = Press { study, commission, passage };
        let drafting = press.drafted().await;
        let checking = press.checked().await;
        let heard = press.heard().await;
        let approved = [press.approved().await, press.approved().await];
        let embargoed = press.embargoed().await;
        let published = press.published().await;
        let corrected = press.published().await;
        let corrected = study.asking.made(study.editor(), "CorrectPublication", &correct(&corrected.id)).await;
        let withdrawn = press.published().await;
        let withdrawn = study.asking.made(study.editor(), "WithdrawPublication", &withdraw(&withdrawn.id)).await;
        Publications { drafting, checking, heard, approved, embargoed, published, corrected, withdrawn }
    }
}

struct Press<'a> {
    study: &'a Study<'a>,
    commission: &'a pb::Commission,
    passage: &'a pb::Passage,
}

impl Press<'_> {
    async fn drafted(&self) -> pb::Publication {
        let study = self.study;
        let request = new(self.commission);
        let planned: pb::Publication = study.asking.made(study.consultant(), "CreatePublication", &request).await;
        study.asking.made(study.author(), "SetItems", &items(&planned.id, &self.passage.id)).await
    }

    async fn checked(&self) -> pb::Publication {
        let publication_id = self.drafted().await.id;
        let request = pb::StartFactCheckRequest { publication_id, ..Default::default() };
        self.study.asking.made(self.study.consultant(), "StartFactCheck", &request).await
    }

    async fn heard(&self) -> pb::Publication {
        let checked = self.checked().await;
        let request = confirm(self.study.callers, &checked.id);
        self.study.asking.made(self.study.officer(), "AnswerFactCheck", &request).await
    }

    async fn approved(&self) -> pb::Publication {
        let publication_id = self.heard().await.id;
        let request = pb::ApprovePublicationRequest { publication_id, ..Default::default() };
        self.study.asking.made(self.study.editor(), "ApprovePublication", &request).await
    }

    async fn embargoed(&self) -> pb::Publication {
        let approved = self.approved().await;
        let reader = self.study.callers.learner(Learner::Reader).subject.clone();
        let request = embargo(&approved.id, reader);
        self.study.asking.made(self.study.editor(), "EmbargoPublication", &request).await
    }

    async fn published(&self) -> pb::Publication {
        let embargoed = self.embargoed().await;
        let request = release(&embargoed.id);
        self.study.asking.made(self.study.editor(), "ReleasePublication", &request).await
    }
}

pub fn new(commission: &pb::Commission) -> pb::CreatePublicationRequest {
    pb::CreatePublicationRequest {
        commission_id: commission.id.clone(),
        title: "The learning of the round".to_string(),
        round_ids: commission.round_ids.clone(),
        ..Default::default()
    }
}

pub fn items(publication_id: &str, passage_id: &str) -> pb::SetItemsRequest {
    use pb::publication_item::Item;
    let all = [Item::Prose("As councils say:".to_string()), Item::PassageId(passage_id.to_string())];
    pb::SetItemsRequest {
        publication_id: publication_id.to_string(),
        title: "The learning of the round".to_string(),
        items: all.map(|item| pb::PublicationItem { item: Some(item) }).to_vec(),
        ..Default::default()
    }
}

/// What the council says of all that cites it.
pub fn confirm(callers: &Callers, publication_id: &str) -> pb::AnswerFactCheckRequest {
    pb::AnswerFactCheckRequest {
        publication_id: publication_id.to_string(),
        organisation_id: callers.org(Org::Applicant),
        confirms: true,
        ..Default::default()
    }
}

pub fn embargo(publication_id: &str, reader: String) -> pb::EmbargoPublicationRequest {
    pb::EmbargoPublicationRequest {
        publication_id: publication_id.to_string(),
        publish_at: deadline(LATER, LATER_IN_WORDS),
        embargo_group: vec![reader],
        ..Default::default()
    }
}

pub fn release(publication_id: &str) -> pb::ReleasePublicationRequest {
    pb::ReleasePublicationRequest {
        publication_id: publication_id.to_string(),
        reason: "the press has it".to_string(),
        ..Default::default()
    }
}

pub fn correct(publication_id: &str) -> pb::CorrectPublicationRequest {
    pb::CorrectPublicationRequest {
        publication_id: publication_id.to_string(),
        note: "a wrong date".to_string(),
        ..Default::default()
    }
}

pub fn withdraw(publication_id: &str) -> pb::WithdrawPublicationRequest {
    pb::WithdrawPublicationRequest {
        publication_id: publication_id.to_string(),
        reason: "it was wrong".to_string(),
        ..Default::default()
    }
}
