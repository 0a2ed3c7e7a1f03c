//! What `strace` saw of a process, as far as it tells whether an answer rests on something that was synced.

use std::collections::HashMap;

/// The system calls that are traced: what moves bytes, and what syncs them.
pub const TRACED: &str =
    "trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync";

/// A write that was asked for: how its request, its row and its answer are known in the trace.
pub struct Asked {
    pub rpc: &'static str,
    /// Stands in the request, and in the row that keeps the answer for a retry.
    pub request_id: String,
    /// The store that took it.
    pub store: &'static str,
    /// Stands in the answer: the identity of what was written.
    pub subject: String,
}

/// What became of a write before its answer left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestsOn {
    /// It was written to the log of its store, and that was synced.
    Disk,
    /// It was written to the log of its store.
    Memory,
    Nothing,
}

/// A system call.
struct Call {
    name: String,
    /// Its arguments and its result, as they are printed.
    text: String,
    /// The line on which it begins, and the one on which it has returned.
    begun: usize,
    ended: usize,
}

impl Call {
    /// The file or socket that it is about, by number and path.
    fn file(&self) -> &str {
        self.text.split([',', ')']).next().unwrap_or_default()
    }

    fn is_on_log_of(&self, store: &str) -> bool {
        self.file().ends_with(&format!("/{store}.sqlite-wal>"))
    }

    /// What it moved, as it is printed: without the quotes around it.
    fn bytes(&self) -> &str {
        let printed = self.text.find('"').zip(self.text.rfind('"'));
        printed.filter(|(first, last)| first < last).map_or("", |(first, last)| &self.text[first + 1..last])
    }

    fn receives(&self) -> bool {
        ["read", "readv", "recvfrom", "recvmsg"].contains(&self.name.as_str())
    }

    fn sends(&self) -> bool {
        ["write", "writev", "sendto", "sendmsg"].contains(&self.name.as_str())
    }

    fn writes_to_a_place(&self) -> bool {
        ["pwrite64", "pwritev"].contains(&self.name.as_str())
    }

    fn syncs(&self) -> bool {
        ["fsync", "fdatasync"].contains(&self.name.as_str()) && self.text.ends_with("= 0")
    }

    fn lies_between(&self, after: &Call, before: &Call) -> bool {
        self.begun > after.ended && self.ended < before.begun
    }
}

/// What the answer to each write rested on when it left.
///
/// # Panics
/// When a request or its answer is not in the trace.
pub fn judge(trace: &str, writes: &[Asked]) -> Vec<RestsOn> {
    let calls = calls(trace);
    writes.iter().map(|asked| judge_one(&calls, asked)).collect()
}

fn judge_one(calls: &[Call], asked: &Asked) -> RestsOn {
    let arrival = arrival_of(calls, &asked.request_id);
    let arrival = arrival.unwrap_or_else(|| panic!("no arrival of {} {} was traced", asked.rpc, asked.request_id));
    let answer = calls.iter().find(|call| {
        let same_socket = call.sends() && call.file() == arrival.file();
        same_socket && call.begun > arrival.ended && call.text.contains(&asked.subject)
    });
    let answer = answer.unwrap_or_else(|| panic!("no answer to {} {} was traced", asked.rpc, asked.request_id));
    // Others write to the same log meanwhile: this write is known by the request id in the row of its answer.
    let written = calls.iter().rfind(|call| {
        let on_log = call.writes_to_a_place() && call.is_on_log_of(asked.store);
        on_log && call.lies_between(arrival, answer) && call.text.contains(&asked.request_id)
    });
    let Some(written) = written else { return RestsOn::Nothing };
    let synced = |call: &Call| call.syncs() && call.is_on_log_of(asked.store) && call.lies_between(written, answer);
    if calls.iter().any(synced) { RestsOn::Disk } else { RestsOn::Memory }
}

/// The call that received the end of a request id. A server reads what there is and what it has room for, so that a read
/// may end amid the id: then the next one of the same socket goes on with it.
fn arrival_of<'a>(calls: &'a [Call], request_id: &str) -> Option<&'a Call> {
    let mut ends: HashMap<&str, String> = HashMap::new();
    calls.iter().filter(|call| call.receives()).find(|call| {
        let end = ends.entry(call.file()).or_default();
        end.push_str(call.bytes());
        let arrived = end.contains(request_id);
        // Shorter than the id: what is found is found in the call at hand.
        let keep = end.char_indices().rev().nth(request_id.len().saturating_sub(2)).map_or(0, |(place, _)| place);
        end.drain(..keep);
        arrived
    })
}

