//! What the demo leaves in its folder: board packs, minutes, tables, letters, open data, the publication. No random id
//! and no signature is in any of them, so that the same round gives the same bytes on every engine and placement.

use std::fs;
use std::path::{Path, PathBuf};

use export::board_pack::board_pack;
use export::minutes::minutes;
use toadlane_proto::learning::v1 as pb;

use crate::assessment::Assessed;
use crate::error::Error;
use crate::learning::Learnt;
use crate::people::People;
use crate::round::Round;
use crate::tables;

const NOTE: &str = "Made by the demo of the 2020 round. What the published record does not hold (criteria, marks, \
                    words, days, people) is made up.";

/// Writes them all; their paths, in order.
pub async fn write(
    out: &Path,
    round: &Round,
    people: &People,
    assessed: &Assessed,
    learnt: &Learnt,
) -> Result<Vec<PathBuf>, Error> {
    let mut files = Files { out, written: Vec::new() };
    for member in &people.members {
        let pack = board_pack(&member.client, &assessed.assessment_id, NOTE).await?;
        files.put(&format!("board-packs/{}.html", member.council), &pack)?;
    }
    files.put("minutes.html", &minutes(&people.clerk, &assessed.meeting, NOTE).await?)?;
    files.put("ranking.csv", &tables::ranking(round, assessed)?)?;
    files.put("recusals.csv", &tables::recusals(round, people, assessed)?)?;
    files.put("ledger.csv", &tables::ledger(round).await?)?;
    for letter in &assessed.letters {
        let text = letter.text.clone().unwrap_or_default();
        let both = if text.cy.is_empty() { text.en } else { format!("{}\n\n{}", text.en, text.cy) };
        files.put(&format!("letters/{:02}.txt", letter.number), &both)?;
    }
    use pb::open_data::Format as Data;
    for (name, format) in [("360giving.json", Data::Format360givingJson), ("360giving.csv", Data::Format360givingCsv)] {
        let asked = pb::GetOpenDataRequest { round_id: round.round.id.clone(), format: format.into() };
        files.put(name, &people.editor.open_data().get_open_data(asked).await?.into_inner().text)?;
    }
    use pb::publication_document::Format as Document;
    for (name, format) in [("publication.html", Document::Html), ("publication.md", Document::Markdown)] {
        let (publication_id, format) = (learnt.publication.id.clone(), format.into());
        let asked = pb::GetPublicationDocumentRequest { publication_id, edition: 0, format };
        files.put(name, &people.editor.publications().get_publication_document(asked).await?.into_inner().text)?;
    }
    let asked = pb::ExportPassagesRequest { commission_id: learnt.commission_id.clone() };
    files.put("passages.csv", &people.consultant.corpus().export_passages(asked).await?.into_inner().csv)?;
    Ok(files.written)
}

struct Files<'a> {
    out: &'a Path,
    written: Vec<PathBuf>,
}

impl Files<'_> {
    fn put(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text)?;
        self.written.push(path);
        Ok(())
    }
}

/// What was written, the files of a folder in one line: `letters/ (13 files)`.
pub fn in_words(out: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for path in files {
        let name = path.strip_prefix(out).unwrap_or(path).display().to_string();
        let line = name.rsplit_once('/').map_or(name.clone(), |(folder, _)| format!("{folder}/"));
        match lines.last_mut() {
            Some((last, n_files)) if *last == line => *n_files += 1,
            _ => lines.push((line, 1)),
        }
    }
    let says = |(name, n_files): (String, usize)| match name.ends_with('/') {
        true => format!("{name} ({n_files} files)"),
        false => name,
    };
    lines.into_iter().map(says).collect()
}
