//! The tables `[secret.NAME]`.

use regrender_diagnostic::Spanned;
use toml::de::DeValue;

use crate::field::Field;
use crate::problem::Problems;
use crate::raw::{RawNamespaces, RawSecret, RawWorkload, TextMap};
use crate::table::Table;

/// Decodes `[secret.NAME]`.
pub(crate) fn secret(
    name: Spanned<String>,
    mut table: Table<'_>,
    problems: &mut Problems,
) -> RawSecret {
    let secret = RawSecret {
        name,
        registries: table.texts("registries", problems),
        namespaces: namespaces(&mut table, problems),
        // Later than `namespaces`, which would pass for a slip of it.
        called: table.text("name", problems),
        service_accounts: table.texts("service-accounts", problems),
        keep: table.texts("keep", problems),
        workloads: workloads(&mut table, problems),
        labels: table.text_map("labels", problems),
        annotations: table.text_map("annotations", problems),
        clusters: table.texts("clusters", problems),
    };
    table.finish(problems);
    secret
}

fn namespaces(table: &mut Table<'_>, problems: &mut Problems) -> Field<RawNamespaces> {
    let name = "namespaces";
    if !matches!(table.peek(name), Some(DeValue::Table(_))) {
        return table.texts(name, problems).map(|list| RawNamespaces::Listed(list.value));
    }
    let owner = format!("`{name}` of {}", table.owner);
    let Field::Given(mut inner) = table.table(name, owner, problems) else { return Field::Broken };
    let from = inner.value.text("from", problems);
    let labels: TextMap = inner.value.text_map("labels", problems);
    inner.value.finish(problems);
    Field::Given(Spanned::new(RawNamespaces::From { from, labels }, inner.span))
}

fn workloads(table: &mut Table<'_>, problems: &mut Problems) -> Field<Vec<RawWorkload>> {
    let Some(value) = table.any("workloads") else { return table.missing("workloads") };
    let DeValue::Array(items) = value.get_ref() else {
        problems.push(table.wrong_type("workloads", "a list", value));
        return Field::Broken;
    };
    let mut workloads = Vec::new();
    for item in items {
        match item.get_ref() {
            DeValue::String(text) => {
                let text = Spanned::new(text.clone().into_owned(), item.span());
                workloads.push(RawWorkload::Text(text));
            }
            DeValue::Table(_) => {
                let owner = format!("a workload of {}", table.owner);
                if let Field::Given(inner) = table.as_table("workloads", item, owner, problems) {
                    workloads.push(workload(inner.value, problems));
                }
            }
            _ => problems.push(table.wrong_type("workloads", "a list of strings or tables", item)),
        }
    }
    if workloads.len() == items.len() {
        Field::Given(Spanned::new(workloads, value.span()))
    } else {
        Field::Broken
    }
}

fn workload(mut table: Table<'_>, problems: &mut Problems) -> RawWorkload {
    let workload = RawWorkload::Table {
        kind: table.text("kind", problems),
        name: table.text("name", problems),
        api_version: table.text("api-version", problems),
        path: table.text("path", problems),
        service_account: table.text("service-account", problems),
        span: table.span.clone(),
    };
    table.finish(problems);
    workload
}
