//! The objects of Flux and Argo CD that have folders applied.

use regrender_audit::{Base, Inventory, Workload, read_file};

use super::repository::{WEB, addresses, images, read, report, workloads};

fn application(kind: &str, spec: &str) -> String {
    let spec = match kind {
        "ApplicationSet" => format!("{{generators: [], template: {{spec: {spec}}}}}"),
        _ => spec.to_owned(),
    };
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: {kind}\n\
         metadata: {{name: a, namespace: argocd}}\nspec: {spec}\n"
    )
}

/// Argo CD applies the files of a folder, and what is below them only if it is told so.
#[test]
fn an_application_applies_no_folder_within_its_own_unless_it_says_so() {
    let inner = WEB.replace("name: web", "name: inner");
    for (directory, expected) in [
        ("", ["?/inner [] -", "n/web [] -"]),
        (", directory: {recurse: false}", ["?/inner [] -", "n/web [] -"]),
        (", directory: {recurse: true}", ["n/inner [] -", "n/web [] -"]),
    ] {
        let spec = format!("{{source: {{path: apps{directory}}}, destination: {{namespace: n}}}}");
        let files = [
            ("argocd/a.yaml", &*application("Application", &spec)),
            ("apps/inner/web.yaml", &*inner),
            ("apps/web.yaml", WEB),
        ];
        assert_eq!(workloads(&files), expected, "{directory}");
    }
}

/// Argo CD compares the path in the folder; what is excluded is not included either.
#[test]
fn an_application_applies_what_it_includes_and_does_not_exclude() {
    let old = WEB.replace("name: web", "name: old");
    for (directory, expected) in [
        ("recurse: true, exclude: 'old/*'", ["?/old [] -", "n/web [] -"]),
        ("recurse: true, exclude: '{a.yaml,old/*}'", ["?/old [] -", "n/web [] -"]),
        ("recurse: true, include: '*.yaml', exclude: 'old/**'", ["?/old [] -", "n/web [] -"]),
        ("recurse: true, include: 'old/*'", ["n/old [] -", "?/web [] -"]),
        ("recurse: true, exclude: 'other/*'", ["n/old [] -", "n/web [] -"]),
        ("exclude: web.yaml", ["?/old [] -", "?/web [] -"]),
    ] {
        let spec = format!(
            "{{source: {{path: apps, directory: {{{directory}}}}}, destination: {{namespace: n}}}}"
        );
        let files = [
            ("argocd/a.yaml", &*application("Application", &spec)),
            ("apps/old/web.yaml", &*old),
            ("apps/web.yaml", WEB),
        ];
        assert_eq!(workloads(&files), expected, "{directory}");
    }
}

/// A set fills in the patterns, too; one that stays open leaves nothing out.
#[test]
fn patterns_of_a_template_are_filled_in() {
    for (exclude, expected) in [("{{part}}/*", "?/web [] -"), ("{{other}}/*", "n/web [] -")] {
        let set = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: a}}\n\
             spec: {{generators: [{{list: {{elements: [{{part: old}}]}}}}], template: {{metadata: {{name: x}}, \
             spec: {{source: {{path: apps, directory: {{recurse: true, exclude: '{exclude}'}}}}, \
             destination: {{namespace: n}}}}}}}}\n"
        );
        let files = [("argocd/a.yaml", &*set), ("apps/old/web.yaml", WEB)];
        assert_eq!(workloads(&files), [expected], "{exclude}");
    }
}

#[test]
fn the_template_of_an_application_set_is_one_of_applications() {
    let spec = |namespace: &str| {
        format!("{{source: {{path: apps}}, destination: {{namespace: '{namespace}'}}}}")
    };
    for (namespace, verdict) in [("n", "uncovered-unknown"), ("{{ns}}", "undetermined")] {
        let set = application("ApplicationSet", &spec(namespace));
        let report = report(&[("argocd/a.yaml", &set), ("apps/web.yaml", WEB)]);
        let rows: Vec<_> = report
            .images
            .iter()
            .map(|row| (&*row.kind, row.namespace.as_deref(), row.verdict.name()))
            .collect();
        assert_eq!(rows, [("Deployment", Some(namespace), verdict)]);
    }
}

/// Lists `file namespace` of each workload where all files are named from `base`.
fn landings(base: &str, files: &[(&str, &str)]) -> Vec<String> {
    let base = Base::new(base);
    let named: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (base.name_of(path), *text)).collect();
    let facts: Vec<_> = named.iter().map(|(name, text)| read_file(name, text.as_bytes())).collect();
    let inventory = Inventory::from_facts(facts, &base, &|wanted| {
        let (_, text) = named.iter().find(|(name, _)| name == wanted)?;
        Some(text.as_bytes().to_vec())
    });
    let line = |one: &Workload| -> Vec<String> {
        let namespaces = one.renderings.iter().map(|rendering| rendering.namespace.as_deref());
        namespaces.map(|name| format!("{} {}", one.place.file, name.unwrap_or("?"))).collect()
    };
    inventory.workloads().flat_map(line).collect()
}

