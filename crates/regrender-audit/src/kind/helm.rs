//! Knows the usual shapes of images in the values of Helm charts.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::deployer::is_of_argo;
use super::{
    Filling, Header, ImageUse, Role, Source, Workload, Written, image, pod, specification,
};
use crate::manifest::{Document, Node, read_documents};
use crate::place::{Place, file_name};
use crate::placeholder::is_open;

/// Tells whether an object installs charts, whose values it holds.
pub(crate) fn is_release(object: &Written<'_>) -> bool {
    match object.kind {
        "HelmRelease" | "HelmChart" | "HelmChartConfig" => true,
        "Application" | "ApplicationSet" => is_of_argo(object),
        _ => false,
    }
}

/// Reads the values of a `HelmRelease` (Flux), a `HelmChart` (k3s), or an `Application` or
/// `ApplicationSet` (Argo CD).
pub(crate) fn read_release(root: &Node<'_>, header: &Header) -> Option<Workload> {
    let spec = specification(root)?;
    let mut workload = header.workload(Source::HelmValues);
    let target = ["targetNamespace", "destination"].iter().find_map(|member| {
        let node = spec.get(member)?;
        node.scalar().or_else(|| node.get("namespace")?.scalar())
    });
    if let Some(namespace) = target {
        workload.namespace = Some(namespace.to_owned()).filter(|name| !is_open(name));
        workload.keeps_namespace = true;
    }
    let sources = spec.get("source").into_iter().chain(spec.items_of("sources"));
    let charts: Vec<&Node<'_>> = sources.filter_map(|source| source.get("helm")).collect();
    let objects = charts.iter().filter_map(|chart| chart.get("valuesObject"));
    for values in spec.get("values").into_iter().chain(objects) {
        take_values(&mut workload, values, &header.place);
    }
    let texts = charts.iter().filter_map(|chart| chart.get("values"));
    for text in spec.get("valuesContent").into_iter().chain(texts) {
        take_text(&mut workload, text, &header.place);
    }
    for chart in charts {
        take_parameters(&mut workload, chart.items_of("parameters"), &header.place);
    }
    Some(workload)
}

/// Reads the values of the charts that a kustomization renders.
pub(crate) fn read_charts(root: &Node<'_>, place: &Place) -> Vec<Workload> {
    let read = |chart: &Node<'_>| {
        let text = |name: &str| chart.get(name).and_then(Node::scalar);
        let written = Written {
            kind: "HelmChart",
            api_version: "",
            namespace: text("namespace"),
            name: text("releaseName").or_else(|| text("name")).unwrap_or_default(),
        };
        let mut workload = Workload::new(written, Source::HelmValues, &place.of(chart));
        take_values(&mut workload, chart.get("valuesInline")?, place);
        // Once rendered, they are in lists of containers.
        workload.images.iter_mut().for_each(|image| image.in_list = true);
        (!workload.images.is_empty()).then_some(workload)
    };
    root.items_of("helmCharts").iter().filter_map(read).collect()
}

/// Reads a file without a kind as values of a chart.
pub(crate) fn read_values_file(path: &str, document: usize, root: &Node<'_>) -> Option<Workload> {
    if !root.is_mapping() || is_of_another_tool(path) || is_report(root) {
        return None;
    }
    let place = Place { file: Arc::from(path), document, line: root.line, column: root.column };
    let header = Header {
        kind: String::new(),
        api_version: String::new(),
        namespace: None,
        name: String::new(),
        metadata: Arc::default(),
        place,
    };
    let mut workload = header.workload(Source::HelmValues);
    take_values(&mut workload, root, &header.place);
    (!workload.images.is_empty()).then_some(workload)
}

/// Tells whether a mapping is what an audit said, which lists images that others pull.
fn is_report(root: &Node<'_>) -> bool {
    ["images", "findings", "unreadable", "summary"].iter().all(|member| root.get(member).is_some())
}

