use bartizan_secret::SecretString;
use zeroize::Zeroizing;

use crate::HashError;

/// Digits and lower-case letters without `i`, `l`, `o` and `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Five bits each: 130 bits.
const LENGTH: usize = 26;

/// Makes a password of 130 random bits that is easy to read and to type.
///
/// For the first password of an account or the users of a demonstration.
///
/// ```
/// use bartizan_password::generate_password;
///
/// let password = generate_password()?;
///
/// assert_eq!(password.expose_secret().len(), 26);
/// # Ok::<(), bartizan_password::HashError>(())
/// ```
///
/// # Errors
///
/// [`HashError::Randomness`].
pub fn generate_password() -> Result<SecretString, HashError> {
    let mut random = Zeroizing::new([0; LENGTH]);
    aws_lc_rs::rand::fill(&mut *random).map_err(|_| HashError::Randomness)?;
    // The alphabet's length divides 256: no letter is more likely than another.
    let password: String = random
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|&letter| char::from(letter))
        .fold(String::with_capacity(LENGTH), |mut password, letter| {
            password.push(letter);
            password
        });
    Ok(SecretString::from(password))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn passwords_differ_and_use_the_whole_alphabet() {
        let passwords: Vec<SecretString> = (0..200).map(|_| generate_password().unwrap()).collect();

        let distinct: HashSet<&str> = passwords.iter().map(SecretString::expose_secret).collect();
        let letters: HashSet<char> = distinct.iter().flat_map(|text| text.chars()).collect();
        assert_eq!(distinct.len(), 200);
        assert_eq!(letters.len(), 32);
        assert!(distinct.iter().all(|text| text.len() == 26));
    }
}
