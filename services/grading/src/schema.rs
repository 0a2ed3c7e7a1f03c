//! The tables of `grading`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    assessment (id) {
        id -> Text,
        round_id -> Text,
        version -> BigInt,
        state -> Text,
        call -> Text,
        boards -> Text,
        settings -> Text,
        reviews_due -> BigInt,
        letters_at -> BigInt,
        announces_at -> BigInt,
        opened_at -> BigInt,
        moderation_at -> Nullable<BigInt>,
        determination_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        informed_at -> Nullable<BigInt>,
        announced_at -> Nullable<BigInt>,
        cancelled_at -> Nullable<BigInt>,
        reason -> Text,
    }
}

diesel::table! {
    member (assessment_id, person_id) {
        assessment_id -> Text,
        person_id -> Text,
        name -> Text,
        seats -> Text,
        organisations -> Text,
        stands_in_for -> Nullable<Text>,
        declared_at -> Nullable<BigInt>,
        left_at -> Nullable<BigInt>,
        referred -> Text,
    }
}

diesel::table! {
    staff_declaration (assessment_id, person_id) {
        assessment_id -> Text,
        person_id -> Text,
        declared_at -> BigInt,
    }
}

diesel::table! {
    assessed_bid (id) {
        id -> Text,
        assessment_id -> Text,
        number -> BigInt,
        applicant_id -> Text,
        head -> Text,
        answers -> Text,
        hints -> Text,
    }
}

diesel::table! {
    involved (bid_id, organisation_id) {
        bid_id -> Text,
        organisation_id -> Text,
        assessment_id -> Text,
        kind -> Text,
    }
}

diesel::table! {
    near_miss (id) {
        id -> Text,
        assessment_id -> Text,
        bid_id -> Text,
        person_id -> Nullable<Text>,
        version -> BigInt,
        kind -> Text,
        words -> Text,
        state -> Text,
        reason -> Text,
        found_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        settled_by -> Nullable<Text>,
    }
}

diesel::table! {
    interest (id) {
        id -> Text,
        assessment_id -> Text,
        person_id -> Text,
        bid_id -> Text,
        version -> BigInt,
        kind -> Text,
        origin -> Text,
        note -> Text,
        state -> Text,
        reason -> Text,
        declared_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        recorded_by -> Nullable<Text>,
        was_seen -> Bool,
        answer -> Text,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    review (id) {
        id -> Text,
        assessment_id -> Text,
        bid_id -> Text,
        reviewer_id -> Text,
        version -> BigInt,
        state -> Text,
        marks -> Text,
        comment -> Text,
        reason -> Text,
        assigned_at -> BigInt,
        submitted_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    moderation (bid_id) {
        bid_id -> Text,
        assessment_id -> Text,
        version -> BigInt,
        agreed -> Text,
        feedback -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    casting (assessment_id, sequence) {
        assessment_id -> Text,
        sequence -> BigInt,
        bids -> Text,
        chair_id -> Text,
        reason -> Text,
        cast_at -> BigInt,
        total -> Text,
    }
}

diesel::table! {
    meeting (id) {
        id -> Text,
        assessment_id -> Text,
        version -> BigInt,
        part -> Text,
        held_at -> BigInt,
        place -> Text,
        present -> Text,
        chair_id -> Text,
        minutes -> Text,
    }
}

diesel::table! {
    recommendation (bid_id, sequence) {
        bid_id -> Text,
        sequence -> Integer,
        assessment_id -> Text,
        number -> BigInt,
        advice -> Text,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        conditions -> Text,
        reason -> Text,
        meeting_id -> Text,
        recorded_at -> BigInt,
        returned_by -> Nullable<Text>,
        question -> Nullable<Text>,
    }
}

diesel::table! {
    determination (bid_id) {
        bid_id -> Text,
        assessment_id -> Text,
        number -> BigInt,
        version -> BigInt,
        outcome -> Text,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        conditions -> Text,
        reason -> Text,
        basis -> Text,
        meeting_id -> Nullable<Text>,
        decided_on -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    outcome (bid_id) {
        bid_id -> Text,
        assessment_id -> Text,
        reserve_place -> Integer,
        principles -> Text,
        letter_en -> Text,
        letter_cy -> Text,
        feedback -> Text,
    }
}

diesel::table! {
    record (assessment_id) {
        assessment_id -> Text,
        canonical_json -> Text,
        sha256 -> Text,
        jws -> Text,
        sealed_at -> BigInt,
    }
}

diesel::table! {
    history (what, subject, sequence) {
        what -> Text,
        subject -> Text,
        sequence -> BigInt,
        assessment_id -> Text,
        happened_at -> BigInt,
        actor -> Text,
        step -> Text,
        from_state -> Nullable<Text>,
        to_state -> Text,
        reason -> Text,
    }
}

diesel::joinable!(review -> assessment (assessment_id));
diesel::joinable!(outcome -> assessed_bid (bid_id));
diesel::joinable!(determination -> assessed_bid (bid_id));
diesel::allow_tables_to_appear_in_same_query!(assessment, review);
diesel::allow_tables_to_appear_in_same_query!(assessment, member);
diesel::allow_tables_to_appear_in_same_query!(assessed_bid, outcome, determination);
