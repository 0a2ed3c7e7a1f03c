use super::*;

/// RFC 8037, appendix A: the key, and its thumbprint.
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// A PKCS#8 document around a seed, as OpenSSL writes it (RFC 8410, section 7).
fn rfc_key() -> String {
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    pem(PRIVATE, &[&head[..], &URL_SAFE_NO_PAD.decode(SEED).unwrap()].concat())
}

#[test]
fn a_key_written_and_read_again_is_the_same_key() {
    let key = ClientKey::generate().unwrap();
    let again = ClientKey::from_pkcs8_pem(&key.to_pkcs8_pem()).unwrap();
    assert_eq!((again.kid(), again.public_pem()), (key.kid(), key.public_pem()));
}

#[test]
fn the_key_id_is_the_thumbprint_of_rfc_8037() {
    assert_eq!(ClientKey::from_pkcs8_pem(&rfc_key()).unwrap().kid(), THUMBPRINT);
}

#[test]
fn the_public_key_is_the_one_that_openssl_writes() {
    // Made by `openssl pkey -pubout` from the key of RFC 8037.
    let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    assert_eq!(ClientKey::from_pkcs8_pem(&rfc_key()).unwrap().public_pem(), public);
}

#[test]
fn what_is_no_private_key_is_refused() {
    let public = ClientKey::generate().unwrap().public_pem();
    for text in ["", "-----BEGIN PRIVATE KEY-----", public.as_str(), &pem(PRIVATE, b"not a key")] {
        assert!(matches!(ClientKey::from_pkcs8_pem(text), Err(KeyError::NotPrivateKey)), "{text}");
    }
}

#[test]
fn debug_shows_the_id_and_nothing_else() {
    let key = ClientKey::generate().unwrap();
    assert_eq!(format!("{key:?}"), format!("ClientKey({})", key.kid()));
}

#[test]
fn an_assertion_is_signed_by_the_key_and_names_issuer_and_client() {
    let key = ClientKey::generate().unwrap();
    let assertion = key.assertion("cli_1", "https://registry", 1_000);
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let public = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, key.public);
    public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let read =
        |part: &str| -> serde_json::Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    assert_eq!(read(header)["kid"], key.kid());
    let claims = read(claims);
    let expected = (&claims["iss"], &claims["sub"], &claims["aud"], &claims["exp"]);
    assert_eq!(expected, (&"cli_1".into(), &"cli_1".into(), &"https://registry".into(), &1_300.into()));
}
