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
});
