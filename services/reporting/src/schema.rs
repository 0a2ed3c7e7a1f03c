//! The tables of `reporting`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    award (id) {
        id -> Text,
        round_id -> Text,
        bid_id -> Text,
        reference -> Text,
        title -> Text,
        holder_id -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        framework_version -> Integer,
        calendar -> Text,
        ended -> Nullable<Text>,
    }
}

diesel::table! {
    report (id) {
        id -> Text,
        award_id -> Text,
        round_id -> Text,
        kind -> Text,
        organisation_id -> Text,
        version -> BigInt,
        state -> Text,
        handed_in_at -> Nullable<BigInt>,
        accepted_at -> Nullable<BigInt>,
        opens_at -> BigInt,
        due_at -> BigInt,
        due -> Text,
        originally_due -> Text,
        reminder_offset -> Nullable<Integer>,
        reminder_at -> Nullable<BigInt>,
        revision -> Integer,
        sign_off -> Nullable<Text>,
        requested_changes -> Text,
        to_learning -> Bool,
        release -> Text,
        reason -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    revision (report_id, number) {
        report_id -> Text,
        number -> Integer,
        canonical_json -> Text,
        sha256 -> Text,
        created_at -> BigInt,
        author -> Text,
        author_organisation -> Nullable<Text>,
    }
}

diesel::table! {
    hand_in (report_id, version) {
        report_id -> Text,
        version -> BigInt,
        revision -> Integer,
        handed_in_at -> BigInt,
    }
}

diesel::table! {
    addendum (report_id, number) {
        report_id -> Text,
        number -> Integer,
        text -> Text,
        author -> Text,
        author_organisation -> Nullable<Text>,
        added_at -> BigInt,
        release -> Text,
    }
}

diesel::table! {
    history (report_id, sequence) {
        report_id -> Text,
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

diesel::joinable!(report -> award (award_id));
diesel::joinable!(revision -> report (report_id));
diesel::allow_tables_to_appear_in_same_query!(award, report, revision, hand_in);
