//! Files that the program does not carry along but is handed while it runs: on the page, the texts of
//! the languages that are spoken and the scenarios that are run. Natively they are all built in, and
//! nothing asks here.

use crate::map::Map;
use std::cell::RefCell;

thread_local! {
    static FILES: RefCell<Map<String, &'static str>> = RefCell::default();
}

/// Keeps a file for as long as the program runs. The first of a name stays.
pub fn put(name: &str, text: &str) {
    FILES.with_borrow_mut(|files| {
        files
            .entry(name.to_owned())
            .or_insert_with(|| Box::leak(text.into()));
    });
}

/// The text of a file, if it was handed over.
pub fn get(name: &str) -> Option<&'static str> {
    FILES.with_borrow(|files| files.get(name).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_once_it_was_put() {
        assert_eq!(get("a.json"), None);
        put("a.json", "1");
        put("a.json", "2");
        assert_eq!(get("a.json"), Some("1"));
    }
}
