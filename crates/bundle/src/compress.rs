//! Compressed siblings of files, so that a server sends them without compressing anything itself.

use std::io::Write as _;
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::files::File;

/// Smaller files fit in one packet without compression.
const WORTH_BYTES: usize = 512;
/// The slowest and smallest: a file is compressed once, and sent to each visitor.
const BROTLI_QUALITY: i32 = 11;
/// The largest window that browsers must accept: 16 MiB (RFC 7932, section 9.1).
const BROTLI_WINDOW: i32 = 24;

/// Adds `.br` and `.gz` siblings of each file over [`WORTH_BYTES`], each compressed on its own thread.
pub fn add_compressed(files: &mut Vec<File>) -> Result<()> {
    let siblings = thread::scope(|scope| {
        let mut under_way = Vec::new();
        for file in files.iter().filter(|file| file.bytes.len() > WORTH_BYTES) {
            under_way.push(scope.spawn(|| Ok(File::new(format!("{}.br", file.path), brotli(&file.bytes)?))));
            under_way.push(scope.spawn(|| Ok(File::new(format!("{}.gz", file.path), gzip(&file.bytes)?))));
        }
        let done = under_way.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a compressor panicked"))?);
        done.collect::<Result<Vec<File>>>()
    })?;
    files.extend(siblings);
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params).context("brotli failed")?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).context("gzip failed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn decompression_restores_the_content() {
        let text = "a gate in a channel ".repeat(100);
        let mut files = vec![File::new("a.js", text.as_str()), File::new("b.js", "x".repeat(WORTH_BYTES))];
        add_compressed(&mut files).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a.js", "b.js", "a.js.br", "a.js.gz"]);
        let (mut from_brotli, mut from_gzip) = (Vec::new(), String::new());
        brotli::BrotliDecompress(&mut files[2].bytes.as_slice(), &mut from_brotli).unwrap();
        flate2::read::GzDecoder::new(files[3].bytes.as_slice()).read_to_string(&mut from_gzip).unwrap();
        assert_eq!((from_brotli, from_gzip), (text.clone().into_bytes(), text));
    }
}
