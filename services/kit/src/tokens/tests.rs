use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://toadlane.example";

/// Three roles as they stand: `registry` and `bids` in service, and their set.
struct House {
    registry: SigningKey,
    bids: SigningKey,
    keys: KeySet,
}

fn a_house() -> House {
    let registry = SigningKey::generate("registry").unwrap();
    let bids = SigningKey::generate("bids").unwrap();
    let mut keys = KeySet::default();
    keys.add(registry.public()).unwrap();
    keys.add(bids.public()).unwrap();
    House { registry, bids, keys }
}

impl House {
    fn retire(&self, key: &SigningKey, at: i64) -> KeySet {
        let mut keys = self.keys.clone();
        keys.add(PublicKey { retired_at: Some(at), ..key.public() }).unwrap();
        keys
    }
}

fn expect() -> Expect {
    Expect { issuer: ISSUER.to_string(), audience: "toadlane".to_string() }
}

fn claims() -> AccessClaims {
    AccessClaims {
        iss: ISSUER.to_string(),
        aud: "toadlane".to_string(),
        sub: "person_1".to_string(),
        jti: "t1".to_string(),
        iat: NOW,
        nbf: NOW,
        exp: NOW + 600,
        org: Some("org_1".to_string()),
        roles: vec!["certifier@org_1".to_string(), "auditor".to_string()],
        scope: "bids.read bids.write".to_string(),
        client_id: None,
        sits: false,
    }
}

/// A JWS of any header and payload; the tests sign it themselves, past the code under test.
fn jws(header: &Value, payload: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(payload));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn ed25519(key: &SigningKey) -> impl Fn(&[u8]) -> Vec<u8> {
    let pair = Ed25519KeyPair::from_pkcs8(key.private().as_bytes()).unwrap();
    move |message| pair.sign(message).as_ref().to_vec()
}

/// A token with one claim set, or taken away when the value is null.
fn access_with(key: &SigningKey, claim: &str, value: Value) -> String {
    let mut payload = serde_json::to_value(claims()).unwrap();
    match value {
        Value::Null => payload.as_object_mut().unwrap().remove(claim),
        value => payload.as_object_mut().unwrap().insert(claim.to_string(), value),
    };
    jws(&json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key.kid()}), &payload, ed25519(key))
}

fn refused_header(house: &House, header: Value) -> TokenError {
    let token = jws(&header, &serde_json::to_value(claims()).unwrap(), ed25519(&house.registry));
    verify_access(&house.keys, &token, &expect(), NOW).unwrap_err()
}

fn refused_claim(claim: &str, value: Value) -> TokenError {
    let house = a_house();
    let token = access_with(&house.registry, claim, value);
    verify_access(&house.keys, &token, &expect(), NOW).unwrap_err()
}

// Access tokens

#[test]
fn a_minted_token_comes_back_as_it_was() {
    let house = a_house();
    let token = mint(&house.registry, &claims());
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW).unwrap(), claims());
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": house.registry.kid()}));
}

#[test]
fn the_type_may_be_a_full_media_type_in_any_case() {
    let house = a_house();
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        let header = json!({"typ": typ, "alg": "EdDSA", "kid": house.registry.kid()});
        let token = jws(&header, &serde_json::to_value(claims()).unwrap(), ed25519(&house.registry));
        assert!(verify_access(&house.keys, &token, &expect(), NOW).is_ok(), "{typ}");
    }
}

#[test]
fn another_type_or_none_is_refused() {
    let house = a_house();
    for typ in [json!("JWT"), json!("role+jwt"), json!("at+jwt2"), json!("text/at+jwt"), json!(""), Value::Null] {
        let header = json!({"typ": typ, "alg": "EdDSA", "kid": house.registry.kid()});
        assert!(matches!(refused_header(&house, header), TokenError::Type { .. }), "{typ}");
    }
    let header = json!({"alg": "EdDSA", "kid": house.registry.kid()});
    assert!(matches!(refused_header(&house, header), TokenError::Type { .. }));
}

/// Any other character anywhere: header, payload, signature and the dots.
#[test]
fn no_character_of_a_token_can_be_changed() {
    let house = a_house();
    let token = mint(&house.registry, &claims());
    for at in 0..token.len() {
        for other in ["A", "B", "g", "_", ".", "="] {
            let mut tampered = token.clone();
            tampered.replace_range(at..=at, other);
            let verified = verify_access(&house.keys, &tampered, &expect(), NOW);
            assert!(tampered == token || verified.is_err(), "{other} at {at}");
        }
    }
}

#[test]
fn a_changed_payload_fails_on_its_signature() {
    let house = a_house();
    let token = mint(&house.registry, &claims());
    let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let payload = serde_json::to_string(&AccessClaims { sub: "person_2".to_string(), ..claims() }).unwrap();
    let token = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(payload));
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW), Err(TokenError::Signature));
}

#[test]
fn a_token_cut_or_lengthened_is_refused() {
    let house = a_house();
    let token = mint(&house.registry, &claims());
    for end in 0..token.len() {
        assert!(verify_access(&house.keys, &token[..end], &expect(), NOW).is_err());
    }
    for tail in [".", "A", "=", " ", "\n", ".e30"] {
        assert!(verify_access(&house.keys, &format!("{token}{tail}"), &expect(), NOW).is_err(), "{tail:?}");
    }
}

#[test]
fn an_unsigned_token_is_refused() {
    let house = a_house();
    let payload = serde_json::to_value(claims()).unwrap();
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": house.registry.kid()});
        let token = jws(&header, &payload, |_| Vec::new());
        let refused = verify_access(&house.keys, &token, &expect(), NOW);
        assert_eq!(refused, Err(TokenError::Algorithm { accepted: "EdDSA" }), "{alg}");
    }
    let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": house.registry.kid()});
    let token = jws(&header, &payload, |_| Vec::new());
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW), Err(TokenError::Signature));
}

#[test]
fn a_public_key_is_no_hmac_secret() {
    let house = a_house();
    let payload = serde_json::to_value(claims()).unwrap();
    let x = house.registry.public().x;
    for secret in [x.to_vec(), URL_SAFE_NO_PAD.encode(x).into_bytes()] {
        for alg in ["HS256", "EdDSA"] {
            let header = json!({"typ": "at+jwt", "alg": alg, "kid": house.registry.kid()});
            let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            let token = jws(&header, &payload, |message| hmac::sign(&key, message).as_ref().to_vec());
            assert!(verify_access(&house.keys, &token, &expect(), NOW).is_err(), "{alg}");
        }
    }
}

