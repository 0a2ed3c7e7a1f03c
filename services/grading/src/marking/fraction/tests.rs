use proptest::prelude::*;

use super::*;

fn of(numerator: u128, denominator: u128) -> Fraction {
    Fraction::new(numerator, denominator).unwrap()
}

#[test]
fn two_decimals_are_rounded_half_away_from_zero() {
    let shown = |numerator, denominator| of(numerator, denominator).shown();
    assert_eq!(shown(200, 3), "66.67");
    assert_eq!(shown(1, 200), "0.01");
    assert_eq!(shown(1, 201), "0.00");
    assert_eq!(shown(19_999, 200), "100.00");
    assert_eq!(shown(100, 1), "100.00");
    assert_eq!(shown(u128::MAX, u128::MAX - 1), "1.00");
}

#[test]
fn what_cannot_be_counted_is_an_error_and_no_wrong_number() {
    assert_eq!(of(u128::MAX, 1).times(2), Err(TooLarge));
    assert_eq!(of(u128::MAX, 1).plus(of(1, 1)), Err(TooLarge));
    assert_eq!(of(1, u128::MAX).over(2), Err(TooLarge));
    assert_eq!(Fraction::ZERO.over(0), Err(TooLarge));
}

#[test]
fn the_largest_total_that_the_contract_admits_is_counted() {
    // Fifty criteria of the largest weight, judged by 11 to 60 reviewers each, nearly all with the highest mark.
    let mut sum = Fraction::ZERO;
    for n in 11..=60 {
        sum = sum.plus(of(100 * n - 1, n).times(10_000).unwrap()).unwrap();
    }
    let total = sum.times(100).unwrap().over(500_000).unwrap().over(100).unwrap();
    assert!(total < Fraction::whole(100) && total > Fraction::whole(99), "{total:?}");
}

proptest! {
    #[test]
    fn the_order_is_that_of_the_cross_products(
        a in 0..1_000_000_u128, b in 1..1_000_000_u128, c in 0..1_000_000_u128, d in 1..1_000_000_u128,
    ) {
        prop_assert_eq!(of(a, b).cmp(&of(c, d)), (a * d).cmp(&(c * b)));
    }

    #[test]
    fn sums_products_and_quotients_are_exact(a in 0..1_000_u128, b in 1..60_u128, c in 1..60_u128, n in 1..100_u32) {
        let sum = of(a, b).plus(of(a, c)).unwrap();
        prop_assert_eq!(sum, of(a * c + a * b, b * c));
        prop_assert_eq!(sum.times(n).unwrap().over(n).unwrap(), sum);
    }
}
