// Loads the page's program, and beside it the texts of one language and one story, which the program
// does not carry along. A file of its own, so that no script has to be inline.
const { js, wasm, languages, story, ...folders } = document.querySelector("script[data-wasm]").dataset;
const query = new URLSearchParams(location.search);
const at = (path) => new URL(path, document.baseURI);

// "locales/es/page.json", from wherever that folder is.
const file = async (name) => {
  const [folder, ...rest] = name.split("/");
  const answer = await fetch(at([folders[folder], ...rest].join("/")));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return [name, await answer.text()];
};
const files = (names) => Promise.all(names.split(" ").map(file));

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

const start = async () => {
  const texts = files(`locales/${language}/lesson.json locales/${language}/page.json`);
  // Which stories there are is known to the program alone.
  const told = query.get("scenario");
  const first = told ? [] : files(`scenarios/${story}.json`);
  const module = import(at(js));
  const [program] = await Promise.all([
    module.then(async (program) => {
      await program.default({ module_or_path: at(wasm) });
      return program;
    }),
    texts,
    first,
  ]);
  const supply = async (some) => {
    for (const [name, text] of await some) program.supply(name, text);
  };
  await supply(texts);
  await supply(told ? files(program.story(told)) : first);
  program.open(language, (names, done) => supply(files(names)).then(() => done(true), () => done(false)));
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
