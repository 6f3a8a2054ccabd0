use super::evaluate::recorded;
use super::{Leaf, Node, Policy, Truth};

/// What a principal would have to come back with: a token with these scopes, of a
/// login like this.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Those that the token has already are among them: the client asks for a new one
    /// with exactly these.
    pub(crate) scopes: Vec<&'a str>,
    /// Any one of these will do.
    pub(crate) acr: Vec<&'a str>,
    pub(crate) amr: Vec<&'a str>,
    /// In seconds.
    pub(crate) max_age: Option<u64>,
}

impl<'a> Wanted<'a> {
    /// Returns whether another login is wanted, and not just another token.
    pub(crate) fn is_login(&self) -> bool {
        self.max_age.is_some() || !self.acr.is_empty() || !self.amr.is_empty()
    }

    fn and(mut self, other: Self) -> Option<Self> {
        for scope in other.scopes {
            if !self.scopes.contains(&scope) {
                self.scopes.push(scope);
            }
        }
        if self.acr.is_empty() {
            self.acr = other.acr;
        } else if !other.acr.is_empty() {
            self.acr.retain(|class| other.acr.contains(class));
            // A login has one class.
            if self.acr.is_empty() {
                return None;
            }
        }
        self.amr.extend(other.amr);
        self.max_age = match (self.max_age, other.max_age) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Some(self)
    }

    /// Adds the classes of `other` where nothing but a class is asked for.
    fn or(mut self, other: Self) -> Self {
        let is_class = |wanted: &Self| {
            wanted.scopes.is_empty() && wanted.amr.is_empty() && wanted.max_age.is_none()
        };
        if is_class(&self) && is_class(&other) && !self.acr.is_empty() {
            self.acr.extend(other.acr);
        }
        self
    }

    fn meets(&self, leaf: &Leaf) -> bool {
        match leaf {
            Leaf::Acr(class) => self.acr.contains(&class.as_str()),
            Leaf::Amr(method) => self.amr.contains(&method.as_str()),
            Leaf::MaxAge(age) => self.max_age.is_some_and(|wanted| wanted <= *age),
            _ => false,
        }
    }
}

impl Policy {
    /// Returns with what the policy would hold, as far as is known, or `None` when
    /// neither scopes nor a login are what is missing.
    pub(crate) fn wanted(&self, truths: &[Truth]) -> Option<Wanted<'_>> {
        let (_, wanted) = self.wanting(&mut recorded(truths));
        let wanted = wanted?;
        let mut before = recorded(truths);
        // What one part wants another may forbid.
        let mut with = |leaf: &Leaf| match (leaf, before(leaf)) {
            (Leaf::Scope(scope), _) => Truth::of(wanted.scopes.contains(&scope.as_str())),
            // A login has one class.
            (Leaf::Acr(_), _) if !wanted.acr.is_empty() => Truth::of(wanted.meets(leaf)),
            (leaf, _) if wanted.meets(leaf) => Truth::Yes,
            (_, truth) => truth,
        };
        (self.fold(&mut with) != Truth::No).then_some(wanted)
    }

    fn wanting<'a>(&'a self, test: &mut dyn FnMut(&Leaf) -> Truth) -> (Truth, Option<Wanted<'a>>) {
        let nothing = |truth| (truth, (truth != Truth::No).then(Wanted::default));
        match &self.0 {
            Node::All(parts) => {
                let mut truth = Truth::Yes;
                let mut all = Some(Wanted::default());
                for part in parts {
                    let (one, wanted) = part.wanting(test);
                    truth = truth.and(one);
                    all = all.zip(wanted).and_then(|(all, wanted)| all.and(wanted));
                }
                (truth, all)
            }
            Node::Any(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.wanting(test)).collect();
                let truths = parts.iter().map(|(truth, _)| *truth);
                let truth = truths.fold(Truth::No, Truth::or);
                let met = parts.iter().position(|(truth, _)| *truth == Truth::Yes);
                let wanted = match met {
                    Some(index) => parts.into_iter().nth(index).and_then(|(_, wanted)| wanted),
                    None => parts
                        .into_iter()
                        .filter_map(|(_, wanted)| wanted)
                        .reduce(Wanted::or),
                };
                (truth, wanted)
            }
            Node::Not(policy) => nothing(!policy.fold(test)),
            Node::Leaf(leaf) => {
                let truth = test(leaf);
                let mut wanted = Wanted::default();
                match leaf {
                    Leaf::Scope(scope) => wanted.scopes.push(scope),
                    _ if truth != Truth::No => {}
                    Leaf::Acr(class) => wanted.acr.push(class),
                    Leaf::Amr(method) => wanted.amr.push(method),
                    Leaf::MaxAge(age) => wanted.max_age = Some(*age),
                    _ => return (truth, None),
                }
                (truth, Some(wanted))
            }
        }
    }
}
