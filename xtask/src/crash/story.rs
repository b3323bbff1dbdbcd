//! What a build comes upon and what it shall make of it: the cases before they are disturbed.

use super::password::Password;
use super::site::RECIPIENT;
use super::tree::Tree;

/// The output folder of every case.
pub(super) const OUTPUT: &str = "pull-secrets";

const FROM_VARIABLE: &str = "{ env = \"PASSWORD\" }";
const FROM_FILE: &str = "{ file = \"../password\" }";
const FROM_COMMAND: &str = "{ command = [\"cat\", \"../password\"] }";

/// Long enough to tell a copy of it from a splinter.
const LONG: &str = "canary-4f1d-kQ7vZr2LmX9sBt4WnY6c";

const PASSWORD: Password = Password::Variable("canary-4f1d-one");
const OTHER_PASSWORD: Password = Password::Variable("canary-4f1d-two");

/// A repository, and the password that is to be had while it is built.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// Everything but the output folder.
    pub(super) tree: Tree,
    /// The password.
    pub(super) password: Password,
}

/// What is built before, what is changed then, and what lies about.
#[derive(Debug)]
pub(super) struct Story {
    /// What it is about.
    pub(super) title: &'static str,
    /// What an earlier build was made of.
    pub(super) before: Option<Input>,
    /// What the build in question is made of.
    pub(super) after: Input,
    /// Files in the output folder that no finished build wrote.
    pub(super) lying_about: &'static [(&'static str, &'static str)],
}

/// Returns all of them.
pub(super) fn all() -> Vec<Story> {
    vec![first_build(), rotation(), other_format()]
}

/// Nothing is there yet.
fn first_build() -> Story {
    Story {
        title: "a first build",
        before: None,
        after: input("sops", &["flux", "argocd"], &["apps", "zeta"], PASSWORD),
        lying_about: &[],
    }
}

/// The password is another one; of the namespaces one comes and one goes.
pub(super) fn rotation() -> Story {
    Story {
        title: "another password, a namespace more, a namespace less",
        before: Some(input("sops", &["flux", "argocd"], &["apps", "batch"], PASSWORD)),
        after: input("sops", &["flux", "argocd"], &["batch", "zeta"], OTHER_PASSWORD),
        lying_about: &[],
    }
}

/// The password is where whoever started the build put it, and regrender cannot wipe it.
pub(super) fn in_environment() -> Story {
    let after = input("sops", &["flux"], &["apps"], Password::Variable(LONG));
    Story { title: "a password in the environment", after, ..first_build() }
}

/// The password is nowhere but where a build has to fetch it; one file is compared, one is new.
pub(super) fn fetched() -> Vec<Story> {
    let fetch = |title, source| {
        let input = |namespaces| {
            let mut input = input("sops", &["flux"], namespaces, Password::File(LONG));
            let text = input.tree.files.get_mut("registries.toml").expect("it was added");
            let one = String::from_utf8_lossy(text).replace(FROM_VARIABLE, source);
            *text = many_registries(&one, source).into_bytes();
            input
        };
        let (before, after) = (Some(input(&["apps"])), input(&["apps", "zeta"]));
        Story { title, before, after, lying_about: &[] }
    };
    vec![fetch("a password in a file", FROM_FILE), fetch("a password by command", FROM_COMMAND)]
}

/// Adds registries to the one of `text`, so that buffers have to grow.
fn many_registries(text: &str, source: &str) -> String {
    let names = ["one", "two", "three", "four"];
    let tables = names.map(|name| {
        format!("\n[registry.{name}]\nhost = \"{name}.example\"\nusername = \"u\"\npassword = {source}\n")
    });
    let list = format!("registries = {:?}", [&["internal"][..], &names].concat());
    text.replace("registries = [\"internal\"]", &list) + &tables.concat()
}

/// Every sealed file gives way to one of another name, amid what other people and an interrupted
/// build left.
fn other_format() -> Story {
    Story {
        title: "another format and consumer",
        before: Some(input("sops", &["flux", "argocd"], &["apps", "zeta"], PASSWORD)),
        after: input("age", &["kubectl"], &["apps", "zeta"], PASSWORD),
        lying_about: &[
            ("pull-secrets/README.md", "read me\n"),
            ("pull-secrets/manifests/apps/notes/mine.txt", "mine\n"),
            ("pull-secrets/manifests/apps/regcred.age.regrender-unfinished", "half"),
            ("pull-secrets/manifests/gone/regcred.age.regrender-unfinished", "half"),
        ],
    }
}

fn input(format: &str, consumers: &[&str], namespaces: &[&str], password: Password) -> Input {
    let mut tree = Tree::default();
    tree.folders.insert(".git".to_owned());
    let text = format!(
        "[seal]\nformat = {format:?}\nrecipients = [{RECIPIENT:?}]\n\n\
         [output]\ndirectory = {OUTPUT:?}\nconsumer = {consumers:?}\n\n\
         [registry.internal]\nhost = \"private-registry.io\"\nusername = \"registry-user\"\n\
         password = {FROM_VARIABLE}\n\n\
         [secret.regcred]\nregistries = [\"internal\"]\nservice-accounts = [\"default\"]\n\
         namespaces = {{ from = \"inventory\", labels = {{ pull = \"yes\" }} }}\n"
    );
    tree.add("registries.toml", &text);
    for namespace in namespaces {
        let manifest = format!(
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {namespace}\n  labels:\n    \
             pull: \"yes\"\n"
        );
        tree.add(&format!("cluster/{namespace}/namespace.yaml"), &manifest);
    }
    Input { tree, password }
}
