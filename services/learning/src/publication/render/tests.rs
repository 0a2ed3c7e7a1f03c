//! A publication of the size of the 2020 round. Its reports and findings are made up.

use std::collections::BTreeSet;

use kit::ids::{CaseStudyId, CodebookId, CommissionId, DocumentId, InsightId, OrgId, PassageId, PersonId, ReportId};
use kit::time::{Timestamp, at};

use super::*;
use crate::case_study::{self, CaseStudy, Contact, Met};
use crate::corpus::document::{Document, Kind, Section};
use crate::insight::{self, Insight};
use crate::passage::Consent;

/// The councils of the round with their projects, and what each is made to have reported.
const REPORTS: [(&str, &str, &str); 13] = [
    ("Burntwood Town Council", "Dementia friendly Burntwood", "The map is on the library wall, and carers correct it."),
    ("Rochdale Borough Council", "Co-operative Engagement Toolkit Tests", "Two of the nine tools were never opened."),
    (
        "Stevenage Borough Council",
        "Connecting Communities: training community transport drivers as connectors who hear of needs early, pass them \
         on, and bring people together who live alone",
        "A driver hears in ten minutes what a form does not ask.",
    ),
    ("Kirklees Council", "Adult Social Care Vision, social marketing", "People chose the plain poster."),
    ("Kirklees Council", "Catalysing Care Co-operatives", "We learned more from what Preston stopped doing."),
    ("Kirklees Council", "Personalised Commissioning event", "Forty came, and six came back."),
    ("Telford & Wrekin Council", "Urgent Response Team", "Ring the team first, the leaflet says; the doctors now do."),
    ("Plymouth City Council", "Complex Needs Alliance", "Accreditation frightened the very workers it was for."),
    (
        "Plymouth City Council",
        "Diabeaters",
        "\"It's <their> kitchen\" & ours, said one: *never* again a leaflet.\n\nThe second household grew beans.",
    ),
    ("Plymouth City Council", "Health and Wellbeing Hubs", "The two new hubs opened on a screen."),
    ("Tameside Council", "Living Well at Home", "Carers asked for a rota before they asked for a raise."),
    (
        "Southampton City Council",
        "Neighbourhood Conversations: locality forums on social prescribing in three localities of the city, with the \
         residents who were asked the least so far and the link workers who know them by name",
        "Residents set the agenda at the third meeting, and not before.",
    ),
    ("Southampton City Council", "City Co-operative Care Summit", "Five pioneers signed up on the day."),
];

const PROSE: &str = "Thirteen councils' projects began in the spring of 2020, and within weeks none of them ran as it \
                     was written. What follows is what their reports have in common, in their own words where they \
                     let us quote them.\n\nNothing here ranks one council above another.";

struct Book {
    edition: Edition,
    material: Material,
}

fn now() -> Timestamp {
    at("2021-03-29T08:00:00Z")
}

fn document(kind: Kind, source: String, council: &str, title: &str, sections: Vec<Section>) -> Document {
    Document {
        id: DocumentId::new(),
        position: 1,
        kind,
        source,
        source_revision: 3,
        addendum: 0,
        source_sha256: kit::digest::digest(title.as_bytes()),
        round: None,
        award_reference: if kind == Kind::CaseStudy { String::new() } else { "r3-2020-09".to_string() },
        title: title.to_string(),
        organisation: OrgId::new(),
        organisation_name: council.to_string(),
        principles: Vec::new(),
        theme: "Health and social care".to_string(),
        group: String::new(),
        sections,
        may_quote: true,
        contact: "Director of Adult Social Services, South Tyneside Council".to_string(),
        withdrawn: false,
        added_at: now(),
        released_at: None,
    }
}

fn section(heading: &str, text: &str) -> Section {
    Section { key: "outcomes".to_string(), heading: heading.to_string(), text: text.to_string() }
}

impl Book {
    fn of_the_round() -> Book {
        let edition = Edition {
            number: 2,
            title: "Co-operative Difference in Care".to_string(),
            note: "a quotation was taken back by its council".to_string(),
            items: Vec::new(),
            sources: Vec::new(),
        };
        let mut book = Book { edition, material: Material::default() };
        let passages: Vec<PassageId> = REPORTS.iter().map(|report| book.report(report)).collect();
        let themes = [
            ("Food, transport and other ways in", &passages[..3], "Food brings people in who fill in no form."),
            ("What stopped, and what that showed", &passages[3..8], "A tool that is not opened in a month never is."),
            ("Who set the agenda", &passages[8..], "Residents take the chair when the paper is theirs."),
        ];
        book.heading(2, "How to read this");
        book.edition.items.push(Item::Prose(PROSE.to_string()));
        for (title, of_theme, finding) in themes {
            book.heading(2, title);
            book.edition.items.push(Item::Prose(PROSE.to_string()));
            book.heading(3, "In the councils' words");
            book.edition.items.push(Item::Passage(of_theme[0]));
            book.insight(finding, of_theme);
        }
        book.heading(2, "Two stories");
        book.story("Day opportunities for people with dementia", case_study::Language::En);
        book.story("Cyfleoedd dydd i bobl \u{e2} dementia", case_study::Language::Cy);
        book.heading(2, "What we would ask next");
        book.edition.items.push(Item::Prose(PROSE.to_string()));
        book
    }

    fn heading(&mut self, level: i32, text: &str) {
        self.edition.items.push(Item::Heading { level, text: text.to_string() });
    }

    fn pin(&mut self, document: Document, passages: Vec<PassageId>) {
        self.edition.sources.push(crate::publication::Pinned {
            document: document.id,
            source: document.source.clone(),
            revision: document.source_revision,
            sha256: document.source_sha256.clone(),
            citation: document.citation(),
            passages,
        });
        self.material.documents.insert(document.id, document);
    }

