//! `regrender graph`: the way of every credential to the pods that pull with it, as a picture.

use regrender_audit::{Graph, GraphSize};

use crate::args::{GraphArguments, GraphOutput};
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::evidence::{Evidence, Others};
use crate::world::World;

/// What GitHub and GitLab draw: Mermaid's own limits, which neither of them raises.
const MERMAID_EDGES: usize = 500;
const MERMAID_CHARACTERS: usize = 50_000;

pub(crate) fn run(arguments: &GraphArguments, world: &mut World) -> Result<Exit, Failure> {
    let namespace = arguments.assume_namespace.as_deref();
    let Evidence { declared, inventory, opener } =
        Evidence::gather(&arguments.sources, Others::PassOver, namespace, world)?;
    let mut graph = Graph::new(&inventory, &declared, &|secret| opener.open(secret));
    narrow(&mut graph, arguments)?;
    let whole = graph.size();
    if !arguments.whole {
        graph = graph.folded();
    }
    let size = graph.size();
    if size.nodes < whole.nodes {
        world.note(&folded(whole, size));
    }
    let unreadable = inventory.unreadable().len();
    if unreadable > 0 {
        world.note(&left_out(unreadable));
    }
    let text = match arguments.output {
        GraphOutput::Mermaid => graph.to_mermaid(),
        GraphOutput::Dot => graph.to_dot(),
        GraphOutput::Svg => graph.to_svg(),
    };
    if arguments.output == GraphOutput::Mermaid
        && (size.edges > MERMAID_EDGES || text.chars().count() > MERMAID_CHARACTERS)
    {
        world.note(&too_large());
    }
    world.print(&text)?;
    Ok(Exit::Done)
}

/// Leaves out what was not asked for; a name that nothing has is a slip.
fn narrow(graph: &mut Graph, arguments: &GraphArguments) -> Result<(), Failure> {
    let namespaces: Vec<String> = graph.namespaces().map(str::to_owned).collect();
    let registries: Vec<String> = graph.registries().map(str::to_owned).collect();
    let mut errors = unknown("namespace", &arguments.namespace, &namespaces);
    errors.extend(unknown("registry", &arguments.registry, &registries));
    Failure::of_any(errors)?;
    graph.keep_namespaces(&arguments.namespace);
    graph.keep_registries(&arguments.registry);
    Ok(())
}

fn unknown(noun: &str, asked: &[String], known: &[String]) -> Vec<CliError> {
    let unknown = asked.iter().filter(|name| !known.contains(name));
    unknown
        .map(|name| {
            let message = format!("no {noun} of the graph is called `{name}`");
            let hint = match regrender_config::nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => format!("leave it out: there is no {noun} at all"),
                None => format!("name one of `{}`", known.join("`, `")),
            };
            CliError::new(ErrorKind::Usage, message).with_hint(hint)
        })
        .collect()
}

fn folded(whole: GraphSize, drawn: GraphSize) -> String {
    format!(
        "what looks alike is drawn once: {} boxes for {} in {}; `--whole` draws each, and \
         `--namespace` and `--registry` leave others out",
        drawn.nodes,
        whole.nodes,
        if whole.namespaces == 1 {
            "one namespace".to_owned()
        } else {
            format!("{} namespaces", whole.namespaces)
        },
    )
}

fn left_out(unreadable: usize) -> String {
    let what = if unreadable == 1 {
        "one file or document".to_owned()
    } else {
        format!("{unreadable} files or documents")
    };
    format!(
        "{what} could not be read and {} not in the picture; `regrender audit` says why",
        if unreadable == 1 { "is" } else { "are" }
    )
}

fn too_large() -> String {
    format!(
        "GitHub and GitLab draw no Mermaid of more than {MERMAID_EDGES} arrows or \
         {MERMAID_CHARACTERS} characters; `--output svg` has no such limit"
    )
}
