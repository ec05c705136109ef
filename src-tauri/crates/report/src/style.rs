//! Measures, colours and text styles of every page. Lengths are PDF points (1/72 inch).

use crate::fonts::Weight;

/// A4 (ISO 216), 210 mm by 297 mm.
pub(crate) const PAGE_WIDTH: f32 = 595.28;
pub(crate) const PAGE_HEIGHT: f32 = 841.89;
pub(crate) const PAGE_WIDTH_MM: f32 = 210.0;
pub(crate) const PAGE_HEIGHT_MM: f32 = 297.0;

pub(crate) const MARGIN: f32 = 42.0;
pub(crate) const CONTENT_WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;
/// Lower end of the header band, and upper end of the footer.
pub(crate) const HEADER_BOTTOM: f32 = 36.0;
pub(crate) const FOOTER_TOP: f32 = 801.0;
/// Height of the strip below the header, which says whether a document is a draft.
pub(crate) const STRIP_HEIGHT: f32 = 14.0;
/// Content of a page lies between these.
pub(crate) const CONTENT_TOP: f32 = HEADER_BOTTOM + STRIP_HEIGHT + 8.0;
pub(crate) const CONTENT_BOTTOM: f32 = FOOTER_TOP - 8.0;
/// Between columns.
pub(crate) const GUTTER: f32 = 18.0;

/// Distance of baselines as a multiple of the size.
pub(crate) const LEADING: f32 = 1.36;

/// A colour as sRGB bytes. Meaning is never carried by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink(pub(crate) u8, pub(crate) u8, pub(crate) u8);

pub(crate) const BLACK: Ink = Ink(0x1b, 0x23, 0x27);
pub(crate) const MUTED: Ink = Ink(0x55, 0x61, 0x67);
pub(crate) const WHITE: Ink = Ink(0xff, 0xff, 0xff);
pub(crate) const RULE: Ink = Ink(0xcf, 0xd8, 0xdc);
pub(crate) const ACCENT: Ink = Ink(0x0f, 0x4c, 0x5c);
pub(crate) const ACCENT_PALE: Ink = Ink(0xd3, 0xe4, 0xe8);
pub(crate) const ACCENT_FAINT: Ink = Ink(0xf1, 0xf6, 0xf7);
pub(crate) const ALERT: Ink = Ink(0x9c, 0x2a, 0x10);
pub(crate) const ALERT_FAINT: Ink = Ink(0xfc, 0xee, 0xe9);
pub(crate) const WARNING: Ink = Ink(0x7d, 0x52, 0x00);
pub(crate) const WARNING_FAINT: Ink = Ink(0xff, 0xf6, 0xe0);

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    /// Points.
    pub(crate) size: f32,
    pub(crate) ink: Ink,
}

impl Style {
    /// Distance to the next baseline.
    pub(crate) fn line_height(self) -> f32 {
        self.size * LEADING
    }

    pub(crate) fn in_ink(self, ink: Ink) -> Style {
        Style { ink, ..self }
    }

    pub(crate) fn bold(self) -> Style {
        Style {
            weight: Weight::Bold,
            ..self
        }
    }
}

pub(crate) const BODY: Style = Style {
    weight: Weight::Regular,
    size: 8.5,
    ink: BLACK,
};
pub(crate) const SMALL: Style = Style {
    weight: Weight::Regular,
    size: 7.2,
    ink: BLACK,
};
pub(crate) const NOTE: Style = Style {
    weight: Weight::Regular,
    size: 7.2,
    ink: MUTED,
};
pub(crate) const LABEL: Style = Style {
    weight: Weight::Bold,
    size: 7.2,
    ink: MUTED,
};
pub(crate) const HEADING: Style = Style {
    weight: Weight::Bold,
    size: 10.0,
    ink: ACCENT,
};
pub(crate) const SUBHEADING: Style = Style {
    weight: Weight::Bold,
    size: 8.5,
    ink: BLACK,
};
pub(crate) const NAME: Style = Style {
    weight: Weight::Bold,
    size: 16.0,
    ink: BLACK,
};
pub(crate) const FIGURE: Style = Style {
    weight: Weight::Bold,
    size: 19.0,
    ink: ACCENT,
};
