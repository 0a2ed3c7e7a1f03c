//! Corpus, search, counts, exports and publications at the instants that open and shut them: one microsecond before,
//! at, and one after. The round is the real one of 2020 until its reports are released; then a commission begins (rule
//! 30), councils consent and take back (rule 32), embargoes end (rule 31), and the commission ends.

mod harness;
mod view;

use demo::call;
use kit::time::{Timestamp, at};
use pb::passage::Consent;
use pb::publication_item::Item;
use toadlane_client::Reason;
use toadlane_proto::learning::v1 as pb;

use crate::platform::{Platform, each_engine};
use harness::{FROM, Harness, UNTIL};
use view::View;

#[tokio::test(flavor = "multi_thread")]
async fn corpus_search_counts_and_csv_obey_embargo_consent_and_the_end_of_a_commission() {
    for (engine, fresh) in each_engine() {
        println!("on {engine}");
        let platform = Platform::embedded(fresh, Some(call::BEGINS));
        let harness = Harness::set_up(&platform.deployment).await;
        a_commission_begins(&harness).await;
        let passages = a_consent_to_a_quote_is_given(&harness).await;
        a_case_study_is_consented_to_and_taken_back(&harness).await;
        a_report_is_taken_back_and_released_again(&harness, &passages).await;
        a_consent_to_a_quote_is_taken_back(&harness, &passages).await;
        let book = an_embargo_ends(&harness, &passages).await;
        let shelf = Shelf::fill(&harness).await;
        a_commission_ends(&harness, &book, &shelf).await;
        an_embargo_ends_in_the_doubled_hour(&harness, &shelf).await;
        a_publication_cites_a_report_withdrawn_since(&harness, &book, &shelf).await;
    }
}

/// The passages of three councils; the first has no consent yet.
struct Passages {
    of_burntwood: pb::Passage,
    of_rochdale: pb::Passage,
}

/// The instant before, the instant, and the one after.
fn around(instant: &str) -> [Timestamp; 3] {
    [at(instant).plus_micros(-1), at(instant), at(instant).plus_micros(1)]
}

fn all(says: &str) -> String {
    let doors = ["documents", "hits", "kinds", "passages", "csv"];
    doors.map(|door| format!("{door} {says}")).join("; ")
}

/// What offices, who have no commission of their own, may still list of one that does not run.
fn shut_to_an_editor(n_passages: usize) -> String {
    let shut = all("COMMISSION_NOT_RUNNING");
    shut.replace("passages COMMISSION_NOT_RUNNING", &format!("passages {n_passages}"))
}

/// The corpus as consultant and editor see it, and that it is hidden from everybody else. The views of this instant.
async fn expect(harness: &Harness, consultant: &str, editor: &str) -> Vec<(&'static str, View)> {
    let views = harness.views().await;
    for (name, view) in &views {
        let expected = match *name {
            "consultant" => consultant.to_string(),
            "editor" => editor.to_string(),
            _ => all("NOT_FOUND"),
        };
        assert_eq!(view.numbers(), expected, "{name}");
    }
    views
}

