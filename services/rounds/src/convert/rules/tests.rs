use kit::wire::row_name;
use strum::VariantArray;

use super::*;

/// Asserts that these values have the same names on the wire as in rows, and that the contract has no others.
fn same<T: Copy + Into<&'static str>>(
    values: &[T],
    prefix: &str,
    wire: impl Fn(T) -> &'static str,
    is_in_contract: impl Fn(i32) -> bool,
) {
    for &value in values {
        assert_eq!(row_name(wire(value), prefix).as_deref(), Some(value.into()));
    }
    let last = i32::try_from(values.len()).unwrap();
    assert!(is_in_contract(last) && !is_in_contract(last + 1), "{prefix}");
}

#[test]
fn every_value_has_the_same_name_in_rows_and_on_the_wire() {
    use pb::eligibility_settings::OverdueReports as Effect;
    use pb::grading_board::Part;
    use pb::lead_limit::Counts;
    use pb::question::Type;
    use registry::MembershipClass as Class;
    let class = |class| membership_class(class).as_str_name();
    same(MembershipClass::VARIANTS, "MEMBERSHIP_CLASS_", class, |n| Class::try_from(n).is_ok());
    let counts = |counts| lead_counts(counts).as_str_name();
    same(LeadCounts::VARIANTS, "COUNTS_", counts, |n| Counts::try_from(n).is_ok());
    let kind = |kind| question_kind(kind).as_str_name();
    same(QuestionKind::VARIANTS, "TYPE_", kind, |n| Type::try_from(n).is_ok());
    let part = |part| board_part(part).as_str_name();
    same(BoardPart::VARIANTS, "PART_", part, |n| Part::try_from(n).is_ok());
    let effect = |effect| overdue_reports(effect).as_str_name();
    same(OverdueReports::VARIANTS, "OVERDUE_REPORTS_", effect, |n| Effect::try_from(n).is_ok());
}
