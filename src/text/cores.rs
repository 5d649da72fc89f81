//! Work on all cores: when it is worth while, and memory for it.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Source;

/// So many bytes are read faster than threads start.
const SMALL: usize = 24 * 1024;

/// Whether sources are so large that threads are worth their start. The first time that they are, the heaps of
/// all threads are made ready for it.
pub fn worth_all_cores<'s>(sources: impl IntoIterator<Item = &'s Source>) -> bool {
    let worth = sources.into_iter().map(|source| source.text().len()).sum::<usize>() > SMALL;
    if worth {
        static GROWN: AtomicBool = AtomicBool::new(false);
        if !GROWN.swap(true, Ordering::Relaxed) {
            grow_heaps();
        }
    }
    worth
}

/// Lets the heap of each thread grow in one step.
///
/// The allocator of glibc asks the kernel for each page that the heap of a thread grows by, and while it does,
/// no other thread gets memory: a tenth of the time of a large check. It keeps what was asked for at once and
/// given back. Pages that nobody writes to cost nothing; other allocators take no notice.
fn grow_heaps() {
    // The size from which all is mapped by itself is never raised beyond 32 MiB.
    const ROOM: usize = 31 << 20;
    fn ask(bytes: usize) {
        let mut room = Vec::<u8>::new();
        // Where so much is not to be had, the heap grows page by page.
        let _ = black_box(&mut room).try_reserve_exact(bytes);
    }
    // What was mapped by itself and given back raises the size from which that is done, and twice that is what
    // a heap may keep (`M_MMAP_THRESHOLD` and `M_TRIM_THRESHOLD` in mallopt(3)).
    ask(ROOM);
    let below = ROOM - (1 << 20);
    ask(below);
    rayon::spawn_broadcast(move |_| ask(below));
}
