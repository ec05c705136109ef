"""Reads DICOM objects with pydicom and highdicom and compares all of them with what was meant.

usage: readback.py EXPECTED.json

EXPECTED.json lists cases, each with its marks and key images as SpineBoard keeps them, the image files that
they lie on, and the objects that were written. What must be in the objects is worked out here anew: codes from
the tables of PS3.16 that pydicom carries, places from the images' own headers, masks by another rule for what
lies inside. Prints what was compared; ends with an AssertionError where something differs.
"""

import json
import math
import sys
import warnings
from collections import Counter, defaultdict

import highdicom as hd
import numpy as np
from highdicom.spatial import ImageToReferenceTransformer
from pydicom import dcmread
from pydicom.sr.codedict import codes

OURS = "99SPINEBOARD"
COUNTS = Counter()
SR, KO, SEG = (
    "1.2.840.10008.5.1.4.1.1.88.34",
    "1.2.840.10008.5.1.4.1.1.88.59",
    "1.2.840.10008.5.1.4.1.1.66.4",
)
UNITS = {
    "millimetre": "mm",
    "square_millimetre": "mm2",
    "millilitre": "mL",
    "degree": "deg",
    "percent": "%",
    "hounsfield": "[hnsf'U]",
    "none": "1",
}
LATERALITY = {"right": codes.SCT.Right, "left": codes.SCT.Left}
PIXELS = {
    "mean": codes.SCT.Mean,
    "standard_deviation": codes.SCT.StandardDeviation,
    "minimum": codes.SCT.Minimum,
    "maximum": codes.SCT.Maximum,
}
NAMES = {
    "length": codes.SCT.Length,
    "area": codes.SCT.Area,
    "long_diameter": codes.SCT.LongAxis,
    "short_diameter": codes.SCT.ShortAxis,
    "height": codes.DCM.Height,
    "volume": codes.SCT.Volume,
    "canal_area": codes.SCT.Area,
    "psoas_area_right": codes.SCT.Area,
    "psoas_area_left": codes.SCT.Area,
}
OWN_NAMES = {
    "expected_height": "EXPECTEDHEIGHT",
    "height_loss": "HEIGHTLOSS",
    "translation": "TRANSLATION",
    "canal_compromise": "CANALCOMPROMISE",
}


def near(got, wanted, tolerance):
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    assert np.abs(got - wanted).max() <= tolerance, (got, wanted)


def same_code(got, wanted):
    assert (got.value, got.scheme_designator) == (wanted.value, wanted.scheme_designator), (got, wanted)


def own_code(got, value):
    assert (got.value, got.scheme_designator) == (value, OURS), got


def level_code(got, level):
    if level in {f"C{n}" for n in range(1, 8)} | {f"T{n}" for n in range(1, 13)} | {f"L{n}" for n in range(1, 6)}:
        same_code(got, getattr(codes.cid7603, f"{level}Vertebra"))
    else:
        own_code(got, level)


class Plane:
    """A frame of an image file, read from its header."""

    def __init__(self, dataset, frame):
        self.dataset, self.frame = dataset, frame
        if "PerFrameFunctionalGroupsSequence" in dataset:
            groups = [dataset.PerFrameFunctionalGroupsSequence[frame - 1], dataset.SharedFunctionalGroupsSequence[0]]

            def first(name):
                return next(group[name][0] for group in groups if name in group)

            self.position = [float(x) for x in first("PlanePositionSequence").ImagePositionPatient]
            self.orientation = [float(x) for x in first("PlaneOrientationSequence").ImageOrientationPatient]
            self.spacing = [float(x) for x in first("PixelMeasuresSequence").PixelSpacing]
        else:
            self.position = [float(x) for x in dataset.ImagePositionPatient]
            self.orientation = [float(x) for x in dataset.ImageOrientationPatient]
            self.spacing = [float(x) for x in dataset.PixelSpacing]

    def places(self, pixels):
        """Columns and rows of a report as millimetres, by highdicom."""
        transform = ImageToReferenceTransformer(self.position, self.orientation, self.spacing)
        return transform(np.asarray(pixels, float))

    def centres(self):
        """Columns and rows by column: the centre of each pixel in millimetres, [columns, rows, 3]."""
        row, column = np.array(self.orientation[:3]), np.array(self.orientation[3:])
        across = np.arange(self.dataset.Columns)[:, None, None] * self.spacing[1] * row
        down = np.arange(self.dataset.Rows)[None, :, None] * self.spacing[0] * column
        return np.array(self.position) + across + down


