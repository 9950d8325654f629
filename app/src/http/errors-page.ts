/** The page that `doc_url` of errors leads to: each error code with its meaning and remedy, without a script. */
import { ERROR_GUIDE, type ErrorChapter, type ErrorExplanation } from "./errors-guide.ts";

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 1rem; }
section > h3 { margin-bottom: 0; }
section:target { outline: 2px solid; outline-offset: 0.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; }
dd { margin: 0; }
`;

export function errorsPage(guide: readonly ErrorChapter[] = ERROR_GUIDE): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Errors of the Strongroom payments API</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Errors</h1>
<p>Every error has a <code>type</code>, a <code>code</code>, a <code>message</code> and a <code>request_id</code>; <code>param</code>
names the field at fault, and <code>mistakes</code> all of them when there are several. The routes are described
<a href="/docs">on their own page</a>.</p>
<nav aria-label="Chapters"><ul>
${guide.map(({ title }) => `<li><a href="#${anchorOf(title)}">${escape(title)}</a></li>`).join("\n")}
</ul></nav>
${guide.map(chapterHtml).join("\n")}
</main>
</body>
</html>
`;
}

function chapterHtml({ title, codes }: ErrorChapter): string {
  const sections = Object.entries(codes).map(([code, explanation]) => codeHtml(code, explanation));
  return `<h2 id="${anchorOf(title)}">${escape(title)}</h2>\n${sections.join("\n")}`;
}

function codeHtml(code: string, { title, meaning, remedy }: ErrorExplanation): string {
  return `<section id="${code}"><h3><code>${code}</code></h3>
<dl><dt>In short</dt><dd>${escape(title)}</dd><dt>Meaning</dt><dd>${escape(meaning)}</dd><dt>What to do</dt><dd>${escape(remedy)}</dd></dl></section>`;
}

/** Beside the codes, which have underscores: `who-asks`. */
function anchorOf(title: string): string {
  return `chapter-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
