//! The whole tree of one cluster.

use std::collections::{BTreeMap, BTreeSet};

use regrender_config::{Cluster, Config};

use crate::folder::Folder;
use crate::payload::{Contents, Payloads, RenderError, payloads, registries_of_nodes};
use crate::placement::Placement;
use crate::policy::{self, LongPolicy};
use crate::surroundings::Surroundings;
use crate::wanted_file::WantedFile;

/// The tree of a cluster, rendered part by part: the whole of it is never needed at once, and there
/// can be tens of thousands of files.
#[derive(Debug)]
pub struct Rendered<'a> {
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    payloads: Payloads,
    placements: BTreeMap<String, Placement<'a>>,
}

/// A part of the tree of a cluster. No file is in two parts.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    rendered: &'a Rendered<'a>,
    what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    /// What lands in one namespace.
    Namespace(&'a str, &'a Placement<'a>),
    /// The files that list all namespaces.
    Roots,
}

/// Renders the tree that `config` asks for in `cluster`.
///
/// # Errors
///
/// Lists the pull secrets that the API server would refuse.
pub fn render<'a>(
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    contents: Contents<'_>,
) -> Result<Rendered<'a>, Vec<RenderError>> {
    let payloads = payloads(config, cluster, contents)?;
    let placements = Placement::of_cluster(config, cluster, surroundings);
    Ok(Rendered { config, cluster, surroundings, payloads, placements })
}

impl Rendered<'_> {
    /// Returns the tree that there would be without the pull secrets of these names; what is sealed in
    /// it holds nothing.
    #[must_use]
    pub fn without(&self, names: &BTreeSet<String>) -> Self {
        let Rendered { config, cluster, surroundings, .. } = *self;
        let placements = Placement::of_cluster_without(names, config, cluster, surroundings);
        Self { config, cluster, surroundings, payloads: Payloads::default(), placements }
    }

    /// Lists the parts of the tree, the largest first; together they are the whole of it.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let namespaces = self.placements.iter();
        let namespaces =
            namespaces.map(|(namespace, placement)| What::Namespace(namespace, placement));
        let all = [What::Roots].into_iter().chain(namespaces);
        all.map(|what| Part { rendered: self, what }).collect()
    }

    /// Returns the part of this tree that is in the place of `part` in another one of the cluster.
    #[must_use]
    pub fn counterpart(&self, part: &Part<'_>) -> Option<Part<'_>> {
        let what = match part.what {
            What::Roots => What::Roots,
            What::Namespace(namespace, _) => {
                let (namespace, placement) = self.placements.get_key_value(namespace)?;
                What::Namespace(namespace, placement)
            }
        };
        Some(Part { rendered: self, what })
    }

    /// Returns how many files shall be sealed.
    #[must_use]
    pub fn sealed_count(&self) -> usize {
        let of_nodes = usize::from(registries_of_nodes(self.config).next().is_some());
        let of_namespaces = self.placements.values().map(|placement| placement.secrets.len());
        of_namespaces.sum::<usize>() + of_nodes
    }

    /// Lists the policies that IAM may refuse for their length.
    #[must_use]
    pub fn long_policies(&self) -> Vec<LongPolicy> {
        policy::too_long(self.config, self.cluster, &self.placements)
    }

    /// Lists the accounts, by namespace and name, whose list is emptied since nothing declares them
    /// any more.
    #[must_use]
    pub fn emptied_accounts(&self) -> Vec<(String, String)> {
        let mut emptied = Vec::new();
        for (namespace, placement) in &self.placements {
            let is_emptied = |(account, list): &(&String, &Vec<String>)| {
                list.is_empty() && !placement.annotations.contains_key(*account)
            };
            for (account, _) in placement.accounts.iter().filter(is_emptied) {
                emptied.push((namespace.clone(), account.clone()));
            }
        }
        emptied
    }

    /// Lists the kustomizations that stay though they list nothing any more.
    #[must_use]
    pub fn empty_roots(&self) -> Vec<String> {
        let Rendered { config, cluster, surroundings, payloads, placements } = self;
        let roots = Folder::new(config, cluster, surroundings, payloads).roots(placements);
        let empty = roots.into_iter().filter(|(_, entries)| entries.is_empty());
        empty.map(|(path, _)| path).collect()
    }
}

impl Part<'_> {
    /// Renders the files of this part, in the order of their paths in the output folder.
    #[must_use]
    pub fn files(&self) -> Vec<(String, WantedFile)> {
        let Rendered { config, cluster, surroundings, payloads, placements } = self.rendered;
        let mut folder = Folder::new(config, cluster, surroundings, payloads);
        match self.what {
            What::Namespace(namespace, placement) => folder.render_namespace(namespace, placement),
            What::Roots => folder.render_rest(placements),
        }
        folder.into_files()
    }
}