/// Nobody sees a word of something.
fn expect_unmentioned(views: &[(&'static str, View)], what: &str) {
    for (name, view) in views {
        assert!(!view.mentions(what), "the {name} reads of {what}");
    }
}

async fn expect_books(harness: &Harness, publication: &str, expected: [(&str, &str); 6]) {
    let books = harness.books(publication).await;
    let says: Vec<(&str, String)> = books.iter().map(|(name, book)| (*name, book.says())).collect();
    assert_eq!(says, expected.map(|(name, says)| (name, says.to_string())));
}

/// The same for every caller, in the very same bytes.
async fn expect_public(harness: &Harness, publication: &str, says: &str) {
    let books = harness.books(publication).await;
    for (name, book) in &books {
        assert_eq!(book.says(), says, "{name}");
        assert_eq!((&book.html, &book.markdown), (&books[0].1.html, &books[0].1.markdown), "{name}");
    }
}

async fn a_commission_begins(harness: &Harness) {
    let [before, instant, after] = around(FROM);
    harness.clock(before).await;
    expect(harness, &all("COMMISSION_NOT_RUNNING"), &shut_to_an_editor(0)).await;
    let open = "documents 26; hits 13; kinds final_report 13; passages 0; csv 0";
    harness.clock(instant).await;
    let first = expect(harness, open, open).await;
    let (_, hits, facets) = first[0].1.search.clone().unwrap();
    assert!(hits.iter().all(|hit| hit.snippets.iter().any(|one| one.text.contains("residents"))));
    let n_of_round = facets.iter().find(|facet| facet.field == "round").map(|facet| facet.n_hits);
    assert_eq!(n_of_round, Some(13));
    harness.clock(after).await;
    assert_eq!(expect(harness, open, open).await, first);
}

/// Silence is no consent: until the instant at which the council answers, its words cannot be quoted.
async fn a_consent_to_a_quote_is_given(harness: &Harness) -> Passages {
    let [before, instant, after] = around("2021-03-24T10:00:00Z");
    let of_burntwood = harness.asked(harness.marked("burntwood-tc").await).await;
    let of_rochdale = harness.quotable("rochdale").await;
    let planned = harness.planned("Tried").await;
    let open = "documents 26; hits 13; kinds final_report 13; passages 2; csv 2";
    let consents = |views: &[(&'static str, View)]| {
        let csv = views[0].1.csv.clone().unwrap().1;
        let listed = views[0].1.passages.clone().unwrap().1.into_iter().map(|one| one.consent());
        (csv.matches(",asked,").count(), csv.matches(",given,").count(), listed.collect::<Vec<_>>())
    };
    harness.clock(before).await;
    let views = expect(harness, open, open).await;
    assert_eq!(consents(&views), (1, 1, vec![Consent::Asked, Consent::Given]));
    let quote = || vec![Item::PassageId(of_burntwood.id.clone())];
    let refusal = harness.with_items(&planned, quote()).await.unwrap_err();
    assert_eq!(refusal.violations[0].says, "its council has not consented to the quote");

    harness.clock(instant).await;
    let given = harness.answered("burntwood-tc", &of_burntwood, Consent::Given).await;
    harness.with_items(&planned, quote()).await.unwrap();
    let views = expect(harness, open, open).await;
    assert_eq!(consents(&views), (0, 2, vec![Consent::Given; 2]));
    harness.clock(after).await;
    assert_eq!(expect(harness, open, open).await, views);
    Passages { of_burntwood: given, of_rochdale }
}

async fn a_case_study_is_consented_to_and_taken_back(harness: &Harness) {
    let without = "documents 26; hits 13; kinds final_report 13; passages 2; csv 2";
    let with = "documents 27; hits 14; kinds final_report 13, case_study 1; passages 2; csv 2";
    let study = harness.story("burntwood-tc").await;
    let n_stories = |views: &[(&'static str, View)]| {
        let n = views.iter().map(|(name, view)| (*name, view.case_studies.clone().unwrap().0));
        n.collect::<Vec<_>>()
    };
    let seen_by = |n: [i64; 5]| harness.callers().map(|(name, _)| name).into_iter().zip(n).collect::<Vec<_>>();
    let [before, instant, after] = around("2021-03-25T10:00:00Z");
    harness.clock(before).await;
    let views = expect(harness, without, without).await;
    // An editor and the council know of the draft.
    assert_eq!(n_stories(&views), seen_by([0, 1, 1, 0, 0]));
    expect_unmentioned(&views[3..], "lanterns");
    harness.clock(instant).await;
    let consented = harness.consented("burntwood-tc", &study, true).await;
    let views = expect(harness, with, with).await;
    let hits = views[0].1.search.clone().unwrap().1;
    assert!(hits.iter().any(|hit| hit.snippets.iter().any(|one| one.text.contains("hung lanterns"))));
    // The other consultant reads it too: their own commission is over the same round.
    assert_eq!(n_stories(&views), seen_by([1, 1, 1, 0, 1]));
    harness.clock(after).await;
    assert_eq!(expect(harness, with, with).await, views);

    let [before, instant, after] = around("2021-03-26T10:00:00Z");
    harness.clock(before).await;
    assert_eq!(expect(harness, with, with).await, views);
    harness.clock(instant).await;
    harness.consented("burntwood-tc", &consented, false).await;
    let views = expect(harness, without, without).await;
    assert_eq!(n_stories(&views), seen_by([0, 1, 1, 0, 0]));
    harness.clock(after).await;
    assert_eq!(expect(harness, without, without).await, views);
}

/// What its council takes back is in no list, count, search, facet or export, passages and all. What it let be quoted
/// is not released with it again.
async fn a_report_is_taken_back_and_released_again(harness: &Harness, passages: &Passages) {
    let whole = "documents 26; hits 13; kinds final_report 13; passages 2; csv 2";
    let less = "documents 25; hits 12; kinds final_report 12; passages 1; csv 1";
    let [before, instant, after] = around("2021-03-29T10:00:00Z");
    harness.clock(before).await;
    let first = expect(harness, whole, whole).await;
    let gone = [&passages.of_rochdale.document_id, &passages.of_rochdale.id, &passages.of_rochdale.quote];
    assert!(gone.iter().all(|what| first[..2].iter().all(|(_, view)| view.mentions(what))));
    harness.clock(instant).await;
    harness.release("rochdale", false).await;
    harness.corpus_has(25).await;
    let views = expect(harness, less, less).await;
    for what in gone {
        expect_unmentioned(&views, what);
    }
    harness.clock(after).await;
    assert_eq!(expect(harness, less, less).await, views);

    let [before, instant, after] = around("2021-03-30T10:00:00Z");
    harness.clock(before).await;
    assert_eq!(expect(harness, less, less).await, views);
    harness.clock(instant).await;
    harness.release("rochdale", true).await;
    harness.corpus_has(26).await;
    let views = expect(harness, whole, whole).await;
    let unasked = |views: &[(&'static str, View)]| {
        let csv = views[0].1.csv.clone().unwrap().1;
        (csv.matches(",given,").count(), csv.matches(",not_asked,").count())
    };
    assert_eq!((unasked(&first), unasked(&views)), ((2, 0), (1, 1)));
    harness.clock(after).await;
    assert_eq!(expect(harness, whole, whole).await, views);
    let listed = views[0].1.passages.clone().unwrap().1;
    let of_rochdale = listed.into_iter().find(|passage| passage.id == passages.of_rochdale.id);
    let asked = harness.asked(of_rochdale.expect("it is there again")).await;
    harness.answered("rochdale", &asked, Consent::Given).await;
    assert_eq!(harness.views().await[0].1.csv, first[0].1.csv);
}

/// A consent withdrawn removes the quote from what is not published, at that instant, and stands in the CSV.
async fn a_consent_to_a_quote_is_taken_back(harness: &Harness, passages: &Passages) {
    let items = vec![Item::PassageId(passages.of_burntwood.id.clone())];
    let drafted = harness.with_items(&harness.planned("Taken back").await, items).await.unwrap();
    let says = async || {
        let books = harness.books(&drafted.id).await;
        books.into_iter().map(|(_, book)| book.says()).collect::<Vec<_>>()
    };
    let seen = |quotes: &str| {
        let inside = format!("drafting, edition 1, {quotes} quotes, watermarked");
        let outside = "NOT_FOUND".to_string();
        vec![inside.clone(), inside, outside.clone(), outside.clone(), outside.clone(), outside]
    };
    let [before, instant, after] = around("2021-04-01T10:00:00Z");
    harness.clock(before).await;
    assert_eq!(says().await, seen("1"));
    harness.clock(instant).await;
    let withdrawn = harness.answered("burntwood-tc", &passages.of_burntwood, Consent::Withdrawn).await;
    assert_eq!(says().await, seen("0"));
    let open = "documents 26; hits 13; kinds final_report 13; passages 2; csv 2";
    let views = expect(harness, open, open).await;
    assert_eq!(views[0].1.csv.clone().unwrap().1.matches(",withdrawn,").count(), 1);
    harness.clock(after).await;
    assert_eq!(says().await, seen("0"));
    assert_eq!(expect(harness, open, open).await, views);
    harness.answered("burntwood-tc", &withdrawn, Consent::Given).await;
}

/// A publication with two quotes under embargo; it is public from its instant on. Its identity.
async fn an_embargo_ends(harness: &Harness, passages: &Passages) -> String {
    let quotes = [&passages.of_burntwood, &passages.of_rochdale].map(|one| Item::PassageId(one.id.clone()));
    let approved = harness.approved("What nobody knows yet", quotes.to_vec()).await;
    let publish_at = "2021-05-04T08:00:00Z";
    let book = harness.embargoed(&approved, at(publish_at), "9:00am on 4 May 2021").await.unwrap().id;
    let [before, instant, after] = around(publish_at);
    harness.clock(before).await;
    let (inside, outside) = ("embargoed, edition 1, 2 quotes, watermarked", "NOT_FOUND");
    let expected = [
        ("consultant", inside),
        ("editor", inside),
        ("council", outside),
        ("public", outside),
        ("other consultant", outside),
        ("reader", inside),
    ];
    expect_books(harness, &book, expected).await;
    let open = "documents 26; hits 13; kinds final_report 13; passages 2; csv 2";
    let views = expect(harness, open, open).await;
    // Authors and editors have it in their lists; the council that is quoted does not.
    assert!(views[..2].iter().all(|(_, view)| view.mentions(&book)));
    expect_unmentioned(&views[2..], &book);
    assert!(views[2..].iter().all(|(_, view)| view.publications == Ok(Vec::new())));

    let listed = Ok(vec![(book.clone(), pb::publication::State::Published, 1)]);
    for now in [instant, after] {
        harness.clock(now).await;
        expect_public(harness, &book, "published, edition 1, 2 quotes").await;
        let views = expect(harness, open, open).await;
        assert!(views[2..].iter().all(|(_, view)| view.publications == listed));
    }
    book
}

/// What waits under embargo when the commission ends.
struct Shelf {
    early: pb::Publication,
    late: pb::Publication,
    quoting: String,
    resting: String,
    of_tameside: pb::Passage,
}

const EARLY: &str = "2021-10-31T00:30:00Z";
const LATE: &str = "2021-10-31T01:30:00Z";
const LAST: &str = "2021-11-08T09:00:00Z";

impl Shelf {
    async fn fill(harness: &Harness) -> Shelf {
        let of_stevenage = Item::PassageId(harness.quotable("stevenage").await.id);
        let of_tameside = harness.quotable("tameside").await;
        let insight = harness.insight("tameside", &of_tameside).await;
        let early = harness.approved("Early", vec![of_stevenage.clone()]).await;
        let late = harness.approved("Late", vec![of_stevenage]).await;
        let quoting = harness.approved("Quoting", vec![Item::PassageId(of_tameside.id.clone())]).await;
        let resting = harness.approved("Resting", vec![Item::InsightId(insight.id)]).await;
        let announced = "9:00am on 8 November 2021";
        let quoting = harness.embargoed(&quoting, at(LAST), announced).await.unwrap().id;
        let resting = harness.embargoed(&resting, at(LAST), announced).await.unwrap().id;
        Shelf { early, late, quoting, resting, of_tameside }
    }
}

/// From its end on, its consultant is one of the public; an editor's corpus is shut as well.
async fn a_commission_ends(harness: &Harness, book: &str, shelf: &Shelf) {
    let [before, instant, after] = around(UNTIL);
    harness.clock(before).await;
    let open = "documents 26; hits 13; kinds final_report 13; passages 4; csv 4";
    expect(harness, open, open).await;
    let held = "embargoed, edition 1, 1 quotes, watermarked";
    let (why, outside) = ("COMMISSION_NOT_RUNNING", "NOT_FOUND");
    let seen = |consultant| {
        [
            ("consultant", consultant),
            ("editor", held),
            ("council", outside),
            ("public", outside),
            ("other consultant", outside),
            ("reader", held),
        ]
    };
    expect_books(harness, &shelf.quoting, seen(held)).await;
    let public = harness.views().await[3].1.publications.clone();
    for now in [instant, after] {
        harness.clock(now).await;
        let views = expect(harness, &all(why), &shut_to_an_editor(4)).await;
        assert_eq!(views[0].1.publications, public);
        assert_eq!(views[0].1.case_studies, Ok((0, Vec::new())));
        expect_unmentioned(&views[..1], &shelf.of_tameside.quote);
        expect_books(harness, &shelf.quoting, seen(why)).await;
        expect_public(harness, book, "published, edition 1, 2 quotes").await;
    }
}

/// Half past one comes twice on the last Sunday of October: the words must say which, and the instant decides.
async fn an_embargo_ends_in_the_doubled_hour(harness: &Harness, shelf: &Shelf) {
    let (early, late) = (&shelf.early, &shelf.late);
    for (publication, instant) in [(early, EARLY), (late, LATE)] {
        let vague = harness.embargoed(publication, at(instant), "1:30am on 31 October 2021").await.unwrap_err();
        assert_eq!((vague.reason, vague.violations[0].field.as_str()), (Reason::InvalidFields, "publish_at.announced"));
    }
    let other = harness.embargoed(early, at(EARLY), "1:30am GMT on 31 October 2021").await.unwrap_err();
    assert_eq!(other.violations[0].rule, "deadline.repeated_hour");
    harness.embargoed(early, at(EARLY), "1:30am BST on 31 October 2021").await.unwrap();
    harness.embargoed(late, at(LATE), "1:30am GMT on 31 October 2021").await.unwrap();
    let says = async |publication: &pb::Publication| harness.books(&publication.id).await[3].1.says();
    let published = "published, edition 1, 1 quotes";
    let steps = [(EARLY, ["NOT_FOUND", published], "NOT_FOUND"), (LATE, [published, published], published)];
    for (instant, [early_before, early_from], late_from) in steps {
        let [before, instant, after] = around(instant);
        harness.clock(before).await;
        assert_eq!((says(early).await.as_str(), says(late).await.as_str()), (early_before, "NOT_FOUND"));
        for now in [instant, after] {
            harness.clock(now).await;
            assert_eq!((says(early).await.as_str(), says(late).await.as_str()), (early_from, late_from));
        }
    }
    for (publication, told) in [(early, "1:30am BST on 31 October 2021"), (late, "1:30am GMT on 31 October 2021")] {
        let text = harness.books(&publication.id).await[3].1.html.clone().unwrap().0;
        assert!(text.contains(told), "the page says in which of the two hours it came out");
    }
}

/// The quote of a report that is taken back before the instant leaves, and what quoted it or rests on it is drafted
/// again; what is public already is due for a correction, and shows the quote no longer (rule 32).
async fn a_publication_cites_a_report_withdrawn_since(harness: &Harness, book: &str, shelf: &Shelf) {
    let [before, instant, after] = around(LAST);
    harness.clock(before).await;
    harness.release("tameside", false).await;
    let held = "drafting, edition 1, 0 quotes, watermarked";
    harness.comes_to_be(&shelf.quoting, held).await;
    for now in [instant, after] {
        harness.clock(now).await;
        for publication in [&shelf.quoting, &shelf.resting] {
            let books = harness.books(publication).await;
            let says: Vec<String> = books.into_iter().map(|(_, book)| book.says()).collect();
            assert_eq!(says, ["COMMISSION_NOT_RUNNING", held, "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
        }
        expect_unmentioned(&harness.views().await, &shelf.of_tameside.quote);
    }
    let printed = harness.books(book).await[3].1.citations.clone().unwrap();
    harness.release("rochdale", false).await;
    harness.comes_to_be(book, "published, edition 1, 2 quotes, correction due").await;
    let served = &harness.books(book).await[3].1;
    let citations = served.citations.clone().unwrap();
    assert_eq!(citations.iter().map(|one| one.taken_back_at.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!((&citations[0].quote, citations[1].quote.as_str()), (&printed[0].quote, ""));
    assert!(!served.html.clone().unwrap().0.contains(&printed[1].quote));
}
