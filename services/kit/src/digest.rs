//! The digest that identifies a text.

use sha2::{Digest, Sha256};

/// Lower-case hexadecimal SHA-256.
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second example of FIPS 180-2.
    #[test]
    fn it_is_written_in_lower_case() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