def inside(points, plane):
    """Pixels whose centres an outline winds around an odd number of times: the angle that the outline turns
    about each centre, summed in the plane. [rows, columns]"""
    row, column = np.array(plane.orientation[:3]), np.array(plane.orientation[3:])
    centres = plane.centres()
    turned = np.zeros(centres.shape[:2])
    for here, there in zip(points, points[1:] + points[:1], strict=True):
        a, b = np.array(here) - centres, np.array(there) - centres
        ax, ay, bx, by = a @ row, a @ column, b @ row, b @ column
        turned += np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    return (np.rint(np.abs(turned) / (2 * math.pi)).astype(int) % 2 == 1).T


class Case:
    def __init__(self, case):
        self.case = case
        self.sources = {}
        for path in case["sources"]:
            dataset = dcmread(path, stop_before_pixels=True)
            self.sources[dataset.SOPInstanceUID] = dataset
        self.marks = case["marks"]

    def plane(self, part):
        return Plane(self.sources[part["sop_instance_uid"]], part["frame"])

    def study_of(self, mark):
        return self.sources[mark["parts"][0]["sop_instance_uid"]].StudyInstanceUID


def common(dataset, case, study, sop_class, modality, referenced):
    """What every object has. `referenced` are the SOP Instance UIDs that it has to name."""
    sources = [source for source in case.sources.values() if source.StudyInstanceUID == study]
    source = sources[0]
    assert dataset.SpecificCharacterSet == "ISO_IR 192"
    for name in ["PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate"]:
        assert dataset[name].value == source[name].value, name
    for name in ["StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"]:
        assert (dataset[name].value or "") == (source.get(name, "") or ""), name
    assert (dataset.SOPClassUID, dataset.Modality) == (sop_class, modality)
    assert dataset.file_meta.MediaStorageSOPClassUID == sop_class
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert dataset.SeriesInstanceUID not in {source.SeriesInstanceUID for source in sources}
    assert dataset.ContentDate + dataset.ContentTime == case.case["written_at"]
    assert dataset.Manufacturer == "SpineBoard" and dataset.SoftwareVersions == case.case["software"]
    assert "research use" in dataset.SeriesDescription
    private = [element.tag for element in dataset.iterall() if element.tag.is_private]
    assert not private, private
    found = set()
    for series in named_series(dataset):
        items = series.get("ReferencedSOPSequence") or series.get("ReferencedInstanceSequence")
        for item in items:
            image = case.sources[item.ReferencedSOPInstanceUID]
            assert item.ReferencedSOPClassUID == image.SOPClassUID
            assert series.SeriesInstanceUID == image.SeriesInstanceUID
            assert item.ReferencedSOPInstanceUID not in found, "named twice"
            found.add(item.ReferencedSOPInstanceUID)
    assert found == referenced, (found, referenced)
    COUNTS["objects"] += 1
    COUNTS["image references"] += len(found)


def named_series(dataset):
    if "CurrentRequestedProcedureEvidenceSequence" in dataset:
        (study,) = dataset.CurrentRequestedProcedureEvidenceSequence
        assert study.StudyInstanceUID == dataset.StudyInstanceUID
        return study.ReferencedSeriesSequence
    return dataset.ReferencedSeriesSequence


def observer_of(contexts, name):
    (context,) = contexts
    person = context.observer_identifying_attributes
    assert str(person.name).strip("=^") == name, person.name


