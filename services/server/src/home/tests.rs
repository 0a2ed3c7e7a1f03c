use kit::db::Storage;
use testing::stores::Fresh;

use super::*;

fn folder_of(fresh: &Fresh) -> PathBuf {
    let Storage::Sqlite { folder, .. } = &fresh.storage else { panic!("a folder was asked for") };
    folder.clone()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Every file and folder in a folder, itself too, with its mode.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = vec![(folder.to_path_buf(), mode(folder))];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(modes(&path)),
            false => found.push((path.clone(), mode(&path))),
        }
    }
    found
}

fn open(data: &Path) -> Result<Home, HomeError> {
    let store = Store { data: data.to_path_buf(), database: None, keys: None, syncs: true };
    Home::open(&store, &Area::ALL)
}

/// C-1.12c: a folder that was there before stayed open to every user of the machine.
#[test]
fn a_folder_that_was_open_to_others_is_closed() {
    for holds in [None, Some("toadlane.lock"), Some("bids.sqlite")] {
        let fresh = Fresh::sqlite();
        let data = folder_of(&fresh);
        if let Some(name) = holds {
            fs::write(data.join(name), "").unwrap();
        }
        set_mode(&data, 0o755);
        open(&data).unwrap();
        assert_eq!(mode(&data), 0o700, "{holds:?}");
    }
}

/// C-1.12c
#[test]
fn a_link_to_a_folder_leads_to_one_that_is_closed() {
    let fresh = Fresh::sqlite();
    let (data, link) = (folder_of(&fresh).join("data"), folder_of(&fresh).join("link"));
    fs::create_dir(&data).unwrap();
    set_mode(&data, 0o755);
    std::os::unix::fs::symlink(&data, &link).unwrap();
    open(&link).unwrap();
    assert_eq!(mode(&data), 0o700);
}

/// Closing `/var/lib` would stop everything else on the machine.
#[test]
fn a_folder_of_others_is_refused_and_left_as_it_is() {
    let fresh = Fresh::sqlite();
    let folder = folder_of(&fresh);
    fs::write(folder.join("holiday.txt"), "sea").unwrap();
    set_mode(&folder, 0o755);
    for _ in 0..2 {
        let refused = open(&folder).err().expect("it is somebody else's");
        assert!(refused.to_string().contains("give a folder of its own with --data"), "{refused}");
    }
    assert_eq!(mode(&folder), 0o755);
    set_mode(&folder, 0o700);
    open(&folder).unwrap();
}

/// C-1.12c: the set of keys was made for all to read.
#[test]
fn what_is_made_is_for_its_owner_alone() {
    let fresh = Fresh::sqlite();
    let data = folder_of(&fresh).join("data");
    open(&data).unwrap();
    for (path, mode) in modes(&data) {
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

/// A key that others could read has leaked, and closing it does not call it back.
#[test]
fn a_key_that_others_could_read_is_refused_and_not_closed() {
    let fresh = Fresh::sqlite();
    let data = folder_of(&fresh).join("data");
    drop(open(&data).unwrap());
    let key = data.join("keys/bids.key");
    set_mode(&key, 0o640);
    let refused = open(&data).err().expect("the key was open to others");
    assert!(refused.to_string().contains("can be read by others"), "{refused}");
    assert_eq!(mode(&key), 0o640);
}