#[test]
fn paths_count_from_the_top_wherever_files_are_named_from() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\n\
        spec: {path: ./apps/one, targetNamespace: a}\n";
    let generators = "[{git: {repoURL: 'https://git.example.com/fleet.git', revision: HEAD, \
        files: [{path: 'apps/*/config.json'}]}}]";
    let spec = "{source: {path: '{{path}}'}, destination: {namespace: '{{ns}}'}}";
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: a}}\n\
         spec: {{generators: {generators}, template: {{metadata: {{name: x}}, spec: {spec}}}}}\n"
    );
    let files = [
        ("apps/one/web.yaml", WEB),
        ("apps/two/config.json", "{\"ns\": \"b\"}"),
        ("apps/two/web.yaml", WEB),
        ("clusters/prod/flux.yaml", flux),
        ("clusters/prod/set.yaml", &set),
    ];
    for (base, folder) in [
        ("", "apps/"),
        ("apps", ""),
        ("apps/one", "../"),
        ("clusters", "../apps/"),
        ("clusters/prod", "../../apps/"),
        ("elsewhere", "../apps/"),
    ] {
        let folder = |name: &str, namespace: &str| match base {
            "apps/one" if name == "one" => format!("web.yaml {namespace}"),
            _ => format!("{folder}{name}/web.yaml {namespace}"),
        };
        let mut expected = [folder("one", "a"), folder("two", "b")];
        expected.sort_unstable();
        let mut found = landings(base, &files);
        found.sort_unstable();
        assert_eq!(found, expected, "{base}");
    }
}

#[test]
fn the_top_is_no_folder_that_a_set_is_made_of() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\n\
        spec: {generators: [{git: {repoURL: 'https://git.example.com/fleet.git', revision: HEAD, \
        directories: [{path: '*'}]}}], template: {metadata: {name: x}, spec: {\
        source: {path: '{{path}}', directory: {recurse: true}}, \
        destination: {namespace: 'n-{{path.basename}}'}}}}\n";
    let files = [("apps/web.yaml", WEB), ("clusters/prod/set.yaml", set)];
    assert_eq!(landings("", &files), ["apps/web.yaml n-apps"]);
    assert_eq!(landings("clusters/prod", &files), ["../../apps/web.yaml n-apps"]);
}

/// A kustomization may copy the name of its Namespace into Flux's objects; what it copies otherwise
/// is not known.
#[test]
fn a_replacement_gives_flux_the_namespace_of_what_it_applies() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\n\
        spec: {path: ./base/web}\n";
    let replacement = "source: {kind: Namespace, fieldPath: metadata.name}\n  targets:\n  \
        - select: {kind: Kustomization, group: kustomize.toolkit.fluxcd.io}\n    \
        fieldPaths: [spec.targetNamespace]\n    options: {create: true}\n";
    let listed = "namespace: shop\nresources: [k.yaml]\nreplacements:\n";
    let file = format!("- {replacement}");
    let check = |kustomization: &str, file: &str, expected: &str| {
        let files = [
            ("apps/shop/kustomization.yaml", kustomization),
            ("apps/shop/k.yaml", flux),
            ("parts/ks.yaml", file),
            ("base/web/deployment.yaml", WEB),
        ];
        assert_eq!(workloads(&files), [expected], "{kustomization}{file}");
    };
    check(&format!("{listed}- {replacement}"), "", "shop/web [] -");
    let named = format!("{listed}- path: ../../parts/ks.yaml\n");
    check(&named, &file, "shop/web [] -");
    check(&named, &replacement.replace("\n  ", "\n"), "shop/web [] -");
    check("resources: [k.yaml]\nnamespace: shop\n", "", "?/web [] -");
    check(&named.replace("namespace: shop\n", ""), &file, "?/web [] -");
    for (from, to) in [
        ("kind: Namespace,", "kind: ConfigMap,"),
        ("metadata.name}", "metadata.labels.team}"),
        ("{kind: Kustomization,", "{kind: Kustomization, name: other,"),
        ("{kind: Kustomization,", "{kind: Kustomization, labelSelector: a=b,"),
        ("kustomize.toolkit.fluxcd.io}", "other.io}"),
        ("spec.targetNamespace", "spec.path"),
        ("create: true", "delimiter: '-', index: 1"),
        ("    options", "    reject: [{name: k}]\n    options"),
    ] {
        check(&named, &file.replace(from, to), "?/web [] -");
    }
}

