//! SHA-256 of a file's content, worked out beside the reading.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use sha2::{Digest as _, Sha256};

use super::Error;
use super::source::SourceFile;
use crate::shop::Monitor;

/// Files from this size on are hashed on a thread of their own.
const WORTH_A_THREAD_BYTES: u64 = 4 << 20;
/// Chunks on their way to that thread.
const CHUNKS_WAITING: usize = 16;

/// Hashes what passes through.
pub(super) struct Hashing<R> {
    inner: R,
    to: To,
}

enum To {
    Here(SyncSender<Sha256>, Sha256),
    Thread(SyncSender<Vec<u8>>, Receiver<Vec<u8>>),
}

/// The digest, once the reader has gone.
pub(super) struct Pending(From);

enum From {
    Here(Receiver<Sha256>),
    Thread(JoinHandle<Sha256>),
}

impl<R: Read> Hashing<R> {
    /// `bytes` is about how long the content is.
    pub(super) fn new(inner: R, bytes: u64) -> (Self, Pending) {
        if bytes < WORTH_A_THREAD_BYTES {
            let (sender, receiver) = sync_channel(1);
            return (Self { inner, to: To::Here(sender, Sha256::new()) }, Pending(From::Here(receiver)));
        }
        let (sender, chunks) = sync_channel::<Vec<u8>>(CHUNKS_WAITING);
        let (back, spare) = sync_channel(CHUNKS_WAITING);
        let thread = std::thread::spawn(move || {
            let mut hasher = Sha256::new();
            for chunk in chunks {
                hasher.update(&chunk);
                // A full or closed way back only means a fresh chunk next time.
                back.try_send(chunk).unwrap_or_default();
            }
            hasher
        });
        (Self { inner, to: To::Thread(sender, spare) }, Pending(From::Thread(thread)))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        match &mut self.to {
            To::Here(_, hasher) => hasher.update(&out[..n]),
            To::Thread(sender, spare) => {
                let mut chunk = spare.try_recv().unwrap_or_default();
                chunk.clear();
                chunk.extend_from_slice(&out[..n]);
                sender.send(chunk).map_err(|_gone| io::Error::other("the hashing thread has stopped"))?;
            }
        }
        Ok(n)
    }
}

impl<R> Drop for Hashing<R> {
    fn drop(&mut self) {
        if let To::Here(sender, hasher) = &mut self.to {
            // Nobody may want to know.
            sender.send(std::mem::take(hasher)).unwrap_or_default();
        }
    }
}

impl Pending {
    /// Lower-case hex. Call it when the reader is gone.
    pub(super) fn finish(self) -> String {
        let hasher = match self.0 {
            From::Here(receiver) => receiver.recv().unwrap_or_default(),
            From::Thread(thread) => match thread.join() {
                Ok(hasher) => hasher,
                Err(panic) => std::panic::resume_unwind(panic),
            },
        };
        hex(&hasher.finalize())
    }
}

/// Of the unpacked content, as far as it can be read.
pub(super) fn of(file: &SourceFile, monitor: &dyn Monitor) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    if let Ok(mut stream) = file.stream() {
        let mut buf = vec![0_u8; 256 * 1024];
        while let Ok(n) = stream.read(&mut buf) {
            if n == 0 {
                break;
            }
            hasher.update(&buf[..n]);
            monitor.checkpoint()?;
        }
    }
    Ok(hex(&hasher.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        write!(out, "{byte:02x}").unwrap_or_default();
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_give_the_published_digest() {
        for bytes in [0, WORTH_A_THREAD_BYTES] {
            let (mut hashing, digest) = Hashing::new(&b"abc"[..], bytes);
            io::copy(&mut hashing, &mut io::sink()).unwrap();
            drop(hashing);
            assert_eq!(digest.finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        }
    }
}
