use super::*;

#[test]
fn the_first_texts_keep_their_bytes_and_their_digest() {
    for (sealed, sha256) in [
        (
            include_str!("../../tests/golden/case_study.v1.json"),
            "25f69f1ad252d438ec92fe3b0cba85b72314e27c286a404f88c41396a52d0beb",
        ),
        (
            include_str!("../../tests/golden/bare_case_study.v1.json"),
            "8d58780e14b0f4630a2ff82bea61086a65f610d489a48005bd741fb5e6dfdc1a",
        ),
    ] {
        let text: Text = testing::sealed::expect(sealed, sha256);
        assert_eq!(text.canonical_json(), sealed);
    }
}

fn known() -> Vec<Known> {
    let one = |code: &str, name: &str, wording: &str| Known {
        code: code.to_string(),
        name: name.to_string(),
        wording: wording.to_string(),
    };
    vec![
        one("co-production", "Co-production", "We will develop systems that enable citizens to be equal partners"),
        one("innovation", "Innovation", "We will embrace innovation in how we work with local communities"),
    ]
}

#[test]
fn a_principle_is_found_by_its_name_whatever_its_wording() {
    assert_eq!(matching(&known(), "CO-PRODUCTION ", "other words"), Some("co-production".to_string()));
}

#[test]
fn a_principle_without_a_name_is_found_by_its_wording_also_with_words_left_out() {
    let told = "We will embrace innovation in how we work with communities";
    assert_eq!(matching(&known(), "", told), Some("innovation".to_string()));
}

#[test]
fn what_is_near_to_no_principle_stays_a_gap() {
    assert_eq!(matching(&known(), "", "We will mend the roads"), None);
    assert_eq!(matching(&known(), "", ""), None);
}
