//! What the demo leaves in its folder: board packs, minutes, tables, letters, open data, the publication. No random identity and no
//! signature stands in any of them, so that the same round gives the same bytes on every engine and placement.

use std::fs;
use std::path::{Path, PathBuf};

use toadlane_proto::learning::v1 as pb;

use super::PlayError;
use super::cast::Cast;
use super::findings::Learnt;
use super::panel::Assessed;
use super::play::Round;
use super::tables;
use crate::export::board_pack::board_pack;
use crate::export::minutes::minutes;

const NOTE: &str = "Made by the demo of the 2020 round. What the published record does not hold (criteria, marks, \
                    words, days, people) is made up.";

/// Writes them all; their paths, in order.
pub async fn write(
    out: &Path,
    round: &Round,
    cast: &Cast,
    assessed: &Assessed,
    learnt: &Learnt,
) -> Result<Vec<PathBuf>, PlayError> {
    let mut papers = Papers { out, written: Vec::new() };
    for member in &cast.members {
        let pack = board_pack(&member.client, &assessed.assessment_id, NOTE).await?;
        papers.put(&format!("board-packs/{}.html", member.council), &pack)?;
    }
    papers.put("minutes.html", &minutes(&cast.clerk, &assessed.meeting, NOTE).await?)?;
    papers.put("ranking.csv", &tables::ranking(round, assessed)?)?;
    papers.put("recusals.csv", &tables::recusals(round, cast, assessed)?)?;
    papers.put("ledger.csv", &tables::ledger(round).await?)?;
    for letter in &assessed.letters {
        let text = letter.text.clone().unwrap_or_default();
        let both = if text.cy.is_empty() { text.en } else { format!("{}\n\n{}", text.en, text.cy) };
        papers.put(&format!("letters/{:02}.txt", letter.number), &both)?;
    }
    use pb::open_data::Format as Data;
    for (name, format) in [("360giving.json", Data::Format360givingJson), ("360giving.csv", Data::Format360givingCsv)] {
        let asked = pb::GetOpenDataRequest { round_id: round.round.id.clone(), format: format.into() };
        papers.put(name, &cast.editor.open_data().get_open_data(asked).await?.into_inner().text)?;
    }
    use pb::publication_document::Format as Document;
    for (name, format) in [("publication.html", Document::Html), ("publication.md", Document::Markdown)] {
        let asked = pb::GetPublicationDocumentRequest {
            publication_id: learnt.publication.id.clone(),
            edition: 0,
            format: format.into(),
        };
        papers.put(name, &cast.editor.publications().get_publication_document(asked).await?.into_inner().text)?;
    }
    let asked = pb::ExportPassagesRequest { commission_id: learnt.commission_id.clone() };
    papers.put("passages.csv", &cast.consultant.corpus().export_passages(asked).await?.into_inner().csv)?;
    Ok(papers.written)
}

struct Papers<'a> {
    out: &'a Path,
    written: Vec<PathBuf>,
}

impl Papers<'_> {
    fn put(&mut self, name: &str, text: &str) -> Result<(), PlayError> {
        let path = self.out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text)?;
        self.written.push(path);
        Ok(())
    }
}