def shown(item, case, part):
    """Places of an SCOORD, in millimetres; it has to be on the image of the part."""
    (image,) = [child for child in item.ContentSequence if child.ValueType == "IMAGE"]
    (reference,) = image.ReferencedSOPSequence
    source = case.sources[part["sop_instance_uid"]]
    assert reference.ReferencedSOPInstanceUID == part["sop_instance_uid"]
    assert reference.ReferencedSOPClassUID == source.SOPClassUID
    if int(source.get("NumberOfFrames", 1)) > 1:
        assert reference.ReferencedFrameNumber == part["frame"]
    else:
        assert "ReferencedFrameNumber" not in reference
    pixels = np.array(item.GraphicData, float).reshape(-1, 2)
    COUNTS["points"] += len(pixels)
    return case.plane(part).places(pixels)


def outline(item, case, part):
    got = shown(item, case, part)
    if item.GraphicType == "POLYLINE" and part["kind"] == "ellipse":
        # in oblong pixels: many points on the ellipse through the four
        a, b, c, d = np.array(part["points"])
        middle, first, second = (a + b) / 2, (b - a) / 2, (d - c) / 2
        from_middle = got - middle
        x, y = from_middle @ first / (first @ first), from_middle @ second / (second @ second)
        near(x**2 + y**2, np.ones(len(got)), 1e-4)
        near(got[0], got[-1], 0)
        return
    wanted = part["points"]
    if part["kind"] == "ellipse":
        assert item.GraphicType == "ELLIPSE"
        a, b, c, d = np.array(wanted)
        wanted = [c, d, a, b] if np.linalg.norm(d - c) > np.linalg.norm(b - a) else [a, b, c, d]
    else:
        assert item.GraphicType == "POLYLINE"
        wanted = wanted + wanted[:1]
    near(got, wanted, 1e-3)


def lines_of(mark, quantity):
    """For a value: the points of each shape that it follows from, with the part that has them."""
    parts = mark["parts"]
    points = parts[0]["points"]
    pairs = [points[at : at + 2] for at in range(0, len(points), 2)]
    if mark["kind"] in {"canal_compromise", "psoas_area"}:
        closed = [(part["points"] + part["points"][:1], part) for part in parts]
        chosen = {"canal_area": closed[:1], "psoas_area_right": closed[:1], "psoas_area_left": closed[1:]}
        return chosen.get(quantity, closed)
    chosen = {
        "long_diameter": pairs[:1],
        "short_diameter": pairs[1:],
        "height": pairs[:1],
        "expected_height": pairs[1:],
    }
    return [(pair, parts[0]) for pair in chosen.get(quantity, pairs)]


def measurement(got, mark, wanted, case, with_lines):
    quantity = wanted["quantity"]
    COUNTS["values"] += 1
    assert got.value == wanted["value"], (got.value, wanted)
    decimal = float(got[0].MeasuredValueSequence[0].NumericValue)
    assert abs(decimal - wanted["value"]) <= 1e-9 * max(1.0, abs(wanted["value"]))
    assert (got.unit.value, got.unit.scheme_designator) == (UNITS[wanted["unit"]], "UCUM")
    if quantity in PIXELS:
        if wanted["unit"] == "hounsfield":
            same_code(got.name, codes.DCM.AttenuationCoefficient)
        else:
            same_code(got.name, codes.DCM.MRSignalIntensity)
        same_code(got.derivation, PIXELS[quantity])
    elif quantity == "angle":
        same_code(got.name, codes.SCT.CobbAngle if mark["kind"] == "cobb_angle" else codes.cid12304.Angle)
    elif quantity in NAMES:
        same_code(got.name, NAMES[quantity])
    else:
        own_code(got.name, OWN_NAMES[quantity])
    sites = got.finding_sites
    if quantity.startswith("canal"):
        same_code(sites[0].value, codes.cid6115.VertebralCanal)
    elif quantity.startswith("psoas"):
        own_code(sites[0].value, "PSOAS")
        side = [item for item in sites[0].ContentSequence if item.name == codes.SCT.Laterality]
        same_code(side[0].value, LATERALITY[quantity.rsplit("_", 1)[1]])
    else:
        assert not sites
    found = got.referenced_coordinates
    if not with_lines:
        assert not found
        return
    expected = lines_of(mark, quantity)
    assert len(found) == len(expected), (len(found), expected)
    for item, (points, part) in zip(found, expected, strict=True):
        assert item.GraphicType == ("POINT" if len(points) == 1 else "POLYLINE")
        if "reformatted_normal" in mark:
            assert item.ReferencedFrameOfReferenceUID == case.plane(part).dataset.FrameOfReferenceUID
            near(np.array(item.GraphicData, float).reshape(-1, 3), points, 1e-4)
            COUNTS["places in the patient"] += len(points)
        else:
            near(shown(item, case, part), points, 1e-3)


