//! Imports point one way: no file of a crate imports another in a circle, no service imports another, and each room of a
//! service keeps to what it may mention. Read from the `use` lines, which name everything here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SERVICES: [&str; 7] = ["registry", "rounds", "bids", "grading", "awards", "reporting", "learning"];

/// The path of a module within its crate, such as `["app", "reading"]`.
type Module = Vec<String>;

/// The files of one crate's product, each with the paths that it uses.
struct Crate {
    files: BTreeMap<Module, Vec<Vec<String>>>,
}

impl Crate {
    fn read(folder: &Path) -> Crate {
        let mut files = BTreeMap::new();
        let src = folder.join("src");
        walk(&src, &mut |file| {
            let inner = file.strip_prefix(&src).expect("it lies within").with_extension("");
            let mut module: Module = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.iter().any(|part| part == "test" || part == "tests" || part.ends_with("_tests")) {
                return;
            }
            if module.last().is_some_and(|last| last == "lib" || last == "main") {
                module.pop();
            }
            let text = std::fs::read_to_string(file).expect("a file of ours can be read");
            files.insert(module, used(&text));
        });
        Crate { files }
    }

    /// The files that a file imports. A face and what it is made of count as one; the root, which declares all, as none.
    fn imports(&self, of: &Module) -> BTreeSet<&Module> {
        let mut found = BTreeSet::new();
        for path in &self.files[of] {
            let mut path: &[String] = path;
            let mut base = match path.first().map(String::as_str) {
                Some("crate") => Vec::new(),
                Some("super") => of.clone(),
                Some("self") => of.clone(),
                Some(first) if self.files.contains_key(&joined(of, &[first.to_string()])) => of.clone(),
                _ => continue,
            };
            if path[0] == "crate" || path[0] == "self" {
                path = &path[1..];
            }
            while path.first().is_some_and(|part| part == "super") {
                base.pop();
                path = &path[1..];
            }
            let target = joined(&base, path);
            let longest = (1..=target.len()).rev().find_map(|n| self.files.get_key_value(&target[..n]));
            found.extend(longest.map(|(module, _)| module).filter(|module| !kin(module, of)));
        }
        found
    }

    /// The files from which imports lead back to them.
    fn in_circles(&self) -> Vec<String> {
        let arrows: BTreeMap<&Module, BTreeSet<&Module>> = self
            .files
            .keys()
            .filter(|module| !module.is_empty())
            .map(|module| (module, self.imports(module)))
            .collect();
        let leads_back = |from: &Module| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
            while let Some(at) = next.pop() {
                for &to in arrows.get(at).into_iter().flatten() {
                    if to == from {
                        return true;
                    }
                    if seen.insert(to) {
                        next.push(to);
                    }
                }
            }
            false
        };
        arrows.keys().filter(|module| leads_back(module)).map(|module| module.join("/")).collect()
    }
}

fn joined(base: &[String], path: &[String]) -> Module {
    [base, path].concat()
}

fn kin(one: &[String], other: &[String]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn walk(folder: &Path, see: &mut impl FnMut(&Path)) {
    let entries = std::fs::read_dir(folder).expect("a folder of ours can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("so can its entries").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, see);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            see(&path);
        }
    }
}

