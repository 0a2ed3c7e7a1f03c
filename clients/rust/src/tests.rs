//! What the client does when things go wrong, against a server that makes them go wrong. That it fits the platform is
//! shown by the system tests.

mod fake;
mod patience;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use prost::Message;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::registry::v1::ExchangeTokenRequest;
use tonic::{Code, Request, Status};

use crate::*;
use fake::{Answer, Call, End, Fake, one, refused, token};

fn by_secret() -> Credentials {
    Credentials::Secret { client_id: "cli_1".to_string(), secret: "a secret".to_string() }
}

fn client(fake: &Fake, credentials: Credentials) -> Client {
    Client::connect(Place::new(&fake.address), credentials).unwrap()
}

fn a_bid(_: &Call) -> Answer {
    one(&pb::Bid { id: "bid_1".to_string(), ..Default::default() })
}

async fn get(client: &Client) -> Result<pb::Bid, Status> {
    let answer = client.bids().get_bid(pb::GetBidRequest { bid_id: "bid_1".to_string() }).await;
    answer.map(tonic::Response::into_inner)
}

// Signing in.

#[tokio::test]
async fn callers_who_come_together_sign_in_once() {
    let fake = Fake::start(a_bid).await;
    let client = client(&fake, by_secret());
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { get(&client).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(fake.calls("ExchangeToken").len(), 1);
    assert!(fake.calls("GetBid").iter().all(|call| call.authorization == "Bearer token-1"));
}

#[tokio::test]
async fn a_secret_is_sent_to_sign_in() {
    let fake = Fake::start(a_bid).await;
    get(&client(&fake, by_secret())).await.unwrap();
    let exchange = &fake.calls("ExchangeToken")[0];
    assert_eq!(exchange.authorization, "");
    let asked: ExchangeTokenRequest = exchange.message(0);
    let said = (asked.grant_type.as_str(), asked.client_id.as_str(), asked.client_secret.as_str());
    assert_eq!(said, ("client_credentials", "cli_1", "a secret"));
}

#[tokio::test]
async fn an_assertion_is_meant_for_the_issuer_that_the_registry_publishes() {
    let fake = Fake::start(a_bid).await;
    let key = ClientKey::generate().unwrap();
    get(&client(&fake, Credentials::Key { client_id: "cli_1".to_string(), key })).await.unwrap();
    let asked: ExchangeTokenRequest = fake.calls("ExchangeToken")[0].message(0);
    let claims = asked.client_assertion.split('.').nth(1).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!((claims["aud"].as_str(), asked.client_secret.as_str()), (Some(fake::ISSUER), ""));
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_same_request_sent_again() {
    let fake = Fake::start(|call| match call.authorization.as_str() {
        "Bearer token-1" => refused(Status::unauthenticated("revoked")),
        _ => a_bid(call),
    })
    .await;
    get(&client(&fake, by_secret())).await.unwrap();
    let calls = fake.calls("GetBid");
    let tokens: Vec<_> = calls.iter().map(|call| call.authorization.as_str()).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(calls[0].messages, calls[1].messages);
    assert_eq!(calls[0].message::<pb::GetBidRequest>(0).bid_id, "bid_1");
}

#[tokio::test]
async fn a_token_that_is_refused_again_is_the_callers_to_see() {
    let fake = Fake::start(|_| refused(Status::unauthenticated("revoked"))).await;
    let status = get(&client(&fake, by_secret())).await.unwrap_err();
    assert_eq!((status.code(), fake.calls("GetBid").len()), (Code::Unauthenticated, 2));
}

#[tokio::test]
async fn a_token_with_half_a_minute_left_is_used_while_it_is_renewed() {
    let fake = Fake::start_with(|call| match (call.rpc.as_str(), call.n) {
        ("ExchangeToken", 1) => one(&token(1, 30)),
        ("ExchangeToken", n) => one(&token(n, 600)),
        _ => a_bid(call),
    })
    .await;
    let client = client(&fake, by_secret());
    get(&client).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!(fake.calls("GetBid")[1].authorization, "Bearer token-1");
    let renewed = async {
        while fake.calls("GetBid").last().unwrap().authorization != "Bearer token-2" {
            get(&client).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), renewed).await.unwrap();
    assert_eq!(fake.calls("ExchangeToken").len(), 2);
}

#[tokio::test]
async fn an_expired_token_is_not_used() {
    let fake = Fake::start_with(|call| match (call.rpc.as_str(), call.n) {
        ("ExchangeToken", 1) => one(&token(1, 4)),
        ("ExchangeToken", n) => one(&token(n, 600)),
        _ => a_bid(call),
    })
    .await;
    let client = client(&fake, by_secret());
    get(&client).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!(fake.calls("GetBid")[1].authorization, "Bearer token-2");
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_a_token_that_still_holds_in_use() {
    let fake = Fake::start_with(|call| match (call.rpc.as_str(), call.n) {
        ("ExchangeToken", 1) => one(&token(1, 30)),
        ("ExchangeToken", _) => refused(Status::unavailable("restarting")),
        _ => a_bid(call),
    })
    .await;
    let client = client(&fake, by_secret());
    for _ in 0..5 {
        get(&client).await.unwrap();
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_as_the_registry_says() {
    let fake = Fake::start_with(|_| refused(Status::unauthenticated("no such client, or not its secret"))).await;
    let status = get(&client(&fake, by_secret())).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unauthenticated, "no such client, or not its secret"));
    assert!(fake.calls("GetBid").is_empty());
}

#[tokio::test]
async fn a_persons_token_is_sent_as_it_is() {
    let fake = Fake::start(a_bid).await;
    get(&client(&fake, Credentials::Token("of-a-person".to_string()))).await.unwrap();
    assert_eq!(fake.calls("GetBid")[0].authorization, "Bearer of-a-person");
    assert!(fake.calls("ExchangeToken").is_empty());
}

#[tokio::test]
async fn nobody_sends_no_token() {
    let fake = Fake::start(a_bid).await;
    get(&client(&fake, Credentials::Anonymous)).await.unwrap();
    assert_eq!(fake.calls("GetBid")[0].authorization, "");
}

#[test]
fn credentials_show_no_secret() {
    let key = ClientKey::generate().unwrap();
    let private = key.to_pkcs8_pem();
    let all = [
        by_secret(),
        Credentials::Token("a token".to_string()),
        Credentials::Key { client_id: "cli_1".to_string(), key },
    ];
    for credentials in all {
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("a secret") && !shown.contains("a token"), "{shown}");
        assert!(private.lines().all(|line| !shown.contains(line)), "{shown}");
    }
}

// Places.

#[tokio::test]
async fn an_address_that_is_no_url_is_refused_at_once() {
    let refused = |address: &str| Client::connect(Place::new(address), Credentials::Anonymous).err().unwrap();
    assert!(matches!(refused("grants.example:443"), ConnectError::Scheme { .. }));
    assert!(matches!(refused("http://"), ConnectError::Unusable { .. }));
    let place = Place { authority: Some(b"no certificate".to_vec()), ..Place::new("https://grants.example") };
    assert!(matches!(Client::connect(place, Credentials::Anonymous), Err(ConnectError::Authority { .. })));
    let broken = Credentials::Token("two\nlines".to_string());
    assert!(matches!(Client::connect(Place::new("http://localhost"), broken), Err(ConnectError::Token)));
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_unavailable() {
    let (listener, address) = fake::listen().await;
    drop(listener);
    let client = Client::connect(Place::new(format!("http://{address}")), by_secret()).unwrap();
    let refusal = Refusal::from(get(&client).await.unwrap_err());
    assert_eq!((refusal.code, refusal.may_be_tried_again()), (Code::Unavailable, true));
    assert!(refusal.message.contains("refused"), "{refusal}");
}

#[tokio::test]
async fn an_address_without_a_registry_says_so() {
    let (listener, address) = fake::listen().await;
    let app = axum::Router::new();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper_util::service::TowerToHyperService::new(app.clone());
            let executor = hyper_util::rt::TokioExecutor::new();
            let connection = hyper::server::conn::http2::Builder::new(executor);
            tokio::spawn(connection.serve_connection(hyper_util::rt::TokioIo::new(stream), service));
        }
    });
    let credentials = Credentials::Key { client_id: "cli_1".to_string(), key: ClientKey::generate().unwrap() };
    let client = Client::connect(Place::new(format!("http://{address}")), credentials).unwrap();
    let status = get(&client).await.unwrap_err();
    assert_eq!(status.message(), "there is no registry to sign in with at this address");
}

