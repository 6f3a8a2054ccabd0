use std::marker::PhantomData;

use bartizan_core::chain::Chain;
use bartizan_core::{Authenticate, Scheme};

use super::Stack;
use crate::step::{
    AddressLimit, AfterAuth, Authentication, Authorization, Before, BeforeAuth, ClientAddress,
    ClientKnown, Cors, Csrf, Firewall, Fits, Headers, Join, PrincipalKnown, PrincipalLimit,
    WithClient,
};

impl<At, Guards, Client, Frame> Stack<At, Guards, Client, Frame> {
    /// Puts security header fields on every response.
    pub fn headers<C>(self, headers: C) -> Stack<Headers, Guards::Joined, Client, Frame>
    where
        At: Before<Headers>,
        C: Fits<Headers>,
        Guards: Join<C>,
    {
        self.join(headers)
    }

    /// Answers cross-origin preflights, and lets scripts of the origins that are
    /// allowed read responses.
    pub fn cors<C>(self, cors: C) -> Stack<Cors, Guards::Joined, Client, Frame>
    where
        At: Before<Cors>,
        C: Fits<Cors>,
        Guards: Join<C>,
    {
        self.join(cors)
    }

    /// Finds the address of the client, for the limits, the handlers and the log.
    pub fn client_address<C>(
        self,
        find: C,
    ) -> Stack<ClientAddress, Guards::Joined, WithClient, Frame>
    where
        At: Before<ClientAddress>,
        C: Fits<ClientAddress>,
        Guards: Join<C>,
    {
        self.join(find)
    }

    /// Turns away requests that two readers may read in two ways.
    pub fn firewall<C>(self, firewall: C) -> Stack<Firewall, Guards::Joined, Client, Frame>
    where
        At: Before<Firewall>,
        C: Fits<Firewall>,
        Guards: Join<C>,
    {
        self.join(firewall)
    }

    /// Turns away requests that another site made a browser send.
    ///
    /// Takes a guard that implements [`Fits<Csrf>`](Fits).
    pub fn csrf<C>(self, csrf: C) -> Stack<Csrf, Guards::Joined, Client, Frame>
    where
        At: Before<Csrf>,
        C: Fits<Csrf>,
        Guards: Join<C>,
    {
        self.join(csrf)
    }

    /// Limits requests by the address of the client, before anybody is
    /// authenticated.
    ///
    /// Needs [`client_address`](Self::client_address) in front of it.
    pub fn rate_limit_by_address<C>(
        self,
        limit: C,
    ) -> Stack<AddressLimit, Guards::Joined, Client, Frame>
    where
        At: Before<AddressLimit>,
        Client: ClientKnown,
        C: Fits<AddressLimit>,
        Guards: Join<C>,
    {
        self.join(limit)
    }

    /// Adds a guard of your own, before anybody is authenticated. There may be
    /// several.
    pub fn before_auth<C>(self, guard: C) -> Stack<BeforeAuth, Guards::Joined, Client, Frame>
    where
        At: Before<BeforeAuth>,
        C: Chain,
        Guards: Join<C>,
    {
        self.join(guard)
    }

    /// Lets pass what `scheme` authenticates. Schemes are combined with
    /// [`or`](Scheme::or): `bearer.or(api_key)`.
    pub fn authenticate<S>(
        self,
        scheme: S,
    ) -> Stack<Authentication, <Guards as Join<Authenticate<S>>>::Joined, Client, Frame>
    where
        At: Before<Authentication>,
        S: Scheme,
        Guards: Join<Authenticate<S>>,
    {
        self.authenticate_by(Authenticate::required(scheme))
    }

    /// Lets pass what `scheme` authenticates, and strangers; bad credentials are
    /// refused all the same.
    pub fn authenticate_optional<S>(
        self,
        scheme: S,
    ) -> Stack<Authentication, <Guards as Join<Authenticate<S>>>::Joined, Client, Frame>
    where
        At: Before<Authentication>,
        S: Scheme,
        Guards: Join<Authenticate<S>>,
    {
        self.authenticate_by(Authenticate::optional(scheme))
    }

    /// Authenticates by a guard that is made by hand, such as an [`Authenticate`]
    /// that keeps credentials, or one that is left out
    /// [for some paths](Chain::unless).
    pub fn authenticate_by<C>(
        self,
        guard: C,
    ) -> Stack<Authentication, Guards::Joined, Client, Frame>
    where
        At: Before<Authentication>,
        C: Fits<Authentication>,
        Guards: Join<C>,
    {
        self.join(guard)
    }

    /// Limits requests by who the principal is, or what plan it has.
    ///
    /// Needs [`authenticate`](Self::authenticate) in front of it.
    pub fn rate_limit_by_principal<C>(
        self,
        limit: C,
    ) -> Stack<PrincipalLimit, Guards::Joined, Client, Frame>
    where
        At: Before<PrincipalLimit> + PrincipalKnown,
        C: Fits<PrincipalLimit>,
        Guards: Join<C>,
    {
        self.join(limit)
    }

    /// Lets pass what the principal may do.
    ///
    /// Needs [`authenticate`](Self::authenticate) in front of it. Any guard will do:
    /// a policy, a route table, or one of your own.
    pub fn authorize<C>(self, policy: C) -> Stack<Authorization, Guards::Joined, Client, Frame>
    where
        At: Before<Authorization> + PrincipalKnown,
        C: Chain,
        Guards: Join<C>,
    {
        self.join(policy)
    }

    /// Adds a guard of your own, behind all others. There may be several.
    pub fn guard<C>(self, guard: C) -> Stack<AfterAuth, Guards::Joined, Client, Frame>
    where
        At: Before<AfterAuth>,
        C: Chain,
        Guards: Join<C>,
    {
        self.join(guard)
    }

    fn join<C, Next, Known>(self, next: C) -> Stack<Next, Guards::Joined, Known, Frame>
    where
        Guards: Join<C>,
    {
        Stack {
            guards: self.guards.join(next),
            frame: self.frame,
            observer: self.observer,
            at: PhantomData,
        }
    }
}
