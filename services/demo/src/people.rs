//! Who acts besides councils and managers: board members, two of whom chair, the clerk, finance, consultant and editor.
//! All of them are made up.

use toadlane_client::Client;
use toadlane_proto::registry::v1 as pb;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::network::{Network, enter_organisation, person};

/// A board member, signed in.
pub struct Member {
    pub person_id: String,
    /// The record's name for their council, such as `kirklees`.
    pub council: String,
    pub council_name: String,
    pub client: Client,
}

/// A round manager on loan from a council that bids: of what that council asks, others decide.
pub struct Deputy {
    pub council_name: String,
    pub client: Client,
}

pub struct People {
    pub members: Vec<Member>,
    pub deputy: Deputy,
    pub clerk: Client,
    /// Of the accountable body: who instructs what the manager has approved (rule 21).
    pub finance: Client,
    /// Of the accountable body: who checks the payees' accounts, and what the bank did.
    pub cashier: Client,
    pub editor: Client,
    pub consultant: Client,
    pub consultant_id: String,
    pub consultancy_id: String,
}

/// The councils whose members chair the two boards: each takes the chair where the other is recused.
const CHAIRS: [&str; 2] = ["stevenage", "telford-and-wrekin"];

/// The council that lends the network a manager.
const DEPUTY_OF: &str = "kirklees";

impl People {
    /// Those who chair, in the order in which they are asked.
    pub fn chairs(&self) -> impl Iterator<Item = &Member> {
        CHAIRS.iter().filter_map(|council| self.members.iter().find(|member| member.council == *council))
    }
}

pub async fn enter(deployment: &Deployment, network: &Network) -> Result<People, Error> {
    let administrator = &network.administrator;
    let mut members = Vec::with_capacity(network.systems.len());
    for system in &network.systems {
        let council = system.council.id.clone();
        if CHAIRS.contains(&council.as_str()) {
            let get = pb::GetPersonRequest { person_id: system.certifier_id.clone() };
            let member = administrator.people().get_person(get).await?.into_inner();
            network.charge(member, pb::Role::PanelChair).await?;
        }
        let client = deployment.sign_in(&format!("certifier@{council}.example")).await?;
        let council_name = system.council.name_as_published.clone();
        members.push(Member { person_id: system.certifier_id.clone(), council, council_name, client });
    }
    let deputy = deputy(deployment, network).await?;
    let staff = |name: &'static str, role: pb::Role| async move {
        let email = format!("{}@network.example", name.to_lowercase().replace(' ', "."));
        let entered = person(administrator, &network.network_id, &format!("{name} (made up)"), &email).await?;
        let id = entered.id.clone();
        network.charge(entered, role).await?;
        Ok::<_, Error>((deployment.sign_in(&email).await?, id))
    };
    let consultancy = pb::OrganisationDetails {
        kind: pb::organisation::Kind::Company.into(),
        name: "A consultancy (made up)".to_string(),
        ..Default::default()
    };
    let consultancy_id = enter_organisation(administrator, consultancy).await?;
    let (clerk, _) = staff("Clerk", pb::Role::Clerk).await?;
    let (finance, _) = staff("Finance officer", pb::Role::FinanceOfficer).await?;
    let (cashier, _) = staff("Cashier", pb::Role::FinanceOfficer).await?;
    let (editor, _) = staff("Editor", pb::Role::Editor).await?;
    let (consultant, consultant_id) = staff("Consultant", pb::Role::LearningConsultant).await?;
    Ok(People { members, deputy, clerk, finance, cashier, editor, consultant, consultant_id, consultancy_id })
}

async fn deputy(deployment: &Deployment, network: &Network) -> Result<Deputy, Error> {
    let home = network.systems.iter().find(|system| system.council.id == DEPUTY_OF);
    let home = home.ok_or_else(|| Error::NoOrganisation(DEPUTY_OF.to_string()))?;
    let email = format!("deputy@{DEPUTY_OF}.example");
    let council_name = home.council.name_as_published.clone();
    let name = format!("Deputy round manager, on loan from {council_name} (made up)");
    let deputy = person(&network.administrator, &home.organisation_id, &name, &email).await?;
    network.charge(deputy, pb::Role::RoundManager).await?;
    Ok(Deputy { council_name, client: deployment.sign_in(&email).await? })
}