/// A fake behind TLS, and the certificate that it shows.
async fn secure() -> (String, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_string()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let (listener, address) = fake::listen().await;
    let stage = fake::Stage { script: Arc::new(a_bid), calls: Arc::default() };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, stage) = (acceptor.clone(), stage.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    fake::serve(stream, stage).await;
                }
            });
        }
    });
    (format!("https://localhost:{}", address.port()), crate::key::pem("CERTIFICATE", made.cert.der()).into_bytes())
}

#[tokio::test]
async fn a_certificate_of_the_given_authority_is_trusted() {
    let (address, pem) = secure().await;
    let client =
        Client::connect(Place { authority: Some(pem), ..Place::new(address) }, Credentials::Anonymous).unwrap();
    assert_eq!(get(&client).await.unwrap().id, "bid_1");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_tried_again() {
    let (address, _) = secure().await;
    let (_, other) = secure().await;
    let client =
        Client::connect(Place { authority: Some(other), ..Place::new(address) }, Credentials::Anonymous).unwrap();
    let refusal = Refusal::from(get(&client).await.unwrap_err());
    assert_eq!((refusal.code, refusal.may_be_tried_again()), (Code::FailedPrecondition, false));
    assert!(refusal.message.contains("certificate"), "{refusal}");
}

// Breaks.

#[tokio::test]
async fn a_broken_answer_is_tried_again_with_the_same_request_id() {
    let fake = Fake::start(|call| match call.n {
        1 => Answer { messages: Vec::new(), end: End::Reset },
        2 => Answer { messages: Vec::new(), end: End::Unfinished },
        _ => a_bid(call),
    })
    .await;
    let client = client(&fake, by_secret());
    let bid = retry(|request_id| {
        let mut bids = client.bids();
        async move { bids.submit_bid(pb::SubmitBidRequest { request_id, ..Default::default() }).await }
    });
    assert_eq!(bid.await.unwrap().id, "bid_1");
    let ids: Vec<String> =
        fake.calls("SubmitBid").iter().map(|call| call.message::<pb::SubmitBidRequest>(0).request_id).collect();
    assert_eq!(ids, vec![ids[0].clone(); 3]);
}

#[tokio::test]
async fn a_passed_limit_of_the_callers_own_is_a_deadline() {
    let fake = Fake::start(|_| Answer { messages: Vec::new(), end: End::Silence }).await;
    let mut request = Request::new(pb::GetBidRequest::default());
    request.set_timeout(Duration::from_millis(50));
    let client = client(&fake, Credentials::Anonymous);
    assert_eq!(client.bids().get_bid(request).await.unwrap_err().code(), Code::DeadlineExceeded);
}

// Files.

const FILE: &[u8] = b"%PDF-1.7 a budget";
const FILE_SHA256: &str = "4fcdd9c1d20e02bf63eb1b7c166ba96ce181d675c05d17fd42f0cc380bb6c202";

#[tokio::test]
async fn an_upload_announces_length_and_digest_and_sends_pieces() {
    let fake = Fake::start(a_bid).await;
    let client = client(&fake, by_secret());
    let file: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let header =
        pb::AttachmentHeader { bid_id: "bid_1".to_string(), file_name: "budget.pdf".to_string(), ..Default::default() };
    upload(&client.bids(), header, file.clone()).await.unwrap();
    let call = &fake.calls("UploadAttachment")[0];
    let parts: Vec<_> =
        (0..call.messages.len()).map(|at| call.message::<pb::UploadAttachmentRequest>(at).part.unwrap()).collect();
    let pb::upload_attachment_request::Part::Header(header) = &parts[0] else { panic!("{:?}", parts[0]) };
    assert_eq!((header.size_bytes, header.request_id.len()), (3_000_000, 36));
    let mut sent = Vec::new();
    for part in &parts[1..] {
        let pb::upload_attachment_request::Part::Data(piece) = part else { panic!("{part:?}") };
        assert!(piece.len() <= 256 * 1024);
        sent.extend_from_slice(piece);
    }
    assert!(sent == file);
}

#[tokio::test]
async fn an_upload_is_tried_again_whole() {
    let broken = |call: &Call| call.n == 1;
    let fake =
        Fake::start(move |call| if broken(call) { refused(Status::unavailable("restarting")) } else { a_bid(call) })
            .await;
    let client = client(&fake, by_secret());
    upload(&client.bids(), pb::AttachmentHeader::default(), vec![7; 2_000_000]).await.unwrap();
    let calls = fake.calls("UploadAttachment");
    assert_eq!(calls.len(), 2);
    assert!(calls[0].messages == calls[1].messages);
}

#[tokio::test]
async fn a_file_is_read_and_named_by_its_path() {
    let fake = Fake::start(a_bid).await;
    let path = std::env::temp_dir().join(format!("toadlane-{}.pdf", uuid::Uuid::now_v7()));
    std::fs::write(&path, FILE).unwrap();
    let client = client(&fake, by_secret());
    let sent = upload(&client.bids(), pb::AttachmentHeader::default(), path.clone()).await;
    std::fs::remove_file(&path).unwrap();
    sent.unwrap();
    let first: pb::UploadAttachmentRequest = fake.calls("UploadAttachment")[0].message(0);
    let Some(pb::upload_attachment_request::Part::Header(header)) = first.part else { panic!("{first:?}") };
    assert_eq!(header.file_name, path.file_name().unwrap().to_str().unwrap());
    assert_eq!((header.size_bytes, header.sha256.as_str()), (17, FILE_SHA256));
    let gone = upload(&client.bids(), pb::AttachmentHeader::default(), path).await;
    assert!(matches!(gone, Err(TransferError::Read { .. })));
}

#[tokio::test]
async fn a_file_over_the_limit_is_not_sent() {
    let fake = Fake::start(a_bid).await;
    let client = client(&fake, by_secret());
    let sent = upload(&client.bids(), pb::AttachmentHeader::default(), vec![0; 25 * 1024 * 1024 + 1]).await;
    assert!(matches!(sent, Err(TransferError::TooLarge { size_bytes: 26_214_401 })));
    assert!(fake.calls("UploadAttachment").is_empty());
}

/// Announces `FILE` and sends the pieces.
async fn download_of(pieces: &'static [&'static str]) -> (Result<pb::Attachment, TransferError>, Vec<u8>) {
    use pb::download_attachment_response::Part;
    let part = |part| Bytes::from(pb::DownloadAttachmentResponse { part: Some(part) }.encode_to_vec());
    let fake = Fake::start(move |_| {
        let announced = pb::Attachment { size_bytes: 17, sha256: FILE_SHA256.to_string(), ..Default::default() };
        let mut messages = vec![part(Part::Attachment(announced))];
        messages.extend(pieces.iter().map(|piece| part(Part::Data(Bytes::from_static(piece.as_bytes())))));
        Answer { messages, end: End::Ok }
    })
    .await;
    let client = client(&fake, by_secret());
    let mut to = Vec::new();
    let got = download(&client.bids(), pb::DownloadAttachmentRequest::default(), &mut to).await;
    (got, to)
}

