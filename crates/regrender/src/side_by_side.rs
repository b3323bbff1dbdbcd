//! Work that mostly waits for others, for several things at the same time.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does `work` for each of `things`, for at most so many at once; returns what came of them in the
/// order of the things.
pub(crate) fn side_by_side<T: Sync, R: Send>(
    things: &[T],
    at_once: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let turns = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(place) else { return done };
            done.push((place, work(thing)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..things.len().min(at_once)).map(|_| scope.spawn(turns)).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.flatten().collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_things() {
        let things: Vec<usize> = (0..100).collect();
        assert_eq!(
            side_by_side(&things, 7, |thing| thing * 2),
            (0..200).step_by(2).collect::<Vec<_>>()
        );
        assert!(side_by_side(&[], 7, |thing: &usize| *thing).is_empty());
    }

    #[test]
    fn as_many_are_at_work_as_may_be_and_no_more() {
        let (at_work, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // Nobody goes on before three are at work.
        let meeting = Barrier::new(3);
        side_by_side(&[(); 9], 3, |()| {
            most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            meeting.wait();
            at_work.fetch_sub(1, Ordering::SeqCst);
        });
        assert_eq!(most.into_inner(), 3);
    }
}