/// What applies the same folder twice says twice where it goes.
#[test]
fn namespaces_that_replacements_disagree_about_are_not_known() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\n\
        spec: {path: ./base/web}\n";
    let listed = |namespace: &str| {
        format!(
            "namespace: {namespace}\nresources: [../k]\nreplacements:\n- source: {{kind: Namespace}}\n  \
             targets: [{{select: {{kind: Kustomization}}, fieldPaths: [spec.targetNamespace]}}]\n"
        )
    };
    let (one, other) = (listed("one"), listed("two"));
    let files = [
        ("a/kustomization.yaml", &*one),
        ("b/kustomization.yaml", &other),
        ("k/kustomization.yaml", "resources: [k.yaml]\n"),
        ("k/k.yaml", flux),
        ("base/web/deployment.yaml", WEB),
    ];
    assert_eq!(workloads(&files), ["?/web [] -"]);
    assert_eq!(
        workloads(&files[..1].iter().chain(&files[2..]).copied().collect::<Vec<_>>()),
        ["one/web [] -"]
    );
}

#[test]
fn flux_gives_the_namespace_of_the_folder_that_it_applies() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux-system}\n\
        spec: {path: ./apps/web, targetNamespace: prod, images: [{name: a.io/web, newName: b.io/web}]}\n";
    let files = [("clusters/prod/web.yaml", flux), ("apps/web/deployment.yaml", WEB)];
    assert_eq!(workloads(&files), ["prod/web [] -"]);
    assert_eq!(images(&files), ["container app b.io/web:1"]);
    let inside = [
        ("repo/clusters/prod/web.yaml", flux),
        ("repo/apps/web/kustomization.yaml", "namespace: base\nresources: [deployment.yaml]\n"),
        ("repo/apps/web/deployment.yaml", WEB),
    ];
    assert_eq!(workloads(&inside), ["prod/web [] -"]);
    let elsewhere = [("clusters/prod/web.yaml", flux), ("apps/other/deployment.yaml", WEB)];
    assert_eq!(workloads(&elsewhere), ["?/web [] -"]);
}

#[test]
fn argo_cd_gives_a_namespace_to_what_has_none() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps, kustomize: {images: ['a.io/web=b.io/web:2']}}, destination: {namespace: prod}}\n";
    let own = WEB.replace("name: web", "name: own, namespace: own");
    let files = [
        ("argocd/a.yaml", application),
        ("apps/kustomization.yaml", "resources: [web.yaml, own.yaml]\n"),
        ("apps/web.yaml", WEB),
        ("apps/own.yaml", &*own),
    ];
    assert_eq!(workloads(&files), ["own/own [] -", "prod/web [] -"]);
    assert_eq!(images(&files), ["container app b.io/web:2", "container app b.io/web:2"]);
}

#[test]
fn each_thing_that_flux_changes_counts_on_its_own() {
    let patch = "patches: [{target: {kind: Deployment}, patch: '[{op: add, \
        path: /spec/template/spec/imagePullSecrets, value: [{name: p}]}]'}]";
    for (change, expected) in [
        ("namePrefix: a-", "?/a-web [] -"),
        ("nameSuffix: -z", "?/web-z [] -"),
        ("targetNamespace: n", "n/web [] -"),
        ("components: [../part]", "part/web [] -"),
        (patch, "?/web [\"p\"] -"),
        ("prune: true", "?/web [] -"),
    ] {
        let flux = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: k}}\nspec: {{path: ./apps, {change}}}\n"
        );
        let files = [
            ("cluster/k.yaml", &*flux),
            ("apps/web.yaml", WEB),
            ("part/kustomization.yaml", "kind: Component\nnamespace: part\n"),
        ];
        assert_eq!(workloads(&files), [expected], "{change}");
    }
}

#[test]
fn each_thing_that_argo_cd_changes_counts_on_its_own() {
    for (options, expected, image) in [
        ("namePrefix: a-", "?/a-web [] -", "a.io/web:1"),
        ("nameSuffix: -z", "?/web-z [] -", "a.io/web:1"),
        ("namespace: n", "n/web [] -", "a.io/web:1"),
        ("images: ['a.io/web:2']", "?/web [] -", "a.io/web:2"),
        ("images: ['a.io/web@sha256:00']", "?/web [] -", "a.io/web@sha256:00"),
        ("images: ['a.io/web=b.io/x']", "?/web [] -", "b.io/x:1"),
        ("version: v5", "?/web [] -", "a.io/web:1"),
    ] {
        let application = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\n\
             spec: {{source: {{path: ./apps, kustomize: {{{options}}}}}}}\n"
        );
        let files = [("argocd/a.yaml", &*application), ("apps/web.yaml", WEB)];
        assert_eq!(workloads(&files), [expected], "{options}");
        assert_eq!(images(&files), [format!("container app {image}")], "{options}");
    }
}

