//! The tables of `registry`, as the migrations make them. Only `store` mentions them.

diesel::table! {
    organisation (id) {
        id -> Text,
        version -> BigInt,
        kind -> Text,
        name -> Text,
        name_cy -> Text,
        short_name -> Text,
        code -> Text,
        org_id -> Text,
        gss_code -> Text,
        authority_type -> Text,
        authority_type_name -> Text,
        nation -> Nullable<Text>,
        region -> Text,
        county_code -> Text,
        combined_authority_code -> Text,
        start_date -> Text,
        end_date -> Text,
        abolished_from -> Nullable<Text>,
        gov_uk_slug -> Text,
        website -> Text,
        legal_body -> Bool,
        sort_name -> Text,
        haystack -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    former_gss_code (organisation_id, place) {
        organisation_id -> Text,
        place -> Integer,
        gss_code -> Text,
    }
}

diesel::table! {
    successor (organisation_id, place) {
        organisation_id -> Text,
        place -> Integer,
        successor_id -> Text,
    }
}

diesel::table! {
    membership (id) {
        id -> Text,
        version -> BigInt,
        organisation_id -> Text,
        class -> Text,
        from_date -> Text,
        until_date -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    suspension (membership_id, place) {
        membership_id -> Text,
        place -> Integer,
        from_date -> Text,
        until_date -> Nullable<Text>,
        reason -> Text,
    }
}

diesel::table! {
    person (id) {
        id -> Text,
        version -> BigInt,
        organisation_id -> Text,
        name -> Text,
        sort_name -> Text,
        email -> Text,
        email_folded -> Text,
        ended_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        signed_in_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    role_grant (id) {
        id -> Text,
        person_id -> Text,
        duty -> Text,
        organisation_id -> Text,
        starts_at -> BigInt,
        ends_at -> Nullable<BigInt>,
        granted_by -> Nullable<Text>,
        pending -> Bool,
        confirmed_by -> Nullable<Text>,
    }
}

diesel::table! {
    email_change (person_id) {
        person_id -> Text,
        id -> Text,
        email -> Text,
        code -> Text,
        n_tries -> Integer,
        started_at -> BigInt,
        by_network -> Bool,
    }
}

diesel::table! {
    board (id) {
        id -> Text,
        version -> BigInt,
        name -> Text,
        name_cy -> Text,
        short_name -> Text,
        quorum -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    seat (id) {
        id -> Text,
        version -> BigInt,
        board_id -> Text,
        organisation_id -> Text,
        person_id -> Text,
        voting -> Bool,
        from_date -> Text,
        until_date -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    client (id) {
        id -> Text,
        version -> BigInt,
        organisation_id -> Text,
        name -> Text,
        sort_name -> Text,
        kind -> Text,
        scopes -> Text,
        revoked_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        pending -> Bool,
    }
}

diesel::table! {
    client_key (id) {
        id -> Text,
        client_id -> Text,
        kid -> Text,
        algorithm -> Text,
        jwk -> Text,
        not_before -> BigInt,
        retire_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    client_secret (id) {
        id -> Text,
        client_id -> Text,
        digest -> Text,
        created_at -> BigInt,
        retire_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    used_assertion (client_id, jti) {
        client_id -> Text,
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sign_in (id) {
        id -> Text,
        email_sha256 -> Text,
        person_id -> Nullable<Text>,
        code -> Text,
        n_tries -> Integer,
        started_at -> BigInt,
        used_at -> Nullable<BigInt>,
        mailed_as -> Nullable<Text>,
    }
}

diesel::table! {
    session (id) {
        id -> Text,
        person_id -> Text,
        started_at -> BigInt,
        used_at -> BigInt,
        begun_from -> Text,
    }
}

diesel::table! {
    refresh_token (digest) {
        digest -> Text,
        session_id -> Text,
        spent -> Bool,
    }
}

diesel::table! {
    revocation_counter (only_row) {
        only_row -> BigInt,
        last_position -> BigInt,
    }
}

diesel::table! {
    revocation (position) {
        position -> BigInt,
        subject -> Text,
        revoked_at -> BigInt,
    }
}

diesel::table! {
    role_key (kid) {
        kid -> Text,
        role -> Text,
        public_key -> Binary,
        created_at -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    history (subject, sequence) {
        subject -> Text,
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

diesel::joinable!(seat -> person (person_id));
diesel::joinable!(email_change -> person (person_id));
diesel::joinable!(role_grant -> person (person_id));
diesel::joinable!(refresh_token -> session (session_id));
diesel::allow_tables_to_appear_in_same_query!(organisation, former_gss_code);
diesel::allow_tables_to_appear_in_same_query!(person, role_grant, seat, email_change);
diesel::allow_tables_to_appear_in_same_query!(session, refresh_token);
