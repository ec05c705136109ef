//! ZIP archives as a way in: read in place, and refused where they mean harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{Continue, Library, Reason, scan};
use made::{Member, SLICE, Slice, zip, zip_with};
use std::{fs, path::PathBuf};

mod made;
mod shared;

fn opened(bytes: &[u8]) -> (Library, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exam.zip");
    fs::write(&path, bytes).unwrap();
    let library = scan(&path, &shared::workers(), &mut |_| Continue::Yes).unwrap();
    let found: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(found.len(), 1, "nothing is unpacked beside the archive");
    (library, folder)
}

fn images(library: &Library) -> usize {
    library
        .stacks()
        .map(|(_, _, stack)| stack.images.len())
        .sum()
}

fn reasons(library: &Library) -> Vec<(Reason, &str)> {
    library
        .rejected
        .iter()
        .map(|file| (file.reason, file.detail.as_str()))
        .collect()
}

/// The reason for an archive with one member beside a good one, whose image must still come in.
fn reason_of(member: Member) -> Reason {
    let good = Member::stored("good", &SLICE.bytes());
    let (library, _folder) = opened(&zip(&[good, member]));
    assert_eq!(images(&library), 1, "the other entry is read");
    assert_eq!(library.rejected.len(), 1, "{:?}", library.rejected);
    library.rejected[0].reason
}

fn other() -> Vec<u8> {
    Slice {
        instance: "2.25.2",
        ..SLICE
    }
    .bytes()
}

#[test]
fn images_in_an_archive_are_read_in_place() {
    let image = SLICE.bytes();
    let packed = other();
    let (library, folder) = opened(&zip(&[
        Member::stored("DISC/", b""),
        Member::stored("DISC/IM1", &image),
        Member::deflated("DISC/sub/IM2", &packed),
    ]));
    assert!(library.rejected.is_empty(), "{:?}", library.rejected);
    let archive = folder.path().join("exam.zip");
    assert_eq!(library.sources, std::slice::from_ref(&archive));
    let (_, _, stack) = library.stacks().next().unwrap();
    let paths: Vec<PathBuf> = stack
        .images
        .iter()
        .map(|image| image.path.clone())
        .collect();
    assert_eq!(
        paths,
        [archive.join("DISC/IM1"), archive.join("DISC/sub/IM2")]
    );
    for image in &stack.images {
        let values: Vec<f64> = imaging::decode(image).unwrap().values().collect();
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
    }
}

#[test]
fn an_archive_in_a_folder_is_opened_and_one_in_an_archive_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let inner = zip(&[Member::stored("IM1", &SLICE.bytes())]);
    fs::write(folder.path().join("exam.ZIP"), &inner).unwrap();
    fs::write(folder.path().join("letter.docx"), &inner).unwrap();
    let library = scan(folder.path(), &shared::workers(), &mut |_| Continue::Yes).unwrap();
    assert_eq!(images(&library), 1);
    assert_eq!(reasons(&library), [(Reason::NotDicom, "")]);
    assert_eq!(
        reason_of(Member::stored("inner.zip", &inner)),
        Reason::NestedArchive
    );
    assert_eq!(
        reason_of(Member::stored("inner", &inner)),
        Reason::NestedArchive
    );
    assert_eq!(
        reason_of(Member::deflated("inner", &inner)),
        Reason::NestedArchive
    );
}

#[test]
fn names_that_lead_out_of_the_archive_are_refused() {
    for name in [
        "../out",
        "/out",
        "a/../../out",
        "C:\\out",
        "..\\out",
        "a\\..\\out",
        "c:out",
    ] {
        assert_eq!(
            reason_of(Member::stored(name, &other())),
            Reason::UnsafePath,
            "{name}"
        );
    }
    let (library, folder) = opened(&zip(&[Member::stored("../../x/out", &other())]));
    let shown = &library.rejected[0].path;
    assert_eq!(
        shown.parent().unwrap(),
        folder.path().join("exam.zip"),
        "{shown:?}"
    );
}

#[test]
fn links_devices_and_encrypted_entries_are_refused() {
    let link = Member::stored("link", b"/etc/passwd");
    for mode in [0o120_777, 0o010_644, 0o020_644, 0o060_644, 0o140_644] {
        assert_eq!(
            reason_of(Member {
                mode,
                ..link.clone()
            }),
            Reason::Link,
            "{mode:o}"
        );
    }
    for (flags, method) in [(1, 0), (1, 8), (1 | 1 << 6, 8), (1 << 13, 0), (0, 99)] {
        let member = Member {
            flags,
            method,
            ..Member::stored("secret", &other())
        };
        assert_eq!(reason_of(member), Reason::Encrypted, "{flags} {method}");
    }
}