/// Tells whether a file without a kind belongs to a program that is not Helm.
fn is_of_another_tool(path: &str) -> bool {
    let name = file_name(path);
    let composes = name.starts_with("docker-compose") || name.starts_with("compose.");
    let continuous = name.starts_with(".gitlab-ci") || name.starts_with(".drone");
    let hidden =
        [".github/", ".circleci/", ".gitea/", ".forgejo/", ".woodpecker/", ".devcontainer/"];
    composes
        || continuous
        || name == "Chart.yaml"
        || hidden
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
}

/// Reads values that are kept as a text.
fn take_text(workload: &mut Workload, text: &Node<'_>, place: &Place) {
    let documents = read_documents(text.string().unwrap_or_default());
    let Some(Document { root: Ok(root), .. }) = documents.first() else {
        return;
    };
    let before = workload.images.len();
    take_values(workload, root, place);
    // Lines inside a block of text begin below the line that announces the block.
    for image in workload.images.iter_mut().skip(before) {
        image.place.line += text.line;
    }
}

/// Reads parameters of Argo CD, which are values with a path for a name (`image.tag`), and count
/// before all others.
fn take_parameters(workload: &mut Workload, parameters: &[Node<'_>], place: &Place) {
    let Some(first) = parameters.first() else { return };
    let mut values = Map::new();
    for parameter in parameters {
        let text = |name: &str| parameter.get(name).and_then(Node::scalar);
        if let (Some(path), Some(value)) = (text("name"), text("value")) {
            set(&mut values, path, value);
        }
    }
    let values = Value::from(values).to_string();
    let documents = read_documents(&values);
    let Some(Document { root: Ok(root), .. }) = documents.first() else { return };
    let mut others = std::mem::take(&mut workload.images);
    take_values(workload, root, place);
    for image in &mut workload.images {
        image.place = place.of(first);
    }
    others.retain(|one| workload.images.iter().all(|image| image.container != one.container));
    workload.images.splice(..0, others);
}

/// Sets the value at a path of keys, unless that is too long for one.
fn set(values: &mut Map<String, Value>, path: &str, value: &str) {
    let (mut values, mut path) = (values, path);
    while let Some((key, rest)) = path.split_once('.').filter(|_| path.len() < 256) {
        let inner = values.entry(key).or_insert_with(|| Value::from(Map::new()));
        let Value::Object(inner) = inner else { return };
        (values, path) = (inner, rest);
    }
    values.insert(path.to_owned(), value.into());
}

fn take_values(workload: &mut Workload, values: &Node<'_>, place: &Place) {
    walk(workload, values, place, "");
}

fn walk(workload: &mut Workload, node: &Node<'_>, place: &Place, path: &str) {
    for (key, value) in node.members() {
        let path =
            if path.is_empty() { key.text.to_string() } else { format!("{path}.{}", key.text) };
        match &*key.text {
            "imagePullSecrets" | "pullSecrets" => add_pull_secrets(workload, value),
            "imagePullSecret" => add_missing(workload, value.string().map(str::to_owned)),
            "serviceAccountName" => {
                workload.service_account = value.string().map(str::to_owned);
            }
            _ => {}
        }
        if let Some(found) = image::of_member(node, key, value) {
            let place = place.of(found.node);
            let image = ImageUse {
                role: Role::Container,
                container: path,
                image: found.image,
                in_list: false,
                filling: Filling::Open,
                place,
            };
            workload.images.push(image);
            if let Some(list) = value.get("pullSecrets").or_else(|| value.get("imagePullSecrets")) {
                add_pull_secrets(workload, list);
            }
            continue;
        }
        if value.is_mapping() {
            walk(workload, value, place, &path);
        }
        for item in value.items() {
            walk(workload, item, place, &path);
        }
    }
}

fn add_pull_secrets(workload: &mut Workload, list: &Node<'_>) {
    add_missing(workload, pod::plain_names(list));
}

fn add_missing(workload: &mut Workload, names: impl IntoIterator<Item = String>) {
    for name in names {
        if !workload.pull_secrets.contains(&name) {
            workload.pull_secrets.push(name);
        }
    }
}
