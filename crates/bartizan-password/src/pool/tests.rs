use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use tokio_test::block_on;
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready_eq};

use super::*;
use crate::Argon2Params;

#[test]
fn refuses_at_once_what_exceeds_threads_and_queue() {
    let pool = pool(1, 2);
    let (gate, _running) = occupy(&pool);
    let first = pool.submit(|_| Ok(1));
    let second = pool.submit(|_| Ok(2));

    let mut third = spawn(pool.submit(|_| Ok(3)));

    let overloaded = PoolError::Overloaded {
        retry_after: Duration::from_secs(7),
    };
    assert_ready_eq!(third.poll(), Err(overloaded));
    assert_eq!((pool.stats().waiting, pool.stats().shed), (2, 1));
    drop(gate);
    assert_eq!(block_on(first), Ok(1));
    assert_eq!(block_on(second), Ok(2));
}

#[test]
fn without_a_queue_takes_what_idle_threads_can_take() {
    let pool = pool(2, 0);
    let (first_gate, first) = occupy(&pool);
    let (_second_gate, _second) = occupy(&pool);

    let mut third = spawn(pool.submit(|_| Ok(())));

    assert!(assert_ready(third.poll()).is_err());
    drop(first_gate);
    assert_eq!(block_on(first), Ok(()));
}

#[test]
fn a_thread_is_free_again_once_when_its_answer_is_there() {
    let pool = pool(1, 0);
    for round in 0..100 {
        assert_eq!(block_on(pool.submit(move |_| Ok(round))), Ok(round));
    }

    let (_gate, _running) = occupy(&pool);

    assert!(block_on(pool.submit(|_| Ok(()))).is_err());
}

#[test]
fn a_dropped_future_frees_no_thread_early() {
    let pool = pool(1, 1);
    let (gate, running) = occupy(&pool);
    drop(running);
    let mut second = spawn(pool.submit(|_| Ok(2)));

    let mut third = spawn(pool.submit(|_| Ok(3)));

    assert_pending!(second.poll());
    assert!(assert_ready(third.poll()).is_err());
    drop(gate);
    assert_eq!(block_on(second), Ok(2));
}

#[test]
fn queued_work_that_nobody_waits_for_is_skipped() {
    let pool = pool(1, 2);
    let (gate, running) = occupy(&pool);
    let ran = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ran);
    let abandoned = pool.submit(move |_| {
        flag.store(true, Ordering::SeqCst);
        Ok(())
    });
    let wanted = pool.submit(|_| Ok(()));

    drop(abandoned);
    drop(gate);

    assert_eq!(block_on(running), Ok(()));
    assert_eq!(block_on(wanted), Ok(()));
    assert!(!ran.load(Ordering::SeqCst));
    assert_eq!(pool.stats().skipped, 1);
}

#[test]
fn abandoned_work_makes_room_in_a_full_queue() {
    let pool = pool(1, 1);
    let (gate, _running) = occupy(&pool);
    let abandoned = pool.submit(|_| Ok(1));
    drop(abandoned);

    let wanted = pool.submit(|_| Ok(2));

    drop(gate);
    assert_eq!(block_on(wanted), Ok(2));
    assert_eq!((pool.stats().skipped, pool.stats().shed), (1, 0));
}

#[test]
fn a_panic_reaches_its_caller_and_the_thread_goes_on() {
    let pool = pool(1, 8);

    let panicked = pool.submit::<(), _>(|_| panic!("on purpose"));
    let next = pool.submit(|_| Ok(std::thread::current().name().map(str::to_owned)));

    assert_eq!(block_on(panicked), Err(PoolError::Panicked));
    assert_eq!(block_on(next), Ok(Some("password-0".to_owned())));
}

