//! The two published case studies, entered by the editor and consented to by their councils. Their principles and
//! contacts are as published, their words a paraphrase.

use toadlane_client::Client;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::types::v1::Language;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::network::{grant, organisation, person};
use crate::people::People;
use crate::record::{CaseStudies, CaseStudy, Principles};
use crate::requests::request_id;
use crate::round::Round;

/// A case study, and the council's own client that consented to it.
pub struct Consented {
    pub study: pb::CaseStudy,
    pub council: Client,
}

/// Enters them all: as they stand once their councils have consented.
pub async fn enter(deployment: &Deployment, round: &Round, people: &People) -> Result<Vec<Consented>, Error> {
    let mut studies = Vec::new();
    for published in CaseStudies::published().case_studies {
        let name = published.council.official_name.as_ref().unwrap_or(&published.council.name);
        let council = organisation(&round.network.administrator, name).await?;
        let create = pb::CreateCaseStudyRequest {
            request_id: request_id(),
            organisation_id: council.clone(),
            title: published.title.clone(),
            principles_met: principles_met(&published),
            narrative: vec![pb::Section {
                key: "summary".to_string(),
                heading: "What changed".to_string(),
                text: format!("{} (Paraphrased from the published case study.)", published.summary),
            }],
            contact: contact(&published),
            language: Language::En.into(),
            ..Default::default()
        };
        let draft = people.editor.case_studies().create_case_study(create).await?.into_inner();
        let consent = pb::ConsentCaseStudyRequest {
            request_id: request_id(),
            case_study_id: draft.id,
            etag: draft.etag,
            consents: true,
            validate_only: false,
        };
        let council = certifier(deployment, round, &council, &published).await?;
        let study = council.case_studies().consent_case_study(consent).await?.into_inner();
        studies.push(Consented { study, council });
    }
    Ok(studies)
}

/// The system of a council that bids; for another one a certifier, entered now.
async fn certifier(
    deployment: &Deployment,
    round: &Round,
    council: &str,
    published: &CaseStudy,
) -> Result<Client, Error> {
    if let Ok(system) = round.network.system_of(council) {
        return Ok(system.client.clone());
    }
    let email = format!("certifier@{}.example", published.id);
    let name = format!("Certifier of {} (made up)", published.council.name);
    let certifier = person(&round.network.administrator, council, &name, &email).await?;
    grant(&round.network.administrator, certifier, registry::Role::Certifier, council).await?;
    deployment.sign_in(&email).await
}

fn principles_met(published: &CaseStudy) -> Vec<pb::PrincipleMet> {
    let principles = Principles::published().principles;
    let met = published.principles_met.iter().filter_map(|id| principles.iter().find(|one| one.id == *id));
    met.map(|one| pb::PrincipleMet {
        principle: one.id.clone(),
        name: one.short_name.clone(),
        wording: one.description.clone(),
    })
    .collect()
}

/// One of the two gives none.
fn contact(published: &CaseStudy) -> Option<pb::Contact> {
    let role = published.contact.role.clone()?;
    let organisation = published.contact.organisation.clone().unwrap_or_default();
    Some(pb::Contact { role, organisation, address: String::new() })
}
