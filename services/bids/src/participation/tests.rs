use kit::time::at;
use testing::golden::covers;

use super::*;

fn answer(digest: &str) -> Answer {
    let by = Actor { subject: "per_1".to_string(), organisation: None };
    Answer { by, at: at("2020-01-20T10:00:00Z"), digest: digest.to_string(), reason: String::new(), word: None }
}

fn states() -> [State; 4] {
    let one = || answer("one");
    [State::Asked, State::Confirmed(one()), State::Declined(one()), State::Left(one())]
}

#[test]
fn every_reply_to_every_asking_is_as_the_golden_table_says() {
    covers(StateName::VARIANTS, states().iter().map(StateName::from));
    let mut table =
        "Where each reply leads from each state of a part: as lead or payee, then as partner; `-` is refused.\n"
            .to_string();
    for from in states() {
        table += &format!("\n{}\n", from.name());
        for &reply in Reply::VARIANTS {
            let to = |part| from.step(part, reply, &answer("two")).map_or("-", |state| <&str>::from(&state));
            table += &format!("  {:<10} {:<10} {}\n", reply.name(), to(Part::Lead), to(Part::Partner));
        }
    }
    crate::tests::expect_golden("participations.txt", &table);
}

#[test]
fn who_stays_named_keeps_its_answer_and_who_is_new_is_asked() {
    let [kept, gone, new] = [OrgId::new(), OrgId::new(), OrgId::new()];
    let confirmed = Participation { state: State::Confirmed(answer("one")), ..Participation::asked(Part::Lead, kept) };
    let before = [confirmed.clone(), Participation::asked(Part::Partner, gone)];
    let now = named_now(&before, vec![(Part::Partner, new), (Part::Lead, kept), (Part::Payee, kept)]);
    let asked = [Participation::asked(Part::Payee, kept), Participation::asked(Part::Partner, new)];
    assert_eq!(now, [&[confirmed][..], &asked].concat());
    let told = told(&before, &now);
    let expected =
        format!("{kept} is asked to be payee; {new} is asked to be partner; {gone} is no longer named as partner");
    assert_eq!(told, expected);
}

#[test]
fn other_content_asks_lead_and_payee_again_and_no_partner() {
    let parts = [Part::Lead, Part::Payee, Part::Partner];
    let of = |state: &State| parts.map(|part| Participation { organisation: OrgId::new(), part, state: state.clone() });
    for state in states() {
        let before = of(&state);
        assert_eq!(asked_for(&before, "one"), before, "what was answered for stands");
        let names = asked_for(&before, "two").into_iter().map(|one| one.state);
        assert_eq!(names.collect::<Vec<_>>(), [State::Asked, State::Asked, state]);
    }
}
