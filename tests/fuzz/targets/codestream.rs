//! One compressed frame in a sound file: eight bytes say what the header claims, the rest is the
//! codestream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{
    Panics, check_pixels,
    dicom_file::{DicomFile, small},
    shared, start,
};

/// RLE, deflated frames, JPEG baseline, extended, lossless, lossless first order, JPEG-LS lossless
/// and near-lossless, JPEG 2000 lossless and lossy, HTJ2K, JPEG XL (PS3.5 annex A.4).
const SYNTAXES: [&str; 14] = [
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.8.1",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.4.110",
    "1.2.840.10008.1.2.4.112",
];
/// Larger frames only cost time here; the limits on size are shown by other tests.
const SIDE: u16 = 1024;

fuzz_target!(
    init: start(Panics::Ours, || {
        let files = shared("dicom/conformance").into_iter().chain(shared("dicom/malformed"));
        files
            .filter_map(|file| imaging::fuzzing::encoded_frame(&file))
            .filter_map(|frame| {
                let known = |syntax: &&str| **syntax == frame.transfer_syntax;
                let syntax = SYNTAXES.iter().position(|syntax| known(&syntax))? as u8;
                let [rows, columns] = [frame.rows, frame.columns].map(|side| side.min(SIDE) - 1);
                let kind = u8::from(frame.signed) | (u8::from(frame.samples == 3) << 1);
                let head = [
                    &[syntax][..],
                    &rows.to_le_bytes(),
                    &columns.to_le_bytes(),
                    &[kind, frame.bits_allocated as u8, frame.bits_stored as u8],
                ];
                Some([&head.concat()[..], &frame.bytes].concat())
            })
            .chain([[&[0, 1, 0, 1, 0, 0, 8, 8][..], &[1, 0, 0, 0], &[64; 4], &[0; 56], &[3, 1, 2, 3, 4]].concat()])
            .collect()
    }),
    |bytes: &[u8]| {
        let Some((head, codestream)) = bytes.split_at_checked(8) else {
            return;
        };
        let side = |low: u8, high: u8| u16::from_le_bytes([low, high]) % SIDE + 1;
        let samples = if head[5] & 2 == 0 { 1 } else { 3 };
        let file = DicomFile {
            transfer_syntax: SYNTAXES[usize::from(head[0]) % SYNTAXES.len()],
            rows: side(head[1], head[2]),
            columns: side(head[3], head[4]),
            samples,
            bits_allocated: u16::from(head[6]),
            bits_stored: u16::from(head[7]),
            signed: head[5] & 1 == 1,
            photometric: match (samples, head[5] & 0x0c) {
                (1, _) => "MONOCHROME2",
                (_, 0) => "RGB",
                (_, 4) => "YBR_FULL",
                (_, 8) => "YBR_FULL_422",
                _ => "YBR_ICT",
            },
            pixels: codestream,
            compressed: true,
            ..small()
        };
        if let Ok(frames) = imaging::fuzzing::frames(&file.bytes(), 1) {
            frames.into_iter().flatten().for_each(|pixels| check_pixels(&pixels));
        }
    }
);
