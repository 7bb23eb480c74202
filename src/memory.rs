//! One ceiling for the memory of all workers together: a photo is begun only when what it needs fits under it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of bytes that workers take from and give back to. Whoever came first is served first, so that a large photo
/// is not passed by for ever by small ones.
#[derive(Debug)]
pub struct MemoryBudget {
    capacity: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: u64,
    next_ticket: u64,
    served: u64,
}

/// Bytes of a budget, given back when dropped.
#[derive(Debug)]
pub struct Reservation<'a> {
    budget: &'a MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    /// A budget of `capacity` bytes.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        Self { capacity, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Bytes in all.
    #[must_use]
    pub const fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Takes `bytes`, waiting until they are free; `None` where the whole budget is smaller.
    ///
    /// Who holds a reservation must not wait for another: two that do may wait for each other.
    #[must_use]
    pub fn reserve(&self, bytes: u64) -> Option<Reservation<'_>> {
        if bytes > self.capacity {
            return None;
        }
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        while state.served != ticket || state.taken + bytes > self.capacity {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.served += 1;
        state.taken += bytes;
        self.changed.notify_all();
        Some(Reservation { budget: self, bytes })
    }

    /// The numbers stay true whatever a thread that held them did.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation<'_> {
    /// Makes this one `bytes` large, without waiting; whether that was possible. Smaller always is.
    #[must_use]
    pub fn resize(&mut self, bytes: u64) -> bool {
        let mut state = self.budget.lock();
        let others = state.taken - self.bytes;
        if bytes > self.bytes && others.saturating_add(bytes) > self.budget.capacity {
            return false;
        }
        state.taken = others + bytes;
        self.bytes = bytes;
        self.budget.changed.notify_all();
        true
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.budget.lock().taken -= self.bytes;
        self.budget.changed.notify_all();
    }
}

/// A quarter of the memory that this process may use, in bytes: of the machine's or, in a container, of its control
/// group's limit.
#[must_use]
#[cfg(feature = "cli")]
pub fn default_capacity() -> u64 {
    /// Where neither the machine nor its control group says how much memory there is.
    const UNKNOWN_MACHINE: u64 = 4 << 30;
    /// The share of the machine that a run takes: 1 / this.
    const SHARE: u64 = 4;
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    let machine = Some(system.total_memory()).filter(|&bytes| bytes > 0);
    let group = system.cgroup_limits().map(|limits| limits.total_memory).filter(|&bytes| bytes > 0);
    machine.into_iter().chain(group).min().unwrap_or(UNKNOWN_MACHINE) / SHARE
}

/// The limit on the address space of this process (`ulimit -v`), in bytes; `None` where there is none, or where the
/// system does not say (proc(5)).
#[must_use]
#[cfg(feature = "cli")]
pub fn address_space() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    // The soft limit; a word where there is none.
    limit.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn never_more_is_taken_than_there_is() {
        let budget = MemoryBudget::new(100);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for worker in 0..8_u64 {
                let (budget, now, most) = (&budget, &now, &most);
                scope.spawn(move || {
                    for round in 0..200 {
                        let bytes = 1 + (worker * 37 + round * 11) % 100;
                        let reservation = budget.reserve(bytes).expect("no more than there is");
                        most.fetch_max(now.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(bytes, Ordering::SeqCst);
                        drop(reservation);
                    }
                });
            }
        });
        assert!((50..=100).contains(&most.into_inner()));
        assert_eq!(budget.lock().taken, 0);
    }

    #[test]
    fn what_is_larger_than_the_budget_is_refused_at_once() {
        assert!(MemoryBudget::new(10).reserve(11).is_none());
    }

    #[test]
    fn a_reservation_grows_only_into_what_is_free() {
        let budget = MemoryBudget::new(10);
        let mut first = budget.reserve(4).expect("free");
        let second = budget.reserve(3).expect("free");
        assert!(first.resize(7));
        assert!(!first.resize(8));
        drop(second);
        assert!(first.resize(10));
        assert!(first.resize(1));
        assert!(budget.reserve(9).is_some());
    }
}