#[test]
fn methods_that_are_not_supported_are_named() {
    for method in [1, 6, 9, 12, 14, 93, 95, 98, 65_535] {
        let member = Member {
            method,
            ..Member::stored("IM2", &other())
        };
        assert_eq!(
            reason_of(member),
            Reason::UnsupportedCompression,
            "{method}"
        );
    }
}

#[test]
fn a_name_given_twice_is_refused_twice() {
    let (library, _folder) = opened(&zip(&[
        Member::stored("IM1", &SLICE.bytes()),
        Member::stored("IM1", &other()),
    ]));
    assert_eq!(images(&library), 0);
    let detail = "archive: name given twice";
    let expected = (Reason::BrokenStructure, detail);
    assert_eq!(reasons(&library), [expected, expected]);
}

#[test]
fn an_entry_that_inflates_beyond_measure_is_refused() {
    // 1 GB of zeros, declared truly.
    assert_eq!(reason_of(Member::zeros("zeros", 1 << 30)), Reason::Bomb);
    // 64 MB that claim to be 500 bytes.
    let liar = Member {
        size: 500,
        ..Member::zeros("liar", 64 << 20)
    };
    assert_eq!(reason_of(liar), Reason::Bomb);
    // A whole image whose packed data go on after its declared end.
    let image = other();
    let long = [image.clone(), vec![0; 400]].concat();
    let tail = Member {
        size: image.len() as u64,
        ..Member::deflated("tail", &long)
    };
    let (library, _folder) = opened(&zip(&[tail]));
    let frames = library.stacks().flat_map(|(_, _, stack)| &stack.images);
    let decoded: Vec<_> = frames.map(imaging::decode).collect();
    assert!(
        matches!(decoded.as_slice(), [Err(imaging::ImagingError::Image(refusal))] if refusal.reason == Reason::Bomb),
        "{decoded:?}"
    );
}

#[test]
fn many_entries_that_are_a_bomb_only_together_are_refused() {
    let members: Vec<Member> = (0..20)
        .map(|number| Member::zeros(&format!("zeros{number}"), 8 << 20))
        .collect();
    let (library, folder) = opened(&zip(&members));
    assert_eq!(library.rejected.len(), 1);
    assert_eq!(library.rejected[0].reason, Reason::Bomb);
    assert_eq!(library.rejected[0].path, folder.path().join("exam.zip"));
}

#[test]
fn a_large_packed_entry_says_that_it_has_to_be_unpacked_first() {
    let mut member = Member::deflated("large", &vec![7; 3 << 20]);
    member.size = 300 << 20;
    assert_eq!(reason_of(member), Reason::UnpackFirst);
}

#[test]
fn many_entries_that_share_their_bytes_are_a_bomb() {
    let kernel = Member::stored("a", &SLICE.bytes());
    let copies: Vec<Member> = (0..100)
        .map(|number| Member {
            offset: Some(0),
            ..Member::stored(&format!("b{number}"), &SLICE.bytes())
        })
        .collect();
    let (library, folder) = opened(&zip(&[vec![kernel], copies].concat()));
    assert_eq!(images(&library), 0);
    assert_eq!(reasons(&library), [(Reason::Bomb, "entries overlap")]);
    assert_eq!(library.rejected[0].path, folder.path().join("exam.zip"));
}

#[test]
fn more_entries_than_any_exam_has_are_refused_before_they_are_read() {
    let members = [Member::stored("IM1", &SLICE.bytes())];
    let bytes = zip_with(&members, |ending| {
        ending.is_64 = true;
        ending.entries = 4_000_000_000;
    });
    assert_eq!(
        reasons(&opened(&bytes).0),
        [(Reason::Bomb, "4000000000 entries")]
    );
    let bytes = zip_with(&members, |ending| {
        ending.is_64 = true;
        ending.size = 1 << 60;
    });
    assert_eq!(
        reasons(&opened(&bytes).0),
        [(Reason::Bomb, "size of the directory")]
    );
}

#[test]
fn a_broken_directory_is_said_of_the_archive() {
    let whole = zip(&[Member::stored("IM1", &SLICE.bytes())]);
    let cut = &whole[..whole.len() - 5];
    assert_eq!(
        reasons(&opened(cut).0),
        [(Reason::Truncated, "archive: end record")]
    );
    let changes: [fn(&mut made::Ending); 5] = [
        |ending| ending.size += 1,
        |ending| ending.size -= 1,
        |ending| ending.offset += 1_000_000,
        |ending| ending.entries += 1,
        |ending| ending.size = 0,
    ];
    for change in changes {
        let (library, _folder) =
            opened(&zip_with(&[Member::stored("IM1", &SLICE.bytes())], change));
        assert_eq!(images(&library), 0);
        assert_eq!(library.rejected[0].reason, Reason::BrokenStructure);
    }
}