#[tokio::test]
async fn a_download_is_the_file_that_was_announced() {
    let (got, to) = download_of(&["%PDF-1.7", " a budget"]).await;
    assert_eq!((got.unwrap().size_bytes, to.as_slice()), (17, FILE));
}

#[tokio::test]
async fn a_download_that_is_changed_too_short_or_too_long_is_refused() {
    const WRONG: [&[&str]; 4] = [&["%PDF-1.7 A budget"], &["%PDF-1.7"], &["%PDF-1.7 a budget", "!"], &[]];
    for pieces in WRONG {
        let (got, to) = download_of(pieces).await;
        assert!(matches!(got, Err(TransferError::Damaged)), "{got:?}");
        assert!(to.len() <= 17);
    }
}

// Watching.

fn changes(numbers: std::ops::Range<i64>, end: End) -> Answer {
    let change = |number: i64| {
        let bid = Some(pb::Bid { number, ..Default::default() });
        let response = pb::WatchBidsResponse { bid, resume_token: format!("after-{number}"), ..Default::default() };
        Bytes::from(response.encode_to_vec())
    };
    Answer { messages: numbers.map(change).collect(), end }
}

#[tokio::test]
async fn a_watch_goes_on_after_every_kind_of_break_with_the_last_token() {
    let fake = Fake::start(|call| match call.n {
        1 => changes(1..3, End::Refused(Status::unavailable("stopping"))),
        2 => refused(Status::unavailable("restarting")),
        3 => changes(3..4, End::Unfinished),
        4 => changes(4..5, End::Ok),
        5 => changes(5..6, End::Refused(Status::unauthenticated("expired"))),
        _ => changes(6..7, End::Silence),
    })
    .await;
    let mut watch = client(&fake, by_secret()).watch_bids(pb::WatchBidsRequest::default());
    for number in 1..7 {
        let response = watch.next().await.unwrap().unwrap();
        assert_eq!(response.bid.unwrap().number, number);
    }
    let calls = fake.calls("WatchBids");
    let tokens: Vec<_> = calls.iter().map(|call| call.message::<pb::WatchBidsRequest>(0).resume_token).collect();
    assert_eq!(tokens, ["", "after-2", "after-2", "after-3", "after-4", "after-5"]);
}

