//! The tables of `awards`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    round (round_id) {
        round_id -> Text,
        body -> Text,
        prepared_at -> BigInt,
    }
}

diesel::table! {
    pot (round_id, instrument) {
        round_id -> Text,
        instrument -> Text,
        currency -> Text,
        total -> BigInt,
        available -> BigInt,
        committed -> BigInt,
        paid -> BigInt,
        written_off -> BigInt,
        n_entries -> BigInt,
        over_commitment_reason -> Text,
    }
}

diesel::table! {
    ledger_entry (round_id, instrument, sequence) {
        round_id -> Text,
        instrument -> Text,
        sequence -> BigInt,
        happened_at -> BigInt,
        kind -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        award_id -> Nullable<Text>,
        subject -> Nullable<Text>,
        actor -> Nullable<Text>,
        actor_organisation -> Nullable<Text>,
        booked_on -> Nullable<Text>,
    }
}

diesel::table! {
    award (id) {
        id -> Text,
        reference -> Text,
        round_id -> Text,
        bid_id -> Text,
        number -> BigInt,
        bid -> Text,
        public_title -> Text,
        applicant_id -> Text,
        novated_from_id -> Nullable<Text>,
        lead_id -> Text,
        payee_id -> Text,
        instrument -> Text,
        requested_minor -> BigInt,
        currency -> Text,
        version -> BigInt,
        state -> Text,
        reserve_place -> Nullable<Integer>,
        offer_expires_at -> Nullable<BigInt>,
        acceptance -> Nullable<Text>,
        agreement_version -> Integer,
        amount_minor -> BigInt,
        conditions_met -> Text,
        paid_minor -> BigInt,
        returned_minor -> BigInt,
        written_off_minor -> BigInt,
        reason -> Text,
        final_report_accepted_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    agreement (award_id, version) {
        award_id -> Text,
        version -> Integer,
        canonical_json -> Text,
        sha256 -> Text,
        variation_id -> Nullable<Text>,
        written_at -> BigInt,
        acceptance -> Nullable<Text>,
    }
}

diesel::table! {
    extension (id) {
        id -> Text,
        round_id -> Text,
        reason -> Text,
        ends_on -> Nullable<Text>,
        interim_report_due -> Nullable<Text>,
        final_report_due -> Nullable<Text>,
        n_varied -> Integer,
        made_at -> BigInt,
        made_by -> Text,
        made_by_organisation -> Nullable<Text>,
    }
}

diesel::table! {
    variation (id) {
        id -> Text,
        award_id -> Text,
        version -> BigInt,
        change -> Text,
        reason -> Text,
        extension_id -> Nullable<Text>,
        requested_by -> Text,
        requested_by_organisation -> Nullable<Text>,
        requested_at -> BigInt,
        state -> Text,
        written_version -> Nullable<Integer>,
        decided_by -> Nullable<Text>,
        decided_by_organisation -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decision_reason -> Text,
        decision_reference -> Text,
        acceptance -> Nullable<Text>,
        decline_reason -> Text,
    }
}

diesel::table! {
    payment (id) {
        id -> Text,
        award_id -> Text,
        sequence -> Integer,
        version -> BigInt,
        amount_minor -> BigInt,
        currency -> Text,
        due_by -> Text,
        due_on -> Nullable<Text>,
        state -> Text,
        approved_by -> Nullable<Text>,
        approved_by_organisation -> Nullable<Text>,
        instructed_by -> Nullable<Text>,
        instructed_by_organisation -> Nullable<Text>,
        bank_reference -> Nullable<Text>,
        paid_on -> Nullable<Text>,
        reason -> Text,
        updated_at -> BigInt,
        held_report_id -> Nullable<Text>,
        held_since -> Nullable<BigInt>,
        payee_id -> Nullable<Text>,
        payee_check -> Nullable<BigInt>,
        account_reference -> Nullable<Text>,
        instructed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recovery (id) {
        id -> Text,
        award_id -> Text,
        version -> BigInt,
        amount_minor -> BigInt,
        returned_minor -> BigInt,
        written_off_minor -> BigInt,
        currency -> Text,
        state -> Text,
        reason -> Text,
        opened_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    payee_check (organisation_id, sequence) {
        organisation_id -> Text,
        sequence -> BigInt,
        account_reference -> Text,
        evidence -> Text,
        checked_by -> Text,
        checked_by_organisation -> Nullable<Text>,
        checked_at -> BigInt,
        usable_from -> BigInt,
    }
}

diesel::table! {
    history (award_id, sequence) {
        award_id -> Text,
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
    money_history (subject, sequence) {
        subject -> Text,
        sequence -> BigInt,
        award_id -> Text,
        happened_at -> BigInt,
        actor -> Text,
        actor_organisation -> Nullable<Text>,
        step -> Text,
        from_state -> Nullable<Text>,
        to_state -> Text,
        reason -> Text,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        reference -> Text,
        payee_id -> Nullable<Text>,
        payee_check -> Nullable<BigInt>,
        booked_on -> Nullable<Text>,
    }
}

diesel::joinable!(agreement -> award (award_id));
diesel::joinable!(payment -> award (award_id));
diesel::joinable!(recovery -> award (award_id));
diesel::allow_tables_to_appear_in_same_query!(award, agreement, payment, recovery);
