//! Reads the words of a report back from the file, as a reader of PDF would see them: to be searched for
//! what must not be there.

use crate::ReportError;
use lopdf::{Document, Object, decode_text_string};

/// Unpacked bytes of one stream; the pages of a report stay far below.
const STREAM_LIMIT: usize = 64 << 20;

/// The text of each page, every text string of the file's objects (titles, dates, bookmarks), and its
/// metadata. A page that cannot be read is an error: nothing could be said of it.
pub fn texts_of(pdf: &[u8]) -> Result<Vec<String>, ReportError> {
    let unreadable = |_| ReportError::Structure;
    let document = Document::load_mem(pdf).map_err(unreadable)?;
    let mut texts = Vec::new();
    for page in document.get_pages().keys() {
        let pieces: Vec<String> = document
            .extract_text_chunks_with_limit(&[*page], STREAM_LIMIT)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(unreadable)?;
        // A word may be drawn in pieces, and two words without the space between them.
        texts.push(pieces.concat());
        texts.push(pieces.join(" "));
    }
    for object in document.objects.values() {
        strings(object, &mut texts);
    }
    for (_, value) in document.trailer.iter() {
        strings(value, &mut texts);
    }
    Ok(texts)
}

fn strings(object: &Object, texts: &mut Vec<String>) {
    match object {
        Object::String(..) => texts.extend(decode_text_string(object).ok()),
        Object::Array(values) => values.iter().for_each(|value| strings(value, texts)),
        Object::Dictionary(entries) => entries.iter().for_each(|(_, value)| strings(value, texts)),
        Object::Stream(stream) => {
            stream
                .dict
                .iter()
                .for_each(|(_, value)| strings(value, texts));
            let is_metadata = stream
                .dict
                .get(b"Type")
                .is_ok_and(|kind| kind.as_name().is_ok_and(|name| name == b"Metadata"));
            if is_metadata && let Ok(bytes) = stream.get_plain_content_with_limit(STREAM_LIMIT) {
                texts.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        _ => {}
    }
}