#[tokio::test]
async fn a_watch_whose_token_is_too_old_ends() {
    let fake = Fake::start(|_| refused(Status::out_of_range("the resume token is older than what is kept"))).await;
    let request = pb::WatchBidsRequest { resume_token: "old".to_string(), ..Default::default() };
    let mut watch = client(&fake, by_secret()).watch_bids(request);
    assert_eq!(watch.next().await.unwrap_err().code, Code::OutOfRange);
    assert!(watch.next().await.unwrap().is_none());
}

// Pages.

fn numbered(page_token: &str) -> (Vec<i32>, String) {
    match page_token {
        "" => (vec![1, 2], "second".to_string()),
        "second" => (vec![], "third".to_string()),
        _ => (vec![3], String::new()),
    }
}

#[tokio::test]
async fn pages_are_read_to_the_last_and_empty_ones_passed_over() {
    let numbers = pages(|page_token| async move { Ok(numbered(&page_token)) });
    assert_eq!(numbers.all().await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_page_is_asked_for_when_it_is_wanted() {
    let asked_on = Arc::new(AtomicBool::new(false));
    let mut numbers = pages(|page_token| {
        asked_on.store(!page_token.is_empty(), Ordering::SeqCst);
        async move { Ok(numbered(&page_token)) }
    });
    assert_eq!((numbers.next().await.unwrap(), numbers.next().await.unwrap()), (Some(1), Some(2)));
    assert!(!asked_on.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_had_now_is_tried_again_and_a_refused_one_ends_the_list() {
    let mut n_asked = 0;
    let mut numbers = pages(|page_token| {
        n_asked += 1;
        let n_asked = n_asked;
        async move {
            match n_asked {
                1 => Err(Status::unavailable("restarting")),
                2 => Ok(numbered(&page_token)),
                _ => Err(Status::permission_denied("no longer")),
            }
        }
    });
    assert_eq!((numbers.next().await.unwrap(), numbers.next().await.unwrap()), (Some(1), Some(2)));
    assert_eq!(numbers.next().await.unwrap_err().code, Code::PermissionDenied);
    assert_eq!(numbers.next().await.unwrap(), None);
}
