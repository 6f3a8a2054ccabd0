use std::pin::pin;

use bartizan_core::Rejection;
use bytes::Buf;
use http_body::Body;
use http_body_util::BodyExt;
use zeroize::Zeroizing;

use super::{invalid_request, too_large};

/// Reads a body of at most `limit` bytes into a buffer that is wiped when dropped.
pub(crate) async fn read<B: Body>(body: B, limit: usize) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large());
    }
    let mut buffer = Zeroizing::new(Vec::with_capacity(announced));
    let mut body = pin!(body);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| invalid_request("the form could not be read"))?;
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        let length = buffer.len().saturating_add(data.remaining());
        if length > limit {
            return Err(too_large());
        }
        grow(&mut buffer, length, limit);
        while data.has_remaining() {
            let chunk = data.chunk();
            let taken = chunk.len();
            buffer.extend_from_slice(chunk);
            data.advance(taken);
        }
    }
    Ok(buffer)
}

/// Makes room without leaving an unwiped copy behind, as `Vec` would.
fn grow(buffer: &mut Zeroizing<Vec<u8>>, length: usize, limit: usize) {
    if length > buffer.capacity() {
        let doubled = buffer.capacity().saturating_mul(2).min(limit);
        let mut larger = Zeroizing::new(Vec::with_capacity(length.max(doubled)));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
}
