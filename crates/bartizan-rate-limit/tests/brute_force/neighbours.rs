//! What neighbours, and all who are strangers to an account, take from one another.

use super::*;

/// Fails once, if it is admitted.
async fn fail(throttle: &LoginThrottle, account: &str, from: u32) -> bool {
    let attempt = throttle.admit(Some(account), client(from)).await;
    attempt.map(LoginAttempt::failed).is_ok()
}

#[tokio::test]
async fn one_neighbourhood_does_not_use_up_what_those_have_who_guess_on() {
    let (throttle, clock) = throttle();
    let mut in_time = false;
    for minute in 0..4 * 24 * 60 {
        for address in 0..8 {
            guess(&throttle, "alice", stranger(0) + address).await;
        }
        if minute > 3 * 24 * 60 {
            in_time |= log_in(&throttle, "alice", HOME).await;
        } else if minute > 3 * 24 * 60 - 3 {
            // Typing errors, as many as make one that guesses on.
            assert!(fail(&throttle, "alice", HOME).await);
        }
        clock.advance(MINUTE);
    }
    assert!(in_time, "a day of right passwords");
}

#[tokio::test]
async fn one_neighbourhood_gets_few_guesses_however_many_addresses_it_has() {
    let (throttle, clock) = throttle();
    let mut days = [0; 3];
    for guesses in &mut days {
        for _ in 0..24 * 12 {
            for address in 0..64 {
                *guesses += guess(&throttle, "alice", stranger(0) + address).await;
            }
            clock.advance(5 * MINUTE);
        }
    }
    // Twenty of those that have not failed before, and twenty of those that have.
    assert!(days[0] <= 20 + 8 + 20 + 8, "{days:?}");
    assert!(days[1] <= 40 && days[2] <= 40, "{days:?}");
}

#[tokio::test]
async fn an_owner_is_told_the_shorter_of_both_waits() {
    let (throttle, clock) = throttle();
    let users: Vec<_> = (0..100).map(|user| format!("user{user}")).collect();
    for user in &users {
        assert!(log_in(&throttle, user, HOME).await);
    }
    for attacker in 1..=100 {
        guess(&throttle, "user99", stranger(attacker)).await;
    }
    for user in &users[..60] {
        guess(&throttle, user, HOME).await;
    }
    let refused = throttle.admit(Some("user99"), client(HOME)).await;
    let told = refused.unwrap_err().retry_after().unwrap();
    assert_eq!(seconds(told), 12);
    clock.advance(told);
    assert!(log_in(&throttle, "user99", HOME).await);
}

#[tokio::test]
async fn as_many_fail_as_all_may_and_owners_get_in() {
    let (throttle, clock) = throttle();
    let mut random = 0_u32;
    let mut refused = 0;
    for minute in 0..180 {
        for _ in 0..900 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            fail(&throttle, &format!("{random}"), random).await;
        }
        let (owner, home) = (format!("owner{minute}"), HOME + minute % 7);
        refused += u32::from(!log_in(&throttle, &owner, home).await);
        fail(&throttle, &owner, home).await;
        refused += u32::from(!log_in(&throttle, &owner, home).await);
        clock.advance(MINUTE);
    }
    // About one in 30,000 meets a set of the store that is full.
    assert!(refused <= 3, "{refused} of 360");
}
