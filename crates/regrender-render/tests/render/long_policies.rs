//! Which policies IAM refuses for their length.

use regrender_render::{Contents, LongPolicy, render};

use crate::support::{config, surroundings, texts};

/// A role for many accounts and repositories, the last of which have names of so many characters.
fn role(account: usize, repository: usize) -> String {
    let names = |count, name: &str, last| {
        let mut names: Vec<String> =
            (0..count).map(|index| format!("\"{name}-{index:02}\"")).collect();
        names.push(format!("\"{}\"", "a".repeat(last)));
        names.join(", ")
    };
    let accounts = names(32, "service-account", account);
    let repositories = names(87, "apps/service", repository);
    format!(
        "[output]\noidc-provider = \"oidc.example.com/id/A\"\n[registry.images]\nkind = \"ecr\"\n\
         account = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"irsa\"\n\
         role-arn = \"arn:aws:iam::444455556666:role/pull\"\nrepositories = [{repositories}]\n\
         [secret.regcred]\nregistries = [\"images\"]\nnamespaces = [\"team-a\"]\n\
         service-accounts = [{accounts}]\n"
    )
}

fn long_policies(text: &str) -> Vec<LongPolicy> {
    let config = config(text);
    let surroundings = surroundings(&config);
    let rendered = render(&config, &config.clusters[0], &surroundings, Contents::Unknown).unwrap();
    rendered.long_policies()
}

/// How many characters IAM counts; no name has white space in it.
fn length(text: &str) -> usize {
    text.split_whitespace().map(str::len).sum()
}

#[test]
fn a_policy_of_exactly_the_quota_is_not_long() {
    let texts = texts(&role(1, 2));
    let account = 2_048 - length(&texts["policies/images/trust.json"]) + 1;
    let repository = 6_144 - length(&texts["policies/images/permissions.json"]) + 2;
    assert_eq!(long_policies(&role(account, repository)), []);
    let found = |account, repository| {
        let long = long_policies(&role(account, repository)).into_iter();
        long.map(|policy| (policy.path, policy.length, policy.limit)).collect::<Vec<_>>()
    };
    let path = |name: &str| format!("policies/images/{name}.json");
    assert_eq!(found(account + 1, repository), [(path("trust"), 2_049, 2_048)]);
    assert_eq!(found(account, repository + 1), [(path("permissions"), 6_145, 6_144)]);
}
