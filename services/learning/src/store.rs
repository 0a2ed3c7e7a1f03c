//! Tables, private rows and queries. A row that makes no sense fails loudly.

mod case_studies;
mod codebooks;
mod commissions;
mod documents;
mod history;
mod insights;
mod passages;
mod publications;

pub use case_studies::{
    CaseStudyFilter, case_study, insert_case_study, n_case_studies, page_of_case_studies, update_case_study,
};
pub use codebooks::{codebook, insert_codebook, page_of_codebooks, update_codebook};
pub use commissions::{
    commission, insert_commission, page_of_commissions, running_for, running_over, update_commission,
};
pub use documents::{
    changed_documents, document, document_of, documents_of, insert_document, next_position, update_document,
    visible_documents,
};
pub use history::insert_history;
pub use insights::{
    InsightFilter, due_insights, insert_insight, insight, insights_of_author, n_insights, page_of_insights,
    update_insight,
};
pub use passages::{
    PassageFilter, insert_passage, n_passages, page_of_passages, passage, passages_of_document, update_passage,
};
pub use publications::{
    PublicationFilter, cite, citing, due_publications, insert_printed, insert_publication, material,
    page_of_publications, printed, publication, readable_editions, update_publication,
};