#[test]
fn a_waker_that_panics_ends_no_thread() {
    struct Panicking;
    impl Wake for Panicking {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    let pool = pool(1, 8);
    let (gate, mut running) = occupy(&pool);
    let waker = Waker::from(Arc::new(Panicking));
    assert!(
        Pin::new(&mut running)
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    let next = pool.submit(|_| Ok(std::thread::current().name().map(str::to_owned)));

    drop(gate);

    // Closed, or never answered, by a pool without a thread.
    let (answer, answered) = channel();
    std::thread::spawn(move || answer.send(block_on(next)));
    let answered = answered.recv_timeout(Duration::from_secs(60));
    assert_eq!(answered, Ok(Ok(Some("password-0".to_owned()))));
    assert_eq!(block_on(running), Ok(()));
}

#[test]
fn a_hash_that_cannot_be_renewed_keeps_nobody_out() {
    let password = SecretString::from("correct horse ".repeat(20));
    let old = hasher().hash(&password).unwrap();
    let params = Argon2Params::insecure_new(128, 1, 1).unwrap();
    // Too short for this password: to hash it fails, to verify it does not.
    let failing = PasswordHasher::new(params).max_bytes(256);
    let mut memory = Memory::keeping(128);

    let mut verify =
        |password: &SecretString| failing.verify_and_rehash_with(&mut memory, password, &old);

    assert_eq!(verify(&password), Ok((Verification::NeedsRehash, None)));
    assert_eq!(verify(&"wrong".into()), Ok((Verification::Mismatch, None)));
}

#[test]
fn a_thread_hashes_in_the_same_memory_each_time() {
    let pool = pool(1, 8);
    let lend = |memory: &mut Memory| Ok(memory.lend(64, |blocks| blocks.as_ptr() as usize)?);

    let first = block_on(pool.submit(lend));
    block_on(pool.hash("correct horse".into())).unwrap();
    let second = block_on(pool.submit(lend));

    assert!(first.is_ok());
    assert_eq!(first, second);
}

#[test]
fn a_thread_wipes_its_memory_when_it_comes_to_rest() {
    let queue = Queue::new(NonZeroUsize::MIN, 8);
    let mut memory = Memory::keeping(8);
    let scribble = |memory: &mut Memory| {
        Ok(memory.lend(8, |blocks| {
            blocks.iter_mut().for_each(|block| block.as_mut().fill(7));
        })?)
    };
    let (first, _first) = worker::job(scribble);
    let (second, _second) = worker::job(scribble);
    queue.push(first).unwrap();
    queue.push(second).unwrap();

    let mut was_wiped = Vec::new();
    for _ in 0..2 {
        let job = queue.pop(|| memory.wipe()).unwrap();
        was_wiped.push(memory.is_wiped());
        worker::run(job, &mut memory, &queue);
    }
    // Closed while the thread comes to rest, so that it need not wait.
    let ended = queue.pop(|| {
        memory.wipe();
        queue.close();
    });

    assert_eq!(was_wiped, [true, false]);
    assert!(ended.is_none() && memory.is_wiped());
}

#[test]
fn dropping_the_pool_ends_its_threads_and_closes_what_waits() {
    let pool = pool(1, 8);
    let ended = when_thread_ends(&pool);
    let (gate, running) = occupy(&pool);
    let waiting = pool.submit(|_| Ok(()));
    let clone = pool.clone();

    drop(pool);
    drop(clone);

    assert_eq!(block_on(waiting), Err(PoolError::Closed));
    drop(gate);
    assert_eq!(block_on(running), Ok(()));
    // Disconnected by the thread's end; there is no message.
    assert!(ended.recv().is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn low_priority_is_that_of_the_hashing_threads_alone() {
    let nice = || rustix::process::nice(0).unwrap();
    let settings = settings(1, 8);
    let before = nice();

    for (low, niceness) in [(false, before), (true, (before + 10).min(19))] {
        let pool = PasswordHasherPool::start(hasher(), settings.low_priority(low)).unwrap();
        assert_eq!(block_on(pool.submit(move |_| Ok(nice()))), Ok(niceness));
        assert_eq!(nice(), before);
    }
}

#[test]
fn counts_what_it_does() {
    let pool = pool(1, 8);
    let hash = block_on(pool.hash("correct horse".into())).unwrap();

    let right = block_on(pool.verify("correct horse".into(), hash.clone()));
    let wrong = block_on(pool.verify("wrong".into(), hash));
    let nobody = block_on(pool.verify_nobody("wrong".into()));

    assert_eq!(right, Ok(Verification::Match));
    assert_eq!(wrong, Ok(Verification::Mismatch));
    assert_eq!(nobody, Ok(()));
    let stats = pool.stats();
    assert_eq!(
        (stats.hashes, stats.verifications, stats.dummies),
        (1, 2, 1)
    );
}

#[test]
fn debug_shows_no_memory_and_no_key() {
    let shown = format!(
        "{:?} {:?}",
        pool(1, 1),
        Pending::<()>::failed(PoolError::Closed)
    );

    assert!(shown.starts_with("PasswordHasherPool { hasher: PasswordHasher {"));
    assert!(shown.ends_with("Pending { .. }"));
}

#[test]
fn keeps_its_auto_traits() {
    fn is_usable_anywhere<T: Send + Sync + Clone + 'static>() {}
    fn is_a_future_of_any_task<T: Send + Unpin + 'static>() {}

    is_usable_anywhere::<PasswordHasherPool>();
    is_a_future_of_any_task::<Pending<PasswordHash>>();
}

fn hasher() -> PasswordHasher {
    PasswordHasher::new(Argon2Params::insecure_new(64, 1, 1).unwrap())
}

fn settings(threads: usize, queue: usize) -> PoolSettings {
    PoolSettings::default()
        .threads(NonZeroUsize::new(threads).unwrap())
        .queue(queue)
        .retry_after(Duration::from_secs(7))
}

fn pool(threads: usize, queue: usize) -> PasswordHasherPool {
    PasswordHasherPool::start(hasher(), settings(threads, queue)).unwrap()
}

/// Keeps a thread busy, from when this returns until the gate is dropped.
fn occupy(pool: &PasswordHasherPool) -> (Sender<()>, Pending<()>) {
    let (started, has_started) = channel();
    let (gate, until_dropped) = channel::<()>();
    let running = pool.submit(move |_| {
        started.send(()).unwrap();
        let _ = until_dropped.recv();
        Ok(())
    });
    has_started.recv().unwrap();
    (gate, running)
}

/// Is disconnected when the thread that runs the next job ends.
fn when_thread_ends(pool: &PasswordHasherPool) -> Receiver<()> {
    thread_local! {
        static ALIVE: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
    }
    let (alive, ended) = channel();
    block_on(pool.submit(move |_| {
        ALIVE.set(Some(alive));
        Ok(())
    }))
    .unwrap();
    ended
}

fn assert_ready<T>(poll: std::task::Poll<T>) -> T {
    match poll {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("pending"),
    }
}
