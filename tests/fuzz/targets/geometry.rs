//! A series of up to twelve slices that lie anywhere: whatever the numbers, no file is lost, and a
//! volume is one.
#![no_main]

use libfuzzer_sys::{arbitrary::Unstructured, fuzz_target};
use spineboard_fuzz::{
    Panics, check_library,
    dicom_file::{DicomFile, small},
    start,
};

const PIXELS: [u8; 8] = [1, 0, 2, 0, 3, 0, 4, 0];
const SLICES: usize = 12;

/// Numbers of real series and of broken ones, so that slices agree in part.
const USUAL: [&str; 16] = [
    "0",
    "1",
    "-1",
    "0.5",
    "0.7071067811865",
    "1e-7",
    "2",
    "3",
    "-3",
    "6",
    "9",
    "12.0001",
    "1e300",
    "-0",
    "nan",
    "",
];

fn number(source: &mut Unstructured<'_>) -> String {
    let choice = source.arbitrary::<u8>().unwrap_or_default();
    if choice < 224 {
        return USUAL[usize::from(choice) % USUAL.len()].to_owned();
    }
    let number = source.arbitrary::<f64>().unwrap_or_default();
    format!("{number:e}").chars().take(16).collect()
}

fn numbers(source: &mut Unstructured<'_>, count: usize) -> Vec<u8> {
    let numbers: Vec<String> = (0..count).map(|_| number(source)).collect();
    numbers.join("\\").into_bytes()
}

fuzz_target!(
    init: start(Panics::Ours, || {
        // An axial series of four slices 3 mm apart, a rotated one, and nothing.
        let slice = |z: u8| {
            let orientation = [1, 0, 0, 0, 1, 0];
            let position = [0, 0, z];
            [&[0, 0][..], &orientation, &position, &[1, 1], &[7]].concat()
        };
        vec![
            [slice(0), slice(7), slice(9), slice(10)].concat(),
            [slice(10), slice(0), slice(0), slice(9)].concat(),
            Vec::new(),
        ]
    }),
    |bytes: &[u8]| {
        let mut source = Unstructured::new(bytes);
        let mut files = Vec::new();
        while !source.is_empty() && files.len() < SLICES {
            let same = source.arbitrary::<u8>().unwrap_or_default();
            let instance = source.arbitrary::<i8>().unwrap_or_default();
            let orientation = numbers(&mut source, 6);
            let position = numbers(&mut source, 3);
            let spacing = numbers(&mut source, 2);
            let thickness = numbers(&mut source, 1);
            let number = if same == 255 { 1 } else { files.len() + 1 };
            let file = DicomFile {
                instance: format!("2.25.{number}"),
                geometry: vec![
                    ([0x18, 0x50], "DS", thickness),
                    ([0x20, 0x13], "IS", instance.to_string().into_bytes()),
                    ([0x20, 0x32], "DS", position),
                    ([0x20, 0x37], "DS", orientation),
                    ([0x28, 0x30], "DS", spacing),
                ],
                pixels: &PIXELS,
                ..small()
            };
            files.push(file.bytes());
        }
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        check_library(&imaging::fuzzing::library(&files), files.len());
    }
);
