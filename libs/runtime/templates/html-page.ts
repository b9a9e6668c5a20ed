const sans =
  "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans','PingFang SC','Hiragino Sans',sans-serif";

/**
 * The colours of light and dark: light ones inline for every client, dark ones by class for those that ask for
 * them.
 */
export const light = {
  page: '#f2f4f7',
  card: '#ffffff',
  line: '#dfe4ea',
  ink: '#1b2530',
  quiet: '#56626f',
  box: '#eef3f9',
  accent: '#1c4f8c',
};
const dark = {
  page: '#12161b',
  card: '#1b2128',
  line: '#323b45',
  ink: '#e9edf1',
  quiet: '#a5b0bb',
  box: '#232d38',
  accent: '#a9cbf5',
};

export const table = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"';

/** Two spellings of dark: the standard question, and the attribute that Outlook's own clients set. */
const darkRules = ['', '[data-ogsc] '].map((scope) => {
  const rules = [
    `${scope}.page{background-color:${dark.page}!important}`,
    `${scope}.card{background-color:${dark.card}!important;border-color:${dark.line}!important}`,
    `${scope}.ink{color:${dark.ink}!important}`,
    `${scope}.accent{color:${dark.accent}!important}`,
    `${scope}.quiet{color:${dark.quiet}!important}`,
    `${scope}.box{background-color:${dark.box}!important;border-color:${dark.line}!important}`,
    `${scope}.bar{background-color:${dark.accent}!important}`,
    `${scope}.line{border-color:${dark.line}!important}`,
  ];
  return scope === '' ? `@media (prefers-color-scheme:dark){\n${rules.join('\n')}\n}` : rules.join('\n');
});

/** Keeps the mailbox's preview from running on into the mail. */
const previewEnd = '&#847;&zwnj;&nbsp;'.repeat(80);

export type Page = {
  readonly locale: string;
  readonly title: string;
  /** What a mailbox shows beside the subject. */
  readonly preview: string;
  readonly heading: string;
  /** Below the heading, on the card. */
  readonly content: string;
  /** Below the card. */
  readonly sender: string;
};

/**
 * The frame of every HTML mail: one column of tables with inline styles, no image and no link, dark where the reader
 * is.
 */
export function layOutPage({ locale, title, preview, heading, content, sender }: Page): string {
  return `<!doctype html>
<html lang="${locale}" dir="ltr">
${layOutHead(title)}
<body class="page" style="margin:0;padding:0;background-color:${light.page};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview}${previewEnd}</div>
<table ${table} class="page" style="background-color:${light.page}">
<tr><td align="center" class="outer" style="padding:40px 16px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table ${table} style="max-width:600px">
<tr><td class="card inner" style="padding:36px 40px;background-color:${light.card};border:1px solid ${light.line};border-radius:12px">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td class="bar" width="32" height="4" style="width:32px;height:4px;background-color:${light.accent};border-radius:2px;font-size:0;line-height:0">&nbsp;</td></tr></table>
${paragraph('{{brand}}', 'ink', 'margin:14px 0 26px;font-size:17px;font-weight:700')}
<h1 class="ink" style="margin:0 0 10px;font-family:${sans};font-size:24px;line-height:32px;font-weight:600;color:${light.ink}">${heading}</h1>
${content}
</td></tr>
<tr><td align="center" style="padding:20px 24px 0">
${paragraph(sender, 'quiet', 'margin:0;font-size:13px;line-height:20px')}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
`;
}

function layOutHead(title: string): string {
  return `<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title>${title}</title>
<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){
.outer{padding:16px 10px!important}
.inner{padding:24px 20px!important}
.code{font-size:32px!important;letter-spacing:4px!important;text-indent:4px!important}
}
${darkRules.join('\n')}
</style>
</head>`;
}

/** A label and its value, which is a variable or a text with one. */
export function layOutRow(label: string, value: string): string {
  const cell = `padding:10px 0;border-bottom:1px solid ${light.line};font-family:${sans};font-size:16px;line-height:24px`;
  return `<table ${table} style="margin-top:10px"><tr>
<td class="quiet line" width="35%" valign="top" style="${cell};color:${light.quiet}">${label}</td>
<td class="ink line" valign="top" style="${cell};font-weight:600;word-break:break-word;overflow-wrap:anywhere;color:${light.ink}">${value}</td>
</tr></table>`;
}

export const divider = `<table ${table}>
<tr><td class="line" style="padding:26px 0 0;border-bottom:1px solid ${light.line};font-size:0;line-height:0">&nbsp;</td></tr>
</table>`;

export function paragraph(text: string, tone: 'ink' | 'quiet', style: string): string {
  const base = `font-family:${sans};font-size:16px;line-height:24px;color:${light[tone]}`;
  return `<p class="${tone}" style="${base};${style}">${text}</p>`;
}
