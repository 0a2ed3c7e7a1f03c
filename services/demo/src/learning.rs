//! The learning: a consultant reads what councils released, marks passages, draws insights, has them checked, and
//! publishes. The title of the publication is as published, and so are two case studies; the other words are made up.

use kit::time::at;
use toadlane_client::Client;
use toadlane_proto::learning::v1 as pb;

use crate::call::deadline;
use crate::case_studies::{self, Consented};
use crate::deployment::Deployment;
use crate::error::Error;
use crate::people::People;
use crate::requests::{request_id, until};
use crate::round::Round;
use crate::timeline::{Line, Tell};

const BEGINS: &str = "2021-03-23T09:00:00Z";
const ENDS: &str = "2021-07-01T00:00:00+01:00";
const CHECKED: &str = "2021-04-12T10:00:00Z";
const APPROVED: &str = "2021-04-13T10:00:00Z";
const PUBLISHED: &str = "2021-05-04T09:00:00+01:00";

const REACH: &str = "reach";
const BARRIER: &str = "barrier";
/// Of so many councils what did not work is marked too.
const N_BARRIERS: usize = 3;

/// What was learnt.
pub struct Learnt {
    pub commission_id: String,
    pub publication: pb::Publication,
}

pub async fn learn(deployment: &Deployment, round: &Round, people: &People, tell: Tell<'_>) -> Result<Learnt, Error> {
    tell(Line::heading(
        "The learning (the title and two case studies are published; passages and findings are made up)",
    ));
    let token = &round.network.token;
    deployment.move_clocks(token, at(BEGINS)).await?;
    let commission_id = commission(round, people).await?.id;
    let all_there = 2 * round.bids.len() as i64;
    let found = until("a corpus of all released reports", async || {
        let is_there = n_documents(people, &commission_id).await? == all_there;
        Ok(if is_there { Some(search(people, &commission_id).await?) } else { None })
    })
    .await?;
    let says = format!("a search for \u{201c}residents\u{201d} finds {} documents", found.total_size);
    tell(Line::step(BEGINS, says));
    for hit in found.hits.iter().take(3) {
        let council = hit.document.as_ref().map_or("", |document| &document.organisation_name);
        let snippet = hit.snippets.first().map_or("", |snippet| snippet.text.trim());
        tell(Line::step(BEGINS, format!("  {council}: \u{2026}{snippet}\u{2026}")));
    }
    let passages = mark(round, people, &commission_id).await?;
    let insight = draw(round, people, &commission_id, &passages).await?;
    let studies = case_studies::enter(deployment, round, people).await?;
    let says = format!("{} passages marked, and one insight sent to their councils", passages.len());
    tell(Line::step(BEGINS, says));
    let says = format!("{} case studies entered, each with the consent of its council", studies.len());
    tell(Line::step(BEGINS, says));

    deployment.move_clocks(token, at(CHECKED)).await?;
    approve(people, &insight.id).await?;
    let items = items(&passages, &insight, &studies);
    let publication = publish(deployment, round, people, &commission_id, items, &studies).await?;
    let says =
        format!("\u{201c}{}\u{201d} is published, {} sources pinned", publication.title, publication.sources.len());
    tell(Line::step(PUBLISHED, says));
    Ok(Learnt { commission_id, publication })
}

async fn commission(round: &Round, people: &People) -> Result<pb::Commission, Error> {
    let create = pb::CreateCommissionRequest {
        request_id: request_id(),
        title: "The learning of the 2020 round".to_string(),
        organisation_id: people.consultancy_id.clone(),
        consultant_ids: vec![people.consultant_id.clone()],
        round_ids: vec![round.round.id.clone()],
        from: Some(at(BEGINS).into()),
        until: Some(at(ENDS).into()),
        validate_only: false,
    };
    let commission_id = people.editor.commissions().create_commission(create).await?.into_inner().id;
    let declare = pb::DeclareConsultantInterestsRequest {
        request_id: request_id(),
        commission_id,
        organisation_ids: Vec::new(),
        note: "none (made up)".to_string(),
        validate_only: false,
    };
    Ok(people.consultant.commissions().declare_consultant_interests(declare).await?.into_inner())
}

async fn n_documents(people: &People, commission_id: &str) -> Result<i64, Error> {
    let list =
        pb::ListDocumentsRequest { commission_id: commission_id.to_string(), page_size: 1, ..Default::default() };
    Ok(people.consultant.corpus().list_documents(list).await?.into_inner().total_size)
}

async fn search(people: &People, commission_id: &str) -> Result<pb::SearchCorpusResponse, Error> {
    let search = pb::SearchCorpusRequest {
        commission_id: commission_id.to_string(),
        words: "residents".to_string(),
        page_size: 50,
        ..Default::default()
    };
    Ok(people.consultant.corpus().search_corpus(search).await?.into_inner())
}