def read_report(path, case):
    document = hd.sr.srread(path)
    study = document.StudyInstanceUID
    marks = [mark for mark in case.marks if case.study_of(mark) == study]
    referenced = {part["sop_instance_uid"] for mark in marks for part in mark["parts"]}
    common(document, case, study, SR, "SR", referenced)
    assert {image for _, _, image, _ in document.get_evidence()} == referenced
    schemes = {item.CodingSchemeDesignator for item in document.CodingSchemeIdentificationSequence}
    assert schemes == {OURS}
    content = document.content
    assert isinstance(content, hd.sr.MeasurementReport)
    same_code(content[0].name, codes.DCM.ImagingMeasurementReport)
    observer_of(content.get_observer_contexts(), case.case["author"])
    procedures = [item.value for item in content[0].ContentSequence if item.name == codes.DCM.ProcedureReported]
    names = {"CT": codes.cid100.CTUnspecifiedBodyRegion, "MR": codes.cid100.MRIUnspecifiedBodyRegion}
    modalities = sorted({case.sources[uid].Modality for uid in referenced})
    for got, modality in zip(procedures, modalities, strict=True):
        same_code(got, names[modality])
    readers = {
        "1410": content.get_planar_roi_measurement_groups,
        "1411": content.get_volumetric_roi_measurement_groups,
        "1501": content.get_image_measurement_groups,
    }
    templates = {"ellipse": "1410", "freehand": "1410", "volume": "1411"}
    waiting = {template: list(reader()) for template, reader in readers.items()}
    for mark in marks:
        template = templates.get(mark["kind"], "1501")
        read_group(waiting[template].pop(0), mark, case, template)
    assert not any(waiting.values()), "groups that were not asked for"
    return study


def read_group(group, mark, case, template):
    COUNTS["groups"] += 1
    case.tracking[mark["id"]].add(group.tracking_uid)
    assert group.tracking_identifier
    sites = group.finding_sites
    if mark["level"] is None:
        assert not sites
    else:
        level_code(sites[0].value, mark["level"])
    regions = [item for item in group[0].ContentSequence if item.ValueType == "SCOORD"]
    if template == "1501":
        assert not regions
    else:
        for region, part in zip(regions, mark["parts"], strict=True):
            outline(region, case, part | {"kind": mark["kind"]})
        rois = group.roi if template == "1411" else [group.roi]
        assert len(rois) == len(regions)
    measured = group.get_measurements()
    for got, wanted in zip(measured, mark["measured"], strict=True):
        measurement(got, mark, wanted, case, template == "1501")
    notes = [item.value for item in group[0].ContentSequence if item.name == codes.DCM.Comment]
    assert notes == ([mark["note"]] if mark["note"] else [])
    people = [item for item in group[0].ContentSequence if item.name == codes.DCM.PersonObserverName]
    names = [str(item.value).strip("=^") for item in people]
    assert names == ([] if mark["author"] == case.case["author"] else [mark["author"]]), names
    models = mark.get("proposed_by", [])
    for name, part in ((codes.DCM.AlgorithmName, "pack"), (codes.DCM.AlgorithmVersion, "version")):
        said = [item for item in group[0].ContentSequence if item.name == name]
        assert [item.value for item in said] == (["; ".join(model[part] for model in models)] if models else [])
        assert all(item.relationship_type.value == "HAS CONCEPT MOD" for item in said)
    parameters = [item.value for item in group[0].ContentSequence if item.name == codes.DCM.AlgorithmParameters]
    assert len(parameters) == (1 if models else 0)
    assert all("not validated" in text and models[0]["sha256"] in text for text in parameters)


