//! The published record of the 2020 round, as far as it goes.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Record {
    pub organisations: Vec<Council>,
    pub bids: Vec<PublishedBid>,
}

#[derive(Clone, Deserialize)]
pub struct Council {
    /// The record's own name for it, such as `kirklees`.
    pub id: String,
    pub name_as_published: String,
    pub official_name: String,
    /// None for a town council, which no register lists.
    pub register_code: Option<String>,
    pub region: String,
}

#[derive(Clone, Deserialize)]
pub struct PublishedBid {
    /// Place in the published order, which is that of submission.
    pub order: u32,
    /// Such as `r3-2020-01`.
    pub id: String,
    pub organisation: String,
    pub title: String,
    pub project_short_name: String,
    pub summary: String,
    pub activity_types: Vec<String>,
    pub beneficiary_groups: Vec<String>,
    pub partners: Vec<String>,
    pub success_measures: Vec<String>,
}

#[derive(Deserialize)]
pub struct CaseStudies {
    pub case_studies: Vec<CaseStudy>,
}

#[derive(Deserialize)]
pub struct CaseStudy {
    pub id: String,
    pub council: CaseStudyCouncil,
    pub title: String,
    pub principles_met: Vec<String>,
    pub summary: String,
    pub contact: CaseStudyContact,
}

#[derive(Deserialize)]
pub struct CaseStudyCouncil {
    pub name: String,
    /// Where the register has another one.
    pub official_name: Option<String>,
}

#[derive(Deserialize)]
pub struct CaseStudyContact {
    pub role: Option<String>,
    pub organisation: Option<String>,
}

#[derive(Deserialize)]
pub struct Principles {
    pub framework: Framework,
    pub principles: Vec<Principle>,
}

#[derive(Deserialize)]
pub struct Framework {
    pub name: String,
    pub version: String,
}

#[derive(Deserialize)]
pub struct Principle {
    pub id: String,
    pub short_name: String,
    pub description: String,
    pub applies_to_projects: bool,
}

impl Record {
    pub fn published() -> Record {
        serde_json::from_str(include_str!("../data/round-2020.json")).expect("the copied record is of this form")
    }

    pub fn council(&self, id: &str) -> Option<&Council> {
        self.organisations.iter().find(|council| council.id == id)
    }
}

impl CaseStudies {
    pub fn published() -> CaseStudies {
        serde_json::from_str(include_str!("../data/case-studies.json")).expect("the copied record is of this form")
    }
}

impl Principles {
    pub fn published() -> Principles {
        serde_json::from_str(include_str!("../data/principles.json")).expect("the copied record is of this form")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_holds_thirteen_bids_of_eight_councils_and_ten_principles() {
        let record = Record::published();
        assert_eq!((record.bids.len(), record.organisations.len()), (13, 8));
        assert!(record.bids.iter().all(|bid| record.council(&bid.organisation).is_some()));
        assert_eq!(Principles::published().principles.len(), 10);
    }
}