/// A passage of each final report, and a second one of some, with the consent of their councils.
async fn mark(round: &Round, people: &People, commission_id: &str) -> Result<Vec<pb::Passage>, Error> {
    let corpus = || people.consultant.corpus();
    let code = |code: &str, label: &str| pb::Code {
        code: code.to_string(),
        label: label.to_string(),
        description: String::new(),
    };
    let codebook = pb::CreateCodebookRequest {
        request_id: request_id(),
        name: "Learning of the 2020 round".to_string(),
        codes: vec![code(REACH, "Reaching residents"), code(BARRIER, "What did not work")],
        validate_only: false,
    };
    let codebook_id = corpus().create_codebook(codebook).await?.into_inner().id;
    let list = pb::ListDocumentsRequest {
        commission_id: commission_id.to_string(),
        kind: pb::document::Kind::FinalReport.into(),
        page_size: 500,
        ..Default::default()
    };
    let mut documents = corpus().list_documents(list).await?.into_inner().documents;
    documents.sort_by(|one, other| one.award_reference.cmp(&other.award_reference));
    let mut passages = Vec::with_capacity(documents.len());
    let reached = documents.iter().map(|document| (document, "answers[outcomes]", REACH));
    let barriers = documents.iter().take(N_BARRIERS).map(|document| (document, "answers[what_did_not_work]", BARRIER));
    for (document, key, code) in reached.chain(barriers) {
        let get = pb::GetDocumentRequest { commission_id: commission_id.to_string(), document_id: document.id.clone() };
        let document = corpus().get_document(get).await?.into_inner();
        let Some((section, span)) = first_sentence(&document, key) else {
            return Err(Error::NoPassage(document.award_reference));
        };
        let mark = pb::MarkPassageRequest {
            request_id: request_id(),
            commission_id: commission_id.to_string(),
            document_id: document.id.clone(),
            section_key: section.key.clone(),
            quote: section.text[span.start as usize..span.end as usize].to_string(),
            span: Some(span),
            codebook_id: codebook_id.clone(),
            codebook_version: 1,
            codes: vec![code.to_string()],
            ..Default::default()
        };
        let passage = corpus().mark_passage(mark).await?.into_inner();
        passages.push(consent(round, &people.consultant, passage).await?);
    }
    Ok(passages)
}

/// A section and its first sentence, as bytes.
fn first_sentence<'a>(document: &'a pb::Document, key: &str) -> Option<(&'a pb::Section, pb::Span)> {
    let section = document.sections.iter().find(|section| section.key == key)?;
    let end = section.text.find(". ").map_or(section.text.len(), |dot| dot + 1);
    Some((section, pb::Span { start: 0, end: i32::try_from(end).ok()? }))
}

async fn consent(round: &Round, consultant: &Client, passage: pb::Passage) -> Result<pb::Passage, Error> {
    let pb::Passage { id: passage_id, etag, .. } = passage;
    let ask = pb::AskConsentRequest { request_id: request_id(), passage_id, etag, validate_only: false };
    let asked = consultant.corpus().ask_consent(ask).await?.into_inner();
    let system = round.network.system_of(&asked.organisation_id)?;
    let answer = pb::AnswerConsentRequest {
        request_id: request_id(),
        passage_id: asked.id,
        etag: asked.etag,
        consent: pb::passage::Consent::Given.into(),
        validate_only: false,
    };
    Ok(system.client.corpus().answer_consent(answer).await?.into_inner())
}

/// An insight that cites what is marked as reach, agreed to by every council that it cites.
async fn draw(
    round: &Round,
    people: &People,
    commission_id: &str,
    passages: &[pb::Passage],
) -> Result<pb::Insight, Error> {
    let insights = || people.consultant.insights();
    let reached = passages.iter().filter(|passage| passage.codes.contains(&REACH.to_string()));
    let capture = pb::CaptureInsightRequest {
        request_id: request_id(),
        commission_id: commission_id.to_string(),
        text: "Small sums reach residents whom no service knew, where residents shape each step (made up).".to_string(),
        conditions: "Where somebody is there whom residents trust already (made up).".to_string(),
        passage_ids: reached.map(|passage| passage.id.clone()).collect(),
        validate_only: false,
    };
    let pb::Insight { id: insight_id, etag, .. } = insights().capture_insight(capture).await?.into_inner();
    let check = pb::CheckInsightRequest { request_id: request_id(), insight_id, etag, validate_only: false };
    let checking = insights().check_insight(check).await?.into_inner();
    for asked in &checking.answers {
        let system = round.network.system_of(&asked.organisation_id)?;
        let answer = pb::AnswerInsightRequest {
            request_id: request_id(),
            insight_id: checking.id.clone(),
            organisation_id: asked.organisation_id.clone(),
            agrees: true,
            ..Default::default()
        };
        system.client.insights().answer_insight(answer).await?;
    }
    Ok(checking)
}