def read_selection(path, case):
    document = hd.ko.KeyObjectSelectionDocument.from_dataset(dcmread(path))
    study = document.StudyInstanceUID
    wanted = [
        image for image in case.case["key_images"] if case.sources[image["sop_instance_uid"]].StudyInstanceUID == study
    ]
    common(document, case, study, KO, "KO", {image["sop_instance_uid"] for image in wanted})
    content = document.content
    same_code(content[0].name, codes.DCM.ForConference)
    observer_of(content.get_observer_contexts(), case.case["author"])
    for got, image in zip(content.get_references(), wanted, strict=True):
        assert got.referenced_sop_instance_uid == image["sop_instance_uid"]
        frames = got.referenced_frame_numbers
        assert frames is None or list(frames) == [image["frame"]]
        assert document.resolve_reference(image["sop_instance_uid"])[0] == study
        COUNTS["key images"] += 1
    (text,) = [item.value for item in content[0].ContentSequence if item.ValueType == "TEXT"]
    for number, image in enumerate(wanted, start=1):
        (line,) = [line for line in text.splitlines() if line.startswith(f"{number}. ")]
        assert image["note"] in line and (image["level"] or "") in line
    return study


SEGMENTS = {
    "canal_compromise": [
        ("AnatomicalStructure", codes.cid6115.VertebralCanal, None),
        ("MorphologicallyAbnormalStructure", "CANALNARROWING", None),
    ],
    "psoas_area": [("AnatomicalStructure", "PSOAS", "right"), ("AnatomicalStructure", "PSOAS", "left")],
    "volume": [("MorphologicallyAbnormalStructure", codes.cid7159.Lesion, None)],
}


def grid_of(plane):
    return plane.dataset.SeriesInstanceUID, tuple(np.round(plane.orientation, 3)), tuple(plane.spacing)


def wanted_masks(case):
    """By series and direction: for each segment the mask on each image, [rows, columns]."""
    series = defaultdict(list)
    for mark in case.marks:
        if mark["kind"] not in SEGMENTS:
            continue
        segments = [{} for _ in SEGMENTS[mark["kind"]]]
        for at, part in enumerate(mark["parts"]):
            masks = segments[0 if mark["kind"] == "volume" else at]
            key = (part["sop_instance_uid"], part["frame"])
            mask = inside(part["points"], case.plane(part))
            masks[key] = masks[key] | mask if key in masks else mask
        key = grid_of(case.plane(mark["parts"][0]))
        series[key] += [(mark, place, masks) for place, masks in enumerate(segments)]
    return series


