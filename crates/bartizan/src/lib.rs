//! Guards for any tower service, composed into one stack whose order is checked by the compiler.
