//! The tables of `bids`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    intake (round_id) {
        round_id -> Text,
        version -> BigInt,
        opens_at -> BigInt,
        closes_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        last_number -> BigInt,
        last_late -> BigInt,
        last_instant -> BigInt,
    }
}

diesel::table! {
    call (round_id) {
        round_id -> Text,
        content -> Text,
    }
}

diesel::table! {
    bid (id) {
        id -> Text,
        round_id -> Text,
        applicant_id -> Text,
        client -> Text,
        client_reference -> Nullable<Text>,
        version -> BigInt,
        state -> Text,
        number -> Nullable<BigInt>,
        received_at -> Nullable<BigInt>,
        received_revision -> Nullable<Integer>,
        held_at -> Nullable<BigInt>,
        held_queue -> Nullable<BigInt>,
        held_revision -> Nullable<Integer>,
        revision -> Integer,
        lead_id -> Text,
        instrument -> Text,
        requested_minor -> BigInt,
        currency -> Text,
        sign_off -> Nullable<Text>,
        findings -> Text,
        reason -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        declared_conflicts -> Text,
    }
}

diesel::table! {
    participant (bid_id, organisation_id) {
        bid_id -> Text,
        organisation_id -> Text,
        may_edit -> Bool,
    }
}

diesel::table! {
    participation (bid_id, part, organisation_id) {
        bid_id -> Text,
        organisation_id -> Text,
        part -> Text,
        state -> Text,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    revision (bid_id, number) {
        bid_id -> Text,
        number -> Integer,
        canonical_json -> Text,
        sha256 -> Text,
        created_at -> BigInt,
        author -> Text,
        author_organisation -> Nullable<Text>,
        restored_from -> Nullable<Integer>,
    }
}

diesel::table! {
    history (bid_id, sequence) {
        bid_id -> Text,
        sequence -> BigInt,
        happened_at -> BigInt,
        actor -> Text,
        actor_organisation -> Nullable<Text>,
        step -> Text,
        from_state -> Nullable<Text>,
        to_state -> Text,
        reason -> Text,
    }
}

diesel::table! {
    receipt (bid_id, version) {
        bid_id -> Text,
        version -> BigInt,
        number -> Nullable<BigInt>,
        received_at -> BigInt,
        revision -> Integer,
        sha256 -> Text,
        jws -> Text,
        acknowledgement -> Text,
        client_time -> Nullable<BigInt>,
    }
}

diesel::table! {
    clarification (id) {
        id -> Text,
        bid_id -> Text,
        version -> BigInt,
        question -> Text,
        answer_by -> BigInt,
        asked_at -> BigInt,
        asked_by -> Text,
        asked_by_organisation -> Nullable<Text>,
        answer -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
        answered_by -> Nullable<Text>,
        answered_by_organisation -> Nullable<Text>,
    }
}

diesel::table! {
    duplicate (second_bid_id, first_bid_id) {
        round_id -> Text,
        first_bid_id -> Text,
        second_bid_id -> Text,
        similarity_permille -> Integer,
    }
}

diesel::table! {
    report (id) {
        id -> Text,
        organisation_id -> Text,
        due_at -> BigInt,
        awaited -> Bool,
    }
}

diesel::table! {
    project (award_id) {
        award_id -> Text,
        bid_id -> Text,
        lead_id -> Text,
        live -> Bool,
    }
}

diesel::table! {
    upload (bid_id, sha256) {
        bid_id -> Text,
        sha256 -> Text,
        size_bytes -> BigInt,
        state -> Text,
        announced_at -> BigInt,
    }
}

diesel::joinable!(call -> intake (round_id));
diesel::joinable!(bid -> intake (round_id));
diesel::joinable!(revision -> bid (bid_id));
diesel::joinable!(participant -> bid (bid_id));
diesel::joinable!(participation -> bid (bid_id));
diesel::allow_tables_to_appear_in_same_query!(bid, call, intake, participant, participation, revision, receipt, upload);
