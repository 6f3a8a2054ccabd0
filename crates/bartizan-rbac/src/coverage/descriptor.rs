use http::Method;
use prost::Message;
use prost_types::FileDescriptorSet;

use super::{Coverage, InvalidDescription};

impl Coverage<'_> {
    /// Adds the methods of all services of an encoded `FileDescriptorSet`, as
    /// `protoc --descriptor_set_out` and tonic's build script write it.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidDescription`] when it is not one, or has no service.
    pub fn descriptor_set(mut self, encoded: &[u8]) -> Result<Self, InvalidDescription> {
        let set = FileDescriptorSet::decode(encoded)
            .map_err(|error| InvalidDescription::new(error.to_string()))?;
        if set.file.iter().all(|file| file.service.is_empty()) {
            return Err(InvalidDescription::new("the descriptor set has no service"));
        }
        for file in &set.file {
            let package = match file.package() {
                "" => String::new(),
                package => format!("{package}."),
            };
            for service in &file.service {
                for method in &service.method {
                    let (service, method) = (service.name(), method.name());
                    let rules = self
                        .table
                        .ruled_call(&format!("{package}{service}"), method);
                    let pattern = format!("/{package}{service}/{method}");
                    self.note(rules, Method::POST, &pattern);
                }
            }
        }
        Ok(self)
    }
}
