//! Where sops keeps identities: `sops/age/keys.txt` in the configuration folder of the platform.

use crate::world::World;
use std::path::{Path, PathBuf};

/// A platform, as far as its configuration folder goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// Linux and the like.
    Unix,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// Returns the platform this program was built for.
    pub(crate) fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Unix
        }
    }
}

/// Returns the path of `keys.txt`.
pub(crate) fn keys_file(platform: Platform, world: &World) -> Option<PathBuf> {
    let xdg = || world.variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = match platform {
        // Go's `os.UserConfigDir` refuses a relative one, and does not go on to the home folder then.
        Platform::Unix => match xdg() {
            Some(folder) => Some(folder).filter(|folder| folder.is_absolute()),
            None => world.home().map(|home| home.join(".config")),
        },
        // sops looks at the variable itself there, because Go does not.
        Platform::MacOs => xdg()
            .or_else(|| world.home().map(|home| home.join("Library").join("Application Support"))),
        Platform::Windows => world.variable("AppData").map(PathBuf::from),
    };
    folder.as_deref().map(in_folder)
}

/// Returns where people on macOS put `keys.txt`, and sops does not look.
pub(crate) fn other_keys_file(platform: Platform, world: &World) -> Option<PathBuf> {
    if platform != Platform::MacOs || world.variable("XDG_CONFIG_HOME").is_some() {
        return None;
    }
    world.home().map(|home| in_folder(&home.join(".config")))
}

fn in_folder(folder: &Path) -> PathBuf {
    folder.join("sops").join("age").join("keys.txt")
}
