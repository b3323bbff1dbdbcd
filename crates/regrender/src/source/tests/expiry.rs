//! The last day of a credential.

use super::*;

fn told(year: u16, month: u8, day: u8) -> String {
    let case = Case::new().password("hub", plain("canary-4f1d")).edit(|config| {
        let registry = config.registries.first_mut().unwrap();
        registry.expires = Some(Date { year, month, day });
    });
    case.told()
}

#[test]
fn an_expired_credential_is_a_warning() {
    assert_eq!(
        told(2026, 11, 20),
        "\
warning[credential-expired]: the credential of registry `hub` expired: its last day was 2026-11-20
  --> 0..1 
  help: make a new credential, and change `expires` with it
"
    );
}

#[test]
fn a_credential_that_expires_soon_is_a_warning() {
    assert_eq!(
            told(2026, 12, 1),
            "\
warning[credential-expires-soon]: the credential of registry `hub` expires soon: its last day is 2026-12-01, 10 days from now
  --> 0..1 
  note: this is told from 14 days before
  help: make a new credential, and change `expires` with it
"
        );
    assert!(told(2026, 11, 22).contains("its last day is 2026-11-22, 1 day from now"));
    assert!(told(2026, 11, 21).contains("expires soon: today, 2026-11-21, is its last day"));
}

#[test]
fn a_credential_that_lasts_is_not_told() {
    assert_eq!(told(2026, 12, 6), "");
}

#[test]
fn a_credential_that_cannot_be_had_expires_all_the_same() {
    let case = Case::new().password("hub", env("NOT_SET")).edit(|config| {
        let registry = config.registries.first_mut().unwrap();
        registry.expires = Some(Date { year: 2026, month: 1, day: 1 });
    });
    assert_eq!(codes(case), ["source-variable-unset", "credential-expired"]);
}
