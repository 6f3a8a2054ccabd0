//! Shows that stacks in a wrong order do not compile; see its tests.