/// The calls in the order in which they began. One that another thread's call cuts in two is put together again.
fn calls(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut unfinished: HashMap<&str, usize> = HashMap::new();
    for (n, line) in trace.lines().enumerate() {
        let Some((thread, says)) = line.split_once(' ') else { continue };
        let says = says.trim_start();
        if let Some(resumed) = says.strip_prefix("<... ") {
            let rest = resumed.split_once(" resumed>").map(|(_, rest)| rest);
            if let Some((call, rest)) = unfinished.remove(thread).zip(rest) {
                calls[call].text.push_str(rest);
                calls[call].ended = n;
            }
        } else if let Some((name, text)) = says.split_once('(') {
            let whole = text.strip_suffix(" <unfinished ...>");
            if whole.is_some() {
                unfinished.insert(thread, calls.len());
            }
            let text = whole.unwrap_or(text).to_string();
            calls.push(Call { name: name.to_string(), text, begun: n, ended: n });
        }
    }
    // What never returned has had no effect that could be seen.
    let never: Vec<usize> = unfinished.into_values().collect();
    let mut place = 0;
    calls.retain(|_| {
        place += 1;
        !never.contains(&(place - 1))
    });
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submit() -> Asked {
        let (request_id, subject) = ("0199-a".to_string(), "bid_7".to_string());
        Asked { rpc: "SubmitBid", request_id, store: "bids", subject }
    }

    const ARRIVES: &str = "11 recvfrom(9<socket:[5]>, \"\\0\\0\\n\\0060199-a\", 8192, 0, NULL, NULL) = 57\n";
    const WRITTEN: &str = "12 pwrite64(7</x/bids.sqlite-wal>, \"..0199-a..\", 4096, 0) = 4096\n";
    const SYNCED: &str = "12 fdatasync(7</x/bids.sqlite-wal>) = 0\n";
    const ANSWERED: &str = "11 writev(9<socket:[5]>, [{iov_base=\"bid_7\", iov_len=5}], 1) = 5\n";

    #[test]
    fn a_sync_between_the_write_and_the_answer_counts() {
        let trace = [ARRIVES, WRITTEN, SYNCED, ANSWERED].concat();
        assert_eq!(judge(&trace, &[submit()]), [RestsOn::Disk]);
    }

    #[test]
    fn a_sync_of_another_store_before_the_write_or_after_the_answer_does_not() {
        let other = SYNCED.replace("bids.sqlite", "rounds.sqlite");
        let begun = "12 fdatasync(7</x/bids.sqlite-wal> <unfinished ...>\n";
        let ended = "12 <... fdatasync resumed>) = 0\n";
        let failed = SYNCED.replace("= 0", "= -1 EIO (Input/output error)");
        for trace in [
            [ARRIVES, WRITTEN, ANSWERED].concat(),
            [ARRIVES, WRITTEN, &other, ANSWERED].concat(),
            [ARRIVES, SYNCED, WRITTEN, ANSWERED].concat(),
            [ARRIVES, WRITTEN, ANSWERED, SYNCED].concat(),
            [ARRIVES, WRITTEN, begun, ANSWERED, ended].concat(),
            [ARRIVES, WRITTEN, &failed, ANSWERED].concat(),
        ] {
            assert_eq!(judge(&trace, &[submit()]), [RestsOn::Memory], "{trace}");
        }
        assert_eq!(judge(&[ARRIVES, ANSWERED, WRITTEN, SYNCED].concat(), &[submit()]), [RestsOn::Nothing]);
    }

    #[test]
    fn a_request_that_arrives_in_two_reads_has_arrived_with_the_second() {
        let first = "11 recvfrom(9<socket:[5]>, \"\\0\\0\\n\\00601\", 8192, 0, NULL, NULL) = 6\n";
        let of_another = "11 recvfrom(8<socket:[4]>, \"99-a\", 8192, 0, NULL, NULL) = 4\n";
        let second = "11 recvfrom(9<socket:[5]>, \"99-a\", 8192, 0, NULL, NULL) = 4\n";
        let trace = [first, second, WRITTEN, SYNCED, ANSWERED].concat();
        assert_eq!(judge(&trace, &[submit()]), [RestsOn::Disk]);
        let trace = [first, WRITTEN, SYNCED, of_another, second, ANSWERED].concat();
        assert_eq!(judge(&trace, &[submit()]), [RestsOn::Nothing]);
    }

    #[test]
    fn a_call_that_is_cut_in_two_is_put_together() {
        let arrives = "11 recvfrom(9<socket:[5]>,  <unfinished ...>\n12 fsync(3</y> <unfinished ...>\n\
                       11 <... recvfrom resumed>\"0199-a\", 8192, 0, NULL, NULL) = 57\n";
        let trace = [arrives, WRITTEN, SYNCED, ANSWERED].concat();
        assert_eq!(judge(&trace, &[submit()]), [RestsOn::Disk]);
    }
}
