//! The Makefile of the kubectl consumer.

use regrender_config::Format;

use crate::layout::HEADER;

/// Renders the Makefile that opens the pull secrets and applies the folder.
///
/// It finds the namespaces itself, so it never changes with them.
pub(crate) fn render(format: Format) -> String {
    let (variables, pattern, open) = match format {
        Format::Sops => ("SOPS ?= sops", "*.sops.yaml", "$(SOPS) --decrypt $$file"),
        Format::Age => (
            "AGE ?= age\n# The file that holds your age identity.\nIDENTITY ?= $(HOME)/.config/sops/age/keys.txt",
            "*.age",
            "$(AGE) --decrypt --identity $(IDENTITY) $$file",
        ),
    };
    format!(
        "#{HEADER}
# `make apply` opens and applies every namespace, `make apply-NAMESPACE` one of them.
KUBECTL ?= kubectl
{variables}
MANIFESTS := $(dir $(lastword $(MAKEFILE_LIST)))manifests
NAMESPACES := $(notdir $(patsubst %/,%,$(wildcard $(MANIFESTS)/*/)))

.PHONY: apply $(addprefix apply-,$(NAMESPACES))
apply: $(addprefix apply-,$(NAMESPACES))

$(addprefix apply-,$(NAMESPACES)): apply-%:
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