def read_segmentation(path, case, masks_of):
    document = hd.seg.segread(path)
    (derivation,) = document.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence
    (source,) = derivation.SourceImageSequence
    first = Plane(case.sources[source.ReferencedSOPInstanceUID], int(source.get("ReferencedFrameNumber", 1)))
    wanted = masks_of.pop(grid_of(first))
    used = {uid for _, _, masks in wanted for uid, _ in masks}
    common(document, case, document.StudyInstanceUID, SEG, "SEG", used)
    assert document.segmentation_type == hd.seg.SegmentationTypeValues.BINARY
    assert document.number_of_segments == len(wanted)
    frames = set()
    for number, (mark, place, masks) in enumerate(wanted, start=1):
        description = document.get_segment_description(number)
        category, kind, side = SEGMENTS[mark["kind"]][place]
        same_code(description.segmented_property_category, getattr(codes.cid7150, category))
        if isinstance(kind, str):
            own_code(description.segmented_property_type, kind)
        else:
            same_code(description.segmented_property_type, kind)
        if side:
            (modifier,) = description.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence
            same_code(hd.sr.CodedConcept.from_dataset(modifier), LATERALITY[side])
        level_code(description.anatomic_regions[0], mark["level"])
        models = mark.get("proposed_by", [])
        assert description.algorithm_type.value == ("SEMIAUTOMATIC" if models else "MANUAL")
        if models:
            name = "; ".join(f"{model['pack']} {model['version']}" for model in models)
            assert description.SegmentAlgorithmName == name[:64]
        case.tracking[mark["id"]].add(description.tracking_uid)
        for (uid, frame), mask in masks.items():
            image = case.sources[uid]
            if int(image.get("NumberOfFrames", 1)) > 1:
                got = document.get_pixels_by_source_frame(
                    uid, [frame], segment_numbers=[number], assert_missing_frames_are_empty=True
                )[0]
            else:
                got = document.get_pixels_by_source_instance(
                    [uid], segment_numbers=[number], assert_missing_frames_are_empty=True
                )[0]
            assert (got[..., 0] == mask).all(), (uid, number, int((got[..., 0] != mask).sum()))
            COUNTS["pixels"] += mask.size
            COUNTS["pixels in masks"] += int(mask.sum())
            frames.add((number, uid, frame))
    assert document.NumberOfFrames == len(frames)
    near_first = []
    for groups in document.PerFrameFunctionalGroupsSequence:
        (derivation,) = groups.DerivationImageSequence
        (source,) = derivation.SourceImageSequence
        plane = Plane(case.sources[source.ReferencedSOPInstanceUID], int(source.get("ReferencedFrameNumber", 1)))
        near(groups.PlanePositionSequence[0].ImagePositionPatient, plane.position, 1e-6)
        near_first.append(plane)
    (shared,) = document.SharedFunctionalGroupsSequence
    plane = near_first[0]
    near(shared.PlaneOrientationSequence[0].ImageOrientationPatient, plane.orientation, 1e-6)
    near(shared.PixelMeasuresSequence[0].PixelSpacing, plane.spacing, 1e-9)
    assert document.FrameOfReferenceUID == plane.dataset.FrameOfReferenceUID
    both = defaultdict(int)
    for _, _, masks in wanted:
        for key, mask in masks.items():
            both[key] = both[key] + mask.astype(int)
    overlap = any(sum_of.max() > 1 for sum_of in both.values())
    assert document.SegmentsOverlap == ("YES" if overlap else "NO")
    # the whole array once more, frame by frame
    assert document.pixel_array.sum() == sum(mask.sum() for _, _, masks in wanted for mask in masks.values())


def main(path):
    warnings.simplefilter("error")
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    for content in cases:
        case = Case(content)
        case.tracking = defaultdict(set)
        studies = [read_report(path, case) for path in content["reports"]]
        assert sorted(studies) == sorted({case.study_of(mark) for mark in case.marks})
        studies = [read_selection(path, case) for path in content["selections"]]
        wanted = {case.sources[image["sop_instance_uid"]].StudyInstanceUID for image in content["key_images"]}
        assert sorted(studies) == sorted(wanted)
        masks = wanted_masks(case)
        for path in content["segmentations"]:
            read_segmentation(path, case, masks)
        assert not masks, "outlines without a segmentation"
        uids = list(case.tracking.values())
        assert all(len(of_mark) == 1 for of_mark in uids), "a mark is tracked under one UID"
        assert len(set().union(*uids)) == len(uids)
    print("compared: " + ", ".join(f"{count} {name}" for name, count in COUNTS.items()))


if __name__ == "__main__":
    main(sys.argv[1])
