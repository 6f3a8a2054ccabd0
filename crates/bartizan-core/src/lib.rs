//! Guards for any tower service: one engine, one rejection, one principal.
