//! Key images with the marks that belong to the picture: level, the patient's sides, and a bar of
//! 20 mm where the pixel size is known.

use crate::{
    KeyPicture,
    canvas::{Frame, Sheet},
    context::Context,
    layout::{Flow, ascent, heading, height_of, lines},
    sections::pictures::{TALLEST, WIDEST, fitted, name, spacing},
    style::{BLACK, GUTTER, HEADING, Ink, MARGIN, MUTED, NOTE, RULE, SMALL, WHITE},
    wrapping::wrap_at_most,
};
use clinical::{
    head_to_head::decimal,
    marks::{Mark, Measured, lettered},
};

const SCALE_BAR_MM: f64 = 20.0;
const CAPTION_LINES: usize = 6;
const UNDER_PICTURE: Ink = Ink(0x10, 0x14, 0x16);

/// The first key image, beside the forecast on page one.
pub(crate) fn draw_first(sheet: &mut Sheet, context: &Context, frame: Frame) -> f32 {
    let Some(picture) = context.input.key_pictures.first() else {
        return frame.top;
    };
    let title = context.say("report.images.first", &[]);
    heading(sheet, frame.left, frame.top, frame.width, &title);
    let top = frame.top + HEADING.line_height() + 7.0;
    let caption = caption(context, picture, frame.width);
    let caption_height = height_of(SMALL, caption.len()) + 4.0;
    let height = frame.bottom() - top - caption_height;
    draw_picture(
        sheet,
        context,
        picture,
        0,
        Frame {
            top,
            height,
            ..frame
        },
    )
}

/// The other key images, two in a row.
pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let pictures = context.input.key_pictures;
    if pictures.len() < 2 {
        return;
    }
    let row_height = |pair: &[KeyPicture]| {
        let tallest = pair.iter().map(|picture| {
            let within = Frame {
                left: 0.0,
                top: 0.0,
                width: WIDEST,
                height: TALLEST,
            };
            let caption = caption(context, picture, WIDEST);
            fitted(picture, within).height + height_of(SMALL, caption.len()) + 4.0
        });
        tallest.fold(0.0, f32::max)
    };
    let others = pictures.get(1..).unwrap_or_default();
    let first_row = others.chunks(2).next().map_or(0.0, row_height);
    flow.heading(&context.say("report.images.others", &[]), first_row);
    for (row, pair) in others.chunks(2).enumerate() {
        flow.need(row_height(pair));
        let top = flow.y;
        let mut left = MARGIN;
        let mut bottom = top;
        for (column, picture) in pair.iter().enumerate() {
            let frame = Frame {
                left,
                top,
                width: WIDEST,
                height: TALLEST,
            };
            let index = 1 + row * 2 + column;
            bottom = draw_picture(&mut flow.sheet, context, picture, index, frame).max(bottom);
            left += WIDEST + GUTTER;
        }
        flow.y = bottom + 10.0;
    }
}

/// Picture, marks and caption; returns the y below the caption.
fn draw_picture(
    sheet: &mut Sheet,
    context: &Context,
    picture: &KeyPicture,
    index: usize,
    within: Frame,
) -> f32 {
    let frame = fitted(picture, within);
    if picture
        .pixels
        .is_some_and(|pixels| pixels.width() > 0 && pixels.height() > 0)
    {
        sheet.filled(
            Frame {
                left: within.left,
                width: within.width,
                ..frame
            },
            UNDER_PICTURE,
        );
        sheet.picture(&name(index), frame);
        draw_marks(sheet, context, picture, frame);
    } else {
        sheet.outlined(frame, RULE, 0.6);
        let text = context.say("report.images.not_available", &[]);
        let text = wrap_at_most(context.typeface, NOTE, &text, frame.width - 16.0, 4);
        lines(sheet, NOTE, frame.left + 8.0, frame.top + 8.0, &text);
    }
    let caption = caption(context, picture, within.width);
    lines(
        sheet,
        SMALL.in_ink(MUTED),
        within.left,
        frame.bottom() + 4.0,
        &caption,
    )
}

