// Loads the page's program, and beside it the texts of one language and one story, which the program
// does not carry along. A file of its own, so that no script has to be inline.
const { js, wasm, languages, story, ...folders } = document.querySelector("script[data-wasm]").dataset;
const query = new URLSearchParams(location.search);
const at = (path) => new URL(path, document.baseURI);

// "locales/es/texts.json", from wherever that folder is.
const file = async (name) => {
  const [folder, ...rest] = name.split("/");
  const answer = await fetch(at([folders[folder], ...rest].join("/")));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return [name, await answer.text()];
};
const files = (names) => Promise.all(names.split(" ").map(file));

// The finished page's program is packed, a draft's is not.
const code = async () => {
  if (!wasm.endsWith(".lzma")) return at(wasm);
  const [answer, { unpack }] = await Promise.all([fetch(at(wasm)), import(at("unpack.js"))]);
  if (!answer.ok) throw new Error(`${wasm}: ${answer.status}`);
  return unpack(new Uint8Array(await answer.arrayBuffer()));
};

// By the address, by an earlier choice, by the browser.
const kept = () => {
  try {
    return localStorage.getItem("dhcp-lab.language");
  } catch {
    return null;
  }
};
const primary = (tag) => tag.split("-")[0].toLowerCase();
const wanted = primary(query.get("lang") ?? kept() ?? navigator.language);
const language = languages.split(" ").find((tag) => primary(tag) === wanted) ?? "en";

// A file to keep.
const save = (name, content) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 9999);
};

// A link that holds a run: its scenario file, packed, behind "#run=".
const LONGEST = 4e6;
const through = async (bytes, stream) => {
  const parts = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    length += value.length;
    if (length > LONGEST) throw new Error("too long");
    parts.push(value);
  }
};
const link = async (text) => {
  let [sign, bytes] = ["p", new TextEncoder().encode(text)];
  if ("CompressionStream" in window) {
    [sign, bytes] = ["z", new Uint8Array(await through(bytes, new CompressionStream("deflate-raw")))];
  }
  let code = "";
  for (const byte of bytes) code += String.fromCharCode(byte);
  code = btoa(code).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const address = location.href.split(/[?#]/)[0] + "#run=" + sign + code;
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    history.replaceState(null, "", address);
    return false;
  }
};
const given = async () => {
  if (!location.hash.startsWith("#run=")) return undefined;
  try {
    const [, sign, code] = location.hash.match(/^#run=([pz])([\w-]+)$/);
    const packed = Uint8Array.from(atob(code.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const bytes = sign === "z" ? await through(packed, new DecompressionStream("deflate-raw")) : packed;
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
};
// A link that is pasted into the address of an open page.
addEventListener("hashchange", () => location.reload());

const start = async () => {
  const texts = files(`locales/${language}/texts.json`);
  // Which stories there are is known to the program alone.
  const told = query.get("scenario");
  const first = told ? [] : files(`scenarios/${story}.json`);
  const [program, module_or_path] = await Promise.all([import(at(js)), code(), texts, first]);
  await program.default({ module_or_path });
  const supply = async (some) => {
    for (const [name, text] of await some) program.supply(name, text);
  };
  await supply(texts);
  await supply(told ? files(program.story(told)) : first);
  const load = (names, done) => supply(files(names)).then(() => done(true), () => done(false));
  program.open(language, load, save, (text, done) => link(text).then(done, () => done(false)), await given());
  // The beginning of the embedding interface: what another script on the page can call.
  const from = (call) => call && (async (name, ...rest) => call((await file(`scenarios/${name}.json`))[1], ...rest));
  window.dhcpLab = { digest: from(program.digest), journal: from(program.journal) };
};

// Without the files of texts only this can be said.
const words = {
  en: ["DHCP Lab could not be loaded.", "Try again"],
  es: ["No se pudo cargar DHCP Lab.", "Reintentar"],
  "pt-BR": ["Não foi possível carregar o DHCP Lab.", "Tentar de novo"],
};
const failed = (error) => {
  const [text, again] = words[language];
  const notice = document.createElement("div");
  notice.className = "failed";
  notice.lang = language;
  notice.role = "alert";
  const button = document.createElement("button");
  button.className = "button text primary";
  button.append(again);
  button.onclick = () => location.reload();
  const line = document.createElement("p");
  line.append(text);
  const cause = document.createElement("p");
  cause.append(error.message);
  notice.append(line, cause, button);
  document.body.append(notice);
};

start().catch(failed);
