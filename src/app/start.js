// Loads the page's program. A file of its own, so that no script has to be inline.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
const program = await import(new URL(js, document.baseURI));
await program.default({ module_or_path: new URL(wasm, document.baseURI) });
// The beginning of the embedding interface: what another script on the page can call.
window.dhcpLab = { digest: program.digest, journal: program.journal };
