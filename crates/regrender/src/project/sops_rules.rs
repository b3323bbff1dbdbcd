//! The recipients that `.sops.yaml` names: those of clusters and colleagues, most likely.
//!
//! Which of its rules would be for the pull secrets is left to whoever fills in registries.toml.

use std::fs;
use std::path::Path;

use regrender_seal::Recipient;

use crate::enumeration::in_a_sentence;
use crate::repository;
use crate::world::World;

/// The name of the file.
const RULES: &str = ".sops.yaml";

/// How the text of a native recipient begins.
const BEGINNING: &str = "age1";

/// Lists the recipients in the nearest rules at or above `folder` that are not among `own`, in order.
pub(crate) fn other_recipients(folder: &Path, own: &[String]) -> Vec<String> {
    let top = repository::top(folder);
    let mut folders = folder.ancestors().take_while(|above| above.starts_with(top));
    let rules = folders.find_map(|folder| fs::read_to_string(folder.join(RULES)).ok());
    let mut others: Vec<String> = Vec::new();
    // What is commented out is for nobody.
    for line in rules.iter().flat_map(|text| text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        for word in line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
            let word = word.to_owned();
            if word.starts_with(BEGINNING)
                && !own.contains(&word)
                && !others.contains(&word)
                && Recipient::parse(&word).is_ok()
            {
                others.push(word);
            }
        }
    }
    others
}

/// Spells them as comments below the list of recipients.
pub(crate) fn commented(others: &[String]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let lines = others.iter().map(|one| format!("#   \"{one}\",\n"));
    let lines = lines.collect::<String>();
    format!(
        "# {RULES} has these too. List those who have to open the pull secrets, such as clusters:\n{lines}"
    )
}

/// Says that there are some.
pub(crate) fn tell(others: &[String], world: &mut World) {
    if !others.is_empty() {
        world.note(&format!(
            "`{RULES}` has {} too: list in `recipients` whoever has to open the pull secrets, such \
             as a cluster",
            in_a_sentence(others)
        ));
    }
}
