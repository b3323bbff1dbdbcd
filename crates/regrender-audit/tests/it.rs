//! Manifests in, answers out.

#[path = "it/application_set.rs"]
mod application_set;
#[path = "it/audit.rs"]
mod audit;
#[path = "it/brought_image.rs"]
mod brought_image;
#[path = "it/check.rs"]
mod check;
#[path = "it/custom_resource.rs"]
mod custom_resource;
#[path = "it/deployer.rs"]
mod deployer;
#[path = "it/drawing.rs"]
mod drawing;
#[path = "it/explain.rs"]
mod explain;
#[path = "it/followed.rs"]
mod followed;
#[path = "it/format.rs"]
mod format;
#[path = "it/graph.rs"]
mod graph;
#[path = "it/helm.rs"]
mod helm;
#[path = "it/idle_patch.rs"]
mod idle_patch;
#[path = "it/image_change.rs"]
mod image_change;
#[path = "it/inventory.rs"]
mod inventory;
#[path = "it/leak.rs"]
mod leak;
#[path = "it/merge.rs"]
mod merge;
#[path = "it/operation.rs"]
mod operation;
#[path = "it/patch.rs"]
mod patch;
#[path = "it/patched_deployer.rs"]
mod patched_deployer;
#[path = "it/picture.rs"]
mod picture;
#[path = "it/place.rs"]
mod place;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/reference.rs"]
mod reference;
#[path = "it/rendering.rs"]
mod rendering;
#[path = "it/repository.rs"]
mod repository;
#[path = "it/shape.rs"]
mod shape;
#[path = "it/target.rs"]
mod target;
#[path = "it/transformer.rs"]
mod transformer;
#[path = "it/tree.rs"]
mod tree;
#[path = "it/variable.rs"]
mod variable;
#[path = "it/variable_source.rs"]
mod variable_source;
#[path = "it/vector.rs"]
mod vector;
#[path = "it/verdict.rs"]
mod verdict;
#[path = "it/way.rs"]
mod way;
