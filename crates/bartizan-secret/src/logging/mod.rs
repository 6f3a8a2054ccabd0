mod forms;
mod masker;
mod shapes;
mod view;
mod writer;

pub use self::masker::{Masker, UnmaskableSecret};
pub use self::writer::{MaskLogs, MaskingWriter};
