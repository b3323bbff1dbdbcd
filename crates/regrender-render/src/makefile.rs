//! The Makefile of the kubectl consumer.

use regrender_config::Format;

use crate::layout::HEADER;

/// Renders the Makefile that opens the pull secrets and applies the folder.
///
/// It finds the namespaces itself, so it never changes with them.
pub(crate) fn render(format: Format) -> String {
    let (variables, apply) = match format {
        Format::Sops => {
            ("SOPS ?= sops\n", opened_and_applied("*.sops.yaml", "$(SOPS) --decrypt $$file"))
        }
        Format::Age => (
            "AGE ?= age\n# The file that holds your age identity.\nIDENTITY ?= $(HOME)/.config/sops/age/keys.txt\n",
            opened_and_applied("*.age", "$(AGE) --decrypt --identity $(IDENTITY) $$file"),
        ),
        // The controller in the cluster opens what is applied.
        Format::SealedSecrets => (
            "",
            String::from(
                "\t@[ ! -e $(MANIFESTS)/$*/kustomization.yaml ] || $(KUBECTL) apply -k $(MANIFESTS)/$*\n",
            ),
        ),
    };
    let does = if format == Format::SealedSecrets { "applies" } else { "opens and applies" };
    format!(
        "#{HEADER}
# `make apply` {does} every namespace, `make apply-NAMESPACE` one of them.
KUBECTL ?= kubectl
{variables}\
# make takes a path with a space for two, and then finds nothing to apply.
ifeq ($(wildcard $(lastword $(MAKEFILE_LIST))),)
$(error the way to this Makefile has a space: run it as make -C FOLDER apply)
endif
MANIFESTS := $(dir $(lastword $(MAKEFILE_LIST)))manifests
NAMESPACES := $(notdir $(patsubst %/,%,$(wildcard $(MANIFESTS)/*/)))

.PHONY: apply $(addprefix apply-,$(NAMESPACES))
apply: $(addprefix apply-,$(NAMESPACES))

$(addprefix apply-,$(NAMESPACES)): apply-%:
{apply}"
    )
}

/// The lines that open what is sealed and apply it, and apply the rest as it is.
fn opened_and_applied(pattern: &str, open: &str) -> String {
    format!(
        "\
\t@for file in $(MANIFESTS)/$*/{pattern}; do \\
\t  [ -e \"$$file\" ] || continue; \\
\t  {open} | $(KUBECTL) apply -f - || exit 1; \\
\tdone
\t@for folder in external-secrets service-accounts; do \\
\t  [ -e $(MANIFESTS)/$*/$$folder/kustomization.yaml ] || continue; \\
\t  $(KUBECTL) apply -k $(MANIFESTS)/$*/$$folder || exit 1; \\
\tdone
"
    )
}
