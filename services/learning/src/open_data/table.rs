//! The same as CSV (RFC 4180, UTF-8), one line a grant, under the titles of the standard.

use super::Package;
use crate::error::Error;

const TITLES: [&str; 28] = [
    "Identifier",
    "Title",
    "Description",
    "Currency",
    "Amount Applied For",
    "Amount Awarded",
    "Amount Disbursed",
    "Award Date",
    "Planned Dates:Start Date",
    "Planned Dates:End Date",
    "Actual Dates:Start Date",
    "Actual Dates:End Date",
    "Recipient Org:Identifier",
    "Recipient Org:Name",
    "Recipient Org:Organisation Type",
    "Recipient Org:Web Address",
    "Funding Org:Identifier",
    "Funding Org:Name",
    "Grant Programme:Code",
    "Grant Programme:Title",
    "From An Open Call?",
    "Location Scope",
    "Beneficiary Location:Identifier",
    "Beneficiary Location:Name",
    "Beneficiary Location:Geographic Code",
    "Beneficiary Location:Geographic Code Type",
    "Last Modified",
    "Data Source",
];

/// # Errors
/// [`Error::Csv`] when a line cannot be written, which in memory never happens.
pub fn csv(package: &Package) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(TITLES)?;
    for grant in &package.grants {
        let amounts =
            [grant.amount_applied_for, grant.amount_awarded, grant.amount_disbursed].map(|amount| amount.to_string());
        let (planned, actual) = (grant.planned_dates.first(), grant.actual_dates.first());
        let start = |dates: Option<&super::Dates>| dates.map_or("", |dates| &dates.start_date).to_string();
        let end = |dates: Option<&super::Dates>| dates.map_or("", |dates| &dates.end_date).to_string();
        let dates = [start(planned), end(planned), start(actual), end(actual)];
        let (recipient, funder) = (&grant.recipient_organization[0], &grant.funding_organization[0]);
        let (programme, place) = (&grant.grant_programme[0], &grant.beneficiary_location[0]);
        let before = [&grant.id, &grant.title, &grant.description, &grant.currency].map(String::as_str);
        let after = [
            &recipient.id,
            &recipient.name,
            recipient.organisation_type,
            &recipient.url,
            &funder.id,
            &funder.name,
            &programme.code,
            &programme.title,
            grant.from_open_call,
            grant.location_scope,
            &place.id,
            &place.name,
            &place.geo_code,
            place.geo_code_type,
            &grant.date_modified,
            &grant.data_source,
        ];
        let middle = amounts.iter().map(String::as_str).chain([grant.award_date.as_str()]);
        let middle = middle.chain(dates.iter().map(String::as_str));
        writer.write_record(before.into_iter().chain(middle).chain(after))?;
    }
    let bytes = writer.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