async fn approve(people: &People, insight_id: &str) -> Result<(), Error> {
    let get = pb::GetInsightRequest { insight_id: insight_id.to_string() };
    let pb::Insight { id: insight_id, etag, .. } = people.editor.insights().get_insight(get).await?.into_inner();
    let approve = pb::ApproveInsightRequest { request_id: request_id(), insight_id, etag, ..Default::default() };
    people.editor.insights().approve_insight(approve).await?;
    Ok(())
}

async fn publish(
    deployment: &Deployment,
    round: &Round,
    people: &People,
    commission_id: &str,
    items: Vec<pb::PublicationItem>,
    studies: &[Consented],
) -> Result<pb::Publication, Error> {
    let (consultant, editor) = (|| people.consultant.publications(), || people.editor.publications());
    let create = pb::CreatePublicationRequest {
        request_id: request_id(),
        commission_id: commission_id.to_string(),
        title: "Co-operative Difference in Care".to_string(),
        round_ids: vec![round.round.id.clone()],
        validate_only: false,
    };
    let planned = consultant().create_publication(create).await?.into_inner();
    let set = pb::SetItemsRequest {
        request_id: request_id(),
        publication_id: planned.id,
        etag: planned.etag,
        title: planned.title,
        items,
        validate_only: false,
    };
    let pb::Publication { id: publication_id, etag, .. } = consultant().set_items(set).await?.into_inner();
    let check = pb::StartFactCheckRequest { request_id: request_id(), publication_id, etag, validate_only: false };
    let checked = consultant().start_fact_check(check).await?.into_inner();
    let pb::Publication { id: publication_id, etag, .. } = check_facts(round, studies, checked).await?;
    deployment.move_clocks(&round.network.token, at(APPROVED)).await?;
    let approve =
        pb::ApprovePublicationRequest { request_id: request_id(), publication_id, etag, validate_only: false };
    let pb::Publication { id: publication_id, etag, .. } = editor().approve_publication(approve).await?.into_inner();
    let embargo = pb::EmbargoPublicationRequest {
        request_id: request_id(),
        publication_id,
        etag,
        publish_at: deadline(PUBLISHED, "9:00am on 4 May 2021"),
        ..Default::default()
    };
    let publication_id = editor().embargo_publication(embargo).await?.into_inner().id;
    deployment.move_clocks(&round.network.token, at(PUBLISHED)).await?;
    Ok(editor().get_publication(pb::GetPublicationRequest { publication_id }).await?.into_inner())
}

/// Every council that is cited says that what cites it is right.
async fn check_facts(
    round: &Round,
    studies: &[Consented],
    mut checked: pb::Publication,
) -> Result<pb::Publication, Error> {
    let asked = checked.fact_check.take().unwrap_or_default().answers;
    let mut councils: Vec<String> = asked.into_iter().map(|answer| answer.organisation_id).collect();
    councils.sort();
    councils.dedup();
    for organisation_id in councils {
        let own = studies.iter().find(|one| one.study.organisation_id == organisation_id);
        let council = match own {
            Some(one) => &one.council,
            None => &round.network.system_of(&organisation_id)?.client,
        };
        let answer = pb::AnswerFactCheckRequest {
            request_id: request_id(),
            publication_id: checked.id.clone(),
            organisation_id,
            confirms: true,
            ..Default::default()
        };
        checked = council.publications().answer_fact_check(answer).await?.into_inner();
    }
    Ok(checked)
}

/// What stands in it: a word of warning first.
fn items(passages: &[pb::Passage], insight: &pb::Insight, studies: &[Consented]) -> Vec<pb::PublicationItem> {
    use pb::publication_item::Item;
    let heading = |level: i32, text: &str| Item::Heading(pb::Heading { level, text: text.to_string() });
    let warning = "Nothing that councils are quoted as saying here was said by them: every quote and the finding are made \
                   up for the demo of a platform, for the reports of the round are not part of the published record. \
                   The titles, the councils and what the two case studies tell are as published.";
    let mut items = vec![
        heading(2, "About this publication"),
        Item::Prose(warning.to_string()),
        heading(2, "What was learnt"),
        Item::InsightId(insight.id.clone()),
        heading(2, "What did not work"),
    ];
    let apart = passages.iter().filter(|passage| !insight.passage_ids.contains(&passage.id));
    items.extend(apart.map(|passage| Item::PassageId(passage.id.clone())));
    items.push(heading(2, "Case studies"));
    items.extend(studies.iter().map(|one| Item::CaseStudyId(one.study.id.clone())));
    items.into_iter().map(|item| pb::PublicationItem { item: Some(item) }).collect()
}
