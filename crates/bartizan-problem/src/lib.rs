//! Problem details (RFC 9457) for rejections, faults and panics of any tower service.
