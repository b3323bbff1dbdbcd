//! One run: from the arguments to the exit code.

use std::ffi::OsString;
use std::io::Write as _;

use clap::Parser as _;
use regrender_diagnostic::mask_line;
use serde_json::{Value, json};

use crate::args::{Arguments, Command, with_tip};
use crate::command;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::message::takes_color;
use crate::world::World;

/// Carries out what `arguments` ask for, and returns the exit code.
#[must_use]
pub fn run(arguments: Vec<OsString>, world: &mut World) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return show_usage(&with_tip(error), world),
    };
    let outcome = dispatch(&arguments.command, world).and_then(|exit| {
        world.stdout.flush().map_err(CliError::from_output)?;
        Ok(exit)
    });
    match outcome {
        Ok(exit) => exit.code(),
        Err(Failure(errors)) => {
            let errors = errors.into_iter().map(|error| error.seen_from(&world.directory));
            let errors: Vec<CliError> = errors.collect();
            if arguments.command.is_for_programs() {
                let told: Vec<Value> = errors.iter().map(CliError::to_json).collect();
                let text = format!("{}\n", json!({ "errors": told }));
                // Standard error and the exit code say it too.
                drop(
                    world
                        .print(&text)
                        .and_then(|()| world.stdout.flush().map_err(CliError::from_output)),
                );
            }
            let code = errors.iter().map(CliError::exit_code).max().unwrap_or(0);
            let told = errors.iter().filter(|error| error.kind != ErrorKind::ClosedPipe);
            world.errors(&told.collect::<Vec<_>>());
            code
        }
    }
}

fn dispatch(command: &Command, world: &mut World) -> Result<Exit, Failure> {
    match command {
        Command::Init(arguments) => command::init::run(arguments, world),
        Command::Build(arguments) => command::build::run(arguments, world),
        Command::Diff(arguments) => command::diff::run(arguments, world),
        Command::Verify(arguments) => command::verify::run(arguments, world),
        Command::Reveal(arguments) => command::reveal::run(arguments, world),
        Command::Audit(arguments) => command::audit::run(arguments, world),
        Command::Explain(arguments) => command::explain::run(arguments, world),
        Command::Graph(arguments) => command::graph::run(arguments, world),
        Command::Import(arguments) => command::import::run(arguments, world),
        Command::Probe(arguments) => command::probe::run(arguments, world),
        Command::Generate(arguments) => command::generate::run(arguments, world),
    }
}

/// Shows what clap has to say: help and version are data, a wrong command line is for people.
fn show_usage(error: &clap::Error, world: &mut World) -> u8 {
    let rendered = error.render();
    let (is_terminal, stream) = if error.use_stderr() {
        (world.terminal.stderr, &mut world.stderr)
    } else {
        (world.terminal.stdout, &mut world.stdout)
    };
    let has_color = is_terminal && takes_color(&world.environment);
    let text = if has_color { rendered.ansi().to_string() } else { rendered.to_string() };
    // What stands where no argument belongs may be a key.
    let text = if error.use_stderr() { mask_line(&text) } else { text };
    let written = stream.write_all(text.as_bytes());
    // A closed pipe counts as done.
    drop(written.and_then(|()| stream.flush()));
    u8::try_from(error.exit_code()).unwrap_or(2)
}
