//! `toadlane export`: what a caller may read, as files for people and for other systems. Everything is fetched through
//! the public API with the caller's own token, so an export never holds more than they may see.

pub mod board_pack;
pub mod minutes;
pub mod money;

mod page;

use std::path::PathBuf;

use toadlane_client::{Client, Credentials, Place};
use toadlane_proto::learning::v1 as learning;

#[derive(clap::Args)]
pub struct From {
    /// Address of the platform
    #[arg(long, env = "TOADLANE_ADDRESS", default_value = "http://127.0.0.1:7070")]
    address: String,
    /// Access token of whoever exports
    #[arg(long, env = "TOADLANE_TOKEN", hide_env_values = true)]
    token: String,
    /// File to write; standard output by default
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
pub enum Export {
    /// What a board member may read of an assessment: one accessible HTML file
    BoardPack {
        #[command(flatten)]
        from: From,
        /// The assessment: `asm_..`
        assessment: String,
    },
    /// The awards of a round as a 360Giving file (JSON)
    OpenData {
        #[command(flatten)]
        from: From,
        /// The round: `rnd_..`
        round: String,
        /// As CSV instead
        #[arg(long)]
        csv: bool,
    },
    /// A publication as HTML
    Publication {
        #[command(flatten)]
        from: From,
        /// The publication: `pub_..`
        publication: String,
        /// As Markdown instead
        #[arg(long)]
        markdown: bool,
    },
    /// The coded passages of a commission as CSV
    Passages {
        #[command(flatten)]
        from: From,
        /// The commission: `com_..`
        commission: String,
    },
}

impl Export {
    pub async fn run(&self) -> Result<(), String> {
        let (from, text) = match self {
            Export::BoardPack { from, assessment } => {
                let note = "Confidential to the member for whom it was made.";
                (from, board_pack::board_pack(&from.client()?, assessment, note).await)
            }
            Export::OpenData { from, round, csv } => {
                let format = match csv {
                    true => learning::open_data::Format::Format360givingCsv,
                    false => learning::open_data::Format::Format360givingJson,
                };
                let asked = learning::GetOpenDataRequest { round_id: round.clone(), format: format.into() };
                (from, from.client()?.open_data().get_open_data(asked).await.map(|data| data.into_inner().text))
            }
            Export::Publication { from, publication, markdown } => {
                let format = match markdown {
                    true => learning::publication_document::Format::Markdown,
                    false => learning::publication_document::Format::Html,
                };
                let (publication_id, format) = (publication.clone(), format.into());
                let asked = learning::GetPublicationDocumentRequest { publication_id, edition: 0, format };
                let answered = from.client()?.publications().get_publication_document(asked).await;
                (from, answered.map(|document| document.into_inner().text))
            }
            Export::Passages { from, commission } => {
                let asked = learning::ExportPassagesRequest { commission_id: commission.clone() };
                let answered = from.client()?.corpus().export_passages(asked).await;
                (from, answered.map(|export| export.into_inner().csv))
            }
        };
        from.write(&text.map_err(|status| status.message().to_string())?)
    }
}

impl From {
    fn client(&self) -> Result<Client, String> {
        let credentials = Credentials::Token(self.token.clone());
        Client::connect(Place::new(&self.address), credentials).map_err(|error| error.to_string())
    }

    fn write(&self, text: &str) -> Result<(), String> {
        match &self.out {
            Some(path) => std::fs::write(path, text).map_err(|cause| format!("{}: {cause}", path.display())),
            None => {
                print!("{text}");
                Ok(())
            }
        }
    }
}