#[test]
fn another_algorithm_is_refused_though_the_signature_is_good() {
    let house = a_house();
    for alg in ["ES256", "RS256", "eddsa", "Ed25519"] {
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": house.registry.kid()});
        assert_eq!(refused_header(&house, header), TokenError::Algorithm { accepted: "EdDSA" }, "{alg}");
    }
}

#[test]
fn a_token_with_crit_is_refused_whatever_it_holds() {
    let house = a_house();
    for crit in [json!(["exp"]), json!([]), json!("b64"), Value::Null, json!(false)] {
        let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": house.registry.kid(), "crit": crit});
        assert_eq!(refused_header(&house, header), TokenError::Critical);
    }
}

#[test]
fn a_header_that_says_a_thing_twice_is_refused() {
    let house = a_house();
    let header = format!(r#"{{"typ":"at+jwt","typ":"at+jwt","alg":"EdDSA","kid":"{}"}}"#, house.registry.kid());
    let payload = serde_json::to_string(&claims()).unwrap();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(ed25519(&house.registry)(message.as_bytes()));
    let refused = verify_access(&house.keys, &format!("{message}.{signature}"), &expect(), NOW);
    assert_eq!(refused, Err(TokenError::NotJws));
}

#[test]
fn a_key_inside_the_token_is_not_used() {
    let house = a_house();
    let stranger = SigningKey::generate("registry").unwrap();
    let jwk: Value = serde_json::from_str(&set_of(&stranger).to_json()).unwrap();
    let header = json!({
        "typ": "at+jwt", "alg": "EdDSA", "kid": house.registry.kid(),
        "jwk": jwk["keys"][0], "jku": "https://stranger.example/jwks", "x5u": "https://stranger.example/x5u",
    });
    let token = jws(&header, &serde_json::to_value(claims()).unwrap(), ed25519(&stranger));
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW), Err(TokenError::Signature));
}

#[test]
fn an_unknown_or_missing_key_id_is_refused() {
    let house = a_house();
    let stranger = SigningKey::generate("registry").unwrap();
    let token = mint(&stranger, &claims());
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW), Err(TokenError::UnknownKey));
    assert_eq!(refused_header(&house, json!({"typ": "at+jwt", "alg": "EdDSA"})), TokenError::NoKeyId);
}

#[test]
fn a_key_of_another_role_does_not_sign_access_tokens() {
    let house = a_house();
    let token = mint(&house.bids, &claims());
    let refused = verify_access(&house.keys, &token, &expect(), NOW);
    assert_eq!(refused, Err(TokenError::KeyOfAnotherRole { role: "registry".to_string() }));
}

#[test]
fn a_token_issued_once_its_key_was_retired_is_refused() {
    let house = a_house();
    let token = mint(&house.registry, &claims());
    let verify = |keys: &KeySet| verify_access(keys, &token, &expect(), NOW);
    assert_eq!(verify(&house.retire(&house.registry, NOW - 100)), Err(TokenError::RetiredKey));
    assert_eq!(verify(&house.retire(&house.registry, NOW)), Err(TokenError::RetiredKey));
    assert!(verify(&house.retire(&house.registry, NOW + 1)).is_ok());
}

#[test]
fn every_required_claim_is_required() {
    for claim in ["iss", "aud", "sub", "jti", "iat", "nbf", "exp", "roles", "scope"] {
        assert_eq!(refused_claim(claim, Value::Null), TokenError::Claims, "{claim}");
    }
}

#[test]
fn claims_of_the_wrong_type_are_refused() {
    let wrong = [("exp", json!("1800000600")), ("exp", json!(1e9)), ("jti", json!(1)), ("roles", json!("auditor"))];
    for (claim, value) in wrong {
        assert_eq!(refused_claim(claim, value), TokenError::Claims, "{claim}");
    }
}

#[test]
fn a_list_of_values_is_neither_header_nor_claims() {
    let house = a_house();
    let claims = claims();
    let listed = json!([
        claims.iss,
        claims.aud,
        claims.sub,
        claims.jti,
        claims.iat,
        claims.nbf,
        claims.exp,
        claims.org,
        claims.roles,
        claims.scope,
        claims.client_id
    ]);
    let token =
        jws(&json!({"typ": "at+jwt", "alg": "EdDSA", "kid": house.registry.kid()}), &listed, ed25519(&house.registry));
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW), Err(TokenError::Claims));
    assert_eq!(refused_header(&house, json!(["EdDSA", "at+jwt", house.registry.kid(), null])), TokenError::NotJws);
}

#[test]
fn another_issuer_or_audience_is_refused() {
    assert!(matches!(refused_claim("iss", json!("https://other.example")), TokenError::Issuer { .. }));
    assert!(matches!(refused_claim("aud", json!("other")), TokenError::Audience { .. }));
}

#[test]
fn a_list_of_audiences_is_refused() {
    assert_eq!(refused_claim("aud", json!(["toadlane", "other"])), TokenError::Claims);
    assert_eq!(refused_claim("aud", json!(["toadlane"])), TokenError::Claims);
}

#[test]
fn a_token_ends_five_seconds_after_exp() {
    let house = a_house();
    let token = mint(&house.registry, &claims());
    let verify_at = |now| verify_access(&house.keys, &token, &expect(), now);
    assert!(verify_at(NOW + 600 + 4).is_ok());
    assert_eq!(verify_at(NOW + 600 + 5), Err(TokenError::Expired));
    assert_eq!(verify_at(NOW + 600 + 6), Err(TokenError::Expired));
}

#[test]
fn a_token_of_the_future_is_refused() {
    assert_eq!(refused_claim("nbf", json!(NOW + 6)), TokenError::NotYetValid);
    assert_eq!(refused_claim("iat", json!(NOW + 6)), TokenError::IssuedInFuture);
    let house = a_house();
    let token = mint(&house.registry, &AccessClaims { iat: NOW + 5, nbf: NOW + 5, ..claims() });
    assert!(verify_access(&house.keys, &token, &expect(), NOW).is_ok());
}

