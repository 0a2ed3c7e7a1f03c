//! The tables of `rounds`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    framework (id) {
        id -> Text,
        name_en -> Text,
        name_cy -> Text,
        owner_id -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    framework_version (framework_id, number) {
        framework_id -> Text,
        number -> Integer,
        label -> Text,
        wording -> Text,
        created_at -> BigInt,
        frozen_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    round (id) {
        id -> Text,
        reference -> Text,
        programme -> Nullable<Text>,
        version -> BigInt,
        state -> Text,
        rules -> Text,
        timetable -> Text,
        framework_id -> Nullable<Text>,
        framework_version -> Nullable<Integer>,
        opens_at -> Nullable<BigInt>,
        closes_at -> Nullable<BigInt>,
        originally_closes -> Nullable<Text>,
        reason -> Text,
        scheduled_at -> Nullable<BigInt>,
        opened_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        cancelled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    history (round_id, sequence) {
        round_id -> Text,
        sequence -> BigInt,
        happened_at -> BigInt,
        actor -> Text,
        actor_organisation -> Nullable<Text>,
        step -> Text,
        from_state -> Nullable<Text>,
        to_state -> Text,
        reason -> Text,
        timetable_before -> Nullable<Text>,
        timetable_after -> Nullable<Text>,
    }
}
