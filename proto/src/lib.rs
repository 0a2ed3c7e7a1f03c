//! The contract: what `proto/` generates, and the descriptors that carry its field rules.
//!
//! Nothing is written by hand here but the paths and the [`shapes`] of messages. The comments of the `.proto` files are
//! the documentation of these types.

pub mod shapes;

/// The descriptors of every file, options included, as an encoded `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

macro_rules! package {
    ($area:ident, $package:literal) => {
        #[allow(clippy::all, clippy::pedantic, rustdoc::all, reason = "tonic wrote it")]
        pub mod $area {
            pub mod v1 {
                tonic::include_proto!($package);
            }
        }
    };
}

package!(types, "toadlane.types.v1");
package!(errors, "toadlane.errors.v1");
package!(registry, "toadlane.registry.v1");
package!(rounds, "toadlane.rounds.v1");
package!(bids, "toadlane.bids.v1");
package!(grading, "toadlane.grading.v1");
package!(awards, "toadlane.awards.v1");
package!(reporting, "toadlane.reporting.v1");
package!(learning, "toadlane.learning.v1");

/// The descriptors as a pool, decoded once.
///
/// # Panics
/// Never: the build made the bytes.
pub fn pool() -> &'static prost_reflect::DescriptorPool {
    static POOL: std::sync::LazyLock<prost_reflect::DescriptorPool> = std::sync::LazyLock::new(|| {
        prost_reflect::DescriptorPool::decode(DESCRIPTORS).expect("the build wrote a valid descriptor set")
    });
    &POOL
}
