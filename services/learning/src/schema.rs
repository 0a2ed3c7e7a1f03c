//! The tables of `learning`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    commission (id) {
        id -> Text,
        version -> BigInt,
        title -> Text,
        organisation_id -> Text,
        consultants -> Text,
        rounds -> Text,
        from_at -> BigInt,
        until_at -> BigInt,
        declarations -> Text,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    commission_consultant (commission_id, person_id) {
        commission_id -> Text,
        person_id -> Text,
    }
}

diesel::table! {
    commission_round (commission_id, round_id) {
        commission_id -> Text,
        round_id -> Text,
    }
}

diesel::table! {
    document (id) {
        id -> Text,
        position -> BigInt,
        kind -> Text,
        source_id -> Text,
        source_revision -> Integer,
        source_sha256 -> Text,
        round_id -> Nullable<Text>,
        award_reference -> Text,
        title -> Text,
        organisation_id -> Text,
        organisation_name -> Text,
        principles -> Text,
        theme -> Text,
        council_group -> Text,
        sections -> Text,
        may_quote -> Bool,
        contact -> Text,
        withdrawn -> Bool,
        added_at -> BigInt,
        released_at -> Nullable<BigInt>,
        addendum -> Integer,
    }
}

diesel::table! {
    codebook (id) {
        id -> Text,
        version -> BigInt,
        name -> Text,
        versions -> Text,
    }
}

diesel::table! {
    passage (id) {
        id -> Text,
        version -> BigInt,
        commission_id -> Text,
        document_id -> Text,
        source_id -> Text,
        source_revision -> Integer,
        source_sha256 -> Text,
        section_key -> Text,
        start_byte -> BigInt,
        end_byte -> BigInt,
        quote -> Text,
        codes -> Text,
        codebook_id -> Text,
        codebook_version -> Integer,
        memo -> Text,
        consent -> Text,
        answer_by -> Nullable<BigInt>,
        organisation_id -> Text,
        award_reference -> Text,
        marked_by -> Text,
        created_at -> BigInt,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passage_code (passage_id, code) {
        passage_id -> Text,
        code -> Text,
    }
}

diesel::table! {
    insight (id) {
        id -> Text,
        version -> BigInt,
        commission_id -> Text,
        author -> Text,
        text -> Text,
        conditions -> Text,
        passages -> Text,
        state -> Text,
        answer_by -> Nullable<BigInt>,
        answers -> Text,
        interest_declared -> Bool,
        reason -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    insight_council (insight_id, organisation_id) {
        insight_id -> Text,
        organisation_id -> Text,
    }
}

diesel::table! {
    case_study (id) {
        id -> Text,
        version -> BigInt,
        revision -> Integer,
        sha256 -> Text,
        organisation_id -> Text,
        round_id -> Nullable<Text>,
        text -> Text,
        state -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    publication (id) {
        id -> Text,
        version -> BigInt,
        commission_id -> Text,
        rounds -> Text,
        state -> Text,
        readable -> Integer,
        edition_number -> Integer,
        edition -> Text,
        publish_at -> Nullable<BigInt>,
        deadline -> Nullable<Text>,
        embargo_group -> Text,
        published_at -> Nullable<BigInt>,
        reason -> Text,
        correction_due -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
        authors -> Text,
        proposal -> Nullable<Text>,
        fact_check -> Nullable<Text>,
    }
}

diesel::table! {
    publication_round (publication_id, round_id) {
        publication_id -> Text,
        round_id -> Text,
    }
}

diesel::table! {
    printed (publication_id, number) {
        publication_id -> Text,
        number -> Integer,
        edition -> Text,
        html -> Text,
        markdown -> Text,
        citations -> Text,
        published_at -> BigInt,
        page -> Text,
    }
}

diesel::table! {
    cited (publication_id, number, document_id) {
        publication_id -> Text,
        number -> Integer,
        document_id -> Text,
    }
}

diesel::table! {
    taken_back (publication_id, number, anchor) {
        publication_id -> Text,
        number -> Integer,
        anchor -> Text,
        organisation_id -> Text,
        organisation_name -> Text,
        taken_back_at -> BigInt,
    }
}

diesel::table! {
    history (subject, sequence) {
        subject -> Text,
        sequence -> BigInt,
        happened_at -> BigInt,
        actor -> Text,
        step -> Text,
        from_state -> Nullable<Text>,
        to_state -> Text,
        reason -> Text,
        actor_organisation -> Nullable<Text>,
    }
}

diesel::joinable!(passage -> document (document_id));
diesel::joinable!(passage_code -> passage (passage_id));
diesel::allow_tables_to_appear_in_same_query!(passage, document, passage_code);
diesel::allow_tables_to_appear_in_same_query!(commission, commission_consultant, commission_round);
diesel::allow_tables_to_appear_in_same_query!(insight, insight_council);
diesel::joinable!(printed -> publication (publication_id));
diesel::allow_tables_to_appear_in_same_query!(publication, publication_round, printed);
diesel::joinable!(cited -> publication (publication_id));
diesel::joinable!(cited -> document (document_id));
diesel::allow_tables_to_appear_in_same_query!(publication, cited, document);
