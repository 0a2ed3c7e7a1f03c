//! Requests about commissions.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::CommissionId;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::app;

impl Parse for app::CreateCommission {
    type Wire = pb::CreateCommissionRequest;

    fn parse(wire: Self::Wire) -> Result<app::CreateCommission, Vec<Violation>> {
        let mut reader = Reader::new();
        let title = reader.said("title", &wire.title);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let mut consultants =
            reader.each("consultant_ids", wire.consultant_ids, |reader, field, id| reader.id(field, &id));
        let mut rounds = reader.each("round_ids", wire.round_ids, |reader, field, id| reader.id(field, &id));
        let (from, until) = (reader.time("from", wire.from), reader.time("until", wire.until));
        consultants.sort();
        consultants.dedup();
        rounds.sort();
        rounds.dedup();
        let id = CommissionId::new();
        let command = (|| {
            let (title, organisation) = (title?, organisation?);
            Some(app::CreateCommission { id, title, organisation, consultants, rounds, from: from?, until: until? })
        })();
        reader.finish(command)
    }
}

impl Parse for app::DeclareInterests {
    type Wire = pb::DeclareConsultantInterestsRequest;

    fn parse(wire: Self::Wire) -> Result<app::DeclareInterests, Vec<Violation>> {
        let mut reader = Reader::new();
        let id = reader.id("commission_id", &wire.commission_id);
        let mut organisations =
            reader.each("organisation_ids", wire.organisation_ids, |reader, field, id| reader.id(field, &id));
        organisations.sort();
        organisations.dedup();
        let note = wire.note;
        reader.finish(id.map(|id| app::DeclareInterests { id, organisations, note }))
    }
}

impl Parse for app::EndCommission {
    type Wire = pb::EndCommissionRequest;

    fn parse(wire: Self::Wire) -> Result<app::EndCommission, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("commission_id", &wire.commission_id, &wire.etag);
        let until = reader.time_or_none("until", wire.until);
        let reason = reader.said("reason", &wire.reason);
        let command = (|| Some(app::EndCommission { target: target?, until: until?, reason: reason? }))();
        reader.finish(command)
    }
}