#[test]
fn every_source_of_an_application_is_followed() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec:\n  sources:\n  - {chart: c, repoURL: 'https://charts.io'}\n  \
        - {path: one, kustomize: {namespace: first}}\n  - {path: two, kustomize: {namespace: second}}\n";
    let files = [("argocd/a.yaml", application), ("one/web.yaml", WEB), ("two/web.yaml", WEB)];
    assert_eq!(workloads(&files), ["first/web [] -", "second/web [] -"]);
}

#[test]
fn objects_of_other_groups_apply_nothing() {
    let other = "apiVersion: example.org/v1\nkind: Kustomization\nmetadata: {name: k}\n\
        spec: {path: ./apps, targetNamespace: n, source: {path: apps}, destination: {namespace: m}}\n";
    assert_eq!(workloads(&[("k.yaml", other), ("apps/web.yaml", WEB)]), ["?/web [] -"]);
}

#[test]
fn folders_below_what_flux_applies_are_built_as_they_say() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
        metadata: {name: k}\nspec: {path: ./apps, targetNamespace: n}\n";
    let files = [
        ("cluster/k.yaml", flux),
        ("apps/team/kustomization.yaml", "namePrefix: t-\nresources: [web]\n"),
        ("apps/team/web/kustomization.yaml", "nameSuffix: -z\nresources: [web.yaml]\n"),
        ("apps/team/web/web.yaml", WEB),
    ];
    assert_eq!(workloads(&files), ["n/t-web-z [] -"]);
}

fn flux(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
         metadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn every_object_of_flux_counts_whatever_file_it_stands_in() {
    let two = flux("a", "path: ./a, targetNamespace: in-a")
        + &flux("b", "path: ./b, targetNamespace: in-b");
    let third = flux("c", "path: ./c, targetNamespace: in-c");
    let files = [
        ("cluster/two.yaml", &*two),
        ("cluster/third.yaml", &*third),
        ("a/web.yaml", WEB),
        ("b/web.yaml", WEB),
        ("c/web.yaml", WEB),
    ];
    assert_eq!(addresses(&files), ["in-a/web", "in-b/web", "in-c/web"]);
}

#[test]
fn an_object_of_flux_that_changes_nothing_is_no_tree() {
    let files = [
        ("cluster/k.yaml", &*flux("k", "path: ./apps, prune: true")),
        ("apps/kustomization.yaml", "resources: [web.yaml]\n"),
        ("apps/web.yaml", WEB),
    ];
    let inventory = read(&files);
    let roots: Vec<_> =
        inventory.workloads().flat_map(|one| &one.renderings).map(|one| &*one.root).collect();
    assert_eq!(roots, ["apps"]);
}

#[test]
fn an_application_finds_its_folder_in_a_repository_below_the_top() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps, kustomize: {namespace: n}}}\n";
    for top in ["", "fleet/"] {
        let files = [
            (format!("{top}argocd/a.yaml"), application),
            (format!("{top}apps/web.yaml"), WEB),
            ("else/web.yaml".to_owned(), WEB),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        let mut found = addresses(&files);
        found.sort();
        assert_eq!(found, ["?/web", "n/web"], "{top}");
    }
}

#[test]
fn what_an_application_of_argo_patches_is_patched() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n\
        spec: {source: {path: apps, kustomize: {namespace: n, components: [../part], patches: [{target: \
        {kind: Deployment}, patch: '[{op: replace, path: /metadata/name, value: other}]'}]}}}\n";
    let files = [
        ("argocd/a.yaml", application),
        ("apps/web.yaml", WEB),
        ("part/kustomization.yaml", "kind: Component\nnameSuffix: -part\n"),
    ];
    assert_eq!(addresses(&files), ["n/other"]);
    let unpatched = application.replace("Deployment", "Job");
    let files = [("argocd/a.yaml", &*unpatched), files[1], files[2]];
    assert_eq!(addresses(&files), ["n/web-part"]);
}

/// The top of the repository is none of the folders above an object: it may be that of another one.
#[test]
fn the_top_of_a_repository_is_no_folder_here() {
    for path in ["./", ".", "/", "''"] {
        let flux = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: k}}\nspec: {{path: {path}, targetNamespace: n}}\n"
        );
        let files = [("cluster/flux/k.yaml", &*flux), ("cluster/apps/web.yaml", WEB)];
        assert_eq!(addresses(&files), ["?/web"], "{path}");
    }
}
