//! Names in an archive: bytes of unknown origin that must become a path which cannot leave it.

use crate::problem::{Reason, Refusal};

/// Longer names are written by no export and only make lists unreadable.
const NAME_LIMIT: usize = 1024;

/// Code page 437 above ASCII, which a name without the UTF-8 flag is in (APPNOTE 6.3.10, appendix D).
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The text of a name. Many programs write UTF-8 without saying so; what is not UTF-8 is read as code
/// page 437, which gives every byte a letter, so that no two names become one.
pub(super) fn text(raw: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(raw) {
        return text.to_owned();
    }
    raw.iter()
        .map(|byte| match byte {
            0..0x80 => char::from(*byte),
            _ => CODE_PAGE_437
                .chars()
                .nth(usize::from(byte - 0x80))
                .unwrap_or('\u{fffd}'),
        })
        .collect()
}

/// Refuses every name that could mean a place outside the archive on any system: absolute, with a
/// drive letter, with backslashes, with `.` or `..` or nothing between two slashes, with control
/// characters.
pub(super) fn check(name: &str) -> Result<(), Refusal> {
    let unsafe_path = |what: &str| Err(Reason::UnsafePath.because(what));
    if name.len() > NAME_LIMIT {
        return unsafe_path("name too long");
    }
    if name.chars().any(char::is_control) {
        return unsafe_path("control character");
    }
    if name.contains('\\') {
        return unsafe_path("backslash");
    }
    let mut letters = name.chars();
    if letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
    {
        return unsafe_path("drive letter");
    }
    if name.starts_with('/') {
        return unsafe_path("absolute path");
    }
    let inner = name.strip_suffix('/').unwrap_or(name);
    match inner
        .split('/')
        .find(|part| matches!(*part, "" | "." | ".."))
    {
        None => Ok(()),
        Some("..") => unsafe_path("parent folder"),
        Some(_) => unsafe_path("empty folder name"),
    }
}

/// A refused name as it may be listed beneath its archive: one part, without anything that a path
/// could act on.
pub(super) fn shown(name: &str) -> String {
    let harmless: String = name
        .chars()
        .take(120)
        .map(|letter| match letter {
            '/' | '\\' | ':' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .collect();
    match harmless.as_str() {
        "" | "." | ".." => "_".to_owned(),
        _ => harmless,
    }
}

/// Archives and disc images by the ends of their names.
pub(super) fn is_archive_name(name: &str) -> bool {
    const ENDS: [&str; 9] = [
        ".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".iso",
    ];
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_the_archive_are_refused() {
        for name in [
            "../a",
            "a/../b",
            "a/..",
            "..",
            "/etc/passwd",
            "//server/share",
            "C:/a",
            "c:a",
            "a\\b",
            "..\\a",
            "\\\\server\\a",
            "a//b",
            "./a",
            "a/./b",
            "",
            "/",
            "a\0b",
            "a\nb",
        ] {
            let refused = check(name).is_err_and(|refusal| refusal.reason == Reason::UnsafePath);
            assert!(refused, "{name:?}");
        }
        assert!(check(&"a/".repeat(513)).is_err());
        for name in ["a", "a/b", "a/", "..a/b..", "a b/Ü", "a/b:c", "...", "1:2"] {
            assert!(check(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn any_bytes_have_a_text_and_no_two_names_become_one() {
        assert_eq!(text("Müller".as_bytes()), "Müller");
        assert_eq!(text(b"M\x81ller"), "Müller");
        assert_eq!(CODE_PAGE_437.chars().count(), 128);
        let mut seen = std::collections::BTreeSet::new();
        for byte in 0..=u8::MAX {
            assert!(seen.insert(text(&[byte, 0xff])), "{byte}");
        }
    }

    #[test]
    fn a_refused_name_is_listed_as_one_harmless_part() {
        assert_eq!(shown("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(shown("C:\\a"), "C__a");
        assert_eq!(shown(".."), "_");
    }
}
