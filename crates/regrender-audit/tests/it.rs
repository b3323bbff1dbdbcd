//! Manifests in, answers out.

#[path = "it/audit.rs"]
mod audit;
#[path = "it/explain.rs"]
mod explain;
#[path = "it/graph.rs"]
mod graph;
#[path = "it/inventory.rs"]
mod inventory;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/rendering.rs"]
mod rendering;
#[path = "it/vector.rs"]
mod vector;
