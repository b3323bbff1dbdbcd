//! Go programs whose source stands here: what stands around the real ones, or is made of their
//! libraries.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::go;

/// A main package of one file, and its module.
#[derive(Debug)]
pub(super) struct OwnProgram {
    name: &'static str,
    main: &'static str,
    requires: &'static [(&'static str, &'static str)],
    replaces: &'static [(&'static str, &'static str)],
}

/// A certificate authority, accounts, and a server of tokens.
pub(super) const REGISTRY_DESK: OwnProgram = OwnProgram {
    name: "registry-desk",
    main: include_str!("registry-desk/main.go"),
    requires: &[("golang.org/x/crypto", "v0.57.0")],
    replaces: &[],
};

/// Vault without the parts that reach for clouds. This is the last series under a free licence;
/// its module names a library that is older than the code needs.
pub(super) const VAULT: OwnProgram = OwnProgram {
    name: "vault",
    main: include_str!("vault/main.go"),
    requires: &[
        ("github.com/hashicorp/vault", "v1.14.1"),
        ("github.com/hashicorp/vault/sdk", "v0.9.1"),
    ],
    replaces: &[("github.com/hashicorp/vault/sdk", "v0.9.1")],
};

/// A credential helper of Docker's own library.
pub(super) const CREDENTIAL_HELPER: OwnProgram = OwnProgram {
    name: "docker-credential-interop",
    main: include_str!("credential-helper/main.go"),
    requires: &[("github.com/docker/docker-credential-helpers", "v0.9.12")],
    replaces: &[],
};

/// Graphviz 12, compiled to WebAssembly.
pub(super) const DOT_JUDGE: OwnProgram = OwnProgram {
    name: "dot-judge",
    main: include_str!("dot-judge/main.go"),
    requires: &[("github.com/goccy/go-graphviz", "v0.2.9")],
    replaces: &[],
};

/// The age files of C2SP's test vectors.
pub(super) const AGE_VECTORS: OwnProgram = OwnProgram {
    name: "age-vectors",
    main: include_str!("age-vectors/main.go"),
    requires: &[("c2sp.org/CCTV/age", "v0.0.0-20251208015420-e9274a7bdbfd")],
    replaces: &[],
};

/// What Kubernetes says of objects that kubectl does not know.
pub(super) const KUBERNETES_JUDGE: OwnProgram = OwnProgram {
    name: "kubernetes-judge",
    main: include_str!("kubernetes-judge/main.go"),
    requires: &[
        ("github.com/xeipuuv/gojsonschema", "v1.2.0"),
        ("k8s.io/kubelet", "v0.36.3"),
        ("sigs.k8s.io/yaml", "v1.6.0"),
    ],
    replaces: &[],
};

/// A general validator, which takes the schemas as files.
pub(super) const SCHEMA_JUDGE: OwnProgram = OwnProgram {
    name: "schema-judge",
    main: include_str!("schema-judge/main.go"),
    requires: &[("github.com/xeipuuv/gojsonschema", "v1.2.0")],
    replaces: &[],
};

/// Bitnami's controller without a cluster.
pub(super) const SEALED_SECRETS_CONTROLLER: OwnProgram = OwnProgram {
    name: "sealed-secrets-controller",
    main: include_str!("sealed-secrets-controller/main.go"),
    requires: &[
        ("github.com/bitnami-labs/sealed-secrets", "v0.27.3"),
        ("k8s.io/apimachinery", "v0.31.3"),
        ("k8s.io/client-go", "v0.30.3"),
        ("sigs.k8s.io/yaml", "v1.4.0"),
    ],
    replaces: &[],
};

impl OwnProgram {
    /// Makes sure that the executable `target` is this program.
    ///
    /// # Errors
    ///
    /// It cannot be built.
    pub(super) fn install(&self, target: &Path) -> Result<PathBuf> {
        let module = self.module();
        let wanted = format!("{} {:016x}", self.name, fingerprint(&[self.main, &module]));
        super::install_once(target, &wanted, || self.build(&module, target))
    }

    fn build(&self, module: &str, target: &Path) -> Result<()> {
        let folder = super::folder().join("own").join(self.name);
        fs::create_dir_all(&folder).context("cannot make the folder of its source")?;
        fs::write(folder.join("main.go"), self.main).context("cannot write main.go")?;
        fs::write(folder.join("go.mod"), module).context("cannot write go.mod")?;
        let build = go::go().directory(&folder).arguments(["build", "-o"]).arguments([target]);
        build.arguments(["."]).run()?.success()?;
        Ok(())
    }

    fn module(&self) -> String {
        let requires = self.requires.iter();
        let requires: Vec<String> =
            requires.map(|(path, version)| format!("require {path} {version}\n")).collect();
        let replaces = self.replaces.iter();
        let replaces: Vec<String> = replaces
            .map(|(path, version)| format!("replace {path} => {path} {version}\n"))
            .collect();
        format!("module {}\n\ngo 1.26.0\n\n{}\n{}", self.name, requires.concat(), replaces.concat())
    }
}

/// Returns a number that changes with the texts (FNV-1a).
fn fingerprint(texts: &[&str]) -> u64 {
    texts.iter().flat_map(|text| text.bytes()).fold(0xcbf2_9ce4_8422_2325, |number, byte| {
        (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_use_what_the_modules_require() {
        for (_, program) in super::super::OWN {
            for (path, _) in program.requires {
                assert!(program.main.contains(path), "{} {path}", program.name);
            }
        }
    }

    #[test]
    fn a_module_names_its_versions() {
        let module = VAULT.module();
        for line in [
            "require github.com/hashicorp/vault v1.14.1",
            "replace github.com/hashicorp/vault/sdk => github.com/hashicorp/vault/sdk v0.9.1",
        ] {
            assert!(module.lines().any(|found| found == line), "{module}");
        }
    }

    #[test]
    fn another_source_is_another_program() {
        assert_ne!(fingerprint(&["a", "b"]), fingerprint(&["a", "c"]));
        assert_eq!(fingerprint(&["a", "b"]), fingerprint(&["a", "b"]));
    }
}