#[test]
fn a_token_lives_for_fifteen_minutes_at_most() {
    let house = a_house();
    let token = mint(&house.registry, &AccessClaims { exp: NOW + 900, ..claims() });
    assert!(verify_access(&house.keys, &token, &expect(), NOW).is_ok());
    assert_eq!(refused_claim("exp", json!(NOW + 901)), TokenError::Lifetime { max_s: 900 });
}

#[test]
fn times_at_the_ends_of_their_range_do_not_overflow() {
    for at in [i64::MIN, i64::MAX] {
        for claim in ["iat", "nbf", "exp"] {
            refused_or_not(claim, json!(at), NOW);
            refused_or_not(claim, json!(at), i64::MAX);
            refused_or_not(claim, json!(at), i64::MIN);
        }
    }
}

fn refused_or_not(claim: &str, value: Value, now: i64) {
    let house = a_house();
    let token = access_with(&house.registry, claim, value);
    let verified = verify_access(&house.keys, &token, &expect(), now);
    assert!(verified.is_err() || claim == "nbf");
}

#[test]
fn a_token_over_eight_kibibytes_is_not_looked_at() {
    let house = a_house();
    let token = mint(&house.registry, &AccessClaims { scope: "x".repeat(8 * 1024), ..claims() });
    let refused = TokenError::TooLong { limit: 8192 };
    assert_eq!(verify_access(&house.keys, &token, &expect(), NOW), Err(refused.clone()));
    assert_eq!(cache().verify(&house.keys, &token, NOW).unwrap_err(), refused);
    assert_eq!(peek_client(&token), None);
}

// Role tokens

#[test]
fn a_role_token_names_the_role_of_its_key() {
    let house = a_house();
    let token = mint_role(&house.bids, "role:registry", NOW);
    let claims = verify_role(&house.keys, &token, "role:registry", NOW).unwrap();
    assert_eq!((claims.role(), claims.sub.as_str()), ("bids", "role:bids"));
    assert_eq!(claims.exp, NOW + 300);
    assert!(verify_role(&house.keys, &token, "role:registry", NOW + 304).is_ok());
    assert_eq!(verify_role(&house.keys, &token, "role:registry", NOW + 305), Err(TokenError::Expired));
    let other = verify_role(&house.keys, &token, "role:rounds", NOW);
    assert_eq!(other, Err(TokenError::Audience { expected: "role:rounds".to_string() }));
}

#[test]
fn a_role_cannot_speak_as_another() {
    let house = a_house();
    let role = |claims: Value| {
        let header = json!({"typ": "role+jwt", "alg": "EdDSA", "kid": house.bids.kid()});
        let token = jws(&header, &claims, ed25519(&house.bids));
        verify_role(&house.keys, &token, "role:registry", NOW)
    };
    let claims = |iss: &str, sub: &str, exp: i64| json!({"iss": iss, "sub": sub, "aud": "role:registry", "jti": "r", "iat": NOW, "nbf": NOW, "exp": exp});
    assert!(role(claims("role:bids", "role:bids", NOW + 300)).is_ok());
    let spoken = role(claims("role:registry", "role:registry", NOW + 300));
    assert_eq!(spoken, Err(TokenError::Issuer { expected: "role:bids".to_string() }));
    assert!(matches!(role(claims("bids", "bids", NOW + 300)), Err(TokenError::Issuer { .. })));
    assert_eq!(role(claims("role:bids", "role:registry", NOW + 300)), Err(TokenError::Subject));
    assert_eq!(role(claims("role:bids", "role:bids", NOW + 301)), Err(TokenError::Lifetime { max_s: 300 }));
}

#[test]
fn access_and_role_tokens_do_not_stand_in_for_each_other() {
    let house = a_house();
    let access = mint(&house.registry, &claims());
    let role = mint_role(&house.registry, "toadlane", NOW);
    assert!(matches!(verify_role(&house.keys, &access, "toadlane", NOW), Err(TokenError::Type { .. })));
    assert!(matches!(verify_access(&house.keys, &role, &expect(), NOW), Err(TokenError::Type { .. })));
}

// The cache

fn cache() -> TokenCache {
    TokenCache::new(expect(), "role:bids")
}

#[test]
fn the_cache_tells_access_from_role_tokens() {
    let house = a_house();
    let cache = cache();
    for _ in 0..2 {
        let access = cache.verify(&house.keys, &minted(&house), NOW).unwrap();
        assert!(matches!(access, Verified::Access(found) if *found == claims()));
    }
    let token = mint_role(&house.registry, "role:bids", NOW);
    for _ in 0..2 {
        let role = cache.verify(&house.keys, &token, NOW).unwrap();
        assert!(matches!(role, Verified::Area(found) if found.role() == "registry"));
    }
}

fn minted(house: &House) -> String {
    mint(&house.registry, &claims())
}

#[test]
fn a_cached_token_still_expires() {
    let house = a_house();
    let (cache, token) = (cache(), minted(&house));
    assert!(cache.verify(&house.keys, &token, NOW).is_ok());
    assert!(cache.verify(&house.keys, &token, NOW + 604).is_ok());
    assert_eq!(cache.verify(&house.keys, &token, NOW + 605).unwrap_err(), TokenError::Expired);
}

#[test]
fn a_cached_token_falls_with_its_key() {
    let house = a_house();
    let (cache, token) = (cache(), minted(&house));
    assert!(cache.verify(&house.keys, &token, NOW).is_ok());
    let retired = house.retire(&house.registry, NOW);
    assert_eq!(cache.verify(&retired, &token, NOW).unwrap_err(), TokenError::RetiredKey);
    assert_eq!(cache.verify(&KeySet::default(), &token, NOW).unwrap_err(), TokenError::UnknownKey);
}

#[test]
fn the_cache_remembers_no_refusal_as_a_success() {
    let house = a_house();
    let cache = cache();
    let token = mint(&house.bids, &claims());
    for _ in 0..2 {
        assert!(cache.verify(&house.keys, &token, NOW).is_err());
    }
}

// Keys and key sets

fn set_of(key: &SigningKey) -> KeySet {
    let mut keys = KeySet::default();
    keys.add(key.public()).unwrap();
    keys
}

/// RFC 8037, appendix A.2 and A.3.
const RFC8037_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

