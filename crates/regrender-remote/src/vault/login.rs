//! The ways to log in that need no person.

use regrender_document::SecretText;
use serde::Serialize;

use super::path::encoded;

/// A way to log in, and what it takes.
#[derive(Clone, Copy, Debug)]
pub enum Login<'a> {
    /// A role and its secret.
    AppRole {
        /// Where the method is mounted.
        mount: &'a str,
        /// The role's id.
        role_id: &'a SecretText,
        /// The role's secret.
        secret_id: &'a SecretText,
    },
    /// A token that somebody else signed: the methods `kubernetes` and `jwt`.
    SignedToken {
        /// Where the method is mounted.
        mount: &'a str,
        /// The role to log in for.
        role: &'a str,
        /// The token.
        jwt: &'a SecretText,
    },
}

#[derive(Serialize)]
struct AppRole<'a> {
    role_id: &'a str,
    secret_id: &'a str,
}

#[derive(Serialize)]
struct SignedToken<'a> {
    role: &'a str,
    jwt: &'a str,
}

impl<'a> Login<'a> {
    pub(crate) fn path(&self) -> String {
        let (Self::AppRole { mount, .. } | Self::SignedToken { mount, .. }) = self;
        let parts: Vec<String> = mount.trim_matches('/').split('/').map(str::to_owned).collect();
        format!("v1/auth/{}/login", encoded(&parts))
    }

    pub(crate) fn body(&self) -> SecretText {
        let body = match self {
            Self::AppRole { role_id, secret_id, .. } => {
                let (role_id, secret_id) = (role_id.expose(), secret_id.expose());
                serde_json::to_string(&AppRole { role_id, secret_id })
            }
            Self::SignedToken { role, jwt, .. } => {
                serde_json::to_string(&SignedToken { role, jwt: jwt.expose() })
            }
        };
        SecretText::new(body.expect("texts can be written as JSON"))
    }

    pub(crate) fn secrets(&self) -> Vec<&'a SecretText> {
        match self {
            Self::AppRole { role_id, secret_id, .. } => vec![role_id, secret_id],
            Self::SignedToken { jwt, .. } => vec![jwt],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_and_its_secret_are_sent() {
        let role_id = SecretText::new(String::from("role"));
        let secret_id = SecretText::new(String::from("canary-4f1d\"\n"));
        let login = Login::AppRole { mount: "approle", role_id: &role_id, secret_id: &secret_id };
        assert_eq!(login.path(), "v1/auth/approle/login");
        let expected = r#"{"role_id":"role","secret_id":"canary-4f1d\"\n"}"#;
        assert_eq!(login.body().expose(), expected);
    }

    #[test]
    fn a_signed_token_is_sent() {
        let jwt = SecretText::new(String::from("canary-4f1d"));
        let login = Login::SignedToken { mount: "/team/jwt git/", role: "ci", jwt: &jwt };
        assert_eq!(login.path(), "v1/auth/team/jwt%20git/login");
        assert_eq!(login.body().expose(), r#"{"role":"ci","jwt":"canary-4f1d"}"#);
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let jwt = SecretText::new(String::from("canary-4f1d"));
        let login = Login::SignedToken { mount: "jwt", role: "ci", jwt: &jwt };
        assert!(!format!("{login:?}").contains("canary"));
    }
}
