//! Values of enums by their names, which are the same here, in rows and on the wire, but for the wire's prefix.

use std::str::FromStr;

use toadlane_proto::shapes::WireEnum;

/// The value that has this name on the wire; the unspecified one where none has, which [`assert_same_names`] rules out.
pub fn wire_enum<W: WireEnum>(name: impl Into<&'static str>) -> W {
    wire_named(name.into())
}

/// The same for a name that was kept, such as that of a state in a line of history.
pub fn wire_named<W: WireEnum>(name: &str) -> W {
    W::of_name(&format!("{}{}", W::PREFIX, name.to_uppercase())).unwrap_or_default()
}

/// The name in rows of a value of the wire, such as `held_late`; none for the unspecified one.
pub fn row_name<W: WireEnum>(value: W) -> Option<String> {
    let name = value.wire_name();
    let name = name.strip_prefix(W::PREFIX).unwrap_or(name).to_lowercase();
    Some(name).filter(|name| name != "unspecified")
}

/// What a list is filtered by.
pub fn row_names<W: WireEnum>(values: impl Iterator<Item = W>) -> Vec<String> {
    values.filter_map(row_name).collect()
}

/// Our value of the same name; none for the unspecified one.
pub fn named<W: WireEnum, T: FromStr>(value: W) -> Option<T> {
    row_name(value)?.parse().ok()
}

/// For tests: each of our values has the name of one of the wire, and the other way round.
///
/// # Panics
/// When one has not.
pub fn assert_same_names<W: WireEnum, T: Copy + Into<&'static str>>(all: &[T]) {
    let ours: Vec<&str> = all.iter().map(|&one| one.into()).collect();
    for name in &ours {
        assert_eq!(row_name(wire_named::<W>(name)).as_deref(), Some(*name));
    }
    // Numbers of values are small in this contract.
    let theirs = (1..100).filter_map(|number| W::try_from(number).ok()).filter_map(row_name);
    let unknown: Vec<String> = theirs.filter(|name| !ours.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "we have no {unknown:?}");
}
