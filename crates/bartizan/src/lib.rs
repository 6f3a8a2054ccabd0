//! Guards for any `tower` service, composed into one stack whose order is checked
//! by the compiler.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod stack;
pub mod step;

pub use bartizan_core::*;

pub use self::stack::{Stack, StackLayer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
