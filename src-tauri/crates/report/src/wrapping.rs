//! Breaking text into lines by the widths of the glyphs.

use crate::{fonts::Typeface, style::Style};

/// The text broken into lines of at most `width` points. Line breaks in the text are kept, a
/// word longer than a line is cut.
pub(crate) fn wrap(typeface: &Typeface, style: Style, text: &str, width: f32) -> Vec<String> {
    let measure = |part: &str| typeface.width(style.weight, style.size, part);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut filled = 0.0;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let space = if line.is_empty() { 0.0 } else { measure(" ") };
            let needed = measure(word);
            if filled + space + needed <= width {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                filled += space + needed;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            }
            for character in word.chars() {
                let advance = measure(character.encode_utf8(&mut [0; 4]));
                if filled + advance > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    filled = 0.0;
                }
                line.push(character);
                filled += advance;
            }
        }
        lines.push(line);
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// At most `most` lines; where more were needed the last one ends in an ellipsis.
pub(crate) fn wrap_at_most(
    typeface: &Typeface,
    style: Style,
    text: &str,
    width: f32,
    most: usize,
) -> Vec<String> {
    let mut lines = wrap(typeface, style, text, width);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = shorten(typeface, style, &format!("{last}…"), width);
        }
    }
    lines
}

/// The text on one line, cut with an ellipsis where it is too wide.
pub(crate) fn fit(typeface: &Typeface, style: Style, text: &str, width: f32) -> String {
    let line = text.replace('\n', " ");
    if typeface.width(style.weight, style.size, &line) <= width {
        return line;
    }
    shorten(typeface, style, &format!("{line}…"), width)
}

/// The text on one line in the first of the styles in which it is whole; in the last one it is cut where it is too wide.
pub(crate) fn fit_one_of(
    typeface: &Typeface,
    styles: [Style; 2],
    text: &str,
    width: f32,
) -> (Style, String) {
    let [usual, smaller] = styles;
    let line = text.replace('\n', " ");
    let style = match typeface.width(usual.weight, usual.size, &line) <= width {
        true => usual,
        false => smaller,
    };
    (style, fit(typeface, style, &line, width))
}

fn shorten(typeface: &Typeface, style: Style, text: &str, width: f32) -> String {
    let measure = |character: char| {
        let mut bytes = [0; 4];
        typeface.width(style.weight, style.size, character.encode_utf8(&mut bytes))
    };
    let mut kept = String::new();
    let mut filled = measure('…');
    for character in text.chars().filter(|character| *character != '…') {
        filled += measure(character);
        if filled > width {
            break;
        }
        kept.push(character);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::style::{BODY, SMALL};
    use proptest::prelude::*;

    fn typeface() -> &'static Typeface {
        Typeface::shipped().unwrap()
    }

    fn width(style: Style, text: &str) -> f32 {
        typeface().width(style.weight, style.size, text)
    }

    #[test]
    fn words_stay_whole_and_line_breaks_stay() {
        let text = "radiotherapy before surgery\n\nor surgery first";
        let lines = wrap(
            typeface(),
            BODY,
            text,
            width(BODY, "radiotherapy before") + 0.1,
        );
        assert_eq!(
            lines,
            ["radiotherapy before", "surgery", "", "or surgery first"]
        );
    }

    #[test]
    fn a_cut_text_says_so() {
        let lines = wrap_at_most(typeface(), BODY, "one two three four five six", 40.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(width(BODY, &lines[1]) <= 40.0);
        let fitted = fit(typeface(), SMALL, "a rather long label", 30.0);
        assert!(fitted.ends_with('…') && width(SMALL, &fitted) <= 30.0);
        assert_eq!(fit(typeface(), SMALL, "short", 100.0), "short");
    }

    proptest! {
        #[test]
        fn a_text_that_is_cut_keeps_as_much_as_fits(text in "[a-zA-Zé ]{1,60}", limit in 10f32..200.0) {
            let fitted = fit(typeface(), BODY, &text, limit);
            prop_assert!(width(BODY, &fitted) <= limit + 0.01, "{fitted:?}");
            if let Some(kept) = fitted.strip_suffix('…') {
                let next: String = text.chars().skip(kept.chars().count()).take(1).collect();
                prop_assert!(text.starts_with(kept));
                let one_more = [kept, &next, "…"].concat();
                prop_assert!(width(BODY, &one_more) > limit - 0.01, "{one_more:?}");
            } else {
                prop_assert_eq!(fitted, text);
            }
        }

        #[test]
        fn no_line_is_wider_than_asked_and_no_letter_is_lost(text in "[a-zA-Zé \n]{0,200}", limit in 20f32..300.0) {
            let lines = wrap(typeface(), BODY, &text, limit);
            for line in &lines {
                prop_assert!(width(BODY, line) <= limit + 0.01, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
