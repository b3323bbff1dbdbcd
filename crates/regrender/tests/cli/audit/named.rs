//! What kustomizations name elsewhere than below the paths of an audit.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A Deployment with an image that nothing is known of.
fn deployment(name: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n\
         spec: {{template: {{spec: {{containers: [{{name: a, image: r.io/{name}:1}}]}}}}}}\n"
    )
}

/// An overlay over two bases, of which it names one; the other is a base of the first.
fn repository() -> Sandbox {
    Sandbox::new(&[
        ("overlays/prod/kustomization.yaml", "namespace: prod\nresources: [../../base]\n"),
        ("overlays/test/kustomization.yaml", "namespace: test\nresources: [../../base]\n"),
        ("base/kustomization.yaml", "resources: [web.yaml, ../deep]\ncomponents: [../part]\n"),
        ("base/web.yaml", &deployment("web")),
        ("base/unused.yaml", &deployment("unused")),
        ("deep/Kustomization", "resources: [deployments]\n"),
        ("deep/deployments", &deployment("deep")),
        ("part/kustomization.yaml", "kind: Component\npatches: [{path: patch.yaml}]\n"),
        ("part/patch.yaml", &deployment("web").replace("web:1", "patched:2")),
    ])
}

/// Lists the images of an audit with their namespaces and files.
#[track_caller]
fn images(sandbox: &Sandbox, paths: &[&str]) -> Vec<String> {
    let outcome = sandbox.run(&[&["audit", "--output", "json"], paths].concat());
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let part = |image: &Value, key: &str| image[key].as_str().unwrap_or("?").to_owned();
    let images = report["images"].as_array().unwrap().iter();
    let told = images.map(|image| {
        let [image, namespace, file] = ["image", "namespace", "file"].map(|key| part(image, key));
        format!("{image} in {namespace} from {file}")
    });
    told.collect()
}

const OF_PROD: [&str; 2] =
    ["r.io/patched:2 in prod from part/patch.yaml", "r.io/deep:1 in prod from deep/deployments"];

#[test]
fn the_base_of_an_overlay_is_read_wherever_it_lies() {
    let sandbox = repository();
    assert_eq!(images(&sandbox, &["overlays/prod"]), OF_PROD);
    assert_eq!(images(&sandbox, &["overlays/prod/kustomization.yaml"]), OF_PROD);
    let graph = sandbox.run(&["graph", "overlays/prod"]).succeeded();
    assert!(graph.stdout.contains("web"), "{graph}");
    assert_eq!(images(&sandbox, &["overlays"]).len(), 4);
    // What cannot be read of it is told.
    sandbox.write("deep/deployments", "a: [\n");
    let outcome = sandbox.run(&["audit", "overlays/prod"]).succeeded();
    assert!(outcome.stdout.contains("deep/deployments: not valid YAML"), "{outcome}");
}

#[test]
fn a_base_is_read_once_by_whatever_way_the_audit_comes() {
    let sandbox = repository();
    for paths in [
        ["overlays/prod", "base"],
        ["base", "overlays/test/../prod"],
        ["overlays/../base", "overlays/prod"],
    ] {
        let found = images(&sandbox, &paths);
        assert_eq!(found.iter().filter(|image| image.starts_with("r.io/patched:2")).count(), 1);
        assert!(found.iter().any(|image| image.starts_with("r.io/unused:1")), "{found:?}");
    }
}

#[test]
fn what_git_ignores_and_what_lies_in_another_repository_is_not_read() {
    let sandbox = repository();
    let of_base = &OF_PROD[..1];
    sandbox.write(".gitignore", "/deep/deploy*\n");
    assert_eq!(images(&sandbox, &["overlays/prod"]), of_base);
    sandbox.write(".gitignore", "");
    sandbox.write("deep/.git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(images(&sandbox, &["overlays/prod"]), of_base);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_a_base_that_is_not_read_otherwise() {
    let sandbox = repository();
    std::os::unix::fs::symlink("../base", sandbox.path("overlays/link")).unwrap();
    let text = "namespace: prod\nresources: [../link]\n";
    sandbox.write("overlays/prod/kustomization.yaml", text);
    let found = images(&sandbox, &["overlays/prod"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with(" in prod from overlays/link/web.yaml"), "{found:?}");
    let all = images(&sandbox, &["."]);
    assert!(all.iter().all(|image| !image.contains("overlays/link")), "{all:?}");
}

#[test]
fn without_a_repository_a_base_is_read_all_the_same() {
    let sandbox = repository().unversioned();
    assert_eq!(images(&sandbox, &["overlays/prod"]), OF_PROD);
}

#[test]
fn what_objects_of_flux_and_argo_cd_apply_elsewhere_is_told() {
    let sandbox = repository();
    let object = |api: &str, kind: &str, spec: &str| {
        format!(
            "---\napiVersion: {api}/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}}}\n"
        )
    };
    let flux = |path: &str| {
        object("kustomize.toolkit.fluxcd.io", "Kustomization", &format!("path: {path}"))
    };
    let argo = |path: &str| {
        let spec = format!("source: {{path: {path}}}, destination: {{namespace: n}}");
        object("argoproj.io", "Application", &spec)
    };
    let text = flux("./overlays/prod")
        + &argo("overlays/test")
        + &argo("clusters")
        + &flux("gone")
        + &flux("'${X}'");
    sandbox.write("clusters/prod/apps.yaml", &text);
    let warning = |paths: &[&str]| sandbox.run(&[&["audit"], paths].concat()).succeeded().stderr;
    assert_eq!(
        warning(&["clusters/prod"]),
        "warning: objects of Flux or Argo CD here apply what is not among the paths: \
         `overlays/prod`, `overlays/test`; name it too\n"
    );
    assert!(warning(&["clusters", "overlays/prod"]).contains(": `overlays/test`; "));
    let stderr = sandbox.run_in("clusters/prod", &["audit"]).succeeded().stderr;
    assert!(stderr.contains(": `../../overlays/prod`, `../../overlays/test`; "), "{stderr}");
    for paths in [
        &[][..],
        &["clusters", "overlays"],
        &["clusters", "overlays/prod/kustomization.yaml", "overlays/test"],
        &["clusters", "--exclude", "overlays"],
        &["overlays"],
    ] {
        let stderr = warning(paths);
        assert!(!stderr.contains("Flux"), "{paths:?}: {stderr}");
    }
}

#[test]
fn a_folder_that_flux_applies_is_found_from_a_folder_below_the_top() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n\
        spec: {path: ./apps/web, targetNamespace: team-a}\n";
    let sandbox = Sandbox::new(&[
        ("apps/web/web.yaml", &deployment("web")),
        ("clusters/prod/apps.yaml", flux),
    ]);
    for (folder, paths, file) in [
        (".", &["."][..], "apps/web/web.yaml"),
        ("clusters/prod", &[".", "../../apps"], "../../apps/web/web.yaml"),
        ("clusters", &["prod", "../apps/web"], "../apps/web/web.yaml"),
        ("apps", &[".", "../clusters"], "web/web.yaml"),
    ] {
        let outcome = sandbox.run_in(folder, &[&["audit", "--output", "json"], paths].concat());
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let image = &report["images"][0];
        assert_eq!([&image["namespace"], &image["file"]], ["team-a", file], "{folder}");
        let outcome = sandbox.run_in(folder, &[&["audit", "--output", "sarif"], paths].concat());
        let uri = "\"artifactLocation\":{\"uri\":\"apps/web/web.yaml\"}";
        assert!(outcome.stdout.contains(uri), "{folder}: {outcome}");
    }
}
