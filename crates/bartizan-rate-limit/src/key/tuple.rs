use super::Key;
use super::part::Part;

impl FromIterator<Self> for Key {
    /// Joins keys into one: equal when all are. Of none, it is one key for everyone.
    fn from_iter<I: IntoIterator<Item = Self>>(keys: I) -> Self {
        Self(Part::All(keys.into_iter().map(|key| key.0).collect()))
    }
}

macro_rules! from_tuple {
    ($($name:ident)*) => {
        impl<$($name: Into<Key>),*> From<($($name,)*)> for Key {
            fn from(keys: ($($name,)*)) -> Self {
                #[expect(non_snake_case, reason = "named as its type is")]
                let ($($name,)*) = keys;
                [$($name.into()),*].into_iter().collect()
            }
        }
    };
}

from_tuple!(A B);
from_tuple!(A B C);
from_tuple!(A B C D);
from_tuple!(A B C D E);
from_tuple!(A B C D E F);
