//! `regrender explain`: what is behind a problem's code.

use crate::args::Explain;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::world::World;

pub(crate) fn run(arguments: &Explain, world: &mut World) -> Result<Exit, Failure> {
    let Some(page) = regrender_config::page(&arguments.subject) else {
        let message = format!("there is no problem with the code `{}`", arguments.subject);
        let error = CliError::new(ErrorKind::Usage, message);
        return Err(error.with_hint("docs/diagnostics.md lists all codes").into());
    };
    world.print(&page.markdown())?;
    Ok(Exit::Done)
}
