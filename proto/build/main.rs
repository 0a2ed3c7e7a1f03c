//! Compiles the contract with protox, so that nobody needs `protoc`.

mod shapes;

use std::path::{Path, PathBuf};

use prost::Message;

fn protos(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            protos(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=toadlane");
    println!("cargo:rerun-if-changed=google");
    println!("cargo:rerun-if-changed=buf");
    let mut files = Vec::new();
    protos(Path::new("toadlane"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&files)?;
    // The bytes keep the options (field rules, HTTP bindings) that prost's own types would drop.
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;

    let set = prost_types::FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice())?;
    std::fs::write(out.join("shapes.rs"), shapes::implement(&set))?;
    let mut config = prost_build::Config::new();
    config.enable_type_names().type_name_domain(["."], "type.googleapis.com");
    tonic_prost_build::configure()
        .bytes(".toadlane.bids.v1.UploadAttachmentRequest.data")
        .bytes(".toadlane.bids.v1.DownloadAttachmentResponse.data")
        .bytes(".toadlane.reporting.v1.UploadEvidenceRequest.data")
        .bytes(".toadlane.reporting.v1.DownloadEvidenceResponse.data")
        .compile_fds_with_config(set, config)?;
    Ok(())
}
