use kit::time::at;
use testing::stores::each_db;

use super::*;
use crate::samples::a_draft;

#[tokio::test]
async fn a_round_reads_back_as_it_was_written() {
    each_db(
        |storage| crate::open(storage, None),
        async |db| {
            let draft = a_draft();
            let cancelled = draft.cancel("no money", at("2019-11-01T10:00:00Z")).unwrap();
            let expected = [draft.clone(), cancelled.clone()];
            let found: Result<[Round; 2], Error> = db
                .work(None, move |conn| {
                    insert(conn, &draft)?;
                    let first = get(conn, draft.id)?;
                    update(conn, &draft, &cancelled)?;
                    Ok([first, get(conn, draft.id)?])
                })
                .await;
            assert_eq!(found.unwrap(), expected);
        },
    )
    .await;
}

#[tokio::test]
async fn a_version_that_was_written_over_is_not_written_over_again() {
    each_db(
        |storage| crate::open(storage, None),
        async |db| {
            let draft = a_draft();
            let now = at("2019-11-01T10:00:00Z");
            let updated = draft.update(draft.rules.clone(), draft.timetable.clone(), now).unwrap();
            let cancelled = draft.cancel("no money", now).unwrap();
            let newest = updated.clone();
            let refused: Result<(), Error> = db
                .work(None, move |conn| {
                    insert(conn, &draft)?;
                    update(conn, &draft, &updated)?;
                    update(conn, &draft, &cancelled)
                })
                .await;
            let Err(Error::Refused(Refusal::Stale(newer))) = refused else { panic!("{refused:?}") };
            assert_eq!(format!("{newer:?}"), format!("{newest:?}"));
        },
    )
    .await;
}
