//! `regrender generate`: completions, the manual page, the schema.

use clap::{Command, CommandFactory as _};

use crate::args::{Arguments, Generate, Generated};
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::world::World;

pub(crate) fn run(arguments: &Generate, world: &mut World) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    match &arguments.what {
        Generated::Completions { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "regrender", &mut text);
        }
        Generated::Man { command } => {
            let page = page(command.as_deref())?;
            let source = concat!("regrender ", env!("CARGO_PKG_VERSION"));
            let page = clap_mangen::Man::new(page).source(source);
            page.render(&mut text).map_err(CliError::from_output)?;
        }
        Generated::Schema => text.extend(regrender_config::schema().bytes()),
    }
    world.stdout.write_all(&text).map_err(CliError::from_output)?;
    Ok(Exit::Done)
}

/// Returns the command that a manual page is for; a part of the whole is named after both.
fn page(name: Option<&str>) -> Result<Command, CliError> {
    let mut whole = Arguments::command();
    whole.build();
    let Some(name) = name else { return Ok(whole) };
    let Some(command) = whole.find_subcommand(name) else {
        let known: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
        return Err(CliError::new(ErrorKind::Usage, format!("there is no command `{name}`"))
            .with_hint(format!("name one of these: {}", known.join(", "))));
    };
    Ok(command.clone().version(env!("CARGO_PKG_VERSION")))
}
