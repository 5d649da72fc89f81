/// The one of `names` that `name` was probably meant to be: few letters apart for its length.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let letters = name.chars().count();
    let allowed = (letters / 3).clamp(1, 4);
    let own = letters_of(name);
    // Distances cost the product of the lengths, so names that cannot be near are not measured.
    let near = |other: &&str| {
        let different = (letters_of(other) ^ own).count_ones() as usize;
        other.len().abs_diff(name.len()) <= allowed * 4
            && other.len() < 256
            && different <= allowed * 2
    };
    let measured = names.filter(near).map(|it| (strsim::osa_distance(name, it), it));
    measured.filter(|(far, _)| *far <= allowed && *far < letters).min().map(|(_, it)| it)
}

/// Which bytes there are, roughly: one bit for each of 64 classes.
fn letters_of(name: &str) -> u64 {
    name.bytes().fold(0, |seen, byte| seen | 1 << (byte & 63))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let names = ["build-image", "lint", ".base"];
        assert_eq!(nearest("bulid-image", names.into_iter()), Some("build-image"));
        assert_eq!(nearest(".bas", names.into_iter()), Some(".base"));
        assert_eq!(nearest("deploy", names.into_iter()), None);
    }
}
