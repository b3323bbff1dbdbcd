//! The files that an import writes, and how one of them names the other.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::args::Import;
use crate::command::init;
use crate::error::{CliError, ErrorKind, Failure};
use crate::new_file::{self, Readers};
use crate::path::{shown, without_dots};
use crate::pipe::HYPHEN;
use crate::world::World;

/// Where an import writes to.
pub(super) struct Target {
    /// registries.toml; none is standard output.
    pub(super) config: Option<PathBuf>,
    /// The file with the sealed passwords.
    pub(super) sealed: Option<SealedFile>,
}

/// The file with the sealed passwords.
pub(super) struct SealedFile {
    pub(super) path: PathBuf,
    /// How registries.toml names it.
    pub(super) named: String,
}

impl Target {
    /// Finds the files, none of which may exist.
    pub(super) fn of(arguments: &Import, world: &World) -> Result<Self, Failure> {
        let is_stream = arguments.write.as_os_str() == HYPHEN;
        let config = (!is_stream).then(|| world.directory.join(&arguments.write));
        let folder = config.as_deref().and_then(Path::parent).unwrap_or(&world.directory);
        let sealed = arguments.seal_into.as_ref().map(|path| {
            let path = world.directory.join(path);
            SealedFile { named: seen_from(folder, &path), path }
        });
        let mut errors = Vec::new();
        for path in config.iter().chain(sealed.as_ref().map(|file| &file.path)) {
            if path.symlink_metadata().is_ok() {
                let message =
                    format!("`{}` exists; it is left as it is", shown(path, &world.directory));
                let hint = if init::is_to_fill_in(path) {
                    "remove it: its registries are still those that `regrender init` wrote"
                } else {
                    "name another file: `--write FILE`, `--seal-into FILE`; `--write -` prints it"
                };
                errors.push(CliError::new(ErrorKind::Files, message).with_hint(hint));
            }
        }
        if config.is_some() && config.as_ref() == sealed.as_ref().map(|file| &file.path) {
            let message = "`--write` and `--seal-into` name the same file";
            let hint = "give each a file of its own";
            errors.push(CliError::new(ErrorKind::Usage, message).with_hint(hint));
        }
        if let Some(file) = sealed.as_ref().filter(|file| !is_yaml(&file.path)) {
            let name = shown(&file.path, &world.directory);
            let message =
                format!("`{name}` is not the name of a YAML file, and sops goes by the name");
            let hint = "let it end in `.sops.yaml`";
            errors.push(CliError::new(ErrorKind::Usage, message).with_hint(hint));
        }
        Failure::of_any(errors)?;
        Ok(Self { config, sealed })
    }

    /// Writes both files, or prints registries.toml.
    pub(super) fn write(
        &self,
        text: &str,
        sealed: Option<&str>,
        world: &mut World,
    ) -> Result<(), CliError> {
        if let (Some(file), Some(sealed)) = (&self.sealed, sealed) {
            new_file::create(&file.path, sealed.as_bytes(), Readers::Usual)?;
        }
        let Some(path) = &self.config else {
            return world.print(text);
        };
        new_file::create(path, text.as_bytes(), Readers::Usual).inspect_err(|_| {
            // Without the file that names it, what was sealed only stands in the way.
            if let Some(file) = self.sealed.as_ref().filter(|_| sealed.is_some()) {
                drop(std::fs::remove_file(&file.path));
            }
        })
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Returns the way from a folder to a file, in the spelling of registries.toml.
fn seen_from(folder: &Path, file: &Path) -> String {
    let (folder, file) = (without_dots(folder), without_dots(file));
    let same = folder.components().zip(file.components());
    let common = same.take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| Cow::from(".."));
    let down = file.components().skip(common).map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(folder: &str, file: &str, expected: &str) {
        assert_eq!(seen_from(Path::new(folder), Path::new(file)), expected);
    }

    #[test]
    fn a_file_is_named_from_the_folder_of_registries_toml() {
        check("/a/b", "/a/b/c.sops.yaml", "c.sops.yaml");
        check("/a/b", "/a/c/d.sops.yaml", "../c/d.sops.yaml");
        check("/a/b", "/a/b/../c/./d.sops.yaml", "../c/d.sops.yaml");
    }
}
