//! What has to be known before a rendered pull secret takes the place of one that exists.

use regrender_audit::Secret;

/// The type of pull secrets before `kubernetes.io/dockerconfigjson`.
pub(super) const OLD_TYPE: &str = "kubernetes.io/dockercfg";

/// Lists what has to be known before another takes the place of this one.
pub(super) fn cautions(secret: &Secret) -> Vec<String> {
    let old_type = (secret.kind == OLD_TYPE).then(|| {
        format!(
            "its type is `{OLD_TYPE}`, and a type cannot be changed; delete it in the cluster when \
             the new one is applied"
        )
    });
    let immutable = secret.is_immutable.then(|| {
        String::from("it is immutable; delete it in the cluster when the new one is applied")
    });
    let owned = secret.metadata.owner.as_ref().map(|kind| {
        format!(
            "its owner, of kind `{kind}`, writes it again and takes it along when deleted; delete \
             that first, with `--cascade=orphan`, so that the Secret stays"
        )
    });
    [old_type, immutable, owned].into_iter().flatten().collect()
}