#[test]
fn the_thumbprint_is_that_of_rfc_8037() {
    let x = URL_SAFE_NO_PAD.decode(RFC8037_X).unwrap().try_into().unwrap();
    let key = PublicKey { role: "bids".to_string(), x, created_at: None, retired_at: None };
    assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/// RFC 8037, appendix A.4.
#[test]
fn the_signature_of_rfc_8037_is_verified() {
    let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6\
                dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let jws = Jws::take_apart(text, TOKEN_LIMIT).unwrap();
    let key = DecodingKey::from_ed_components(RFC8037_X).unwrap();
    assert_eq!(jws.signed_by(&key, Algorithm::EdDSA), Ok(()));
    assert_eq!(jws.payload, b"Example of Ed25519 signing");
}

/// RFC 7638, section 3.1.
#[test]
fn the_thumbprint_of_an_rsa_key_is_that_of_rfc_7638() {
    let jwk = json!({
        "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV\
              4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7\
              d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF4\
              4-csFCur-kEgU8awapJzKnqDKgw",
    });
    let key = ClientKey::parse(&jwk.to_string(), None).unwrap();
    assert_eq!(key.kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

/// RFC 7515, appendix A.3.
#[test]
fn the_es256_signature_of_rfc_7515_is_verified() {
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                  "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let text = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19\
                yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let key = ClientKey::parse(jwk, None).unwrap();
    // The signature is good, so it gets as far as the claims, which lack a subject.
    let refused = verify_assertion(&[key], text, &accepted(), NOW);
    assert_eq!(refused, Err(TokenError::Missing { claim: "sub" }));
}

#[test]
fn a_key_set_comes_back_as_it_was_written() {
    let house = a_house();
    let mut keys = house.retire(&house.bids, NOW);
    keys.add(PublicKey { created_at: Some(NOW - 10), ..house.registry.public() }).unwrap();
    let text = keys.to_json();
    let read = KeySet::parse(&text).unwrap();
    assert_eq!(read.to_json(), text);
    assert_eq!(read.get(house.bids.kid()).unwrap().retired_at, Some(NOW));
    assert_eq!(read.get(house.registry.kid()).unwrap().created_at, Some(NOW - 10));
    assert!(!text.contains("\"d\""));
}

#[test]
fn a_written_key_has_the_members_that_others_look_for() {
    let key = SigningKey::generate("bids").unwrap();
    let set: Value = serde_json::from_str(&set_of(&key).to_json()).unwrap();
    let x = URL_SAFE_NO_PAD.encode(key.public().x);
    let jwk = json!({
        "kty": "OKP", "crv": "Ed25519", "x": x, "kid": key.kid(), "alg": "EdDSA", "use": "sig", "toadlane_role": "bids",
    });
    assert_eq!(set, json!({"keys": [jwk]}));
}

#[test]
fn keys_of_other_kinds_in_a_set_are_left_out() {
    let key = SigningKey::generate("bids").unwrap();
    let mut set: Value = serde_json::from_str(&set_of(&key).to_json()).unwrap();
    let members = set["keys"].as_array_mut().unwrap();
    members.push(json!({"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA", "x": 1}));
    members.push(json!({"kty": "OKP", "crv": "X25519", "x": "AA"}));
    members.push(json!("not a key"));
    let read = KeySet::parse(&set.to_string()).unwrap();
    assert_eq!(read.iter().collect::<Vec<_>>(), [&key.public()]);
}

#[test]
fn a_set_with_a_wrong_key_is_refused() {
    let key = SigningKey::generate("bids").unwrap();
    let set: Value = serde_json::from_str(&set_of(&key).to_json()).unwrap();
    let spoilt = [
        ("kid", json!("someone-else")),
        ("kid", Value::Null),
        ("alg", json!("HS256")),
        ("use", json!("enc")),
        ("x", json!("AAAA")),
        ("toadlane_role", Value::Null),
    ];
    for (member, value) in spoilt {
        let mut set = set.clone();
        set["keys"][0][member] = value;
        assert!(matches!(KeySet::parse(&set.to_string()), Err(KeyError::BadMember { .. })), "{member}");
    }
    let mut private = set.clone();
    private["keys"][0]["d"] = json!("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    assert!(matches!(KeySet::parse(&private.to_string()), Err(KeyError::Private)));
    for text in ["", "{}", "[]", r#"{"keys":{}}"#] {
        assert!(matches!(KeySet::parse(text), Err(KeyError::NotKeySet(_))), "{text}");
    }
}

#[test]
fn an_old_copy_of_the_set_brings_no_retired_key_back() {
    let house = a_house();
    let mut keys = house.retire(&house.bids, NOW);
    keys.merge(house.keys.clone()).unwrap();
    assert_eq!(keys.get(house.bids.kid()).unwrap().retired_at, Some(NOW));
    let mut old = house.keys.clone();
    old.merge(keys).unwrap();
    assert_eq!(old.get(house.bids.kid()).unwrap().retired_at, Some(NOW));
}

#[test]
fn one_key_cannot_serve_two_roles() {
    let house = a_house();
    let mut keys = house.keys.clone();
    let twice = PublicKey { role: "registry".to_string(), ..house.bids.public() };
    assert!(matches!(keys.add(twice), Err(KeyError::TwoRoles { .. })));
}

// Key files

/// A folder of its own under the system's, gone with the test.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("toadlane-{}", hex::encode(random::<8>())));
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_key_file_gives_the_same_key_back() {
    let folder = Folder::new();
    let path = folder.0.join("bids.key");
    let key = SigningKey::generate("bids").unwrap();
    key.write(&path).unwrap();
    let read = SigningKey::read("bids", &path).unwrap();
    assert_eq!(read.public(), key.public());
    let token = mint_role(&read, "role:registry", NOW);
    assert!(verify_role(&set_of(&key), &token, "role:registry", NOW).is_ok());
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = Folder::new();
    let path = folder.0.join("bids.key");
    let key = SigningKey::generate("bids").unwrap();
    key.write(&path).unwrap();
    assert!(matches!(SigningKey::generate("bids").unwrap().write(&path), Err(KeyError::File { .. })));
    assert_eq!(SigningKey::read("bids", &path).unwrap().kid(), key.kid());
}

#[cfg(unix)]
#[test]
fn a_key_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.0.join("bids.key");
    SigningKey::generate("bids").unwrap().write(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o620, 0o601] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let sentence = SigningKey::read("bids", &path).unwrap_err().to_string();
        let path = path.display();
        assert_eq!(sentence, format!("the key file {path} can be read by others; run: chmod 600 {path}"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_holds_no_key_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.0.join("bids.key");
    for content in [&b""[..], b"not a key", &[0x30; 4096]] {
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let error = SigningKey::read("bids", &path).unwrap_err();
        assert!(matches!(&error, KeyError::NotSigningKey { path: named } if *named == path), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(SigningKey::read("bids", &path), Err(KeyError::File { action: "read", .. })));
}

#[test]
fn debug_output_shows_no_private_half() {
    let key = SigningKey::generate("bids").unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.kid()));
    assert_eq!(format!("{:?}", Secret::generate()), "Secret(..)");
    assert_eq!(format!("{:?}", Code::generate("signin_1")), "Code(..)");
}

// Client assertions

fn accepted() -> Vec<String> {
    vec![ISSUER.to_string(), format!("{ISSUER}/token")]
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn spki(key: &impl AsDer<PublicKeyX509Der<'static>>) -> String {
    pem(key.as_der().unwrap().as_ref())
}

fn rsa(key: &RsaKeyPair, padding: &'static dyn RsaEncoding) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

fn es256(key: &EcdsaKeyPair) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

fn asserted() -> Value {
    json!({"iss": "client_1", "sub": "client_1", "aud": ISSUER, "jti": "a1", "exp": NOW + 300, "iat": NOW})
}

/// A client with an Ed25519 key.
fn a_client() -> (SigningKey, ClientKey) {
    let key = SigningKey::generate("client").unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key.public().x)});
    let registered = ClientKey::parse(&jwk.to_string(), None).unwrap();
    (key, registered)
}

fn assert_with(claim: &str, value: Value) -> Result<AssertionClaims, TokenError> {
    let (key, registered) = a_client();
    let mut payload = asserted();
    match value {
        Value::Null => payload.as_object_mut().unwrap().remove(claim),
        value => payload.as_object_mut().unwrap().insert(claim.to_string(), value),
    };
    let assertion = jws(&json!({"alg": "EdDSA"}), &payload, ed25519(&key));
    verify_assertion(&[registered], &assertion, &accepted(), NOW)
}

#[test]
fn an_assertion_says_who_the_client_is() {
    let (key, registered) = a_client();
    for header in [
        json!({"alg": "EdDSA"}),
        json!({"alg": "EdDSA", "typ": "JWT", "kid": key.kid()}),
        json!({"alg": "EdDSA", "typ": "client-authentication+jwt"}),
    ] {
        let assertion = jws(&header, &asserted(), ed25519(&key));
        assert_eq!(peek_client(&assertion).as_deref(), Some("client_1"));
        let claims = verify_assertion(std::slice::from_ref(&registered), &assertion, &accepted(), NOW).unwrap();
        assert_eq!((claims.iss.as_str(), claims.jti.as_str(), claims.exp), ("client_1", "a1", NOW + 300));
    }
}

#[test]
fn each_algorithm_verifies_with_the_key_registered_for_it_and_no_other() {
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let big = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let (ed, ed_registered) = a_client();
    let es256_key = ClientKey::parse(&spki(ec.public_key()), None).unwrap();
    let ps256_key = ClientKey::parse(&spki(big.public_key()), Some(Alg::Ps256)).unwrap();
    let rs256_key = ClientKey::parse(&spki(big.public_key()), Some(Alg::Rs256)).unwrap();
    let assertions = [
        jws(&json!({"alg": "EdDSA"}), &asserted(), ed25519(&ed)),
        jws(&json!({"alg": "ES256"}), &asserted(), es256(&ec)),
        jws(&json!({"alg": "PS256"}), &asserted(), rsa(&big, &RSA_PSS_SHA256)),
        jws(&json!({"alg": "RS256"}), &asserted(), rsa(&big, &RSA_PKCS1_SHA256)),
    ];
    let keys = [ed_registered, es256_key, ps256_key, rs256_key];
    for (i, key) in keys.iter().enumerate() {
        for (j, assertion) in assertions.iter().enumerate() {
            let verified = verify_assertion(std::slice::from_ref(key), assertion, &accepted(), NOW);
            if i == j {
                assert!(verified.is_ok(), "{}", key.alg());
            } else {
                assert!(matches!(verified, Err(TokenError::Algorithm { .. })), "{} on {j}", key.alg());
            }
        }
    }
    for assertion in &assertions {
        assert!(verify_assertion(&keys, assertion, &accepted(), NOW).is_ok());
    }
    let lying = jws(&json!({"alg": "RS256"}), &asserted(), rsa(&big, &RSA_PSS_SHA256));
    assert_eq!(verify_assertion(&keys, &lying, &accepted(), NOW), Err(TokenError::Signature));
}

#[test]
fn an_assertion_by_an_unregistered_key_is_refused() {
    let (key, _) = a_client();
    let (_, other) = a_client();
    let assertion = jws(&json!({"alg": "EdDSA"}), &asserted(), ed25519(&key));
    let refused = verify_assertion(std::slice::from_ref(&other), &assertion, &accepted(), NOW);
    assert_eq!(refused, Err(TokenError::Signature));
    let named = jws(&json!({"alg": "EdDSA", "kid": key.kid()}), &asserted(), ed25519(&key));
    let refused = verify_assertion(&[other], &named, &accepted(), NOW);
    assert_eq!(refused, Err(TokenError::UnknownKey));
    assert_eq!(verify_assertion(&[], &assertion, &accepted(), NOW), Err(TokenError::UnknownKey));
}

#[test]
fn an_assertion_of_another_type_or_with_crit_is_refused() {
    let (key, registered) = a_client();
    let refused = |header: Value| {
        let assertion = jws(&header, &asserted(), ed25519(&key));
        verify_assertion(std::slice::from_ref(&registered), &assertion, &accepted(), NOW).unwrap_err()
    };
    assert!(matches!(refused(json!({"alg": "EdDSA", "typ": "at+jwt"})), TokenError::Type { .. }));
    assert_eq!(refused(json!({"alg": "EdDSA", "crit": ["b64"], "b64": false})), TokenError::Critical);
    assert!(matches!(refused(json!({"alg": "none"})), TokenError::Algorithm { .. }));
}

#[test]
fn an_assertion_without_a_required_claim_says_which() {
    for claim in ["iss", "sub", "aud", "jti", "exp"] {
        assert_eq!(assert_with(claim, Value::Null), Err(TokenError::Missing { claim }));
    }
    assert!(assert_with("iat", Value::Null).is_ok());
}

#[test]
fn an_assertion_is_made_by_the_client_for_itself() {
    assert_eq!(assert_with("sub", json!("client_2")), Err(TokenError::Subject));
}

#[test]
fn an_assertion_names_us_and_nobody_else() {
    assert!(assert_with("aud", json!(format!("{ISSUER}/token"))).is_ok());
    assert!(assert_with("aud", json!([ISSUER])).is_ok());
    for aud in
        [json!("https://other.example"), json!([ISSUER, "https://other.example"]), json!([ISSUER, ISSUER]), json!([])]
    {
        assert!(matches!(assert_with("aud", aud), Err(TokenError::Audience { .. })));
    }
    assert_eq!(assert_with("aud", json!(1)), Err(TokenError::Claims));
}

#[test]
fn an_assertion_ends_at_most_an_hour_ahead() {
    assert!(assert_with("exp", json!(NOW + 3605)).is_ok());
    assert_eq!(assert_with("exp", json!(NOW + 3606)), Err(TokenError::Lifetime { max_s: 3600 }));
    assert!(assert_with("exp", json!(NOW - 4)).is_ok());
    assert_eq!(assert_with("exp", json!(NOW - 6)), Err(TokenError::Expired));
    assert_eq!(assert_with("exp", json!(i64::MAX)), Err(TokenError::Lifetime { max_s: 3600 }));
    assert_eq!(assert_with("exp", json!(i64::MIN)), Err(TokenError::Expired));
}

#[test]
fn an_assertion_of_the_future_is_refused() {
    assert_eq!(assert_with("nbf", json!(NOW + 6)), Err(TokenError::NotYetValid));
    assert_eq!(assert_with("iat", json!(NOW + 6)), Err(TokenError::IssuedInFuture));
    assert!(assert_with("nbf", json!(NOW + 5)).is_ok());
}

#[test]
fn a_jti_has_1_to_255_characters() {
    assert!(assert_with("jti", json!("é".repeat(255))).is_ok());
    assert_eq!(assert_with("jti", json!("")), Err(TokenError::Jti));
    assert_eq!(assert_with("jti", json!("x".repeat(256))), Err(TokenError::Jti));
}

#[test]
fn a_stored_client_key_reads_as_itself() {
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let big = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let keys = [
        a_client().1,
        ClientKey::parse(&spki(ec.public_key()), Some(Alg::Es256)).unwrap(),
        ClientKey::parse(&spki(big.public_key()), Some(Alg::Ps256)).unwrap(),
    ];
    for key in keys {
        let read = ClientKey::parse(key.jwk(), None).unwrap();
        assert_eq!((read.jwk(), read.kid(), read.alg()), (key.jwk(), key.kid(), key.alg()));
        assert!(key.jwk().contains(&format!(r#""kid":"{}""#, key.kid())));
    }
}

/// Made with `openssl genpkey | openssl pkey -pubout`; the private halves were not kept.
const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAVhr33lcSleoyIkeYG9bsIjaCt8QcRUu9OGYz1aEKcgw=
-----END PUBLIC KEY-----";
const P256_PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELNee+kJizYpEK16nDIIgWf50xHyE
xopiu9KdJP9XDb2l58w3OeL7i74Y3AnIJ1LNiA78jY64DEfbUhfip+k29g==
-----END PUBLIC KEY-----";
const P256_COMPRESSED_PEM: &str = "-----BEGIN PUBLIC KEY-----
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACaY9+chSLBKbLHBXhCTdc+42mlURK
pps5dpvRzaLS4/o=
-----END PUBLIC KEY-----";
const SECP256K1_PEM: &str = "-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAExxaVUX+YJPxDYzMMN85l77KVVV2FmH9V
Kx8rB/mm27O/af5i9qvd7IsatTHDjujpaZ/tgCrzTvzRctk1KKmntA==
-----END PUBLIC KEY-----";
const RSA_1024_PEM: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7kIDW0wggyoC4xpKNq62r2+OL
tsNM1jgkgzL83FXlrSm6ReI0uxaPwQZ31+UXP6QJJsrrKRPynKWC5YGS+LQpsXUw
idSp8+gVMYojApfwkhw1aiRmPpllsYK+isJmR3b8id2ymbTp231Y1vvg+RhlRMr+
gEP15o5+GBmMvv+aHQIDAQAB
-----END PUBLIC KEY-----";
const RSA_2048_PEM: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtPrXWNv29Qh7TprWL1BX
zQup4WHO5j774WVZLZ0Pvb/GcvuWdKz9HLkokM1b+CFgMvn6LK+MUsQXJ7zVIxdU
ZOR2me14T9EEENUjx2Xg29rDW2Vdp76X3IJE+lUrgHLC4k830TZAODE5cm0E/gye
xOYZQEO7mg8SkIS7d9AZNv+DFWpySepbE6OZHdi0HRvHeHSdSpaTMW2W3XOZSylG
aRSFUPhVl9on9UJbbC+fm2IBsHsIAPE9e2FWwyp/J8Rg14ZfcukK/ANFagbCFjXp
mjLXQni1Fco5YwmqoOFDjlUZntRixkASkrvfWobACrpDLUCD+1DpFR3UWz5b0FFO
bQIDAQAB
-----END PUBLIC KEY-----";

#[test]
fn public_keys_of_openssl_are_read() {
    assert_eq!(ClientKey::parse(ED25519_PEM, None).unwrap().alg(), Alg::EdDsa);
    assert_eq!(ClientKey::parse(P256_PEM, None).unwrap().alg(), Alg::Es256);
    assert_eq!(ClientKey::parse(RSA_2048_PEM, Some(Alg::Rs256)).unwrap().alg(), Alg::Rs256);
    let crlf = RSA_2048_PEM.replace('\n', "\r\n") + "\r\n";
    assert_eq!(ClientKey::parse(&crlf, Some(Alg::Ps256)).unwrap().alg(), Alg::Ps256);
}

#[test]
fn an_algorithm_must_fit_its_key() {
    assert!(matches!(ClientKey::parse(RSA_2048_PEM, None), Err(KeyError::AlgMissing)));
    assert!(matches!(ClientKey::parse(RSA_2048_PEM, Some(Alg::Es256)), Err(KeyError::AlgMismatch { .. })));
    assert!(matches!(ClientKey::parse(P256_PEM, Some(Alg::EdDsa)), Err(KeyError::AlgMismatch { .. })));
    assert!(matches!(ClientKey::parse(ED25519_PEM, Some(Alg::Rs256)), Err(KeyError::AlgMismatch { .. })));
    let key = ClientKey::parse(RSA_2048_PEM, Some(Alg::Ps256)).unwrap();
    assert!(matches!(ClientKey::parse(key.jwk(), Some(Alg::Rs256)), Err(KeyError::AlgMismatch { .. })));
    assert!(matches!("HS256".parse::<Alg>(), Err(KeyError::UnknownAlg)));
}

#[test]
fn a_private_key_is_refused_with_a_word_on_what_to_send() {
    let private = [
        "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----".to_string(),
        "-----BEGIN RSA PRIVATE KEY-----\nMC4CAQ\n-----END RSA PRIVATE KEY-----".to_string(),
        format!("{P256_PEM}\n-----BEGIN EC PRIVATE KEY-----\nMC4CAQ\n-----END EC PRIVATE KEY-----"),
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{RFC8037_X}","d":"AA"}}"#),
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB","p":"AA"}"#.to_string(),
        r#"{"kty":"oct","k":"c2VjcmV0"}"#.to_string(),
    ];
    for text in private {
        let sentence = ClientKey::parse(&text, None).unwrap_err().to_string();
        assert_eq!(sentence, "this is a private key; send only its public half");
    }
}

#[test]
fn an_rsa_key_under_2048_bits_is_refused() {
    let refused = ClientKey::parse(RSA_1024_PEM, Some(Alg::Rs256)).unwrap_err();
    assert_eq!(refused.to_string(), "the RSA key has 1024 bits; from 2048 to 8192 are accepted");
    let jwk = |n: &[u8], e: &str| json!({"kty": "RSA", "alg": "RS256", "n": URL_SAFE_NO_PAD.encode(n), "e": e});
    let parse = |jwk: Value| ClientKey::parse(&jwk.to_string(), None);
    assert!(matches!(parse(jwk(&[0x7f; 256], "AQAB")), Err(KeyError::RsaSize { bits: 2047 })));
    assert!(matches!(parse(jwk(&[0xff; 1025], "AQAB")), Err(KeyError::RsaSize { bits: 8200 })));
    // Zeros in front make no key longer.
    assert!(matches!(
        parse(jwk(&[&[0; 200][..], &[0xff; 128]].concat(), "AQAB")),
        Err(KeyError::RsaSize { bits: 1024 })
    ));
    assert!(matches!(parse(jwk(&[], "AQAB")), Err(KeyError::RsaSize { bits: 0 })));
    for e in ["AQ", "AA", "", "AQAA", "AQAAAAAB"] {
        assert!(matches!(parse(jwk(&[0xff; 256], e)), Err(KeyError::NotPublicKey)), "{e}");
    }
}

#[test]
fn keys_on_other_curves_and_off_the_curve_are_refused() {
    assert!(matches!(ClientKey::parse(SECP256K1_PEM, None), Err(KeyError::KeyType)));
    assert!(matches!(ClientKey::parse(P256_COMPRESSED_PEM, None), Err(KeyError::NotPublicKey)));
    let ec = |crv: &str, y: &str| {
        json!({"kty": "EC", "crv": crv, "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": y}).to_string()
    };
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    assert!(ClientKey::parse(&ec("P-256", y), None).is_ok());
    for crv in ["P-384", "secp256k1", "p-256"] {
        assert!(matches!(ClientKey::parse(&ec(crv, y), None), Err(KeyError::KeyType)), "{crv}");
    }
    let off = y.replace("x_F", "x_G");
    assert!(matches!(ClientKey::parse(&ec("P-256", &off), None), Err(KeyError::NotPublicKey)));
    let ed448 = r#"{"kty":"OKP","crv":"Ed448","x":"AA"}"#;
    assert!(matches!(ClientKey::parse(ed448, None), Err(KeyError::KeyType)));
}

#[test]
fn a_key_for_encryption_is_refused() {
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{RFC8037_X}","use":"enc"}}"#);
    assert!(matches!(ClientKey::parse(&jwk, None), Err(KeyError::NotForSignatures)));
}

#[test]
fn text_that_is_no_key_is_refused() {
    let cases = [
        "",
        "{}",
        "{",
        "ssh-ed25519 AAAA",
        r#"{"keys":[]}"#,
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMCowBQYDK2VwAyEAVhr33lcSleoyIkeYG9bsIjaCt8QcRUu9OGYz1aEKcgw=\n-----END CERTIFICATE-----",
    ];
    for text in cases {
        assert!(ClientKey::parse(text, None).is_err(), "{text}");
    }
    let long = format!("{P256_PEM}{}", "A".repeat(9000));
    assert!(matches!(ClientKey::parse(&long, None), Err(KeyError::NotPublicKey)));
}

/// Whatever is cut from a key or changed in its encoding: an answer, never a panic, and never a shorter key.
#[test]
fn a_damaged_pem_key_never_panics() {
    for text in [ED25519_PEM, P256_PEM, RSA_2048_PEM] {
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        for end in 0..der.len() {
            assert!(ClientKey::parse(&pem(&der[..end]), Some(Alg::Rs256)).is_err());
        }
        let mut longer = der.clone();
        longer.push(0);
        assert!(ClientKey::parse(&pem(&longer), None).is_err());
        for at in 0..der.len().min(40) {
            for value in [0x00, 0x30, 0x80, 0x81, 0x82, 0xff] {
                let mut changed = der.clone();
                changed[at] = value;
                let _ = ClientKey::parse(&pem(&changed), None);
            }
        }
    }
}

// Statements

const RECEIPT: &str = "toadlane-receipt+jws";

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Receipt {
    iat: i64,
    bid: String,
}

fn a_receipt() -> Receipt {
    Receipt { iat: NOW, bid: "bid_1".to_string() }
}

#[test]
fn a_receipt_is_verified_offline_with_the_key_set_file() {
    let house = a_house();
    let receipt = sign_statement(&house.bids, RECEIPT, &a_receipt()).unwrap();
    let keys = KeySet::parse(&house.keys.to_json()).unwrap();
    let (found, kid) = verify_statement::<Receipt>(&keys, RECEIPT, &receipt, "bids").unwrap();
    assert_eq!((found, kid.as_str()), (a_receipt(), house.bids.kid()));
}

#[test]
fn a_receipt_outlives_its_key_if_it_came_first() {
    let house = a_house();
    let receipt = sign_statement(&house.bids, RECEIPT, &a_receipt()).unwrap();
    let verify = |at| verify_statement::<Receipt>(&house.retire(&house.bids, at), RECEIPT, &receipt, "bids");
    assert!(verify(NOW + 1).is_ok());
    assert_eq!(verify(NOW), Err(TokenError::RetiredKey));
    assert_eq!(verify(NOW - 1), Err(TokenError::RetiredKey));
}

#[test]
fn a_receipt_of_another_role_type_or_key_is_refused() {
    let house = a_house();
    let receipt = sign_statement(&house.bids, RECEIPT, &a_receipt()).unwrap();
    let verify = |keys: &KeySet, typ, role| verify_statement::<Receipt>(keys, typ, &receipt, role).unwrap_err();
    assert_eq!(verify(&house.keys, RECEIPT, "awards"), TokenError::KeyOfAnotherRole { role: "awards".to_string() });
    assert!(matches!(verify(&house.keys, "toadlane-decision+jws", "bids"), TokenError::Type { .. }));
    assert_eq!(verify(&set_of(&house.registry), RECEIPT, "bids"), TokenError::UnknownKey);
}

#[test]
fn no_character_of_a_receipt_can_be_changed() {
    let house = a_house();
    let receipt = sign_statement(&house.bids, RECEIPT, &a_receipt()).unwrap();
    for at in 0..receipt.len() {
        for other in ["A", "Q", "-", "."] {
            let mut tampered = receipt.clone();
            tampered.replace_range(at..=at, other);
            let verified = verify_statement::<Value>(&house.keys, RECEIPT, &tampered, "bids");
            assert!(tampered == receipt || verified.is_err(), "{other} at {at}");
        }
    }
}

#[test]
fn a_statement_says_when_it_was_issued() {
    let house = a_house();
    for undated in [json!({"bid": "bid_1"}), json!({"iat": "today"}), json!({"iat": 1.5}), json!([1]), json!("iat")] {
        assert_eq!(sign_statement(&house.bids, RECEIPT, &undated), Err(TokenError::Undated), "{undated}");
        let header = json!({"typ": RECEIPT, "alg": "EdDSA", "kid": house.bids.kid()});
        let signed = jws(&header, &undated, ed25519(&house.bids));
        let refused = verify_statement::<Value>(&house.keys, RECEIPT, &signed, "bids");
        assert_eq!(refused, Err(TokenError::Undated), "{undated}");
    }
}

#[test]
fn a_statement_cannot_pass_for_a_token() {
    let house = a_house();
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "role+jwt"] {
        assert_eq!(sign_statement(&house.registry, typ, &claims()), Err(TokenError::ReservedType), "{typ}");
    }
}

#[test]
fn a_statement_that_could_not_be_verified_is_not_signed() {
    let house = a_house();
    let long = json!({"iat": NOW, "text": "x".repeat(256 * 1024)});
    assert!(matches!(sign_statement(&house.bids, RECEIPT, &long), Err(TokenError::TooLong { .. })));
}

// Secrets and codes

#[test]
fn a_secret_matches_what_was_stored_for_it_alone() {
    let (secret, other) = (Secret::generate(), Secret::generate());
    assert_eq!(secret.shown_once.len(), "tls_".len() + 43);
    assert!(secret.shown_once.starts_with("tls_"));
    assert!(Secret::matches(&secret.shown_once, &secret.stored));
    for wrong in [other.shown_once.as_str(), "", &secret.shown_once[4..], &secret.stored] {
        assert!(!Secret::matches(wrong, &secret.stored));
    }
    assert!(!Secret::matches(&secret.shown_once, ""));
}

#[test]
fn what_is_stored_of_a_secret_is_its_sha_256() {
    // FIPS 180-2, appendix B.1.
    assert!(Secret::matches("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

#[test]
fn a_code_may_be_typed_as_people_type() {
    let code = Code::generate("signin_1");
    let plain = code.shown_once.replace('-', "");
    let sloppy = plain.replace('0', "o").replace('1', "l");
    for given in [code.shown_once.clone(), plain.clone(), plain.to_lowercase(), format!(" {plain}\n"), sloppy] {
        assert!(Code::matches(&given, "signin_1", &code.stored), "{given}");
    }
}

#[test]
fn a_code_is_good_for_its_own_sign_in_only() {
    let code = Code::generate("signin_1");
    assert!(!Code::matches(&code.shown_once, "signin_2", &code.stored));
    assert!(!Code::matches(&Code::generate("signin_1").shown_once, "signin_1", &code.stored));
    assert!(!Code::matches("", "signin_1", &code.stored));
}

#[test]
fn codes_use_the_whole_alphabet_and_nothing_else() {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let code = Code::generate("signin_1").shown_once;
        assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'));
        seen.extend(code.bytes().filter(|byte| *byte != b'-'));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ");
}

// Sentences

#[test]
fn no_refusal_repeats_the_token() {
    let house = a_house();
    let mark = "mark-of-the-token";
    for claim in ["iss", "aud", "exp", "roles"] {
        let token = access_with(&house.registry, claim, json!(mark));
        let refused = verify_access(&house.keys, &token, &expect(), NOW).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains(mark), "{refused}");
    }
    for header in [
        json!({"alg": mark}),
        json!({"alg": "EdDSA", "typ": mark}),
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": mark}),
    ] {
        let refused = refused_header(&house, header);
        assert!(!format!("{refused} {refused:?}").contains(mark), "{refused}");
    }
}