    fn report(&mut self, (council, title, quote): &(&str, &str, &str)) -> PassageId {
        let sections = vec![section("Outcomes", quote)];
        let document = document(Kind::FinalReport, ReportId::new().to_string(), council, title, sections);
        let passage = Passage {
            id: PassageId::new(),
            version: 1,
            commission: CommissionId::new(),
            document: document.id,
            source: document.source.clone(),
            source_revision: document.source_revision,
            source_sha256: document.source_sha256.clone(),
            section: "outcomes".to_string(),
            start: 0,
            end: quote.len(),
            quote: quote.to_string(),
            codes: Vec::new(),
            codebook: CodebookId::new(),
            codebook_version: 1,
            memo: String::new(),
            consent: Consent::Given { answer_by: now() },
            answered: None,
            organisation: document.organisation,
            award_reference: document.award_reference.clone(),
            marked_by: PersonId::new(),
            created_at: now(),
        };
        let id = passage.id;
        self.material.passages.insert(id, passage);
        self.pin(document, vec![id]);
        id
    }

    fn insight(&mut self, text: &str, passages: &[PassageId]) {
        let insight = Insight {
            id: InsightId::new(),
            version: 1,
            commission: CommissionId::new(),
            author: PersonId::new(),
            text: text.to_string(),
            conditions: "people can reach the place without a car, and somebody they know is there".to_string(),
            passages: passages.to_vec(),
            state: insight::State::Approved { answer_by: now() },
            answers: Vec::new(),
            interest_declared: passages.len() > 3,
            reason: String::new(),
            created_at: now(),
            updated_at: now(),
        };
        self.edition.items.push(Item::Insight(insight.id));
        self.material.insights.insert(insight.id, insight);
    }

    fn story(&mut self, title: &str, language: case_study::Language) {
        let id = CaseStudyId::new();
        let met = |name: &str| Met { principle: String::new(), name: name.to_string(), wording: String::new() };
        let sections = vec![section("What changed", PROSE), section("Why it matters", PROSE)];
        let document = document(Kind::CaseStudy, id.to_string(), "South Tyneside Council", title, sections.clone());
        let contact = Contact {
            role: "Director of Adult Social Services".to_string(),
            organisation: "South Tyneside Council".to_string(),
            address: String::new(),
        };
        let text = case_study::Text {
            title: title.to_string(),
            round: None,
            award_reference: String::new(),
            principles_met: vec![met("Co-production"), met("Innovation"), met("Social partnership")],
            narrative: sections,
            contact: Some(contact),
            language,
        };
        let study = CaseStudy {
            id,
            version: 1,
            revision: document.source_revision,
            sha256: document.source_sha256.clone(),
            organisation: document.organisation,
            written: text.canonical_json(),
            text,
            state: case_study::State::Consented,
            answered: None,
            created_at: now(),
            updated_at: now(),
        };
        self.material.case_studies.insert(id, study);
        self.pin(document, Vec::new());
        self.edition.items.push(Item::CaseStudy(id));
    }

    fn page(&self, standing: &Standing) -> Page {
        page(&self.edition, &self.material, standing)
    }
}

fn public() -> Standing {
    Standing { watermark: None, published: Some("9:00am on 29 March 2021".to_string()) }
}

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begins = format!(" {name}=\"");
    html.split(&begins).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Levels of the headings, in order.
fn levels(html: &str) -> Vec<i32> {
    let after = html.split("<h").skip(1);
    after.filter_map(|rest| rest[..1].parse().ok().filter(|_| rest[1..].starts_with([' ', '>']))).collect()
}

#[test]
fn headings_skip_no_level_every_link_leads_somewhere_and_an_identity_stands_once() {
    let book = Book::of_the_round();
    let html = html(&book.page(&public())).unwrap();
    let levels = levels(&html);
    assert_eq!(levels.iter().filter(|&&level| level == 1).count(), 1);
    assert!(levels[0] == 1 && levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let ids = values(&html, "id");
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(once.len(), ids.len());
    for link in values(&html, "href") {
        assert!(link.strip_prefix('#').is_some_and(|id| once.contains(id)), "{link} leads nowhere");
    }
    // Thirteen quotes, each once: the insights rest on what is quoted above them too.
    assert_eq!(html.matches("<blockquote").count(), REPORTS.len());
    assert_eq!(html.matches("quoted above").count(), 3);
}

#[test]
fn what_is_not_public_says_so_at_its_head_and_at_its_foot_and_in_its_title() {
    let book = Book::of_the_round();
    let watermark = Some("Under embargo until 9:00am on 29 March 2021".to_string());
    let page = book.page(&Standing { watermark, published: None });
    let html = html(&page).unwrap();
    assert_eq!(html.matches("Under embargo until 9:00am on 29 March 2021").count(), 2);
    assert!(html.contains("(not public)</title>"));
    assert_eq!(markdown(&page).matches("Under embargo until 9:00am on 29 March 2021").count(), 2);
}

/// Writes the document where `TOADLANE_LOOK` names a folder, to be looked at in a browser.
#[test]
fn a_document_of_the_whole_round_can_be_looked_at() {
    let Some(folder) = std::env::var_os("TOADLANE_LOOK") else { return };
    let folder = std::path::Path::new(&folder);
    let book = Book::of_the_round();
    let watermark = Some("Under embargo until 9:00am on 29 March 2021. Do not pass on.".to_string());
    let embargoed = Standing { watermark, published: None };
    std::fs::create_dir_all(folder).unwrap();
    for (name, standing) in [("public", public()), ("embargoed", embargoed)] {
        let page = book.page(&standing);
        std::fs::write(folder.join(format!("{name}.html")), html(&page).unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.md")), markdown(&page)).unwrap();
    }
}
