//! The machine that a measurement was made on, as far as it matters.

use std::fs;
use std::num::NonZero;
use std::thread;

/// Names the machine by core count and processor.
pub(super) fn name() -> String {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let described = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let plural = if cores == 1 { "" } else { "s" };
    format!("{cores} core{plural}, {}", model(&described).unwrap_or("unknown processor"))
}

fn model(described: &str) -> Option<&str> {
    let line = described.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_what_linux_says() {
        assert_eq!(model("processor\t: 0\nmodel name\t: AMD EPYC\n"), Some("AMD EPYC"));
    }

    #[test]
    fn a_machine_that_does_not_say_has_no_model() {
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
