//! What functions that have returned left on the stacks of this process.

use zeroize::Zeroize as _;

/// How many bytes deep the calls go that handle secrets, and some more: copies were seen at 50 KiB.
const DEPTH: usize = 128 * 1024;

/// Overwrites it: ciphers and hashes leave the last of what they worked on there.
pub(crate) fn wipe_dead_stacks() {
    rayon::broadcast(|_| wipe());
    wipe();
}

/// Overwrites what lies below the frame of whoever calls, which a frame of its own covers.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "the stack is what it is there to overwrite")]
fn wipe() {
    [0_u64; DEPTH / size_of::<u64>()].zeroize();
}
