//! Image references: what parses has a normal form that parses to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_image::ImageReference;

fuzz_target!(|text: &str| {
    let Ok(image) = ImageReference::parse(text) else { return };
    assert!(text.is_ascii());
    assert_eq!(image.written(), text);
    let normalised = image.normalised();
    let again = ImageReference::parse(&normalised).expect("a normal form parses");
    assert_eq!(again.normalised(), normalised);
    assert_eq!(again.repository(), image.repository());
    assert_eq!((again.tag(), again.digest()), (image.tag(), image.digest()));
    assert_eq!((again.domain(), again.path()), (image.domain(), image.path()));
    assert_eq!(again.familiar(), image.familiar());
    // distribution/reference shortens `docker.io/docker.io/x` to `docker.io/x` as well, and
    // `library/` before 64 digits, which alone are the name of an image on the node.
    if let Ok(familiar) = ImageReference::parse(&image.familiar())
        && !image.path().contains(['.', ':'])
        && !image.path().starts_with("localhost/")
    {
        assert_eq!(familiar.normalised(), normalised);
    }
    assert!(ImageReference::parse(&image.pull_string()).is_ok());
    assert_eq!(again.default_pull_policy(), image.default_pull_policy());
});