/// White letters on small dark fields, so that they can be read on any picture.
fn draw_marks(sheet: &mut Sheet, context: &Context, picture: &KeyPicture, frame: Frame) {
    let style = SMALL.bold().in_ink(WHITE);
    let mut mark = |text: &str, left_share: f32, top_share: f32| {
        let text = context.free(text.trim());
        if text.is_empty() {
            return;
        }
        let (width, height) = (sheet.width(style, &text) + 5.0, style.line_height());
        let field = Frame {
            left: frame.left + 2.0 + (frame.width - 4.0 - width) * left_share,
            top: frame.top + 2.0 + (frame.height - 4.0 - height) * top_share,
            width,
            height,
        };
        sheet.filled(field, BLACK);
        sheet.text(field.left + 2.5, field.top + ascent(style), style, &text);
    };
    if let Some(edges) = picture.edges {
        mark(edges.left, 0.0, 0.5);
        mark(edges.right, 1.0, 0.5);
        mark(edges.top, 0.5, 0.0);
        mark(edges.bottom, 0.5, 1.0);
    }
    if let Some(level) = picture.key_image.level {
        mark(level.name(), 0.0, 0.0);
    }
    draw_scale_bar(sheet, context, picture, frame);
}

fn draw_scale_bar(sheet: &mut Sheet, context: &Context, picture: &KeyPicture, frame: Frame) {
    let (Some([_, column_spacing]), Some(pixels)) = (spacing(picture), picture.pixels) else {
        return;
    };
    let width_mm = f64::from(pixels.width()) * column_spacing;
    let length = frame.width * (SCALE_BAR_MM / width_mm) as f32;
    if !(6.0..frame.width * 0.7).contains(&length) {
        return;
    }
    let style = SMALL.bold().in_ink(WHITE);
    let millimetres = format!("{SCALE_BAR_MM}");
    let text = context.say(
        "report.images.scale",
        &[("millimetres", millimetres.as_str())],
    );
    let field_width = length.max(sheet.width(style, &text)) + 8.0;
    let field = Frame {
        left: frame.right() - 2.0 - field_width,
        top: frame.bottom() - 18.0,
        width: field_width,
        height: 16.0,
    };
    sheet.filled(field, BLACK);
    let middle = field.left + field.width / 2.0;
    sheet.text_centred_at(middle, field.top + ascent(style), style, &text);
    let y = field.bottom() - 3.0;
    sheet.line(
        (middle - length / 2.0, y),
        (middle + length / 2.0, y),
        WHITE,
        1.4,
        &[],
    );
}

/// "A: Canal 400 mm², Canal compromise 40 %": what is drawn on the picture, by its letter, and whose outline it
/// began as.
fn named(context: &Context, letter: &str, mark: &Mark) -> String {
    let values = mark
        .measured
        .iter()
        .map(|measured| measured_text(context, measured));
    let values: Vec<String> = values.collect();
    let values = format!("{letter}: {}", values.join(", "));
    let models = mark.proposed_by.iter().map(|model| {
        let (pack, version) = (context.free(&model.pack), context.free(&model.version));
        context.say(
            "report.images.proposed_by",
            &[("pack", pack.as_str()), ("version", version.as_str())],
        )
    });
    std::iter::once(values)
        .chain(models)
        .collect::<Vec<_>>()
        .join(" ")
}

/// "Canal compromise 40 %"
pub(crate) fn measured_text(context: &Context, measured: &Measured) -> String {
    let number = context.decimal(&decimal(measured.value, measured.unit.digits()));
    let value = match measured.unit.code() {
        Some(code) => format!(
            "{number} {}",
            context.say(&format!("marks.unit.{code}"), &[])
        ),
        None => number,
    };
    let key = format!("marks.quantity.{}", measured.quantity.code());
    let quantity = context.say(&key, &[]);
    context.say(
        "marks.value",
        &[("quantity", quantity.as_str()), ("value", value.as_str())],
    )
}

fn caption(context: &Context, picture: &KeyPicture, width: f32) -> Vec<String> {
    let image = picture.key_image;
    let level = image
        .level
        .map(|level| level.name().to_owned())
        .unwrap_or_default();
    let parts = [
        level,
        context.free(image.caption.trim()),
        context.free(image.note.trim()),
    ];
    let marks = lettered(
        &context.input.case.marks,
        &image.sop_instance_uid,
        image.frame,
    );
    let marks = marks
        .iter()
        .map(|(letter, mark)| named(context, letter, mark));
    let text = parts
        .into_iter()
        .chain(marks)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(". ");
    wrap_at_most(context.typeface, SMALL, &text, width, CAPTION_LINES)
}
