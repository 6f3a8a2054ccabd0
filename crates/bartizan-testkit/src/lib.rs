//! Test kit for tower services and guards: readiness contract, fake clock, recorders.
