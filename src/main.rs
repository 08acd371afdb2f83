//! Puts the page into the document; everything else is in the library's `app`.

fn main() {
    dhcp_lab::app::mount();
}
