use bartizan_core::InvalidSettings;
use bartizan_cors::InvalidCors;

/// What is wrong with a group of settings, each with the name of the setting.
pub(super) trait Mistakes {
    fn of_group(&self) -> InvalidSettings;
}

impl Mistakes for InvalidSettings {
    fn of_group(&self) -> InvalidSettings {
        self.clone()
    }
}

impl Mistakes for InvalidCors {
    fn of_group(&self) -> InvalidSettings {
        let mut problems = InvalidSettings::new();
        for problem in self.problems() {
            let text = problem.to_string();
            let setting = problem.setting();
            let rest = text.strip_prefix(setting);
            let rest = rest.and_then(|rest| rest.strip_prefix(": "));
            problems.add(setting, rest.unwrap_or(&text));
        }
        problems
    }
}
