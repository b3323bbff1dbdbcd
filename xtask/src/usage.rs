//! What the chores are called and take, for people.

pub(crate) const USAGE: &str = "\
usage: cargo xtask CHORE

  ci [--all]                       everything a change must pass; --all adds what only CI
                                   does otherwise
  interop [WORDS]                  the real programs open, build and judge what regrender writes;
                                   WORDS picks the cases whose title contains them
    --require-all                  a missing program is a failure, as in CI
    --binary PATH                  put this regrender to the test instead of building one
  crash [--require-all] [--binary PATH] [WORDS]
                                   kills a build at every call that changes the disk, lets the disk
                                   fail at each, and cuts the power; WORDS picks the cases
  bench [--write]                  how fast, how big; --write updates docs/performance.md
  fuzz [--seconds N] [TARGETS]     hostile input for what reads; some executions of each target,
                                   or N seconds each
  instructions [--write]           instruction counts of fixed work beside the committed ones;
                                   --write renews them
  reproduce                        builds the release twice, in two folders, and compares
  sbom [--output FILE]             the bill of materials of the release, as CycloneDX 1.5
  tidy [--write]                   rules that no compiler checks; --write renews the list of
                                   dependencies";

/// Says that no chore knows `argument`, and what they know.
pub(crate) fn unknown(argument: &str) -> String {
    format!("unknown argument `{argument}`\n\n{USAGE}")
}
