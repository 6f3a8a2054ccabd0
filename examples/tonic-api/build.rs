//! Compiles the protocol, and keeps its descriptor set for reflection and for the check
//! that every method has a rule.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    let protocol = "proto/ledger/v1/ledger.proto";
    println!("cargo:rerun-if-changed={protocol}");
    let descriptors = protox::compile([protocol], ["proto"])?;
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no folder to write to")?);
    fs::write(folder.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds(descriptors)?;
    Ok(())
}
