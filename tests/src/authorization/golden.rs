//! The golden matrices, read as anyone reads them: who may do what stands in these files, and nowhere else here.

use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    /// Refused with who may.
    No,
    /// Refused because it concerns an organisation of their own, or what they asked for.
    Apart,
    /// Told that there is no such thing.
    Hidden,
}

/// How the row begins of those roles of the platform that have none of their own.
pub const ANOTHER_ROLE_THAN: &str = "another role of the platform than ";

/// All sections of all matrices: what is done, and for each row, which is a caller, the verdict.
pub struct Golden(BTreeMap<String, Vec<(String, Verdict)>>);

impl Golden {
    pub fn read() -> Golden {
        let mut all = BTreeMap::new();
        columns(&mut all, "", &[""], include_str!("../../../services/registry/tests/golden/policy.txt"));
        let rounds = include_str!("../../../services/rounds/tests/golden/policy.txt");
        columns(&mut all, "", &["new", "unpublished", "published"], rounds);
        let bids = include_str!("../../../services/bids/tests/golden/policy.txt");
        columns(&mut all, "", &["draft", "received", "closed"], bids);
        let grading = include_str!("../../../services/grading/tests/golden/policy.txt");
        columns(&mut all, "grading: ", &super::grading::STAGES, grading);
        let awards = include_str!("../../../services/awards/tests/golden/policy.txt");
        columns(&mut all, "awards: ", &["prepared", "offered"], awards);
        let reporting = include_str!("../../../services/reporting/tests/golden/policy.txt");
        columns(&mut all, "report: ", &["draft", "handed in", "released"], reporting);
        let learning = include_str!("../../../services/learning/tests/golden/policy.txt");
        columns(&mut all, "learning: ", &["shut", "open"], learning);
        without_state(&mut all, "learning: ", ["shut", "open"]);
        Golden(all)
    }

    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn rows(&self, section: &str) -> impl Iterator<Item = (&str, Verdict)> {
        let rows = self.0.get(section).unwrap_or_else(|| panic!("no matrix has a section `{section}`"));
        rows.iter().map(|(row, verdict)| (row.as_str(), *verdict))
    }

    /// The verdict on one row where several sections must say yes: that of the first that does not.
    pub fn verdict(&self, sections: &[String], row: &str) -> Verdict {
        let each = sections.iter().map(|section| {
            let found = self.rows(section).find(|(name, _)| *name == row);
            found.unwrap_or_else(|| panic!("the section `{section}` has no row `{row}`")).1
        });
        each.reduce(|first, then| if first == Verdict::Yes { then } else { first }).expect("a case names a section")
    }
}

/// A name, then a row for each caller with a column for each state. A first row without a name says the states again.
fn columns(all: &mut BTreeMap<String, Vec<(String, Verdict)>>, prefix: &str, states: &[&str], text: &str) {
    for block in text.split("\n\n").skip(1) {
        let (name, rest) = block.split_once('\n').expect("a section has a name and rows");
        for (column, state) in states.iter().enumerate() {
            let rows = rest.lines().filter_map(|line| {
                let mut words: Vec<&str> = line.split_whitespace().collect();
                let verdicts = words.split_off(words.len() - states.len());
                if words.is_empty() {
                    assert_eq!(verdicts, states, "the states of `{name}` are others");
                    return None;
                }
                let verdict = match verdicts[column] {
                    "yes" => Verdict::Yes,
                    "no" => Verdict::No,
                    "apart" => Verdict::Apart,
                    "hidden" => Verdict::Hidden,
                    "-" => return None,
                    other => panic!("`{other}` is no verdict"),
                };
                Some((words.join(" "), verdict))
            });
            let rows: Vec<_> = rows.collect();
            if !rows.is_empty() {
                let state = if state.is_empty() { String::new() } else { format!(" ({state})") };
                put(all, format!("{prefix}{name}{state}"), told_apart(rows));
            }
        }
    }
}

/// Roles of the platform with rows of their own are no others: the row of the others says so by name.
fn told_apart(rows: Vec<(String, Verdict)>) -> Vec<(String, Verdict)> {
    let named = rows.iter().filter_map(|(row, _)| row.strip_prefix("the platform's "));
    let named = named.collect::<Vec<_>>().join(", ");
    let told = |(row, verdict): (String, Verdict)| match row == "another role of the platform" && !named.is_empty() {
        true => (format!("{ANOTHER_ROLE_THAN}{named}"), verdict),
        false => (row, verdict),
    };
    rows.into_iter().map(told).collect()
}

/// Where the state changes nothing, a section goes by its name alone.
fn without_state(all: &mut BTreeMap<String, Vec<(String, Verdict)>>, of: &str, states: [&str; 2]) {
    let [first, second] = states.map(|state| format!(" ({state})"));
    let names = all.keys().filter_map(|name| name.strip_suffix(&first)).filter(|name| name.starts_with(of));
    for name in names.map(str::to_string).collect::<Vec<_>>() {
        let [first, second] = [&first, &second].map(|state| format!("{name}{state}"));
        if all.get(&first) == all.get(&second) {
            all.remove(&second);
            let rows = all.remove(&first).expect("it was found");
            put(all, name, rows);
        }
    }
}

fn put(all: &mut BTreeMap<String, Vec<(String, Verdict)>>, name: String, rows: Vec<(String, Verdict)>) {
    assert!(all.insert(name.clone(), rows).is_none(), "two sections are called `{name}`");
}