#[test]
fn an_entry_must_be_what_the_directory_says() {
    let renamed = Member {
        local_name: Some(b"IM9".to_vec()),
        ..Member::stored("IM2", &other())
    };
    assert_eq!(reason_of(renamed), Reason::BrokenStructure);
    // A changed pixel is noticed by the checksum before it is shown.
    for whole in [
        Member::stored("IM1", &SLICE.bytes()),
        Member::deflated("IM1", &SLICE.bytes()),
    ] {
        let mut changed = whole;
        let last = changed.data.len() - 1;
        changed.data[last] ^= 1;
        let (library, _folder) = opened(&zip(&[changed]));
        let (_, _, stack) = library.stacks().next().unwrap();
        let refused = imaging::decode(&stack.images[0]).unwrap_err().to_string();
        assert!(refused.contains("checksum"), "{refused}");
    }
}

#[test]
fn sixty_four_bit_archives_and_bytes_before_the_archive_are_read() {
    let wide = Member {
        is_64: true,
        ..Member::stored("IM1", &SLICE.bytes())
    };
    let (library, _folder) = opened(&zip(&[wide]));
    assert_eq!((images(&library), library.rejected.len()), (1, 0));
    // As in an archive that was appended to something else.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exam.zip");
    let bytes = zip(&[Member::stored("IM1", &SLICE.bytes())]);
    fs::write(
        &path,
        [b"PK\x03\x04 some other beginning".to_vec(), bytes].concat(),
    )
    .unwrap();
    let library = scan(&path, &shared::workers(), &mut |_| Continue::Yes).unwrap();
    assert_eq!((images(&library), library.rejected.len()), (1, 0));
}

#[test]
fn names_in_any_encoding_are_read() {
    let mut name = Member::stored("", &SLICE.bytes());
    for raw in [
        &b"M\x81ller\\"[..6],
        b"\xff\xfe\xfd",
        "脊柱".as_bytes(),
        b"\xc3\x28",
    ] {
        name.name = raw.to_vec();
        let (library, _folder) = opened(&zip(&[name.clone()]));
        assert_eq!(
            (images(&library), library.rejected.len()),
            (1, 0),
            "{raw:?}"
        );
        let (_, _, stack) = library.stacks().next().unwrap();
        assert!(imaging::decode(&stack.images[0]).is_ok(), "{raw:?}");
    }
}

/// Ten thousand damaged archives: each is listed or refused, and the test ends.
#[test]
fn any_bytes_as_an_archive_end_in_a_listing_or_a_reason() {
    let whole = zip(&[
        Member {
            is_64: true,
            ..Member::stored("DISC/IM1", &SLICE.bytes())
        },
        Member::deflated("DISC/IM2", &other()),
        Member::stored("DISC/", b""),
    ]);
    for end in 0..whole.len() {
        assert!(
            imaging::fuzzing::archive(&whole[..end]).is_err(),
            "{end} bytes"
        );
    }
    let mut state = 20_261_128_u32;
    let mut listed = 0;
    for _ in 0..10_000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            // Numerical Recipes' linear congruential generator
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = (state >> 8) as usize % bytes.len();
            bytes[place] = state.to_le_bytes()[3];
        }
        listed += u32::from(imaging::fuzzing::archive(&bytes).is_ok());
    }
    assert!((500..9_500).contains(&listed), "{listed} listed");
}

/// The same from the disk, down to the pixels: what is shown are the four values of the image or nothing.
#[test]
fn a_damaged_archive_shows_the_right_pixels_or_none() {
    let whole = zip(&[
        Member::stored("IM1", &SLICE.bytes()),
        Member::deflated("IM2", &other()),
    ]);
    let mut state = 2_026_u32;
    let (mut shown, mut refused) = (0, 0);
    for _ in 0..400 {
        let mut bytes = whole.clone();
        // Numerical Recipes' linear congruential generator
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let place = (state >> 8) as usize % bytes.len();
        bytes[place] ^= 1 << (state >> 29);
        let (library, _folder) = opened(&bytes);
        refused += library.rejected.len();
        for image in library.stacks().flat_map(|(_, _, stack)| &stack.images) {
            match imaging::decode(image) {
                Ok(pixels) => {
                    assert_eq!(pixels.values().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
                    shown += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        shown > 300 && refused > 100,
        "{shown} shown, {refused} refused"
    );
}
