//! Sums of money as people read them.

use toadlane_proto::types::v1::Money;

/// `£1,500.00`; another currency than pounds by its code.
pub fn money(sum: &Money) -> String {
    let (whole, part) = (sum.minor_units / 100, sum.minor_units % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match sum.currency.as_str() {
        "GBP" => format!("£{grouped}.{part:02}"),
        code => format!("{code} {grouped}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_grouped_by_thousands() {
        let sum = |minor_units: i64| money(&Money { minor_units, currency: "GBP".to_string() });
        assert_eq!([sum(5), sum(150_000), sum(123_456_789)], ["£0.05", "£1,500.00", "£1,234,567.89"]);
    }
}