/// The paths in the `use` lines of a file, braces taken apart; those for tests alone are left out.
fn used(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    let mut for_tests = false;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        let begun = match open.take() {
            Some(begun) => begun + code,
            None => {
                let bare = code.strip_prefix("pub ").or_else(|| code.strip_prefix("pub(crate) ")).unwrap_or(code);
                match bare.strip_prefix("use ") {
                    Some(rest) if !for_tests => rest.to_string(),
                    Some(_) | None => {
                        for_tests = code == "#[cfg(test)]" || (for_tests && code.is_empty());
                        continue;
                    }
                }
            }
        };
        match begun.strip_suffix(';') {
            Some(whole) => found.extend(apart(whole).iter().map(|path| parts(path))),
            None => open = Some(begun),
        }
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn apart(path: &str) -> Vec<String> {
    let Some((before, within)) = path.split_once('{') else {
        return vec![path.to_string()];
    };
    let within = within.trim_end().strip_suffix('}').expect("a brace closes at the end of its path");
    let (mut depth, mut begun, mut items) = (0, String::new(), Vec::new());
    for sign in within.chars() {
        match sign {
            ',' if depth == 0 => items.push(std::mem::take(&mut begun)),
            _ => {
                depth += i32::from(sign == '{') - i32::from(sign == '}');
                begun.push(sign);
            }
        }
    }
    items.push(begun);
    let items = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    items.flat_map(|item| apart(&format!("{before}{item}"))).collect()
}

fn parts(path: &str) -> Vec<String> {
    let path = path.split(" as ").next().unwrap_or_default();
    path.split("::").map(|part| part.trim().to_string()).collect()
}

/// What a file of a service may not mention, by its room.
fn banned(module: &Module) -> &'static [&'static str] {
    let has = |room: &str| module.iter().any(|part| part == room);
    const WIRE: [&str; 4] = ["tonic", "prost", "prost_types", "toadlane_proto"];
    if module.is_empty() || has("events") {
        &[]
    } else if has("api") || has("requests") || has("peers") || has("convert") || has("refusal") {
        &["diesel"]
    } else if has("store") || has("schema") {
        &WIRE
    } else {
        // Rules and use cases.
        &["tonic", "prost", "prost_types", "toadlane_proto", "diesel"]
    }
}

fn crates() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(ROOT).join("clients/rust")];
    for entry in std::fs::read_dir(Path::new(ROOT).join("services")).expect("services can be listed") {
        let folder = entry.expect("so can its entries").path();
        if folder.join("Cargo.toml").exists() {
            folders.push(folder);
        }
    }
    folders
}

#[test]
fn no_file_imports_in_a_circle() {
    for folder in crates() {
        let circle = Crate::read(&folder).in_circles();
        assert!(circle.is_empty(), "in {}: {circle:?}", folder.display());
    }
}

#[test]
fn each_room_of_a_service_keeps_to_what_it_may_mention() {
    for service in SERVICES {
        let folder = Path::new(ROOT).join("services").join(service);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a crate has a manifest");
        let depends_on = |other: &&str| manifest.lines().any(|line| line.starts_with(&format!("{other}.")));
        let others: Vec<_> = SERVICES.iter().filter(|&&other| depends_on(&other)).collect();
        assert!(others.is_empty(), "{service} depends on {others:?}");
        let read = Crate::read(&folder);
        for (module, paths) in &read.files {
            let named: BTreeSet<&str> = paths.iter().filter_map(|path| path.first()).map(String::as_str).collect();
            let wrong: Vec<_> = banned(module).iter().filter(|name| named.contains(*name)).collect();
            assert!(wrong.is_empty(), "{service}: {} imports {wrong:?}", module.join("/"));
            let is_store = module.iter().any(|part| part == "store");
            let policy = paths.iter().any(|path| path.get(1).is_some_and(|part| part == "policy"));
            assert!(!(is_store && policy), "{service}: {} knows the policy", module.join("/"));
        }
    }
}

#[test]
fn a_circle_and_a_use_line_of_any_form_are_seen() {
    let file = |text: &str| used(text);
    let files = [
        ("a", "use crate::b::{c::D, e};\n"),
        ("b", "// use crate::x;\npub use super::c::{\n    D,\n};\n"),
        ("c", "#[cfg(test)]\nuse crate::b::T;\nuse crate::a::A as B;\nuse std::fmt;\n"),
        ("d", "use crate::a::A;\n"),
    ];
    let files = files.into_iter().map(|(name, text)| (vec![name.to_string()], file(text))).collect();
    assert_eq!(Crate { files }.in_circles(), ["a", "b", "c"]);
}
