//! `regrender generate`: completions, the manual page, the schema.

use clap::CommandFactory as _;

use crate::args::{Arguments, Generate, Generated};
use crate::error::{CliError, Exit, Failure};
use crate::world::World;

pub(crate) fn run(arguments: &Generate, world: &mut World) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    match &arguments.what {
        Generated::Completions { shell } => {
            clap_complete::generate(*shell, &mut Arguments::command(), "regrender", &mut text);
        }
        Generated::Man => {
            clap_mangen::Man::new(Arguments::command())
                .render(&mut text)
                .map_err(CliError::from_output)?;
        }
        Generated::Schema => text.extend(regrender_config::schema().bytes()),
    }
    world.stdout.write_all(&text).map_err(CliError::from_output)?;
    Ok(Exit::Done)
}
